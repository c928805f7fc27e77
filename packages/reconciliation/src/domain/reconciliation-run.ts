import type { Instant } from '@plinth/kernel'
import type { Compared } from './comparisons.js'
import type { ReconciliationRunId } from './settle-breaks.js'

/** A comparison of the books with themselves, and what came of it. */
export interface ReconciliationRun {
  readonly runId: ReconciliationRunId
  /** The last entry that it knew. */
  readonly asOfEntryNo: number
  readonly startedAt: Instant
  readonly finishedAt: Instant
  readonly startedBy: string
  readonly correlationId: string
  readonly comparisons: readonly Compared[]
}
