import type { AccountId, BusinessDate, Instant } from '@plinth/kernel'
import type { Turnovers } from './turnover-marks.js'

/** Which of an account's lines count: those that meet all that is said. */
export interface PastQuestion {
  readonly accountId: AccountId
  /** Of this value date or an earlier one. */
  readonly valueDate?: BusinessDate | undefined
  /** Booked on this day or an earlier one. */
  readonly bookingDate?: BusinessDate | undefined
  /** Of the entries up to and including this one. Not beside `knownAt`. */
  readonly knownAtEntryNo?: number | undefined
  /** Of the entries posted at this moment or an earlier one. */
  readonly knownAt?: Instant | undefined
}

/** What the lines that count come to, in minor units. */
export interface PastTurnovers extends Turnovers {
  /** How many lines count if they are the account's first ones; undefined when a value date picks among them, or the end of day made some of them later. */
  readonly version: number | undefined
  /** The last entry that was known: asked with it, the question has this answer for ever. */
  readonly knownAtEntryNo: number
}

/** Asked as the books will know it some day: nobody can tell. */
export interface NotKnownYet {
  readonly notYet: 'knownAt' | 'knownAtEntryNo'
  /** The last entry there is. */
  readonly lastEntryNo: number
  /** The clock of the books. */
  readonly now: Instant
}
