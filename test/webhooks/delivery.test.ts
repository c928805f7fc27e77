import { openEventFeed } from '@plinth/events'
import { openSender } from '@plinth/webhooks'
import { newBoxKey, secretBoxWith } from '@plinth/webhooks/domain'
import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import {
  type Clock,
  lastPosition,
  type Operator,
  openClock,
  operatorOf,
  postSome,
  workerOf,
  workUntil,
} from './in-bank.js'
import { isSigned, type Receiver, useReceivers } from './receiver.js'

const openBank = useBank()
const openReceiver = useReceivers()

interface Scene {
  readonly bank: Bank
  readonly clock: Clock
  readonly operator: Operator
  readonly receiver: Receiver
}

async function scene(): Promise<Scene> {
  const bank = await openBank()
  await bank.open('alice')
  const clock = openClock()
  return { bank, clock, operator: operatorOf(bank, clock), receiver: await openReceiver() }
}

/** A webhook that has failed nothing yet, events that wait for it, and their positions. */
async function waiting(count: number) {
  const set = await scene()
  const made = await set.operator.add(set.receiver.url)
  const first = (await lastPosition(set.bank)) + 1
  await postSome(set.bank, count)
  return { ...set, ...made, expected: Array.from({ length: count }, (_, at) => first + at) }
}

describe('events', () => {
  test('come in order, signed, as the feed tells them, and each once', async () => {
    const { bank, clock, operator, receiver, secret, webhookId, expected } = await waiting(45)
    const told: { sink: string; seconds: number }[] = []
    const telemetry = {
      ...bank.database.telemetry,
      eventDelivered: (event: (typeof told)[0]) => told.push(event),
    }
    const worker = workerOf(bank, clock, { database: { ...bank.database, telemetry } })
    await workUntil(bank, [worker], async () => (await operator.read(webhookId)).lag === 0)
    await worker.stop()
    expect(receiver.positions()).toEqual(expected)
    expect(told).toHaveLength(45)
    for (const { sink, seconds } of told) {
      expect(sink).toBe('webhook')
      expect(seconds).toBeLessThan(60)
    }
    for (const got of receiver.received) {
      expect(isSigned(got, secret)).toBe(true)
      expect(got.id).toBe(got.event.id)
      expect(got.headers['content-type']).toMatch(/^application\/cloudevents\+json/)
    }
    expect(receiver.received[0]?.event).toMatchObject({
      ...{ specversion: '1.0', type: 'plinth.journal_entry.posted.v1', source: `/tenants/${bank.tenantId}` },
      data: { status: 'posted', lines: [{ accountId: 'cash' }, { accountId: 'alice' }] },
    })
    const feed = openEventFeed(bank.database)
    const page = await feed(bank.tenantId, {
      after: (expected[0] as number) - 1,
      limit: 45,
      types: undefined,
    })
    expect(receiver.received.map(({ body }) => body)).toEqual(page.events.map(({ text }) => text))
    expect(await operator.deliveries(webhookId, 'delivered')).toHaveLength(45)
    expect(worker.failures).toEqual([])
  })

  test('a signature of somebody else, or of another body, is none', async () => {
    const { bank, clock, receiver, secret } = await waiting(1)
    const worker = workerOf(bank, clock)
    await workUntil(bank, [worker], () => receiver.received.length === 1)
    await worker.stop()
    const [got] = receiver.received
    if (got === undefined) throw new Error('nothing came')
    expect(isSigned(got, `whsec_${Buffer.alloc(32).toString('base64')}`)).toBe(false)
    expect(isSigned({ ...got, body: got.body.replace('1.00', '9.00') }, secret)).toBe(false)
  })

  test('only of the types that were asked for come, and the webhook keeps up with the others', async () => {
    const { bank, clock, operator, receiver } = await scene()
    const { webhookId } = await operator.add(receiver.url, { eventTypes: ['plinth.account.*'] })
    await postSome(bank, 3)
    await bank.open('ben')
    await postSome(bank, 30)
    const worker = workerOf(bank, clock)
    await workUntil(bank, [worker], async () => (await operator.read(webhookId)).lag === 0)
    await worker.stop()
    expect(receiver.received.map(({ event }) => event.type)).toEqual(['plinth.account.opened.v1'])
  })

  test('begin where it was asked, also before the webhook was there', async () => {
    const { bank, clock, operator, receiver } = await scene()
    const { webhookId } = await operator.add(receiver.url, { startAfter: 0 })
    const worker = workerOf(bank, clock)
    await workUntil(bank, [worker], async () => (await operator.read(webhookId)).lag === 0)
    await worker.stop()
    const last = await lastPosition(bank)
    expect(receiver.positions()).toEqual(Array.from({ length: last }, (_, at) => at + 1))
  })

  test('of another tenant are never sent', async () => {
    const mine = await waiting(1)
    const other = await waiting(1)
    const workers = [mine, other].map(({ bank, clock }) => workerOf(bank, clock))
    await workUntil(mine.bank, [workers[0] as never], () => mine.receiver.received.length === 1)
    await workUntil(other.bank, [workers[1] as never], () => other.receiver.received.length === 1)
    await Promise.all(workers.map((worker) => worker.stop()))
    expect(mine.receiver.received[0]?.event.source).toBe(`/tenants/${mine.bank.tenantId}`)
    expect(other.receiver.received[0]?.event.source).toBe(`/tenants/${other.bank.tenantId}`)
  })
})

describe('a receiver that fails', () => {
  test('gets the same event again under the same id, and the next one only then', async () => {
    const { bank, clock, operator, receiver, webhookId, expected } = await waiting(3)
    receiver.answers(204, 500, { status: 302, headers: { location: '/elsewhere' } }, 204)
    const worker = workerOf(bank, clock)
    const done = async () => (await operator.read(webhookId)).lag === 0
    await workUntil(bank, [worker], done, { clock, webhookId })
    await worker.stop()
    const [one, two, three] = expected
    expect(receiver.positions()).toEqual([one, two, two, two, three])
    expect(new Set(receiver.received.slice(1, 4).map(({ id }) => id)).size).toBe(1)
    expect(receiver.received.every(({ path }) => path === '/hook')).toBe(true)
    expect(await operator.deliveries(webhookId)).toMatchObject([
      { attempts: 1, status: 'delivered' },
      { attempts: 3, status: 'delivered', responseStatus: 204, failure: undefined },
      { attempts: 1, status: 'delivered' },
    ])
  })

  test('is not asked again before its time', async () => {
    const { bank, clock, operator, receiver, webhookId } = await waiting(1)
    receiver.answers({ status: 429, headers: { 'retry-after': '3600' } })
    const worker = workerOf(bank, clock)
    await workUntil(bank, [worker], async () => (await operator.read(webhookId)).failuresInARow === 1)
    const { nextAttemptAt } = await operator.read(webhookId)
    expect(Date.parse(nextAttemptAt as string) - clock.now()).toBeGreaterThan(3_590_000)
    clock.offsetMs += 3_500_000
    for (let n = 0; n < 20; n += 1) await worker.round(bank.tenantId)
    expect(receiver.received).toHaveLength(1)
    clock.offsetMs += 110_000
    await workUntil(bank, [worker], async () => (await operator.read(webhookId)).lag === 0)
    await worker.stop()
    expect(receiver.received).toHaveLength(2)
  })

  test('that is gone is disabled, which is audited, and its events wait until it is enabled', async () => {
    const { bank, clock, operator, receiver, webhookId, expected } = await waiting(2)
    receiver.answers(410)
    const worker = workerOf(bank, clock)
    await workUntil(bank, [worker], async () => (await operator.read(webhookId)).status === 'disabled')
    for (let n = 0; n < 10; n += 1) await worker.round(bank.tenantId)
    expect(receiver.received).toHaveLength(1)
    expect(await operator.read(webhookId)).toMatchObject({ disabledReason: 'gone', lag: 2 })
    const audited = `select subject from audit.audit_event where action = 'disable_webhook' and object = $1`
    expect(await bank.rows(audited, [webhookId])).toEqual([{ subject: 'worker' }])
    await operator.setStatus(webhookId, 'active')
    await workUntil(bank, [worker], async () => (await operator.read(webhookId)).lag === 0)
    await worker.stop()
    expect(receiver.positions()).toEqual([expected[0], ...expected])
  })

  test('for days is asked less and less, gives up some events, and is then disabled', async () => {
    const { bank, clock, operator, receiver, webhookId } = await waiting(30)
    receiver.otherwise(() => 500)
    const worker = workerOf(bank, clock)
    const begunMs = clock.now()
    const disabled = async () => (await operator.read(webhookId)).status === 'disabled'
    await workUntil(bank, [worker], disabled, { clock, webhookId, msMax: 40_000 })
    await worker.stop()
    const days = (clock.now() - begunMs) / 86_400_000
    expect(days).toBeGreaterThanOrEqual(5)
    expect(days).toBeLessThan(6)
    // Hundreds of events or thousands: a receiver that is away costs about an attempt an hour.
    expect(receiver.received.length).toBeLessThan(250)
    const { lag, deadLetters, disabledReason } = await operator.read(webhookId)
    expect(disabledReason).toBe('long_failure')
    expect(deadLetters + lag).toBe(30)
    expect(deadLetters).toBeLessThan(20)
  })

  test('a circuit that is open lets one attempt through, and closes when it is taken', async () => {
    const { bank, clock, operator, receiver, webhookId } = await waiting(3)
    receiver.otherwise(() => 500)
    const worker = workerOf(bank, clock)
    const fails = async (times: number) =>
      workUntil(bank, [worker], async () => (await operator.read(webhookId)).failuresInARow === times, {
        ...{ clock, webhookId },
      })
    await fails(5)
    const before = clock.now()
    const { nextAttemptAt } = await operator.read(webhookId)
    expect(Date.parse(nextAttemptAt as string) - before).toBeGreaterThan(-1_000)
    const [rows] = await bank.rows<{ ms: number }>(
      `select extract(epoch from next_attempt_at - failing_since)::float * 1000 as ms from webhooks.webhook where webhook_id = $1`,
      [webhookId],
    )
    expect(rows?.ms).toBeGreaterThan(45_000)
    receiver.otherwise(() => 200)
    const done = async () => (await operator.read(webhookId)).lag === 0
    await workUntil(bank, [worker], done, { clock, webhookId })
    await worker.stop()
    expect(await operator.read(webhookId)).toMatchObject({ failuresInARow: 0, failingSince: undefined })
    expect(receiver.received).toHaveLength(5 + 3)
  })
})

describe('a receiver of bad manners', () => {
  test.each<[string, number, Parameters<Receiver['answers']>[0], object]>([
    ['that never answers', 3_000, () => {}, { status: 'failing', failure: 'timeout' }],
    [
      'that hangs up',
      900,
      (response) => response.destroy(),
      { status: 'failing', failure: 'connection_failed' },
    ],
    [
      'that answers without end',
      900,
      (response) => {
        response.writeHead(200)
        const more = setInterval(() => response.write('x'.repeat(8_192)), 1)
        response.on('close', () => clearInterval(more))
      },
      { status: 'delivered' },
    ],
    [
      'that answers drop by drop',
      3_000,
      (response) => {
        response.writeHead(200)
        const more = setInterval(() => response.write('x'), 50)
        response.on('close', () => clearInterval(more))
      },
      { status: 'delivered' },
    ],
    [
      'that sends elsewhere',
      900,
      { status: 307, headers: { location: 'http://169.254.169.254/' } },
      { failure: 'redirect' },
    ],
  ])('%s is waited for no longer than %i ms here', async (_what, msMax, behaviour, delivery) => {
    const { bank, clock, operator, receiver, webhookId } = await waiting(1)
    receiver.answers(behaviour)
    const worker = workerOf(bank, clock)
    const begunMs = Date.now()
    await workUntil(bank, [worker], async () => (await operator.deliveries(webhookId)).length === 1)
    expect(Date.now() - begunMs).toBeLessThan(msMax)
    await worker.stop()
    expect(await operator.deliveries(webhookId)).toMatchObject([delivery])
    expect(receiver.received).toHaveLength(1)
  })

  test('holds up nobody else', async () => {
    const { bank, clock, operator, receiver } = await scene()
    const slow = await openReceiver()
    slow.otherwise(() => () => {})
    // The one that is first in every list.
    const stuck = await operator.add(slow.url)
    const { webhookId } = await operator.add(receiver.url)
    await postSome(bank, 5)
    const worker = workerOf(bank, clock)
    const begunMs = Date.now()
    await workUntil(bank, [worker], async () => (await operator.read(webhookId)).lag === 0)
    expect(Date.now() - begunMs).toBeLessThan(900)
    expect(receiver.received).toHaveLength(5)
    expect(slow.received).toHaveLength(1)
    expect(await operator.deliveries(stuck.webhookId)).toEqual([])
    await worker.stop()
  })
})

describe('an address', () => {
  test.each(['localhost', '127.0.0.1', '[::1]'])('%s is asked about when something is sent', async (host) => {
    const { bank, clock, operator, receiver } = await scene()
    const { webhookId } = await operator.add(
      receiver.url.replace('127.0.0.1', host).replace('http:', 'https:'),
    )
    await postSome(bank, 1)
    const worker = workerOf(bank, clock, { send: openSender({ networks: [] }) })
    await workUntil(bank, [worker], async () => (await operator.deliveries(webhookId)).length === 1)
    await worker.stop()
    expect(await operator.deliveries(webhookId)).toMatchObject([{ failure: 'address_refused' }])
    expect(receiver.received).toEqual([])
  })

  test('that was written into the database by hand is asked about too', async () => {
    const { bank, clock, operator, receiver, webhookId } = await waiting(1)
    await bank.rows('update webhooks.webhook set url = $2, revision = 2 where webhook_id = $1', [
      webhookId,
      'http://169.254.169.254/latest/meta-data',
    ])
    const worker = workerOf(bank, clock)
    await workUntil(bank, [worker], async () => (await operator.deliveries(webhookId)).length === 1)
    await worker.stop()
    expect(await operator.deliveries(webhookId)).toMatchObject([{ failure: 'address_refused' }])
    expect(receiver.received).toEqual([])
  })
})

describe('dead letters', () => {
  /** The second of five events is poison until `cured`. */
  async function poisoned() {
    const set = await waiting(5)
    const poison = set.expected[1]
    let cured = false
    set.receiver.otherwise(({ event }) => (event.position === poison && !cured ? 500 : 204))
    const worker = workerOf(set.bank, set.clock)
    const done = async () => (await set.operator.read(set.webhookId)).lag === 0
    const work = () => workUntil(set.bank, [worker], done, { ...set })
    await work()
    const cure = () => {
      cured = true
    }
    return { ...set, worker, work, poison, cure }
  }

  test('an event that is never taken is parked after its attempts, and the others go on in order (J02)', async () => {
    const { operator, worker, receiver, webhookId, expected, poison } = await poisoned()
    await worker.stop()
    expect(receiver.positions().filter((position) => position === poison)).toHaveLength(17)
    const [first, , ...others] = expected
    expect(receiver.positions().filter((position) => position !== poison)).toEqual([first, ...others])
    expect(await operator.deliveries(webhookId, 'dead_lettered')).toMatchObject([
      { position: poison, attempts: 17, failure: 'status', responseStatus: 500 },
    ])
    expect(await operator.read(webhookId)).toMatchObject({ deadLetters: 1, failuresInARow: 0 })
  })

  test('are sent again under their ids, before newer events, when somebody asks', async () => {
    const { bank, operator, worker, work, receiver, webhookId, poison, cure } = await poisoned()
    cure()
    const before = receiver.received.length
    const id = receiver.received[1]?.id
    await postSome(bank, 1)
    expect(await operator.replay(webhookId)).toBe(1)
    await work()
    await worker.stop()
    expect(receiver.received[before]).toMatchObject({ id })
    expect(receiver.positions().slice(before)).toEqual([poison, await lastPosition(bank)])
    expect(await operator.deliveries(webhookId, 'dead_lettered')).toEqual([])
    expect((await operator.deliveries(webhookId))[1]).toMatchObject({
      status: 'delivered',
      replays: 1,
      attempts: 1,
    })
  })

  test('that are not taken again are dead letters again soon, and what is newer goes on', async () => {
    const { bank, clock, operator, worker, receiver, webhookId, poison } = await poisoned()
    const before = receiver.received.length
    await operator.replay(webhookId)
    await postSome(bank, 1)
    const done = async () => (await operator.read(webhookId)).lag === 0
    await workUntil(bank, [worker], done, { clock, webhookId })
    await worker.stop()
    expect(receiver.positions().slice(before)).toEqual([poison, poison, poison, await lastPosition(bank)])
    expect(await operator.deliveries(webhookId, 'dead_lettered')).toMatchObject([{ replays: 1, attempts: 3 }])
  })

  test('are named by their event or from a position on; others stay', async () => {
    const { bank, clock, operator, receiver, webhookId, expected } = await waiting(3)
    receiver.otherwise(() => 500)
    const worker = workerOf(bank, clock)
    const dead = async () => (await operator.read(webhookId)).deadLetters === 3
    await workUntil(bank, [worker], dead, { clock, webhookId, msMax: 30_000 })
    receiver.otherwise(() => 204)
    const [one, two, three] = expected
    const letters = await operator.deliveries(webhookId)
    expect(await operator.replay(webhookId, { eventId: letters[1]?.eventId as string })).toBe(1)
    expect(await operator.replay(webhookId, { fromPosition: (three as number) + 1 })).toBe(0)
    await workUntil(
      bank,
      [worker],
      async () => (await operator.deliveries(webhookId, 'delivered')).length === 1,
    )
    expect(receiver.positions().at(-1)).toBe(two)
    expect(await operator.replay(webhookId, { fromPosition: two as number })).toBe(1)
    await workUntil(
      bank,
      [worker],
      async () => (await operator.deliveries(webhookId, 'delivered')).length === 2,
    )
    await worker.stop()
    expect(await operator.deliveries(webhookId, 'dead_lettered')).toMatchObject([{ position: one }])
  })
})

describe('what operators do', () => {
  test('a secret that is rotated signs beside the new one for a time, and then no more', async () => {
    const { bank, clock, operator, receiver, secret, webhookId } = await waiting(1)
    const worker = workerOf(bank, clock)
    const arrive = (count: number) => workUntil(bank, [worker], () => receiver.received.length === count)
    const newer = await operator.rotate(webhookId, 3_600_000)
    await arrive(1)
    const [both] = receiver.received
    if (both === undefined) throw new Error('nothing came')
    expect([isSigned(both, secret), isSigned(both, newer)]).toEqual([true, true])
    expect(String(both.headers['webhook-signature']).split(' ')).toHaveLength(2)
    await operator.rotate(webhookId, 0)
    const newest = await operator.rotate(webhookId, 0)
    await postSome(bank, 1)
    await arrive(2)
    await worker.stop()
    const [, last] = receiver.received
    if (last === undefined) throw new Error('nothing came')
    expect([secret, newer, newest].map((each) => isSigned(last, each))).toEqual([false, false, true])
  })

  test('secrets stand in the database sealed, and open with no other key', async () => {
    const { bank, clock, operator, receiver, secret, webhookId } = await waiting(1)
    const [row] = await bank.rows<{ sealed: Buffer }>(
      'select sealed from webhooks.secret where webhook_id = $1',
      [webhookId],
    )
    expect(row?.sealed.includes(secret.slice(6))).toBe(false)
    expect(row?.sealed.includes(Buffer.from(secret.slice(6), 'base64'))).toBe(false)
    const worker = workerOf(bank, clock, { box: async () => secretBoxWith(newBoxKey()) as never })
    await workUntil(bank, [worker], () => worker.failures.length > 0)
    await worker.stop()
    expect(String(worker.failures[0])).toMatch(/another key/)
    expect(receiver.received).toEqual([])
    expect((await operator.read(webhookId)).lag).toBe(1)
  })

  test('a webhook that is disabled by hand gets nothing, and all of it when it is enabled', async () => {
    const { bank, clock, operator, receiver, webhookId, expected } = await waiting(2)
    await operator.setStatus(webhookId, 'disabled')
    const worker = workerOf(bank, clock)
    for (let n = 0; n < 10; n += 1) await worker.round(bank.tenantId)
    expect(receiver.received).toEqual([])
    expect(await operator.read(webhookId)).toMatchObject({
      status: 'disabled',
      disabledReason: 'by_hand',
      lag: 2,
    })
    await operator.setStatus(webhookId, 'active')
    await workUntil(bank, [worker], async () => (await operator.read(webhookId)).lag === 0)
    await worker.stop()
    expect(receiver.positions()).toEqual(expected)
  })

  test('another URL is tried at once, also while the old one is being waited for', async () => {
    const { bank, clock, operator, receiver, webhookId, expected } = await waiting(2)
    const better = await openReceiver()
    receiver.otherwise(() => (response) => void setTimeout(() => response.writeHead(500).end(), 200))
    const worker = workerOf(bank, clock)
    await workUntil(bank, [worker], () => receiver.received.length === 1)
    await operator.change(webhookId, { url: better.url })
    const changedMs = Date.now()
    await workUntil(bank, [worker], async () => (await operator.read(webhookId)).lag === 0)
    await worker.stop()
    // Not when the old one would have been tried again.
    expect(Date.now() - changedMs).toBeLessThan(1_500)
    expect(better.positions()).toEqual(expected)
    expect(await operator.read(webhookId)).toMatchObject({ failuresInARow: 0 })
  })
})
