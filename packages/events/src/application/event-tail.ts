import type { Database } from '@plinth/db'
import type { TenantId } from '@plinth/kernel'
import { eventTopic, readLastPosition } from '@plinth/outbox'

/** Waits for events on behalf of everybody in this process who does. */
export interface EventTail {
  /**
   * Resolves with true as soon as there is an event behind `after`; with false when `signal` fires, or when the tail is closed.
   * Right without any hint: the last position is asked for again and again while somebody waits.
   */
  waitBehind(tenantId: TenantId, after: number, signal: AbortSignal): Promise<boolean>
  close(): void
}

// Asked at most so often, however many commit; so often while events come; ever less often when none do.
const pollMs = { least: 20, busy: 50, idle: 200 } as const
// Each look is one row by its key. A process that waits for thousands of tenants takes longer to look at all of them.
const looksPerSecond = 500
const outageMs = 1_000

interface Waiter {
  readonly after: number
  wake(): void
}

interface Watch {
  readonly tenantId: TenantId
  readonly waiters: Set<Waiter>
  /** The last position seen. */
  last: number
  intervalMs: number
  lookedMs: number
  timer: NodeJS.Timeout | undefined
  /** A look is under way; true: another is wanted behind it, because something was announced meanwhile. */
  looking: boolean
  again: boolean
}

export function openEventTail(database: Pick<Database, 'read' | 'hear'>): EventTail {
  const watches = new Map<TenantId, Watch>()
  let closed = false
  const unhear = database.hear(eventTopic, (tenantId) => {
    const watch = watches.get(tenantId)
    if (watch !== undefined) lookWithin(watch, pollMs.least)
  })

  /** Looks when `ms` have passed since the last look, or earlier if that was to happen. */
  function lookWithin(watch: Watch, ms: number): void {
    if (watch.looking) {
      watch.again ||= ms === pollMs.least
      return
    }
    const delayMs = Math.max(0, watch.lookedMs + ms - performance.now())
    clearTimeout(watch.timer)
    watch.timer = setTimeout(() => void look(watch), delayMs)
  }

  async function look(watch: Watch): Promise<void> {
    watch.looking = true
    watch.lookedMs = performance.now()
    let waitMs: number
    try {
      const last = await database.read(watch.tenantId, readLastPosition)
      const slowest = Math.max(pollMs.idle, (watches.size * 1000) / looksPerSecond)
      watch.intervalMs = last > watch.last ? pollMs.busy : Math.min(slowest, watch.intervalMs * 1.25)
      watch.last = Math.max(watch.last, last)
      waitMs = watch.again ? pollMs.least : watch.intervalMs
    } catch {
      // The database is away; whoever waits finds out by itself what it is to think of that.
      waitMs = outageMs
    }
    watch.looking = false
    watch.again = false
    for (const waiter of watch.waiters) if (waiter.after < watch.last) waiter.wake()
    if (watch.waiters.size > 0 && !closed) lookWithin(watch, waitMs)
    else if (watches.get(watch.tenantId) === watch) watches.delete(watch.tenantId)
  }

  function watchOf(tenantId: TenantId): Watch {
    const found = watches.get(tenantId)
    if (found !== undefined) return found
    const watch: Watch = {
      ...{ tenantId, waiters: new Set<Waiter>(), last: 0, intervalMs: pollMs.busy },
      ...{ lookedMs: Number.NEGATIVE_INFINITY, timer: undefined, looking: false, again: false },
    }
    watches.set(tenantId, watch)
    return watch
  }

  return {
    waitBehind: (tenantId, after, signal) =>
      new Promise((resolve) => {
        if (closed || signal.aborted) return resolve(false)
        const watch = watchOf(tenantId)
        const end = (there: boolean): void => {
          watch.waiters.delete(waiter)
          signal.removeEventListener('abort', stop)
          resolve(there)
        }
        const waiter: Waiter = { after, wake: () => end(!closed) }
        const stop = (): void => end(false)
        if (after < watch.last) return resolve(true)
        signal.addEventListener('abort', stop)
        watch.waiters.add(waiter)
        if (watch.timer === undefined && !watch.looking) lookWithin(watch, pollMs.least)
      }),
    close: () => {
      closed = true
      unhear()
      for (const { waiters, timer } of watches.values()) {
        clearTimeout(timer)
        for (const waiter of waiters) waiter.wake()
      }
      watches.clear()
    },
  }
}
