import type { Account } from '@plinth/account'
import { decideGlAccount, decideStatus, decideTerms } from '@plinth/account/domain'
import { type AccountId, addDays, type GlCode, invariant, type Rejection, reject } from '@plinth/kernel'
import type { ProductVersionId } from '@plinth/product'
import { decideProduct } from '@plinth/product/domain'
import type { SettingsChange } from '@plinth/tenancy'
import { decideProposal, decideSettings, registerTransactionCode } from '@plinth/tenancy/domain'
import type { Book } from './book.js'
import type {
  ChangeSettingsCommand,
  Command,
  DecideProposalCommand,
  ProposeCommand,
  SetStatusCommand,
  Stamp,
} from './command.js'
import { decideCorrect } from './decide-correct.js'
import { decideErasure } from './decide-erasure.js'
import { decideCaptureHold, decideHoldChange, decidePlaceHold } from './decide-hold.js'
import { decideLimit } from './decide-limit.js'
import { decideOpening } from './decide-opening.js'
import { decidePost } from './decide-posting.js'
import { decideReverse } from './decide-reverse.js'
import { decideClearSuspenseItem } from './decide-suspense.js'
import type { Decision } from './decision.js'
import { faultOfExchange } from './fault-of-exchange.js'
import { newProposal } from './new-proposal.js'

/**
 * The one place that decides what a command does to the books. Pure: the book is what was locked and read, ids come in with
 * the stamp, and the same call serves a single command, a batch and every test.
 *
 * A command with two faults always answers the one that contract §6 lists first.
 */
export function decide(book: Book, command: Command, stamp: Stamp): Decision {
  switch (command.type) {
    case 'post':
      return decidePost(book, command, stamp)
    case 'open_account':
      return decideOpening(book, command, stamp)
    case 'set_status':
      return asAccount('status_set', decideStatusIn(book, command))
    case 'change_terms':
      return asAccount(
        'terms_changed',
        decideTerms(command, accountIn(book, command.accountId), book.settings.currencies),
      )
    case 'create_gl_account': {
      const { code, parentCode } = command.glAccount
      const parent = parentCode && book.glAccounts.get(parentCode)
      const decided = decideGlAccount(command, { existing: book.glAccounts.get(code), parent })
      return 'kind' in decided ? decided : { kind: 'gl_account_created', glAccount: decided }
    }
    case 'abandon':
      return reject('command_abandoned', 'The key was abandoned: no command takes effect under it.')
    case 'reverse':
      return decideReverse(book, command, stamp)
    case 'correct':
      return decideCorrect(book, command, stamp)
    case 'place_hold':
      return decidePlaceHold(book, command, stamp)
    case 'capture_hold':
      return decideCaptureHold(book, command, stamp)
    case 'release_hold':
    case 'extend_hold':
    case 'expire_hold':
      return decideHoldChange(book, command)
    case 'clear_suspense_item':
      return decideClearSuspenseItem(book, command, stamp)
    case 'erase_details':
      return decideErasure(book, command)
    case 'change_settings':
      return decideSettingsIn(book, command)
    case 'register_transaction_code': {
      const { transactionCode: registered } = command
      const settings = registerTransactionCode(book.settings, registered)
      return { kind: 'settings_changed', settings, reason: `transaction code ${registered.code}`, registered }
    }
    case 'set_limit':
      return decideLimit(book, command)
    case 'issue_api_key':
      return { kind: 'api_key_issued', apiKey: command, createdBy: stamp.subject }
    case 'create_product':
    case 'draft_product_version':
    case 'change_product_version':
    case 'submit_product_version':
    case 'approve_product_version':
    case 'reject_product_version': {
      const { glAccounts, businessDate, now, settings } = book
      const product = book.products.get(command.productCode)
      const actor = { subject: stamp.subject, onBehalfOf: stamp.onBehalfOf }
      const newVersionId = stamp.entryId as string as ProductVersionId
      const { currencies } = settings
      const catalogue = { product, glAccounts, currencies, businessDate, now, actor, newVersionId }
      return decideProduct(command, catalogue)
    }
    case 'propose':
      return decidePropose(book, command, stamp)
    case 'decide_proposal':
      return decideVerdict(book, command, stamp)
  }
}

function decideSettingsIn(book: Book, { changes, reason }: ChangeSettingsCommand): Decision {
  const fault = faultOfExchange(book, changes) ?? faultOfRetainedEarnings(book, changes)
  const settings = fault ?? decideSettings(book.settings, changes)
  return 'kind' in settings ? settings : { kind: 'settings_changed', settings, reason }
}

/** The GL account that years are closed into: a result that is kept is the owners'. */
function faultOfRetainedEarnings({ glAccounts }: Book, changes: SettingsChange): Rejection | undefined {
  const { retainedEarningsGlCode: glCode } = changes
  if (glCode === undefined || glCode === null) return undefined
  const glAccount = glAccounts.get(glCode as GlCode)
  if (glAccount === undefined)
    return reject('gl_account_not_found', `There is no GL account ${glCode}.`, { glCode })
  if (glAccount.type === 'equity' && glAccount.postable) return undefined
  const detail = `${glCode} is no postable GL account of equity, as retained earnings are.`
  return reject('condition_failed', detail, { glCode, condition: 'retainedEarningsGlCode' })
}

/** What would be refused now is refused at once, with its own code: nobody is asked to approve what cannot be. */
function decidePropose(book: Book, command: ProposeCommand, stamp: Stamp): Decision {
  const foreseen = decide(book, command.proposed, stamp)
  if (foreseen.kind === 'rejected' || foreseen.kind === 'malformed') return foreseen
  const proposal = newProposal(book, command, stamp)
  return 'kind' in proposal ? proposal : { kind: 'proposed', proposal }
}

function decideVerdict(
  { proposals, now }: Book,
  command: DecideProposalCommand,
  { subject, onBehalfOf }: Stamp,
): Decision {
  const { proposalId } = command
  const proposal = proposals.get(proposalId)
  invariant(proposal !== undefined, 'a proposal that is decided was found before', { proposalId })
  const decided = decideProposal(proposal, command, { decider: { subject, onBehalfOf }, now })
  return 'kind' in decided ? decided : { kind: 'proposal_decided', proposal: decided }
}

function accountIn({ accounts, details }: Book, accountId: AccountId): Account | undefined {
  const state = accounts.get(accountId)
  const described = details.get(accountId)
  return state && described && { state, details: described }
}

/** With what has accrued on the account, where anything can. Today's interest is the business of today's end of day. */
function decideStatusIn(book: Book, command: SetStatusCommand): Account | Rejection {
  const { accrued, businessDate, settings } = book
  const found = accrued.get(command.accountId)
  const unsettled = found && { ...found, daysToCome: found.through < addDays(businessDate, -1) }
  const { currencies } = settings
  return decideStatus(command, accountIn(book, command.accountId), { unsettled, currencies })
}

function asAccount(kind: 'status_set' | 'terms_changed', decided: Account | Rejection): Decision {
  return 'kind' in decided ? decided : { kind, account: decided }
}
