import { addDays, type BusinessDate } from '@plinth/kernel'
import { type AccrualState, type Accrued, accrualFrom } from '@plinth/product/domain'

/** An exact amount of interest, in minor units times the parts of a year (see `Accrued`). */
export type Exact = Accrued['exact']

/** What is remembered of one account between two runs, so that the next one looks at new lines only. Amounts in minor units. */
export interface InterestState {
  /** The first day that has accrued. */
  readonly firstDay: BusinessDate
  /** The last one; every day between them has a row. */
  readonly accruedThrough: BusinessDate
  /** What has accrued and is not capitalised yet. */
  readonly accrual: AccrualState
  /** The terms that the last day accrued with: what has accrued stands on their GL accounts. 0 before the first day. */
  readonly snapshotNo: number
  /** Every line up to this version is of a value date that has accrued, and counts in `baseBalance`. */
  readonly baseVersion: number
  /** What those lines come to: credits less debits. */
  readonly baseBalance: bigint
  /** Lines up to this version have been looked at: what was back-valued among them has been made up for. */
  readonly seenVersion: number
  /** The net of capitalised interest whose line has not been met yet: it counts already. */
  readonly unmet: bigint
}

/** An account before its first day. Lines of earlier value dates count in its balance from then on. */
export const stateBefore = (firstDay: BusinessDate): InterestState => ({
  firstDay,
  accruedThrough: addDays(firstDay, -1),
  accrual: accrualFrom(firstDay),
  snapshotNo: 0,
  baseVersion: 0,
  baseBalance: 0n,
  seenVersion: 0,
  unmet: 0n,
})

/** A line of the account, behind `baseVersion`. */
export interface ValuedLine {
  readonly version: number
  readonly valueDate: BusinessDate
  /** Above zero what is credited, below it what is debited. */
  readonly amount: bigint
  /** It is interest that a run capitalised, and has counted since its value date. */
  readonly capitalised: boolean
}

/** What a day accrued. Of a back-valued line the days that it touches get a row more, with the next revision. */
export interface AccrualRow {
  readonly day: BusinessDate
  readonly revision: number
  readonly balance: bigint
  /** In parts of a year. */
  readonly parts: number
  readonly snapshotNo: number
  readonly credit: Exact
  readonly debit: Exact
  /** By how much the rounded sums changed with this row, in minor units. */
  readonly creditPosted: bigint
  readonly debitPosted: bigint
}

/** What becomes due when a period has ended. */
export interface DueInterest {
  readonly periodStart: BusinessDate
  /** The day after the period. */
  readonly valueDate: BusinessDate
  readonly snapshotNo: number
  /** Gross; the account is credited with it less `tax`, and debited with `debit`. */
  readonly credit: bigint
  readonly tax: bigint
  readonly debit: bigint
}

/** What stood accrued on the GL accounts of one set of terms and stands on those of another from now on. */
export interface Moved {
  readonly from: number
  readonly to: number
  readonly credit: bigint
  readonly debit: bigint
}

/** What the capitalisation changes of the account's balance. */
export const netOf = ({ credit, tax, debit }: Pick<DueInterest, 'credit' | 'tax' | 'debit'>): bigint =>
  credit - tax - debit
