import type { BusinessDate, Side } from '@plinth/kernel'
import type { EntryKind } from './journal-entry.js'
import type { PastTurnovers } from './past-balance.js'

/** A line that a balance counts. The amount is in minor units. */
export interface CountedLine {
  readonly accountVersion: number
  readonly entryNo: number
  readonly kind: EntryKind
  readonly transactionCode: string
  readonly description: string | undefined
  readonly bookingDate: BusinessDate
  readonly valueDate: BusinessDate
  readonly side: Side
  readonly amount: bigint
}

/** What lines come to, by side, in minor units. */
export interface LineTotals {
  readonly lines: number
  readonly debits: bigint
  readonly credits: bigint
}

/** The lines that make a balance. */
export interface ExplainedBalance {
  /** What a balance of these limits answers, from the sums that are kept. */
  readonly answered: PastTurnovers
  /** What counts and comes before the first of `lines`. */
  readonly carried: LineTotals
  readonly lines: readonly CountedLine[]
  /** Carried and `lines`, added up. */
  readonly total: LineTotals
  /** What was known and does not count: booked later than asked, or booked by then and of a later value date. */
  readonly bookedLater: LineTotals
  readonly valuedLater: LineTotals
}

/** The totals of lines on top of what was carried. */
export const addedUp = (carried: LineTotals, lines: readonly CountedLine[]): LineTotals =>
  lines.reduce(
    ({ lines: count, debits, credits }, { side, amount }) => ({
      lines: count + 1,
      debits: side === 'debit' ? debits + amount : debits,
      credits: side === 'credit' ? credits + amount : credits,
    }),
    carried,
  )
