import {
  type AccountState,
  readProductCodes,
  readUsage,
  type SpendingChange,
  type Usage,
} from '@plinth/account'
import { usageWith } from '@plinth/account/domain'
import { Overtaken, type Tx } from '@plinth/db'
import { type HoldId, readHeldSpending, readHolds } from '@plinth/holds'
import { type AccountId, type BusinessDate, monthOf } from '@plinth/kernel'
import { readPostedSpending } from '@plinth/ledger'
import type { TenantSettings } from '@plinth/tenancy'
import type { Command } from '../domain/command.js'
import { type ComingLimit, type LimitBook, noLimits } from '../domain/limit-book.js'
import { isToBeCounted } from '../domain/limits.js'
import type { Foreseen } from './foreseen.js'

/** What a batch is about to be decided on, as far as limits ask. */
export interface LimitedBatch {
  readonly commands: readonly Command[]
  readonly settings: TenantSettings
  readonly businessDate: BusinessDate
  /** Accounts that the batch has locked, and those that the batch in front leaves behind. */
  readonly locked: readonly AccountState[]
  readonly held: readonly AccountState[]
  readonly foreseen: Foreseen | undefined
}

/**
 * What limits are tested with, read behind the locks. Asks nothing where nothing is limited. An account that a limit on days or
 * months applies to for the first time is counted from here on: what it has spent in the month before is read from the books.
 */
export async function readLimitBook(tx: Tx, batch: LimitedBatch): Promise<LimitBook> {
  const { settings, businessDate, locked, held, foreseen } = batch
  const coming = batch.commands.flatMap(comingLimitOf)
  const states = [...locked, ...held]
  if (settings.limits.length + coming.length === 0 && states.every(({ limits }) => limits.length === 0))
    return noLimits()
  const limited = states.filter(({ unlimited }) => !unlimited).map(({ accountId }) => accountId)
  const byProduct = [...settings.limits, ...coming].some(({ productCode }) => productCode !== undefined)
  const products = await readProductCodes(tx, byProduct ? limited : [])
  const isCounted = (state: AccountState): boolean =>
    isToBeCounted(state, products.get(state.accountId), { settings, coming })

  const usage = new Map(usageForeseen(held.filter(isCounted), batch, foreseen))
  const looked = locked.filter(isCounted)
  const known = looked.filter(({ countedFrom }) => countedFrom !== undefined).map(idOf)
  const fresh = looked.filter(({ countedFrom }) => countedFrom === undefined).map(idOf)
  const [read, spent] = await Promise.all([
    readUsage(tx, known, businessDate),
    readSpendingSince(
      tx,
      fresh.map((accountId) => ({ accountId, countedFrom: monthOf(businessDate) })),
    ),
  ])
  for (const [accountId, ofAccount] of read) usage.set(accountId, ofAccount)
  const begun = new Map<AccountId, SpendingChange[]>(fresh.map((accountId) => [accountId, []]))
  for (const change of spent) begun.get(change.accountId)?.push(change)
  for (const [accountId, changes] of begun) usage.set(accountId, usageOf(changes, businessDate))
  return { usage, products, begun, coming }
}

/** The accounts as they are decided on: those whose counting begins are counted already. */
export function asCounted(
  states: readonly AccountState[],
  { begun }: LimitBook,
  businessDate: BusinessDate,
): Map<AccountId, AccountState> {
  const countedFrom = monthOf(businessDate)
  return new Map(
    states.map((state) => [state.accountId, begun.has(state.accountId) ? { ...state, countedFrom } : state]),
  )
}

const idOf = ({ accountId }: AccountState): AccountId => accountId

export const usageOf = (changes: readonly SpendingChange[], today: BusinessDate): Usage =>
  changes.reduce((usage: Usage, change) => usageWith(usage, change, today), new Map())

const comingLimitOf = (command: Command): ComingLimit[] => (command.type === 'set_limit' ? [command] : [])

/** What accounts will have spent when the batch in front has committed, which has counted them by the same limits. */
function usageForeseen(
  held: readonly AccountState[],
  { businessDate }: LimitedBatch,
  foreseen: Foreseen | undefined,
): [AccountId, Usage][] {
  return held.map(({ accountId, countedFrom }) => {
    const usage = foreseen?.usage.get(accountId)
    if (usage === undefined || countedFrom === undefined || foreseen?.businessDate !== businessDate)
      throw new Overtaken('the batch in front says nothing of what an account has spent')
    return [accountId, usage]
  })
}

/**
 * What accounts have spent since these days, as journal and holds say it: the truth that counted rows are held to. Of what a
 * hold captured from its own account the hold tells.
 */
export async function readSpendingSince(
  tx: Tx,
  accounts: readonly { readonly accountId: AccountId; readonly countedFrom: BusinessDate }[],
): Promise<SpendingChange[]> {
  if (accounts.length === 0) return []
  const [posted, held] = await Promise.all([readPostedSpending(tx, accounts), readHeldSpending(tx, accounts)])
  const holdIds = new Set(posted.flatMap(({ holdId }) => (holdId === undefined ? [] : [holdId as HoldId])))
  const holds = await readHolds(tx, [...holdIds])
  const accountOf = new Map<string, AccountId>(holds.map(({ holdId, accountId }) => [holdId, accountId]))
  const others = posted.filter(
    ({ accountId, holdId }) => holdId === undefined || accountOf.get(holdId) !== accountId,
  )
  return [...others.map(({ holdId: _, ...change }) => change), ...held]
}
