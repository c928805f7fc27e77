import type { Tx } from '@plinth/db'
import type { AccountId, BusinessDate, Instant } from '@plinth/kernel'
import type { Books, Command, CommandContext, Outcome } from '@plinth/posting'
import type { Foreseen } from '../domain/foreseen.js'
import type { Load } from '../domain/partitions.js'
import type { Counts, Range, RunId } from '../domain/run.js'

/** A day that is closing, as the steps see it: what hangs on the day stands here and is the same when a step runs again. */
export interface Closing {
  readonly runId: RunId
  readonly books: Books
  readonly businessDate: BusinessDate
  readonly nextDate: BusinessDate
  /** Undefined: the day is closed already, and what is made up for is booked on the business date. */
  readonly bookInto: BusinessDate | undefined
  readonly cutOffEntryNo: number
  readonly cutOffAt: Instant
  /** Nothing is kept and the head is not touched: a step that posts says what it would post. */
  readonly rehearsal: boolean
  /** What the steps of a rehearsal would have posted so far. */
  readonly foreseen: Foreseen
  /**
   * Posts in the transaction of the partition, which does all its other work before: the head is locked from then on. On the
   * business date, or into the day that is closing.
   */
  post(tx: Tx, commands: readonly KeyedCommand[], bookInto?: BusinessDate): Promise<Outcome[]>
  newId(): string
  readonly context: CommandContext
}

export interface KeyedCommand {
  readonly key: string
  readonly command: Command
}

export interface AccountPage {
  readonly from: string
  readonly to: string | undefined
  readonly limit: number
}

/** Work on accounts, which are halved and at last set aside where it fails. */
export interface AccountStep {
  readonly of: 'accounts'
  readonly name: string
  /** The accounts it concerns, by id, both ends included; `to` undefined: all from there on. */
  accounts(tx: Tx, closing: Closing, page: AccountPage): Promise<readonly Load[]>
  /** Does the step for these accounts: once, in a transaction that also marks it as done. */
  work(tx: Tx, closing: Closing, accountIds: readonly AccountId[]): Promise<Counts>
}

/** Work on something that is cut by number, whose parts come together in the end. */
export interface RangeStep {
  readonly of: 'ranges'
  readonly name: string
  plan(tx: Tx, closing: Closing): Promise<readonly Range[]>
  /** `result` is JSON, and is handed to `finish`. */
  work(tx: Tx, closing: Closing, range: Range): Promise<{ counts: Counts; result: unknown }>
  finish(tx: Tx, closing: Closing, results: readonly unknown[]): Promise<void>
}

/** Work that is one transaction. */
export interface DayStep {
  readonly of: 'day'
  readonly name: string
  work(tx: Tx, closing: Closing): Promise<Counts>
}

/** The end of day is a list of these, behind the cut-off. */
export type Step = AccountStep | RangeStep | DayStep
