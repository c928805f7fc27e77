import type { AccountState, SpendingChange } from '@plinth/account'
import { spentUnder } from '@plinth/account/domain'
import type { Hold } from '@plinth/holds'
import {
  type AccountId,
  type Bound,
  formatMinor,
  invariant,
  type Limit,
  limitsPeriods,
  type Rejection,
  reject,
  type Side,
} from '@plinth/kernel'
import type { EntryKind } from '@plinth/ledger'
import type { CommonLimit, TenantSettings } from '@plinth/tenancy'
import type { Book } from './book.js'
import type { Accepted, HoldStep } from './decision.js'
import type { ComingLimit } from './limit-book.js'

export type LimitScope = 'account' | 'product' | 'tenant'

/** A limit and where it stands. */
export interface NamedLimit {
  readonly scope: LimitScope
  readonly limit: Limit
}

const isCommon = (
  { productCode, currency }: Pick<CommonLimit, 'productCode' | 'currency'>,
  state: AccountState,
  product: string | undefined,
): boolean => currency === state.currency && (productCode === undefined || productCode === product)

/** Every limit that an account has, its own first, then its product's, then the tenant's. All of them hold. */
export function limitsOn(
  state: AccountState,
  product: string | undefined,
  settings: Pick<TenantSettings, 'limits'>,
): NamedLimit[] {
  if (state.unlimited) return []
  const common = settings.limits.filter((limit) => isCommon(limit, state, product))
  const ofProduct = common.filter(({ productCode }) => productCode !== undefined)
  const ofTenant = common.filter(({ productCode }) => productCode === undefined)
  return [
    ...state.limits.map((limit) => ({ scope: 'account' as const, limit })),
    ...ofProduct.map((limit) => ({ scope: 'product' as const, limit })),
    ...ofTenant.map((limit) => ({ scope: 'tenant' as const, limit })),
  ]
}

/** Whether a limit on a day or a month applies to the account, now or within the batch: its spending must be counted then. */
export function isToBeCounted(
  state: AccountState,
  product: string | undefined,
  { settings, coming }: { settings: Pick<TenantSettings, 'limits'>; coming: readonly ComingLimit[] },
): boolean {
  // A closed account spends nothing, and its row never changes.
  if (state.unlimited || state.status === 'closed') return false
  return (
    limitsOn(state, product, settings).some(({ limit }) => limitsPeriods(limit)) ||
    coming.some(
      (limit) =>
        (limit.perDay !== undefined || limit.perMonth !== undefined) &&
        (limit.accountId === undefined
          ? isCommon(limit, state, product)
          : limit.accountId === state.accountId),
    )
  )
}

interface MovedLine {
  readonly accountId: AccountId
  readonly side: Side
  readonly amount: bigint
}

/** What an entry takes from accounts, all its lines taken together, in minor units. */
function netDebits(lines: readonly MovedLine[]): [AccountId, bigint][] {
  const nets = new Map<AccountId, bigint>()
  for (const { accountId, side, amount } of lines)
    nets.set(accountId, (nets.get(accountId) ?? 0n) + (side === 'debit' ? amount : -amount))
  return [...nets].filter(([, net]) => net > 0n)
}

/** What an entry is, as far as limits ask. */
interface Spending {
  readonly kind: EntryKind
  readonly advice?: boolean | undefined
  readonly transactionCode: string
  readonly lines: readonly MovedLine[]
}

const spendingKinds: ReadonlySet<EntryKind> = new Set(['posting', 'correction', 'capture'])

/**
 * Whether limits look at an entry: reversals and the bank's own entries spend nothing, and an advice must be booked. Of a
 * capture they look at all accounts but the hold's, which was counted when the hold was placed.
 */
const isSpending = ({ kind, advice }: Spending): boolean => spendingKinds.has(kind) && advice !== true

/** The first limit that an entry passes. */
export function faultOfEntryLimits(
  book: Book,
  entry: Spending & { readonly holds?: readonly HoldStep[] | undefined },
): Rejection | undefined {
  if (!isSpending(entry)) return undefined
  const { limits: common } = book.settings
  if (common.length === 0 && entry.lines.every(({ accountId }) => hasNoLimits(book, accountId)))
    return undefined
  const { transactionCode, lines, holds } = entry
  const captured = capturedFrom(holds)
  for (const [accountId, amount] of netDebits(lines)) {
    if (accountId === captured) continue
    const fault = faultOfSpending(book, { accountId, transactionCode, amount })
    if (fault !== undefined) return fault
  }
  return undefined
}

/** The account of the hold that an entry captures. */
const capturedFrom = (holds: readonly HoldStep[] = []): AccountId | undefined =>
  holds.find(({ change }) => change === 'captured')?.hold.accountId

const hasNoLimits = ({ accounts }: Book, accountId: AccountId): boolean =>
  (accounts.get(accountId)?.limits.length ?? 0) === 0

/** The first limit of an account that spending so much would pass. No code: that of a hold that names none. */
export function faultOfSpending(
  book: Book,
  {
    accountId,
    transactionCode,
    amount,
  }: { accountId: AccountId; transactionCode: string | undefined; amount: bigint },
): Rejection | undefined {
  const state = book.accounts.get(accountId)
  // Refused for that, and not counted.
  if (state === undefined || state.status === 'closed') return undefined
  for (const named of limitsOn(state, productOf(book, accountId), book.settings)) {
    const { limit } = named
    const other = limit.transactionCode !== undefined && limit.transactionCode !== transactionCode
    if (other && transactionCode !== undefined) continue
    const passed = boundPassed(book, state, { limit, amount })
    if (passed !== undefined) return limitExceeded(book, { accountId, named, passed })
  }
  return undefined
}

const productOf = ({ limits, details }: Book, accountId: AccountId): string | undefined =>
  // Of an account that the batch opened, nobody else can read it yet.
  limits.products.get(accountId) ?? details.get(accountId)?.productCode

interface Passed {
  readonly period: 'posting' | 'day' | 'month'
  readonly measure: 'amount' | 'count'
  readonly most: bigint
  readonly used: bigint
  readonly required: bigint
}

function boundPassed(
  book: Book,
  state: AccountState,
  { limit, amount }: { limit: Limit; amount: bigint },
): Passed | undefined {
  const { perPosting, perDay, perMonth, transactionCode } = limit
  if (perPosting !== undefined && amount > perPosting)
    return { period: 'posting', measure: 'amount', most: perPosting, used: 0n, required: amount }
  if (!limitsPeriods(limit)) return undefined
  const { accountId } = state
  const usage = book.limits.usage.get(accountId)
  invariant(usage !== undefined, 'an account that is limited by day or month is counted', { accountId })
  const spent = spentUnder(usage, transactionCode)
  const passes = (period: 'day' | 'month', bound: Bound | undefined): Passed | undefined => {
    const used = spent[period]
    if (bound?.amount !== undefined && used.amount + amount > bound.amount)
      return { period, measure: 'amount', most: bound.amount, used: used.amount, required: amount }
    return bound?.count !== undefined && used.count >= bound.count
      ? { period, measure: 'count', most: BigInt(bound.count), used: BigInt(used.count), required: 1n }
      : undefined
  }
  return passes('day', perDay) ?? passes('month', perMonth)
}

function limitExceeded(
  { settings }: Book,
  { accountId, named, passed }: { accountId: AccountId; named: NamedLimit; passed: Passed },
): Rejection {
  const { scope, limit } = named
  const { currency, transactionCode } = limit
  const { period, measure, most, used, required } = passed
  const decimals = measure === 'amount' ? (settings.currencies.decimalsOf(currency) as number) : 0
  const left = most > used ? most - used : 0n
  const format = (value: bigint): string => formatMinor(value, decimals)
  const facts = {
    ...{ accountId, scope },
    ...(transactionCode !== undefined && { transactionCode }),
    ...{ currency, period, measure },
    ...{ limit: format(most), used: format(used), left: format(left), required: format(required) },
  }
  const code = transactionCode === undefined ? '' : ` with ${transactionCode}`
  const may =
    measure === 'count'
      ? `has no posting or hold left this ${period}${code}`
      : period === 'posting'
        ? `may spend ${facts.limit} ${currency} in one posting${code}; ${facts.required} is asked for`
        : `has ${facts.left} ${currency} left to spend this ${period}${code}; ${facts.required} is asked for`
  const detail = `Account ${accountId} ${may}.`
  return reject('limit_exceeded', detail, facts)
}

const none: readonly SpendingChange[] = []

/** What an accepted command adds to the spending of counted accounts, or gives back. The book is as before the command. */
export function spendingChangesOf(book: Book, accepted: Accepted): readonly SpendingChange[] {
  if (accepted.kind === 'hold_changed') return changeOfHold(book, accepted.hold, accepted.state)
  if (accepted.kind !== 'posted') return none
  const { entries, states, holds } = accepted
  // As good as always, where nothing is limited.
  if (!states.some(({ countedFrom }) => countedFrom !== undefined)) return none
  const stateOf = new Map(states.map((state) => [state.accountId, state]))
  const captured = capturedFrom(holds)
  const spent = entries.filter(isSpending).flatMap(({ bookingDate: on, transactionCode, lines }) =>
    netDebits(lines)
      .filter(([accountId]) => accountId !== captured && isCounted(stateOf.get(accountId), on))
      .map(([accountId, amount]): SpendingChange => ({ accountId, on, transactionCode, count: 1, amount })),
  )
  return [...spent, ...holds.flatMap(({ hold }) => changeOfHold(book, hold, stateOf.get(hold.accountId)))]
}

const isCounted = (state: AccountState | undefined, on: string): boolean =>
  state?.countedFrom !== undefined && on >= state.countedFrom

/**
 * A hold counts on the day on which it is placed. What it lets go of goes back to that day; how often, too, if nothing of it
 * was captured. One that keeps a credit from being available names no day: it spends nothing.
 */
function changeOfHold(
  { holds }: Book,
  hold: Hold,
  state: AccountState | undefined,
): readonly SpendingChange[] {
  const { holdId, accountId, placedOn: on, transactionCode = '' } = hold
  if (on === undefined || !isCounted(state, on)) return none
  const before = holds.get(holdId)
  const [was, is] = [before ? countedOf(before) : 0n, countedOf(hold)]
  if (was === is) return none
  const count = Number(is > 0n) - Number(was > 0n)
  return [{ accountId, on, transactionCode, count, amount: is - was }]
}

/** What of a hold counts against limits: what it captured and still holds. */
const countedOf = ({ captured, remaining }: Hold): bigint => captured + remaining
