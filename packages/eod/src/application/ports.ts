import type { Tx } from '@plinth/db'
import type { AccountId, BusinessDate, EntryId, Instant } from '@plinth/kernel'
import type { TakenNumbers } from '@plinth/ledger'
import type {
  ControlTotal,
  Counts,
  EndedDay,
  Partition,
  Range,
  Run,
  RunId,
  SetAside,
  StepReport,
} from '../domain/run.js'
import type { YearEnd, YearEndEntries, YearEndPartition } from '../domain/year-end.js'

/** Whose turn it is: what every transaction of a run asks for first. */
export interface Turn {
  readonly runId: RunId
  readonly epoch: number
}

export interface RunStore {
  /** Its cut-off is noted when it is known. */
  insertRun(
    tx: Tx,
    run: Pick<Run, 'runId' | 'businessDate' | 'nextDate' | 'startedBy' | 'correlationId'> & { owner: string },
  ): Promise<void>
  noteCutOff(tx: Tx, runId: RunId, cutOff: TakenNumbers): Promise<void>
  /** The run of the day that is closing, if one is. */
  readOpenRun(tx: Tx): Promise<Run | undefined>
  readRun(tx: Tx, runId: RunId): Promise<Run | undefined>
  /** The run of that day or the last one before it. */
  readRunUpTo(tx: Tx, businessDate: BusinessDate): Promise<Run | undefined>
  /**
   * Takes a run over, if its lease has ended or `force` is said. Undefined: somebody has it, or works on it at this moment.
   */
  claim(tx: Tx, runId: RunId, asked: { owner: string; force: boolean }): Promise<Run | undefined>
  /** Renews the lease and keeps others out until `tx` ends. False: it is somebody else's turn, or the run has ended. */
  renew(tx: Tx, turn: Turn): Promise<boolean>
  /** Gives the run back, as it stands or failed. */
  release(tx: Tx, turn: Turn, failure?: { step: string; reason: string }): Promise<void>
  complete(tx: Tx, runId: RunId): Promise<void>
}

export interface StepStore {
  /** Whether a step was begun, and whether it has ended. */
  readStep(tx: Tx, runId: RunId, name: string): Promise<{ stepNo: number; finished: boolean } | undefined>
  insertStep(tx: Tx, runId: RunId, name: string): Promise<number>
  finishStep(tx: Tx, place: StepPlace): Promise<void>
  insertPartitions(tx: Tx, place: StepPlace, partitions: readonly Partition[]): Promise<void>
  readPartitionsToDo(tx: Tx, place: StepPlace): Promise<{ toDo: Partition[]; done: number }>
  isDone(tx: Tx, place: StepPlace, partitionNo: number): Promise<boolean>
  markDone(tx: Tx, place: StepPlace, done: { partitionNo: number; counts: Counts; result?: unknown }): void
  /** Cuts a partition in two, of which the second gets the next number. */
  split(tx: Tx, place: StepPlace, cut: { partitionNo: number; to: string; rest: Range }): Promise<Partition>
  readResults(tx: Tx, place: StepPlace): Promise<unknown[]>
  readSteps(tx: Tx, runId: RunId): Promise<StepReport[]>
}

export interface StepPlace {
  readonly runId: RunId
  readonly stepNo: number
}

export interface SetAsideStore {
  insertSetAside(
    tx: Tx,
    failed: Pick<SetAside, 'runId' | 'accountId' | 'step' | 'code' | 'detail'>,
  ): Promise<void>
  readSetAside(tx: Tx, runId: RunId): Promise<SetAside[]>
  /** Those of a run, or of all runs, that are not settled. */
  readUnsettled(tx: Tx, runId?: RunId): Promise<SetAside[]>
  /** Locks one, unless somebody else tries it at this moment or it is settled. */
  lockUnsettled(tx: Tx, failed: Pick<SetAside, 'runId' | 'accountId'>): Promise<SetAside | undefined>
  settle(tx: Tx, failed: Pick<SetAside, 'runId' | 'accountId'>): void
  noteFailure(
    tx: Tx,
    failed: Pick<SetAside, 'runId' | 'accountId' | 'step' | 'code' | 'detail'>,
  ): Promise<void>
}

export interface TotalStore {
  readTotals(tx: Tx, businessDate: BusinessDate): Promise<ControlTotal[]>
  /** The cut-off of the day before and what it closed with. Undefined: there is no such day. */
  readTotalsBefore(
    tx: Tx,
    businessDate: BusinessDate,
  ): Promise<{ cutOffEntryNo: number; totals: ControlTotal[] } | undefined>
  insertTotals(tx: Tx, businessDate: BusinessDate, totals: readonly ControlTotal[]): Promise<void>
}

export interface YearEndStore {
  readYearEnd(tx: Tx, year: number): Promise<YearEnd | undefined>
  /** One that was begun, kept from others until `tx` ends. */
  lockYearEnd(tx: Tx, year: number): Promise<YearEnd>
  listYearEnds(tx: Tx): Promise<YearEnd[]>
  /** An account that days up to this one have set aside and nobody has made up for. */
  readUnsettledUpTo(tx: Tx, day: BusinessDate): Promise<AccountId | undefined>
  insertYearEnd(
    tx: Tx,
    yearEnd: Omit<YearEnd, 'status' | 'finalEntryNo' | 'finalAt' | 'partitions'>,
  ): Promise<void>
  /** Notes how many there are, also of none. */
  insertPartitions(tx: Tx, year: number, partitions: readonly YearEndPartition[]): Promise<void>
  /** The next one to do, kept from others until `tx` ends. */
  lockNextPartition(tx: Tx, year: number): Promise<YearEndPartition | undefined>
  countPartitionsToDo(tx: Tx, year: number): Promise<number>
  markPartition(
    tx: Tx,
    done: { year: number; partitionNo: number; entryId: EntryId | undefined; result: bigint },
  ): Promise<void>
  finishYearEnd(tx: Tx, end: { year: number; finalAt: Instant; finalEntryNo: number }): Promise<void>
  readYearEndEntries(tx: Tx, year: number): Promise<YearEndEntries[]>
}

/** Where the ends of days are read from for others. */
export interface DayReader {
  /** The days whose end was begun behind `after`, in order. */
  readEndedDays(
    tx: Tx,
    page: { readonly after: BusinessDate | undefined; readonly limit: number },
  ): Promise<EndedDay[]>
}

export type EodStore = RunStore & StepStore & SetAsideStore & TotalStore

/** The accounts that a run goes on without. */
export type LeftOut = Set<AccountId>
