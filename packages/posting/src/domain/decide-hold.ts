import type { AccountState } from '@plinth/account'
import { lineFault, noAccount } from '@plinth/account/domain'
import type { Hold, HoldChange, HoldId } from '@plinth/holds'
import { decideCapture, decideExpiry, decideExtend, decideRelease } from '@plinth/holds/domain'
import { type AccountId, invariant, parseMinor, prevailing, type Rejection, reject } from '@plinth/kernel'
import type { Book } from './book.js'
import type {
  CaptureHoldCommand,
  ExpireHoldCommand,
  ExtendHoldCommand,
  PlaceHoldCommand,
  ReleaseHoldCommand,
  Stamp,
} from './command.js'
import { faultOfFunds, faultOfValueDate, postEntry } from './decide-posting.js'
import type { Accepted, Posted } from './decision.js'
import { faultOfCurrency } from './fault-of-currency.js'
import { faultsOfDemands, withDemands } from './faults-of-demands.js'
import { faultOfSpending } from './limits.js'
import { type LineToPost, linesToPost } from './lines-to-post.js'
import { faultOfCode, faultOfLimit, isCustomerInitiated } from './posting-rules.js'

type HoldChanged = Extract<Accepted, { kind: 'hold_changed' }>

/** Sets an amount aside: status, currency and funds speak against it as against a customer's debit. */
export function decidePlaceHold(
  book: Book,
  command: PlaceHoldCommand,
  stamp: Stamp,
): HoldChanged | Rejection {
  const { accountId, amount, currency, expiresAt, reference, transactionCode } = command
  const before = book.accounts.get(accountId)
  if (before === undefined) return withDemands(book, command, noAccount(accountId))
  const holdId = stamp.entryId as string as HoldId
  const overdue =
    expiresAt !== undefined && expiresAt <= book.now
      ? reject('hold_expired', `A hold until ${expiresAt} would have expired already.`)
      : undefined
  let fault = prevailing(lineFault(before, 'debit') ?? faultOfCurrency(before, currency), overdue)
  for (const demanded of faultsOfDemands(book, command)) fault = prevailing(fault, demanded)
  if (fault !== undefined) return fault
  const limited =
    faultOfLimit(book, { transactionCode, lines: [{ accountId, side: 'debit', amount, currency }] }) ??
    faultOfSpending(book, { accountId, transactionCode, amount })
  if (limited !== undefined) return limited
  const state = { ...before, held: before.held + amount }
  const funds = faultOfFunds(book, before, state)
  if (funds !== undefined) return funds
  const hold: Hold = {
    ...{ holdId, accountId, currency, amount, expiresAt, reference, decision: command.decision },
    captured: 0n,
    remaining: amount,
    status: 'active',
    placedAt: book.now,
    placedOn: book.businessDate,
    transactionCode,
    version: 1,
  }
  return { kind: 'hold_changed', change: 'placed', hold, state }
}

/** Releases, extends or expires a hold; what it lets go of is available again. Works whatever the account's status. */
export function decideHoldChange(
  book: Book,
  command: ReleaseHoldCommand | ExtendHoldCommand | ExpireHoldCommand,
): HoldChanged | Rejection {
  const before = book.holds.get(command.holdId)
  if (before === undefined) return noHold(command.holdId)
  const { change, decided } = changeOf(book, command, before)
  if ('kind' in decided) return decided
  const state = accountOf(book, before)
  const held = state.held - before.remaining + decided.remaining
  return { kind: 'hold_changed', change, hold: decided, state: { ...state, held } }
}

function changeOf(
  { now, businessDate }: Book,
  command: ReleaseHoldCommand | ExtendHoldCommand | ExpireHoldCommand,
  hold: Hold,
): { change: HoldChange; decided: Hold | Rejection } {
  switch (command.type) {
    case 'release_hold':
      return { change: 'released', decided: decideRelease(hold) }
    case 'extend_hold':
      return { change: 'extended', decided: decideExtend(hold, command, now) }
    case 'expire_hold':
      return { change: 'expired', decided: decideExpiry(hold, { now, businessDate }) }
  }
}

/**
 * A posting whose net debit on the hold's account is the amount captured. What it takes was set aside, so it never lowers
 * `available`; a dormant account lets it pass, a frozen or blocked one does not (contract §5, Status).
 */
export function decideCaptureHold(book: Book, command: CaptureHoldCommand, stamp: Stamp): Posted | Rejection {
  const before = book.holds.get(command.holdId)
  if (before === undefined) return withDemands(book, command, missingHold(book, command))
  const amount = parseMinor(command.amount, book.settings.currencies.decimalsOf(before.currency) as number)
  const captured =
    typeof amount === 'bigint' ? decideCapture(before, { amount, final: command.final }, book.now) : before
  const refused = 'kind' in captured ? captured : undefined
  const { transactionCode, description, reference, endToEndId, metadata } = command
  const { lines } = linesToPost(book, command.lines)
  const fault = prevailing(refused, faultOfAmount({ lines, text: command.amount }, before, amount))
  const valueDate = command.valueDate ?? book.businessDate
  const customers = isCustomerInitiated(book, transactionCode)
  const entry = {
    kind: 'capture' as const,
    ...{ transactionCode, description, reference, endToEndId, metadata, valueDate, lines },
    holdId: before.holdId,
    decision: command.decision,
    isCustomers: (accountId: AccountId) => customers && accountId !== before.accountId,
    holds: 'kind' in captured ? [] : [{ change: 'captured' as const, hold: captured }],
  }
  // What the hold set aside was tested when it was placed; what the capture takes from others is as good as any posting.
  const ofOthers = lines.filter(({ accountId }) => accountId !== before.accountId)
  const faults = [
    faultOfValueDate(book, valueDate),
    faultOfCode(book, { transactionCode, lines }),
    faultOfLimit(book, { transactionCode, lines: ofOthers }),
    fault,
    faultOfOtherCode(before, transactionCode),
    ...faultsOfDemands(book, command),
  ]
  return postEntry(book, entry, { stamp, faults })
}

/** A hold that says what it will be captured with was counted against the limits of that. */
function faultOfOtherCode(
  { holdId, transactionCode: named }: Hold,
  transactionCode: string,
): Rejection | undefined {
  if (named === undefined || named === transactionCode) return undefined
  const facts = { holdId, condition: 'transactionCode', found: named }
  return reject(
    'condition_failed',
    `Hold ${holdId} is to be captured with ${named}, not with ${transactionCode}.`,
    facts,
  )
}

/**
 * The hold's account is debited by what is captured, all lines taken together where they are posted, in the hold's currency: a
 * credit that goes to another account is none of it.
 */
function faultOfAmount(
  { lines, text }: { lines: readonly LineToPost[]; text: string },
  { holdId, accountId, currency }: Hold,
  amount: ReturnType<typeof parseMinor>,
): Rejection | undefined {
  if (typeof amount === 'string')
    return reject(
      'currency_mismatch',
      `${text} is not an amount of ${currency}, the currency of hold ${holdId}.`,
    )
  const net = lines
    .filter((line) => line.accountId === accountId && line.currency === currency)
    .reduce((sum, { side, amount: moved }) => (side === 'debit' ? sum + moved : sum - moved), 0n)
  if (net === amount && amount > 0n) return undefined
  const detail = `The lines must debit account ${accountId}, on which hold ${holdId} stands, by the amount captured.`
  return reject('hold_account_mismatch', detail, { holdId, accountId })
}

/** A missing account comes before a missing hold; one for which another takes the line is not missed. */
function missingHold(book: Book, { holdId, lines }: CaptureHoldCommand): Rejection {
  const missing = linesToPost(book, lines).lines.find(({ accountId }) => !book.accounts.has(accountId))
  return missing === undefined ? noHold(holdId) : noAccount(missing.accountId)
}

const noHold = (holdId: HoldId): Rejection =>
  reject('hold_not_found', `There is no hold ${holdId}.`, { holdId })

function accountOf({ accounts }: Book, { holdId, accountId }: Hold): AccountState {
  const state = accounts.get(accountId)
  invariant(state !== undefined, 'the account of a hold is locked with it', { holdId, accountId })
  return state
}
