import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { retryAfterMsOf } from './exchange.js'
import { waited, waitMs } from './patience.js'

const backoff = { firstMs: 100, mostMs: 5_000 }

describe('patience', () => {
  test('waits at least what the server asks for, and never longer than the ceiling on top of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.nat(60_000), (attempt, asked) => {
        const ms = waitMs(attempt, asked, backoff)
        expect(ms).toBeGreaterThanOrEqual(asked)
        expect(ms).toBeLessThanOrEqual(asked + Math.min(5_000, 100 * 2 ** (attempt - 1)))
      }),
    )
  })

  test('does not begin a wait that the deadline would cut, and ends one that the caller ends', async () => {
    const began = Date.now()
    expect(await waited(60_000, { deadlineMs: began + 1_000 })).toBe(false)
    const ending = new AbortController()
    setTimeout(() => ending.abort(), 10)
    const forEver = Number.POSITIVE_INFINITY
    expect(await waited(60_000, { deadlineMs: forEver, signal: ending.signal })).toBe(false)
    expect(Date.now() - began).toBeLessThan(5_000)
    expect(await waited(1, { deadlineMs: forEver })).toBe(true)
  })

  test('reads Retry-After in seconds and as a date', () => {
    expect(retryAfterMsOf(null)).toBe(0)
    expect(retryAfterMsOf('3')).toBe(3_000)
    expect(retryAfterMsOf('soon')).toBe(0)
    expect(retryAfterMsOf(new Date(Date.now() - 9_000).toUTCString())).toBe(0)
    const inTen = retryAfterMsOf(new Date(Date.now() + 10_000).toUTCString())
    expect(inTen).toBeGreaterThan(8_000)
    expect(inTen).toBeLessThanOrEqual(10_000)
  })
})
