import { type Instant, instantOf } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import { type Attempt, afterAttempt } from './after-attempt.js'
import { attemptsMax, circuitOpensAt, longFailureMs, replayAttemptsMax } from './retry-schedule.js'
import type { AttemptOutcome, Delivery, WebhookHealth } from './webhook.js'

const nowMs = Date.parse('2026-11-21T12:00:00.000Z')
const event = { position: 7, eventId: 'e-7', type: 'plinth.hold.placed.v1' }
const well: WebhookHealth = {
  ...{ status: 'active', disabledReason: undefined, disabledAt: undefined },
  ...{ failuresInARow: 0, failingSince: undefined, nextAttemptAt: undefined },
}
const answered = (status: number, retryAfterMs?: number): AttemptOutcome => ({
  ...{ kind: 'answered', status, retryAfterMs },
})
const attempted = (before: Partial<Delivery>): Delivery => ({
  ...event,
  ...{ status: 'failing', attempts: 1, replays: 0, responseStatus: 500, failure: 'status' },
  ...{ firstAttemptAt: instantOf(nowMs - 1_000), lastAttemptAt: instantOf(nowMs - 1_000) },
  ...before,
})
const failing = (failuresInARow: number, sinceMs = nowMs - 1_000): WebhookHealth => ({
  ...well,
  failuresInARow,
  failingSince: instantOf(sinceMs),
})
const waitMs = (health: WebhookHealth): number => Date.parse(health.nextAttemptAt as Instant) - nowMs
/** All chance at its most. */
const most = () => 0.999_999
const after = (health: WebhookHealth, attempt: Partial<Attempt> & Pick<Attempt, 'outcome'>, chance = most) =>
  afterAttempt(health, { event, before: undefined, nowMs, ...attempt }, chance)

describe('what an attempt makes of an event', () => {
  test.each<[AttemptOutcome, Delivery['status'], Delivery['failure']]>([
    [answered(200), 'delivered', undefined],
    [answered(204), 'delivered', undefined],
    [answered(301), 'failing', 'redirect'],
    [answered(308), 'failing', 'redirect'],
    [answered(400), 'failing', 'status'],
    [answered(500), 'failing', 'status'],
    [answered(100), 'failing', 'status'],
    [{ kind: 'failed', failure: 'timeout' }, 'failing', 'timeout'],
    [{ kind: 'failed', failure: 'address_refused' }, 'failing', 'address_refused'],
  ])('%j makes it %s', (outcome, status, failure) => {
    const { delivery, settled } = after(well, { outcome })
    expect(delivery).toMatchObject({ ...event, status, failure, attempts: 1, replays: 0 })
    expect(settled).toBe(status === 'delivered')
  })

  test('it is given up at the last attempt of its schedule, and not before', () => {
    const before = (attempts: number) => ({ outcome: answered(500), before: attempted({ attempts }) })
    expect(after(failing(3), before(attemptsMax - 2))).toMatchObject({
      ...{ settled: false, delivery: { status: 'failing', attempts: attemptsMax - 1 } },
    })
    const last = after(failing(3), before(attemptsMax - 1))
    expect(last).toMatchObject({
      settled: true,
      delivery: { status: 'dead_lettered', attempts: attemptsMax },
    })
    // Whether it was the event or the receiver, the next event finds out.
    expect(waitMs(last.health)).toBe(0)
  })

  test('a dead letter that is sent again is given up sooner, for newer events wait behind it', () => {
    const before = (attempts: number) =>
      attempted({ status: 'replaying', replays: 1, attempts, failure: 'status' })
    const again = after(well, { outcome: answered(500), before: before(replayAttemptsMax - 2) })
    expect(again).toMatchObject({ settled: false, delivery: { status: 'replaying' } })
    const last = after(well, { outcome: answered(500), before: before(replayAttemptsMax - 1) })
    expect(last).toMatchObject({ settled: true, delivery: { status: 'dead_lettered', replays: 1 } })
    const taken = after(well, { outcome: answered(200), before: before(0) })
    expect(taken).toMatchObject({ settled: true, delivery: { status: 'delivered', replays: 1 } })
  })
})

describe('what an attempt makes of the webhook', () => {
  test('a success forgets every failure', () => {
    expect(after(failing(9), { outcome: answered(200) }).health).toEqual(well)
  })

  test('a failure is counted, from the first of a row on', () => {
    const { health } = after(failing(2), { outcome: answered(500), before: attempted({}) })
    expect(health).toMatchObject({ failuresInARow: 3, failingSince: instantOf(nowMs - 1_000) })
    expect(after(well, { outcome: answered(500) }).health.failingSince).toBe(instantOf(nowMs))
  })

  test.each([
    // failed attempts of the event, longest wait in seconds
    [1, 5],
    [2, 10],
    [5, 80],
    [12, 10_240],
    [13, 14_400],
    [16, 14_400],
  ])('behind attempt %i it waits up to %i s, by chance', (attempts, seconds) => {
    const attempt = { outcome: answered(500), before: attempted({ attempts: attempts - 1 }) }
    expect(waitMs(after(failing(1), attempt).health)).toBeCloseTo(seconds * 1_000, -2)
    expect(waitMs(after(failing(1), attempt, () => 0).health)).toBe(0)
  })

  test('its circuit opens behind some failures in a row, of whatever events, for longer and longer', () => {
    const wait = (failuresBefore: number, chance = most) =>
      waitMs(after(failing(failuresBefore), { outcome: answered(500) }, chance).health)
    expect(wait(circuitOpensAt - 2)).toBeLessThanOrEqual(5_000)
    expect(wait(circuitOpensAt - 1)).toBeCloseTo(60_000, -2)
    expect(wait(circuitOpensAt - 1, () => 0)).toBe(30_000)
    expect(wait(circuitOpensAt)).toBeCloseTo(120_000, -2)
    expect(wait(1_000)).toBeCloseTo(3_600_000, -2)
  })

  test.each([
    // status, asked for, waited for at least
    [429, 90_000, 90_000],
    [503, 90_000, 90_000],
    [500, 90_000, 0],
    [429, 999 * 3_600_000, 24 * 3_600_000],
    [429, undefined, 0],
  ])('a receiver that answers %i and asks for %s ms is left alone for %i', (status, asked, atLeast) => {
    expect(waitMs(after(well, { outcome: answered(status, asked) }, () => 0).health)).toBe(atLeast)
  })

  test('a receiver that is gone disables it, and the event waits', () => {
    const gone = after(well, { outcome: answered(410) })
    expect(gone).toMatchObject({ settled: false, delivery: { status: 'failing', responseStatus: 410 } })
    expect(gone.health).toMatchObject({
      status: 'disabled',
      disabledReason: 'gone',
      disabledAt: instantOf(nowMs),
    })
  })

  test('days of failures disable it, and the event waits', () => {
    const almost = after(failing(50, nowMs - longFailureMs + 1), { outcome: answered(500) })
    expect(almost.health.status).toBe('active')
    const days = after(failing(50, nowMs - longFailureMs), { outcome: answered(500) })
    expect(days).toMatchObject({
      settled: false,
      health: { status: 'disabled', disabledReason: 'long_failure' },
    })
  })
})
