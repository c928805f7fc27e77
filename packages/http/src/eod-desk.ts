import { hostname } from 'node:os'
import type { Database } from '@plinth/db'
import { type EodEngine, openEod } from '@plinth/eod'
import { glExtractStep } from '@plinth/reconciliation'
import { uuidV7 } from './uuid-v7.js'

/** Ends of days that this process runs: they go on when their requests have been answered. */
export interface EodDesk {
  readonly engine: EodEngine
  /** Lets work go on; its failure is whoever's who looks after it. */
  follow(work: Promise<unknown>): void
  stopping(): boolean
  /** Ends the work at hand between two partitions; `plinth eod resume` goes on with it. */
  stop(): Promise<void>
}

export function openEodDesk(database: Database): EodDesk {
  const working = new Set<Promise<unknown>>()
  let stopping = false
  return {
    engine: openEod({
      database,
      newId: uuidV7,
      owner: `a server on ${hostname()}, process ${process.pid}`,
      behindTotals: [glExtractStep],
    }),
    follow: (work) => {
      working.add(work)
      const done = (): void => {
        working.delete(work)
      }
      work.then(done, done)
    },
    stopping: () => stopping,
    stop: async () => {
      stopping = true
      await Promise.allSettled(working)
    },
  }
}
