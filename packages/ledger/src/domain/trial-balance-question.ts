import type { BusinessDate, Period } from '@plinth/kernel'

/** Which lines a trial balance counts. */
export interface TrialBalanceQuestion {
  /** Up to and including it; of a period, its last day. */
  readonly date: BusinessDate
  readonly by: 'booking' | 'value'
  /** Entries of this period and those before it, whenever they were booked; `by` says nothing then. */
  readonly period?: Period | undefined
  /**
   * Leaves out the entries that close a year and whose period, value date or booking date, as is asked for, lies in the year asked
   * for: what that year earned and cost is shown then. Those of years before stay.
   */
  readonly withoutYearEndClose?: boolean | undefined
}
