import type { Database, Tx } from '@plinth/db'
import type { BusinessDate } from '@plinth/kernel'
import type { CommandContext, PostWithin } from '@plinth/posting'
import type { Run, RunReport } from '../domain/run.js'
import type { EodStore } from './ports.js'
import type { Progress } from './running.js'
import type { Step } from './step.js'

/** What an end of day is made of. */
export interface EodSetting {
  readonly database: Database
  readonly store: EodStore
  readonly postWithin: PostWithin
  /** Behind the cut-off, in order. */
  readonly steps: readonly Step[]
  /** The most that a partition of accounts has to do. */
  readonly loadMax: number
  /** Names this process in a lease: who, where. */
  readonly owner: string
  newId(): string
}

/** Who asks for an end of day, and how it is followed. */
export interface EodRequest {
  readonly operator: CommandContext
  /** Does not give way to online posting: sooner done, and postings are slower meanwhile. */
  readonly fullSpeed?: boolean
  /** Asked between partitions; what was begun can be resumed. */
  stopped?(): boolean
  progressed?(progress: Progress): void
  /** What failed, for the log. */
  failed?(error: unknown, where: { step: string; accountId?: string }): void
}

/** A rehearsal, and who looks at what its steps have left behind before it is rolled back. */
export interface RehearsalRequest extends EodRequest {
  rehearsed?(tx: Tx, report: RunReport): Promise<void>
}

/** What became of a request. */
export interface Ended {
  /** The days that were worked on, in order. */
  readonly reports: readonly RunReport[]
  /** False: it was stopped before the last of them was closed. */
  readonly complete: boolean
}

/** A day that was cut off, or taken up again: the rest may take its time. */
export interface Begun {
  /** Undefined: there is no day to go on with. */
  readonly run: Run | undefined
  /** Where the business date is behind it. */
  readonly businessDate: BusinessDate
  finish(): Promise<Ended>
}
