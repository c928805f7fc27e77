import type { AccountId, Brand, BusinessDate, CurrencyCode, GlCode, Instant } from '@plinth/kernel'

/** A UUIDv7. */
export type RunId = Brand<string, 'RunId'>

export const runStatuses = ['running', 'failed', 'completed'] as const
export type RunStatus = (typeof runStatuses)[number]

/** What was done, by name: `holds`, `lines` … */
export type Counts = Readonly<Record<string, number>>

/** The end of one business day. While it is not completed its day is closing, then it is closed. */
export interface Run {
  readonly runId: RunId
  readonly businessDate: BusinessDate
  /** What everybody else books on from the cut-off. */
  readonly nextDate: BusinessDate
  readonly status: RunStatus
  /** The last entry before the cut-off; 0: there was none. */
  readonly cutOffEntryNo: number
  readonly cutOffAt: Instant
  readonly startedBy: string
  readonly correlationId: string
  readonly finishedAt: Instant | undefined
  readonly failure: { readonly step: string; readonly reason: string } | undefined
  readonly lease: Lease
}

/** Who works on a run. It must be renewed; whoever let it lapse was overtaken if the epoch is another by then. */
export interface Lease {
  readonly owner: string
  readonly since: Instant
  readonly until: Instant
  readonly epoch: number
}

/** A part of a step's work: accounts or entry numbers from here to there, both included. */
export interface Partition {
  readonly partitionNo: number
  readonly from: string
  readonly to: string
}

export type Range = Omit<Partition, 'partitionNo'>

/** How far a step of a run has come. */
export interface StepReport {
  readonly name: string
  readonly startedAt: Instant
  readonly finishedAt: Instant | undefined
  readonly partitions: number
  readonly partitionsDone: number
  readonly counts: Counts
}

/** An account for which a step failed: the run went on without it, and `resume` tries it again. */
export interface SetAside {
  readonly runId: RunId
  readonly accountId: AccountId
  readonly step: string
  readonly code: string
  readonly detail: string
  readonly setAsideAt: Instant
  readonly attempts: number
  readonly settledAt: Instant | undefined
}

/** What a GL account came to on a day, by booking date, in minor units; opening and closing are debits less credits. */
export interface ControlTotal {
  readonly glCode: GlCode
  readonly currency: CurrencyCode
  readonly opening: bigint
  readonly debits: bigint
  readonly credits: bigint
  readonly closing: bigint
  readonly lines: number
}

/** All there is to say of a run. */
export interface RunReport {
  readonly run: Run
  readonly steps: readonly StepReport[]
  readonly setAside: readonly SetAside[]
  readonly controlTotals: readonly ControlTotal[]
}

/** A day whose end was begun. */
export interface EndedDay {
  readonly runId: RunId
  readonly businessDate: BusinessDate
  readonly nextDate: BusinessDate
  /** The last entry before the cut-off; 0: there was none. */
  readonly cutOffEntryNo: number
  /** `completed`: the day is closed. */
  readonly status: RunStatus
  /** The steps that have ended, in order. */
  readonly steps: readonly string[]
  /** Steps and partitions of its plan that have not ended. */
  readonly toDo: number
}
