import type { BusinessDate, EntryId } from '@plinth/kernel'
import type { InterestTerms } from '@plinth/product/domain'
import type { NumberedTerms } from './accrue-through.js'
import type { AccrualRow, DueInterest, InterestState, ValuedLine } from './interest-state.js'

/** What a run wrote of a day. */
export interface BookedRow extends AccrualRow {
  /** The business date of the run. */
  readonly bookedOn: BusinessDate
  /** In which it changed the rounded sums; undefined if it did not. */
  readonly entryId: EntryId | undefined
}

export interface BookedCapitalisation {
  readonly due: DueInterest
  readonly bookedOn: BusinessDate
  readonly entryId: EntryId | undefined
}

/** What changed the accrued sums by other than a day: an engine outside said so, or a closing wrote off or paid back. */
export interface BookedAdjustment {
  readonly reason: 'instructed' | 'settled'
  readonly valueDate: BusinessDate
  /** Added to the sums, in minor units. */
  readonly credit: bigint
  readonly debit: bigint
  readonly entryId: EntryId
}

/** A line with what decides which run was the first to look at it. */
export interface HistoricLine extends ValuedLine {
  readonly entryNo: number
  readonly bookingDate: BusinessDate
  /** Made by the end of day for a day that was closing, behind its accrual. */
  readonly late: boolean
}

/** All that is stored of an account, and what it was made from. */
export interface AccrualHistory {
  readonly state: InterestState
  /** In the order in which they were made: by run; of a run what was made up for first, then by day. */
  readonly rows: readonly BookedRow[]
  readonly capitalised: readonly BookedCapitalisation[]
  /** In the order of their entries. */
  readonly adjustments: readonly BookedAdjustment[]
  /** Up to the last that was looked at, in their order. */
  readonly lines: readonly HistoricLine[]
  termsOn(day: BusinessDate): NumberedTerms
  termsOf(snapshotNo: number): InterestTerms
  numberOf(entryId: EntryId): number | undefined
}
