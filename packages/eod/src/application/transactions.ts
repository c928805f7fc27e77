import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, DatabaseUnavailable, OutcomeUnknown } from '@plinth/db'
import type { TenantId } from '@plinth/kernel'
import type { Transact } from './running.js'

// A failover takes some seconds, a restart for maintenance not much more.
export const patienceMs = 60_000
const pauseMs = 1_000

/**
 * Transactions of a run, one behind the other, each of which finds out by itself whether it has happened. A database that is
 * away for a while is waited for.
 */
export const transactionsOf =
  (database: Database, tenantId: TenantId): Transact =>
  async (work) => {
    for (const untilMs = Date.now() + patienceMs; ; await sleep(pauseMs)) {
      try {
        const write = { tenantId, lane: 'batch', deadlineMs: untilMs, repeatable: true } as const
        return await database.transaction(write, work)
      } catch (error) {
        const passing = error instanceof DatabaseUnavailable || error instanceof OutcomeUnknown
        if (!passing || Date.now() + pauseMs > untilMs) throw error
      }
    }
  }
