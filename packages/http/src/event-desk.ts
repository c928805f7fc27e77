import type { Database } from '@plinth/db'
import { type EventFeed, type EventTail, openEventFeed, openEventTail } from '@plinth/events'
import type { TenantId } from '@plinth/kernel'
import { refuse } from './problem.js'
import { tooManyRequests } from './rate-limit.js'

/** Whoever reads and follows events in this process. */
export interface EventDesk {
  readonly feed: EventFeed
  readonly tail: EventTail
  /** Fires when nobody may follow any longer. */
  readonly stopping: AbortSignal
  /** After so long a silence a stream says that it is still there. */
  readonly heartbeatMs: number
  /** A place among those of the tenant who wait; answers how to leave it. Throws `rate_limited` when all are taken. */
  enter(tenantId: TenantId): () => void
  /** Ends all streams and all waiting; the server can be closed then. */
  stop(): void
}

// Each holds a connection and up to a page of events. Consumers share one stream behind a service of theirs; of more than these
// something is opening streams and forgetting them.
const waitingMaxDefault = 200
// Proxies drop what is silent for a minute.
const heartbeatMsDefault = 15_000

export function openEventDesk(
  database: Pick<Database, 'read' | 'hear'>,
  { waitingMax = waitingMaxDefault, heartbeatMs = heartbeatMsDefault } = {},
): EventDesk {
  const tail = openEventTail(database)
  const stopping = new AbortController()
  const waiting = new Map<TenantId, number>()
  return {
    feed: openEventFeed(database),
    tail,
    stopping: stopping.signal,
    heartbeatMs,
    enter: (tenantId) => {
      if (stopping.signal.aborted) throw refuse('unavailable', 'This server is stopping.')
      const there = waiting.get(tenantId) ?? 0
      if (there >= waitingMax)
        throw tooManyRequests(`${waitingMax} of this tenant follow events here already.`, 1_000)
      waiting.set(tenantId, there + 1)
      let left = false
      return () => {
        if (left) return
        left = true
        const still = (waiting.get(tenantId) ?? 1) - 1
        if (still === 0) waiting.delete(tenantId)
        else waiting.set(tenantId, still)
      }
    },
    stop: () => {
      stopping.abort()
      tail.close()
    },
  }
}
