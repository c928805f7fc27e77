import {
  type AccountId,
  type Brand,
  type BusinessDate,
  type CurrencyCode,
  type EntryId,
  type Instant,
  parseUuid,
  type Rejection,
  type RiskDecision,
  reject,
} from '@plinth/kernel'

export type HoldId = Brand<string, 'HoldId'>
export const parseHoldId = (text: string): HoldId | undefined => parseUuid<HoldId>(text)

export const holdStatuses = ['active', 'captured', 'released', 'expired'] as const
export type HoldStatus = (typeof holdStatuses)[number]

/** Which line's money a clearing hold keeps, and until when. */
export interface Clears {
  readonly entryId: EntryId
  readonly lineNo: number
  readonly availableFrom: BusinessDate
}

/** An amount set aside on an account: lowers `available`, not `posted` (contract §1). Amounts are minor units of `currency`. */
export interface Hold {
  readonly holdId: HoldId
  readonly accountId: AccountId
  readonly currency: CurrencyCode
  readonly amount: bigint
  readonly captured: bigint
  /** What still counts in the account's `held`. */
  readonly remaining: bigint
  readonly status: HoldStatus
  /** Undefined: never. */
  readonly expiresAt: Instant | undefined
  readonly reference: string | undefined
  /** Of a clearing hold, which keeps a credit from being available before its day (ADR 0015). */
  readonly clears?: Clears | undefined
  /** What it will be captured with; undefined: whatever comes. */
  readonly transactionCode?: string | undefined
  /** The booking date whose limits it counts against; undefined: from before there were limits, it counts against none. */
  readonly placedOn?: BusinessDate | undefined
  /** The risk decision that it was placed on. */
  readonly decision?: RiskDecision | undefined
  readonly placedAt: Instant
  /** Counts its changes: 1 is its placing. */
  readonly version: number
}

/** What happens to a hold. */
export type HoldChange = 'placed' | 'captured' | 'reduced' | 'released' | 'extended' | 'expired'

const notActive: Readonly<
  Record<Exclude<HoldStatus, 'active'>, 'hold_expired' | 'hold_released' | 'hold_captured'>
> = { expired: 'hold_expired', released: 'hold_released', captured: 'hold_captured' }

/** Whether its time is over, by the database's clock, recorded or not. */
export const isOverdue = ({ expiresAt }: Hold, now: Instant): boolean =>
  expiresAt !== undefined && expiresAt <= now

/** Why nothing more becomes of the hold; an overdue one counts as expired where `now` is given. */
function ended(hold: Hold, now?: Instant): Rejection | undefined {
  const { holdId, status } = hold
  if (status !== 'active') return reject(notActive[status], `Hold ${holdId} is ${status}.`, { holdId })
  return now !== undefined && isOverdue(hold, now)
    ? reject('hold_expired', `Hold ${holdId} expired at ${hold.expiresAt}.`, { holdId })
    : undefined
}

/** Takes part or all of what remains; `final` lets go of the rest. Never more than remains, never behind its time. */
export function decideCapture(
  hold: Hold,
  { amount, final }: { amount: bigint; final: boolean },
  now: Instant,
): Hold | Rejection {
  const fault = ended(hold, now)
  if (fault !== undefined) return fault
  if (amount > hold.remaining) {
    const { holdId } = hold
    return reject('hold_amount_exceeded', `Hold ${holdId} has less left than is to be captured.`, { holdId })
  }
  if (hold.clears !== undefined) return keepsClearing(hold)
  const remaining = final ? 0n : hold.remaining - amount
  const status = remaining === 0n ? 'captured' : 'active'
  return changed(hold, { captured: hold.captured + amount, remaining, status })
}

/** Lets go of what remains. Works also when its time is over and nobody has recorded that yet. */
export function decideRelease(hold: Hold): Hold | Rejection {
  return ended(hold) ?? changed(hold, { remaining: 0n, status: 'released' })
}

/** Gives an active hold another end, or none. */
export function decideExtend(
  hold: Hold,
  { expiresAt }: { expiresAt: Instant | undefined },
  now: Instant,
): Hold | Rejection {
  const fault = ended(hold, now)
  if (fault !== undefined) return fault
  if (expiresAt !== undefined && expiresAt <= now) {
    const { holdId } = hold
    return reject('hold_expired', `Hold ${holdId} would have expired already at ${expiresAt}.`, { holdId })
  }
  if (hold.clears !== undefined) return keepsClearing(hold)
  return changed(hold, { expiresAt })
}

/** The money of a clearing hold is its owner's from a day on; nobody else takes it before, and the day stays. */
const keepsClearing = ({ holdId }: Hold): Rejection =>
  reject('condition_failed', `Hold ${holdId} keeps a credit until the day on which it is available.`, {
    holdId,
    condition: 'not_clearing',
  })

/** Lets go of a part of a clearing hold because that much of its credit is taken back; of all that is left, where it is less. */
export function decideReduce(hold: Hold, amount: bigint): Hold {
  const remaining = amount < hold.remaining ? hold.remaining - amount : 0n
  return changed(hold, { remaining, status: remaining === 0n ? 'released' : 'active' })
}

/** Records that its time is over. Whoever asked was too early, or too late, where that is not so. */
export function decideExpiry(
  hold: Hold,
  { now, businessDate }: { now: Instant; businessDate: BusinessDate },
): Hold | Rejection {
  const fault = ended(hold)
  if (fault !== undefined) return fault
  const cleared = hold.clears !== undefined && hold.clears.availableFrom <= businessDate
  if (!cleared && !isOverdue(hold, now)) {
    const { holdId } = hold
    return reject('condition_failed', `Hold ${holdId} has not expired.`, { holdId, condition: 'overdue' })
  }
  return changed(hold, { remaining: 0n, status: 'expired' })
}

const changed = (hold: Hold, change: Partial<Hold>): Hold => ({
  ...hold,
  ...change,
  version: hold.version + 1,
})
