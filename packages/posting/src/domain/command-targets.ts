import type { Hold, HoldId } from '@plinth/holds'
import type { AccountId, EntryId, GlCode } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/ledger'
import type { ProductCommand } from '@plinth/product'
import type { SuspenseItem, SuspenseItemId } from '@plinth/suspense'
import type { ProposalId } from '@plinth/tenancy'
import type { Book } from './book.js'
import type { ChangeSettingsCommand, Command, Demands, EntryRequest, LineRequest } from './command.js'

/**
 * What never changes of the things that commands name by an id of Plinth's: read before anything is locked, to know what to
 * lock (design §3, resolve). Of a hold that is its account.
 */
export interface Targets {
  readonly holds: ReadonlyMap<HoldId, Pick<Hold, 'accountId'>>
  readonly entries: ReadonlyMap<EntryId, JournalEntry>
  readonly suspenseItems: ReadonlyMap<SuspenseItemId, SuspenseItem>
}

/** The accounts whose balance rows a command needs locked. */
export function accountsOf(command: Command, targets: Targets): readonly AccountId[] {
  switch (command.type) {
    case 'post':
      return [...accountsOfLines(command.lines), ...accountsOfConditions(command)]
    case 'open_account':
      return command.accountId === undefined ? [] : [command.accountId]
    case 'set_status':
    case 'change_terms':
      return [command.accountId]
    case 'set_limit':
      return command.accountId === undefined ? [] : [command.accountId]
    case 'place_hold':
      return [command.accountId, ...accountsOfConditions(command)]
    case 'capture_hold':
      return [
        ...accountsOfLines(command.lines),
        ...accountOfHold(command.holdId, targets),
        ...accountsOfConditions(command),
      ]
    case 'release_hold':
    case 'extend_hold':
    case 'expire_hold':
      return accountOfHold(command.holdId, targets)
    case 'reverse':
      return [
        ...(targets.entries.get(command.entryId)?.lines.map(({ accountId }) => accountId) ?? []),
        ...accountsOfConditions(command),
      ]
    case 'correct':
      return [
        ...(targets.entries.get(command.entryId)?.lines.map(({ accountId }) => accountId) ?? []),
        ...accountsOfLines(command.posting.lines),
        ...accountsOfConditions(command),
      ]
    case 'clear_suspense_item': {
      const item = targets.suspenseItems.get(command.suspenseItemId)
      return item === undefined ? [command.accountId] : [command.accountId, item.accountId]
    }
    case 'propose':
      return accountsOf(command.proposed, targets)
    default:
      return []
  }
}

/** The accounts that lines may be posted to, and those for which they accrue. */
export const accountsOfLines = (lines: readonly LineRequest[]): AccountId[] =>
  lines.flatMap(({ accountId, fallbackAccountId, accruesFor }) =>
    fallbackAccountId === undefined && accruesFor === undefined
      ? [accountId]
      : [accountId, fallbackAccountId, accruesFor].filter((id) => id !== undefined),
  )

/** The accounts of which a command reads what has accrued. */
export function accruedOf(command: Command): readonly AccountId[] {
  switch (command.type) {
    case 'propose':
      return accruedOf(command.proposed)
    case 'set_status':
      return command.status === 'closed' ? [command.accountId] : []
    default:
      return instructedBy(command)
  }
}

/** The accounts for which a command says that something has accrued. */
export function instructedBy(command: Command): readonly AccountId[] {
  if (command.type === 'propose') return instructedBy(command.proposed)
  if (command.type !== 'post' || command.kind !== 'accrual') return []
  return command.lines.flatMap(({ accruesFor }) => accruesFor ?? [])
}

const accountsOfConditions = ({ conditions = [] }: Demands): AccountId[] =>
  conditions.map(({ accountId }) => accountId)

function accountOfHold(holdId: HoldId, { holds }: Targets): AccountId[] {
  const hold = holds.get(holdId)
  return hold === undefined ? [] : [hold.accountId]
}

/** What a command posts as its caller wrote it, and with which code. */
export function postedBy(command: Command): Pick<EntryRequest, 'transactionCode' | 'lines'> | undefined {
  if (command.type === 'propose') return postedBy(command.proposed)
  if (command.type === 'correct') return command.posting
  return command.type === 'post' || command.type === 'capture_hold' ? command : undefined
}

/** The holds that a command names. */
export function holdsOf(command: Command): readonly HoldId[] {
  if (command.type === 'propose') return holdsOf(command.proposed)
  return 'holdId' in command ? [command.holdId] : []
}

/** The entries that a command reverses. */
export function entriesOf(command: Command): readonly EntryId[] {
  if (command.type === 'propose') return entriesOf(command.proposed)
  return command.type === 'reverse' || command.type === 'correct' ? [command.entryId] : []
}

/** The entries whose details a command erases. */
export function erasedBy(command: Command): readonly EntryId[] {
  if (command.type === 'propose') return erasedBy(command.proposed)
  return command.type === 'erase_details' ? [command.entryId] : []
}

/** The suspense items that a command clears. */
export function suspenseItemsOf(command: Command): readonly SuspenseItemId[] {
  if (command.type === 'propose') return suspenseItemsOf(command.proposed)
  return command.type === 'clear_suspense_item' ? [command.suspenseItemId] : []
}

/** The proposals a command decides. */
export const proposalsOf = (command: Command): readonly ProposalId[] =>
  command.type === 'decide_proposal' ? [command.proposalId] : []

/** The accounts whose description a command reads beside the balance row. */
export function describedAccountsOf(command: Command): readonly AccountId[] {
  if (command.type === 'propose') return describedAccountsOf(command.proposed)
  return command.type === 'set_status' || command.type === 'change_terms' ? [command.accountId] : []
}

const glCodesOfSettings = ({ changes }: ChangeSettingsCommand): readonly GlCode[] => {
  const { rateDaysMax: _, ...ofExchange } = changes.foreignExchange ?? {}
  const ofYears = changes.retainedEarningsGlCode ?? undefined
  return [...Object.values(ofExchange), ...(ofYears === undefined ? [] : [ofYears])] as GlCode[]
}

/** The GL accounts a command names. */
export function glCodesOf(command: Command): readonly GlCode[] {
  switch (command.type) {
    case 'propose':
      return glCodesOf(command.proposed)
    case 'open_account':
      return command.glCode === undefined ? [] : [command.glCode]
    case 'draft_product_version':
    case 'change_product_version':
      // A draft may name anything; a command behind it in the batch may submit it.
      return command.parameters === undefined ? [] : Object.values(command.parameters.glMapping)
    case 'create_gl_account': {
      const { code, parentCode } = command.glAccount
      return parentCode === undefined ? [code] : [code, parentCode]
    }
    case 'change_settings':
      return glCodesOfSettings(command)
    default:
      return []
  }
}

/** The products that a command changes or opens an account with. */
export function productsOf(command: Command): readonly string[] {
  if (command.type === 'propose') return productsOf(command.proposed)
  if (isProductCommand(command)) return [command.productCode]
  return command.type === 'open_account' && command.productCode !== undefined ? [command.productCode] : []
}

/** The GL accounts that a command reads because versions of its product name them. */
export function glCodesOfProduct(command: Command, products: Book['products']): readonly GlCode[] {
  if (command.type === 'propose') return glCodesOfProduct(command.proposed, products)
  const product = products.get(productsOf(command)[0] ?? '')
  if (product === undefined) return []
  // A command before this one in the batch may approve any of them.
  if (command.type === 'open_account')
    return product.versions.map(({ parameters }) => parameters.glMapping.customerGlCode)
  return product.versions.flatMap(({ parameters }) => Object.values(parameters.glMapping))
}

export const isProductCommand = (command: Command): command is ProductCommand =>
  command.type === 'create_product' || command.type.endsWith('_product_version')
