import type { Tx } from '@plinth/db'
import type { AccountId } from '@plinth/kernel'
import type { Tracing } from '@plinth/telemetry'
import type { GiveWay } from './give-way.js'
import type { EodStore, Turn } from './ports.js'
import type { Closing } from './step.js'

/** A transaction of its own for each piece of work, behind which it gives way, or, of a rehearsal, the one for all. */
export type Transact = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>

/** What steps run in. */
export interface Running {
  readonly store: EodStore
  readonly transact: Transact
  readonly closing: Closing
  readonly turn: Turn
  /** The most that a partition of accounts has to do. */
  readonly loadMax: number
  readonly tracing: Tracing | undefined
  readonly giveWay: GiveWay
  /** Asked between partitions. */
  stopped(): boolean
  progressed(progress: Progress): void
  /** Told of what failed, whatever becomes of it. */
  failed(error: unknown, where: { step: string; accountId?: AccountId }): void
}

/** How far a step has come, in partitions. */
export interface Progress {
  readonly businessDate: string
  readonly step: string
  readonly done: number
  readonly of: number
  /** Whether it rests between transactions, because others post. */
  readonly resting: boolean
}
