import { setTimeout as sleep } from 'node:timers/promises'

/** How long to wait between attempts: twice as long each time, any part of it by chance, so that callers do not come in step. */
export interface Backoff {
  readonly firstMs: number
  readonly mostMs: number
}

/** Milliseconds to wait before attempt `attempt` (1 is the first repetition), and at least what the server asks for. */
export function waitMs(attempt: number, retryAfterMs: number, { firstMs, mostMs }: Backoff): number {
  const ceiling = Math.min(mostMs, firstMs * 2 ** Math.min(attempt - 1, 20))
  return retryAfterMs + Math.ceil(ceiling * Math.random())
}

/** Waits, unless the signal ends it first or there is no time for it before the deadline: then false, at once. */
export async function waited(
  ms: number,
  until: { deadlineMs: number; signal?: AbortSignal | undefined },
): Promise<boolean> {
  if (until.signal?.aborted || Date.now() + ms >= until.deadlineMs) return false
  return await sleep(ms, true, { ...(until.signal && { signal: until.signal }) }).catch(() => false)
}
