import type { Principal } from '@plinth/tenancy'
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import { RequestRefused } from './problem.js'

/** Counts what each caller asks of this process. */
export interface RateLimit {
  /** Counts a request of the caller's. Rejects with `rate_limited` when the second's share is used up. */
  count(principal: Principal): Promise<void>
  /** Counts a denied attempt for many requests: each is written down, and whoever tries doors makes many. */
  countDenial(principal: Principal): Promise<void>
}

// A hundredth of the requests may be denied ones.
const requestsPerDenial = 100

/**
 * At most so many requests a second of one subject of one tenant, in this process. `Infinity` does not even count: it is for
 * measuring what counting costs, and no setting of an operator's can say it.
 */
export function openRateLimit(requestsPerSecond: number): RateLimit {
  if (requestsPerSecond === Number.POSITIVE_INFINITY)
    return { count: async () => {}, countDenial: async () => {} }
  const limiter = new RateLimiterMemory({ points: requestsPerSecond, duration: 1 })
  const nameOf = ({ tenant, subject }: Principal): string => `${tenant.tenantId} ${subject}`
  return {
    count: async (principal) => {
      await limiter.consume(nameOf(principal)).catch((error: unknown) => {
        throw error instanceof RateLimiterRes
          ? tooManyRequests('Too many requests in this second.', error.msBeforeNext)
          : error
      })
    },
    countDenial: async (principal) => {
      await limiter.penalty(nameOf(principal), requestsPerDenial)
    },
  }
}

export const tooManyRequests = (why: string, msBeforeNext: number): RequestRefused =>
  new RequestRefused(
    { code: 'rate_limited', detail: `${why} Nothing was done; ask again.` },
    { 'Retry-After': String(Math.max(1, Math.ceil(msBeforeNext / 1000))) },
  )
