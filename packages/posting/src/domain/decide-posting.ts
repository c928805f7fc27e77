import type { AccountState } from '@plinth/account'
import { availableOf, formatFor, lineFault, noAccount, postedOf } from '@plinth/account/domain'
import type { Hold, HoldId } from '@plinth/holds'
import {
  type AccountId,
  addDays,
  type BusinessDate,
  invariant,
  prevailing,
  type Rejection,
  reject,
  sumMinorMax,
  yearOf,
} from '@plinth/kernel'
import type { EntryDraft, PostingLine } from '@plinth/ledger'
import type { SuspenseItem, SuspenseItemId, SuspenseStep } from '@plinth/suspense'
import type { Book } from './book.js'
import type { Post, Stamp } from './command.js'
import { faultOfInstruction, withInstructed } from './decide-accrual.js'
import type { HoldStep, Posted } from './decision.js'
import { faultOfCurrency } from './fault-of-currency.js'
import { faultsOfDemands } from './faults-of-demands.js'
import { faultOfEntryLimits } from './limits.js'
import { isHeldBack, type LineToPost, linesToPost } from './lines-to-post.js'
import { faultOfCode, faultOfLimit, isCustomerInitiated } from './posting-rules.js'

/** What becomes an entry, wherever it comes from: a posting, a reversal, a capture. */
export interface EntryToPost
  extends Pick<
      EntryDraft,
      'kind' | 'transactionCode' | 'description' | 'reference' | 'endToEndId' | 'metadata'
    >,
    Pick<EntryDraft, 'reverses' | 'reason' | 'holdId' | 'advice' | 'decision' | 'thirteenthOf'> {
  readonly valueDate: BusinessDate
  readonly lines: readonly LineToPost[]
  /** Whether a dormant account refuses a debit. */
  isCustomers(accountId: AccountId): boolean
  /** What becomes of holds with it: what they let go of is there before funds are looked at. */
  readonly holds?: readonly HoldStep[] | undefined
  /** What becomes of suspense items with it. */
  readonly suspense?: readonly SuspenseStep[] | undefined
}

/** A caller's posting (contract §5). */
export function decidePost(book: Book, command: Post, stamp: Stamp): Posted | Rejection {
  const { transactionCode, description, reference, endToEndId, metadata, adviceReason, kind, period } =
    command
  const advice = adviceReason !== undefined
  const { lines, fault } = linesToPost(book, command.lines, { advice })
  const valueDate = command.valueDate ?? book.businessDate
  // The bank's own entries are no customer's: codes, dormancy, limits and the window for value dates are not for them.
  const customers = kind === undefined && isCustomerInitiated(book, transactionCode)
  const own = kind !== undefined && command.lines.every(({ accruesFor }) => accruesFor === undefined)
  const faults = [
    own ? undefined : faultOfValueDate(book, valueDate),
    own && kind !== 'year_end_close' ? faultOfFloor(book, valueDate) : undefined,
    faultOfPeriod(book, { period, kind }),
    own ? undefined : faultOfCode(book, { transactionCode, lines }),
    advice || own ? undefined : faultOfLimit(book, { transactionCode, lines }),
    kind === 'accrual' ? faultOfInstruction(book, command) : undefined,
    fault,
    ...faultsOfDemands(book, command),
  ]
  const entry = {
    kind: kind ?? ('posting' as const),
    ...{ transactionCode, description, reference, endToEndId, metadata, valueDate, lines, advice },
    reason: adviceReason,
    thirteenthOf: period && yearOf(period),
    decision: command.decision,
    isCustomers: () => customers,
  }
  const posted = postEntry(book, entry, { stamp, faults })
  if (posted.kind === 'rejected' || kind !== 'accrual') return posted
  return withInstructed(book, command, posted, stamp)
}

/**
 * Books an entry, unless something speaks against it: `faults` are what the caller found, of which the first in the
 * contract's order is answered, here or there.
 */
export function postEntry(
  book: Book,
  wanted: EntryToPost,
  context: { stamp: Stamp; faults: readonly (Rejection | undefined)[] },
): Posted | Rejection {
  const prepared = prepareEntry(book, wanted, context)
  return 'kind' in prepared ? prepared : withFunds(book, [prepared])
}

/** An entry as it is booked if funds let it, and the accounts as it leaves them. */
export interface PreparedEntry {
  readonly entry: EntryDraft
  readonly states: ReadonlyMap<AccountId, AccountState>
  readonly holds: readonly HoldStep[]
  readonly suspense: readonly SuspenseStep[]
}

/** As `postEntry`, but does not look at funds. */
export function prepareEntry(
  book: Book,
  wanted: EntryToPost,
  { stamp, faults }: { stamp: Stamp; faults: readonly (Rejection | undefined)[] },
): PreparedEntry | Rejection {
  let fault: Rejection | undefined
  for (const line of wanted.lines) fault = prevailing(fault, faultOfLine(book, line, wanted))
  for (const each of faults) fault = prevailing(fault, each)
  fault = prevailing(fault, faultOfEntryLimits(book, wanted))
  // Funds stand behind all of these in precedence, and are only meaningful without them.
  if (fault !== undefined) return fault

  const placed = clearingHolds(book, wanted, stamp)
  const holds = placed.length === 0 ? (wanted.holds ?? []) : [...(wanted.holds ?? []), ...placed]
  const { lines, states } = apply(book, wanted.lines, holds)
  const opened = suspenseItems(book, wanted, stamp)
  const suspense = opened.length === 0 ? (wanted.suspense ?? []) : [...(wanted.suspense ?? []), ...opened]
  const { isCustomers: _, holds: __, suspense: ___, ...texts } = wanted
  const { entryId, correlationId, causationId } = stamp
  const entry: EntryDraft = {
    entryId,
    bookingDate: book.businessDate,
    correlationId,
    causationId,
    ...texts,
    lines,
  }
  return { entry, states, holds, suspense }
}

/**
 * Contract §5, Funds: asked of the net effect of a command on each account, all its entries taken together. Each is prepared
 * on what the ones before it leave behind.
 */
export function withFunds(
  book: Book,
  prepared: readonly [PreparedEntry, ...PreparedEntry[]],
): Posted | Rejection {
  const [{ entry, states: first }, ...more] = prepared
  const states = more.length === 0 ? first : new Map(prepared.flatMap((each) => [...each.states]))
  let fault: Rejection | undefined
  const forced = new Set<AccountId>()
  for (const after of states.values()) {
    const found = faultOfFunds(book, book.accounts.get(after.accountId) as AccountState, after)
    // Marked in the row, so that the database lets it pass and an auditor sees it.
    if (entry.advice === true && found?.code === 'insufficient_funds') forced.add(after.accountId)
    else fault = prevailing(fault, found)
  }
  if (fault !== undefined) return fault
  const entries = [entry, ...more.map((each) => each.entry)] as const
  const holds = more.length === 0 ? prepared[0].holds : prepared.flatMap((each) => each.holds)
  const suspense = more.length === 0 ? prepared[0].suspense : prepared.flatMap((each) => each.suspense)
  return { kind: 'posted', entries, states: [...states.values()], forced, holds, suspense }
}

function faultOfLine(
  book: Book,
  { accountId, side, currency }: LineToPost,
  { isCustomers, advice }: EntryToPost,
): Rejection | undefined {
  const state = book.accounts.get(accountId)
  if (state === undefined) return noAccount(accountId)
  const fault = lineFault(state, side, { customerInitiated: isCustomers(accountId), advice: advice === true })
  return fault ?? faultOfCurrency(state, currency)
}

/** Value dates before the tenant's floor lie in years whose books are closed, whatever the window. */
export function faultOfFloor(
  { settings }: Pick<Book, 'settings'>,
  valueDate: BusinessDate,
): Rejection | undefined {
  const { valueDateFloor } = settings
  return valueDateFloor !== undefined && valueDate < valueDateFloor
    ? reject('period_closed', `The books are closed for value dates before ${valueDateFloor}.`, {
        valueDateFloor,
      })
    : undefined
}

/**
 * A thirteenth period is open from the first business date behind its year until that begins to close; its closing entries alone
 * come then (ADR 0023).
 */
export function faultOfPeriod(
  { years, businessDate }: Pick<Book, 'years' | 'businessDate'>,
  { period, kind }: Pick<Post, 'period' | 'kind'>,
): Rejection | undefined {
  if (period === undefined) return undefined
  const year = yearOf(period)
  const closedTo = years.closing ?? years.final
  if (kind === 'year_end_close' ? year === years.closing : year > closedTo && year < yearOf(businessDate))
    return undefined
  const detail =
    year > closedTo ? `The period ${period} opens when ${year} is over.` : `The books of ${year} are closed.`
  return reject('period_closed', detail, { period })
}

/** Contract §1, value date: inside the window that the tenant's settings leave around the booking date. */
export function faultOfValueDate(
  { businessDate, settings }: Book,
  valueDate: BusinessDate,
): Rejection | undefined {
  const closed = faultOfFloor({ settings }, valueDate)
  if (closed !== undefined || valueDate === businessDate) return closed
  const { valueDateDaysBack, valueDateDaysAhead } = settings
  const last = addDays(businessDate, valueDateDaysAhead)
  const first = valueDateDaysBack === undefined ? undefined : addDays(businessDate, -valueDateDaysBack)
  if (valueDate <= last && (first === undefined || valueDate >= first)) return undefined
  const from = first === undefined ? '' : `from ${first} `
  return reject(
    'value_date_out_of_window',
    `The value date ${valueDate} is outside the window ${from}to ${last}.`,
  )
}

/** Credits that are not available yet: each is held on its account until the business date that it names (ADR 0015). */
function clearingHolds(book: Book, { lines }: EntryToPost, { entryId, lineIds }: Stamp): HoldStep[] {
  if (lineIds === undefined) return []
  return lines.flatMap((line, at): HoldStep[] => {
    const { accountId, currency, amount, availableFrom } = line
    const holdId = lineIds[at] as HoldId | undefined
    if (availableFrom === undefined || holdId === undefined || !isHeldBack(book, line)) return []
    const hold: Hold = {
      ...{ holdId, accountId, currency, amount, expiresAt: undefined, reference: undefined },
      clears: { entryId, lineNo: at + 1, availableFrom },
      captured: 0n,
      remaining: amount,
      status: 'active',
      placedAt: book.now,
      version: 1,
    }
    return [{ change: 'placed', hold }]
  })
}

/** Credits that went to another account than they were meant for wait there for somebody to clear them (ADR 0015). */
function suspenseItems(
  book: Book,
  { lines, valueDate }: EntryToPost,
  { entryId, lineIds }: Stamp,
): SuspenseStep[] {
  return lines.flatMap(({ accountId, currency, amount, divertedFrom }, at): SuspenseStep[] => {
    // Decided again from what is recorded, it has no ids, and nothing is opened a second time.
    const suspenseItemId = lineIds?.[at] as SuspenseItemId | undefined
    if (divertedFrom === undefined || suspenseItemId === undefined) return []
    const item: SuspenseItem = {
      ...{ suspenseItemId, entryId, lineNo: at + 1, valueDate, accountId, currency, amount },
      intendedAccountId: divertedFrom.accountId,
      because: divertedFrom.because,
      cleared: 0n,
      returned: 0n,
      openedAt: book.now,
      version: 1,
    }
    return [{ change: 'opened', item, entryId }]
  })
}

/** Runs the lines over copies of the states, in order, behind what becomes of holds. */
function apply(book: Book, requests: readonly LineToPost[], holds: readonly HoldStep[]) {
  const states = new Map<AccountId, AccountState>()
  const stateOf = (accountId: AccountId): AccountState => {
    const state = states.get(accountId) ?? book.accounts.get(accountId)
    invariant(state !== undefined, 'a line is applied to an account that was found', { accountId })
    return state
  }
  for (const { hold, change } of holds) {
    const before = stateOf(hold.accountId)
    const heldBefore = change === 'placed' ? 0n : (book.holds.get(hold.holdId)?.remaining ?? 0n)
    states.set(hold.accountId, { ...before, held: before.held + hold.remaining - heldBefore })
  }
  const lines = requests.map((request): PostingLine => {
    const { accountId, side, amount, currency, reversesLineNo, availableFrom, divertedFrom } = request
    const before = stateOf(accountId)
    const debits = side === 'debit' ? before.debits + amount : before.debits
    const credits = side === 'credit' ? before.credits + amount : before.credits
    const version = before.version + 1
    const after = { ...before, debits, credits, version }
    states.set(accountId, after)
    const balanceAfter = postedOf(after)
    const { glCode } = before
    return {
      accountId,
      side,
      amount,
      currency,
      glCode,
      balanceAfter,
      accountVersion: version,
      reversesLineNo,
      availableFrom,
      divertedFrom,
    }
  })
  return { lines, states }
}

/** Contract §5, Funds: a net effect that lowers `available` may not leave it below zero. */
export function faultOfFunds(book: Book, before: AccountState, after: AccountState): Rejection | undefined {
  const available = availableOf(before)
  const left = availableOf(after)
  const { accountId, currency } = before
  if (!before.unlimited && left < available && left < 0n) {
    const { currencies } = book.settings
    const facts = {
      accountId,
      currency,
      available: formatFor(before, available, currencies),
      required: formatFor(before, available - left, currencies),
    }
    return reject(
      'insufficient_funds',
      `Account ${accountId} has ${facts.available} available; ${facts.required} is needed.`,
      facts,
    )
  }
  return after.debits > sumMinorMax || after.credits > sumMinorMax || after.held > sumMinorMax
    ? reject('balance_out_of_range', `The turnover of account ${accountId} would exceed 38 digits.`, {
        accountId,
      })
    : undefined
}
