import type { Database } from '@plinth/db'
import type { TenantId } from '@plinth/kernel'
import { eventTopic, readLastPosition } from '@plinth/outbox'

/** Waits for events on behalf of everybody in this process who does. */
export interface EventTail {
  /**
   * Resolves with true as soon as there is an event behind `after`; with false when `signal` fires, when `ms` have passed, or when
   * the tail is closed. Right without any hint: the last position is asked for again and again while somebody waits.
   */
  waitBehind(tenantId: TenantId, after: number, until: { signal: AbortSignal; ms?: number }): Promise<boolean>
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

/** Looks at the last position of one tenant for as long as somebody waits for the next. */
class Watch {
  readonly waiters = new Set<Waiter>()
  /** The last position seen. */
  last = 0
  #intervalMs: number = pollMs.busy
  #lookedMs = Number.NEGATIVE_INFINITY
  #timer: NodeJS.Timeout | undefined
  #looking = false
  /** Something was announced during a look, which may have been too early for it. */
  #again = false

  constructor(
    readonly look: () => Promise<number>,
    /** How long to wait at most between two looks. */
    readonly slowestMs: () => number,
    readonly idle: () => void,
  ) {}

  /** Looks when `ms` have passed since the last look. */
  lookWithin(ms: number): void {
    if (this.#looking) {
      this.#again ||= ms === pollMs.least
      return
    }
    clearTimeout(this.#timer)
    const delayMs = Math.max(0, this.#lookedMs + ms - performance.now())
    this.#timer = setTimeout(() => void this.#lookNow(), delayMs)
  }

  add(waiter: Waiter): void {
    this.waiters.add(waiter)
    if (this.#timer === undefined) this.lookWithin(pollMs.least)
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const waiter of this.waiters) waiter.wake()
  }

  async #lookNow(): Promise<void> {
    this.#looking = true
    this.#lookedMs = performance.now()
    let waitMs: number
    try {
      const last = await this.look()
      this.#intervalMs = last > this.last ? pollMs.busy : Math.min(this.slowestMs(), this.#intervalMs * 1.25)
      this.last = Math.max(this.last, last)
      waitMs = this.#again ? pollMs.least : this.#intervalMs
    } catch {
      // The database is away; whoever waits finds out by itself what it is to think of that.
      waitMs = outageMs
    }
    this.#looking = false
    this.#again = false
    for (const waiter of this.waiters) if (waiter.after < this.last) waiter.wake()
    if (this.waiters.size > 0) this.lookWithin(waitMs)
    else this.idle()
  }
}

export function openEventTail(database: Pick<Database, 'read' | 'hear'>): EventTail {
  const watches = new Map<TenantId, Watch>()
  let closed = false
  const unhear = database.hear(eventTopic, (tenantId) => watches.get(tenantId)?.lookWithin(pollMs.least))

  function watchOf(tenantId: TenantId): Watch {
    const found = watches.get(tenantId)
    if (found !== undefined) return found
    const watch = new Watch(
      () => database.read(tenantId, readLastPosition),
      () => Math.max(pollMs.idle, (watches.size * 1000) / looksPerSecond),
      () => void watches.delete(tenantId),
    )
    watches.set(tenantId, watch)
    return watch
  }

  return {
    waitBehind: (tenantId, after, { signal, ms }) =>
      new Promise((resolve) => {
        if (closed || signal.aborted) return resolve(false)
        const watch = watchOf(tenantId)
        if (after < watch.last) return resolve(true)
        const end = (there: boolean): void => {
          watch.waiters.delete(waiter)
          signal.removeEventListener('abort', stop)
          clearTimeout(timer)
          resolve(there)
        }
        const waiter: Waiter = { after, wake: () => end(!closed) }
        const stop = (): void => end(false)
        const timer = ms === undefined ? undefined : setTimeout(stop, ms)
        signal.addEventListener('abort', stop)
        watch.add(waiter)
      }),
    close: () => {
      closed = true
      unhear()
      for (const watch of watches.values()) watch.close()
      watches.clear()
    },
  }
}
