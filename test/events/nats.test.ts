import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openDatabase, runtimeUrl, startEmbeddedPostgres } from '@plinth/db'
import { type CloudEvent, natsStreamOf, openEventFeed, openNatsSink } from '@plinth/events'
import type { TenantId } from '@plinth/kernel'
import { readConsumer, readLastPosition } from '@plinth/outbox'
import { openPosting } from '@plinth/posting'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { migrate } from '../../packages/db/src/migrate.js'
import { type PlinthProcess, startPlinth } from '../cli/plinth-process.js'
import { foundSmallBank, smallBank } from '../faults/small-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { submissionOf, transferOf } from '../support/commands.js'
import { type Broker, natsServer, openBroker, type Published } from './nats-broker.js'

if (natsServer === undefined)
  console.log('nats-server is not installed, so nothing is published to one here.')

const inTime = { timeout: 30_000, interval: 200 }

const running = new Set<PlinthProcess>()
async function startWorker(adminUrl: string, url: string): Promise<PlinthProcess> {
  const worker = startPlinth(['worker'], {
    PLINTH_DATABASE_URL: adminUrl,
    PLINTH_NATS_URL: url,
    PLINTH_STRICT_ROLES: process.env.PLINTH_STRICT_ROLES,
  })
  running.add(worker)
  await worker.waitFor(/"msg":"working"/)
  return worker
}
async function kill(worker: PlinthProcess): Promise<void> {
  worker.child.kill('SIGKILL')
  await worker.ended
  running.delete(worker)
}

/** What a consumer makes of a stream who leaves what it has seen: the events in the order in which each came first. */
function afterDeduplication(published: readonly Published[]): CloudEvent[] {
  const byId = new Map<string, CloudEvent>()
  for (const { id, text } of published) if (!byId.has(id)) byId.set(id, JSON.parse(text))
  return [...byId.values()]
}

const positionsOf = (published: readonly Published[]): number[] =>
  afterDeduplication(published).map(({ position }) => position)
const upTo = (last: number): number[] => Array.from({ length: last }, (_, at) => at + 1)

/** Posts one transfer after the other until told to stop; a posting that fails is left. */
function keepPosting(bank: Bank, posters = 4): { stop(): Promise<void> } {
  const toEnd = { now: false }
  const post = async (): Promise<void> => {
    while (!toEnd.now) {
      await bank.transfer({ from: 'cash', to: 'alice', amount: '0.01' }).catch(() => sleep(50))
    }
  }
  const ended = Promise.all(Array.from({ length: posters }, post))
  return {
    stop: async () => {
      toEnd.now = true
      await ended
    },
  }
}

describe.skipIf(natsServer === undefined)('NATS JetStream', () => {
  const openBank = useBank()
  let broker: Broker
  beforeAll(async () => {
    broker = await openBroker()
  })
  afterEach(async () => {
    for (const worker of running) await kill(worker)
  })
  afterAll(() => broker?.close())

  const lastOf = (bank: Bank): Promise<number> => bank.database.read(bank.tenantId, readLastPosition)
  const published = (bank: Bank): Promise<Published[]> => broker.read(natsStreamOf(bank.tenantId))
  const expectAllPublished = async (bank: Bank): Promise<Published[]> => {
    const last = await lastOf(bank)
    await expect.poll(async () => (await published(bank)).length, inTime).toBeGreaterThanOrEqual(last)
    const found = await published(bank)
    expect(positionsOf(found)).toEqual(upTo(last))
    return found
  }
  const openedBank = async (): Promise<Bank> => {
    const bank = await openBank()
    await bank.open('alice')
    return bank
  }

  test('has every event in the order of its tenant, as the feed tells it, under the id of the event', async () => {
    const bank = await openedBank()
    await startWorker(bank.adminUrl, broker.url)
    const [found] = [await expectAllPublished(bank)]
    const feed = openEventFeed(bank.database)
    const page = await feed(bank.tenantId, { after: 0, limit: 1000, types: undefined })
    expect(found.map(({ text }) => text)).toEqual(page.events.map(({ text }) => text))
    expect(found.map(({ id }) => id)).toEqual(page.events.map(({ event }) => event.id))
    expect(found.at(-1)).toMatchObject({
      subject: `plinth.${bank.tenantId}.account.opened.v1`,
      contentType: 'application/cloudevents+json; charset=UTF-8',
    })
    await expect
      .poll(
        async () => (await bank.database.read(bank.tenantId, (tx) => readConsumer(tx, 'nats')))?.lag,
        inTime,
      )
      .toBe(0)
  })

  test('a worker that is killed while it publishes is followed by another, which loses and doubles nothing', async () => {
    const bank = await openedBank()
    const load = keepPosting(bank)
    for (let round = 0; round < 3; round += 1) {
      const worker = await startWorker(bank.adminUrl, broker.url)
      await sleep(700)
      await kill(worker)
    }
    await load.stop()
    await startWorker(bank.adminUrl, broker.url)
    const found = await expectAllPublished(bank)
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length)
  }, 90_000)

  test('two workers share the tenants, and no event is there twice', async () => {
    const banks = [await openedBank(), await openedBank(), await openedBank(), await openedBank()]
    const first = banks[0] as Bank
    await startWorker(first.adminUrl, broker.url)
    await startWorker(first.adminUrl, broker.url)
    const loads = banks.map((bank) => keepPosting(bank, 1))
    const holders = new Set<string>()
    // The first has taken them all; the second wants them and gets some, though nobody is ever quiet.
    for (const deadline = Date.now() + 30_000; holders.size < 2 && Date.now() < deadline; await sleep(200)) {
      // Those of earlier tests were killed and hold what they held until their leases end.
      const rows = await first.rows<{ holder: string }>(
        'select holder from outbox.consumer where holder is not null and tenant_id = any($1)',
        [banks.map(({ tenantId }) => tenantId)],
      )
      for (const { holder } of rows) holders.add(holder)
    }
    await Promise.all(loads.map((load) => load.stop()))
    expect(holders.size).toBe(2)
    for (const bank of banks) {
      const found = await expectAllPublished(bank)
      expect(new Set(found.map(({ id }) => id)).size).toBe(found.length)
    }
  }, 90_000)

  test('a broker that is killed gets what it misses when it is back', async () => {
    const bank = await openedBank()
    const worker = await startWorker(bank.adminUrl, broker.url)
    const load = keepPosting(bank)
    for (let round = 0; round < 2; round += 1) {
      await sleep(700)
      await broker.kill()
      await sleep(500)
      await broker.start()
    }
    await sleep(500)
    await load.stop()
    await expectAllPublished(bank)
    expect(worker.child.exitCode).toBeNull()
  }, 90_000)

  test('whoever died between publishing and marking is followed by one who marks, and does not publish again', async () => {
    const bank = await openedBank()
    const feed = openEventFeed(bank.database)
    const { events } = await feed(bank.tenantId, { after: 0, limit: 5, types: undefined })
    const sink = openNatsSink(broker.url)
    await (await sink.openEnd(bank.tenantId)).append(events)
    await sink.close()
    await startWorker(bank.adminUrl, broker.url)
    const found = await expectAllPublished(bank)
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length)
  })

  test('a publisher that was overtaken is refused by the stream', async () => {
    const bank = await openedBank()
    const feed = openEventFeed(bank.database)
    const { events } = await feed(bank.tenantId, { after: 0, limit: 10, types: undefined })
    const sink = openNatsSink(broker.url)
    const [slow, quick] = [await sink.openEnd(bank.tenantId), await sink.openEnd(bank.tenantId)]
    await quick.append(events.slice(0, 4))
    await slow.append(events.slice(5, 8)).then(
      () => expect.fail('the stream took events behind a gap'),
      (error: unknown) => expect(String(error)).toContain('wrong last sequence'),
    )
    expect(positionsOf(await published(bank))).toEqual([1, 2, 3, 4])
    await sink.close()
  })

  test('a stream that was deleted goes on with what was not published yet', async () => {
    const bank = await openedBank()
    await startWorker(bank.adminUrl, broker.url)
    const before = (await expectAllPublished(bank)).length
    // Until the tenant is given back, which is when its end is looked for again.
    await sleep(1_500)
    await broker.deleteStream(natsStreamOf(bank.tenantId))
    await bank.fund('alice', '1.00')
    await expect.poll(async () => positionsOf(await published(bank)), inTime).toEqual([before + 1])
  })
})

describe.skipIf(natsServer === undefined)('a PostgreSQL that is killed while events are published', () => {
  const place = mkdtempSync(join(tmpdir(), 'plinth-nats-pg-'))
  const migrationsDir = fileURLToPath(new URL('../../migrations', import.meta.url))
  afterAll(() => rmSync(place, { recursive: true, force: true }))

  test('loses none of them', async () => {
    // Each start holds the server until it is told to stop, also where the server it knew was killed.
    const started: { stop(): Promise<unknown> }[] = []
    const start = async () => {
      const postgres = await startEmbeddedPostgres({ dataDir: join(place, 'data') })
      started.push(postgres)
      return postgres
    }
    let server = await start()
    const broker = await openBroker()
    try {
      await migrate(server.adminUrl, { migrationsDir })
      const url = runtimeUrl(server.adminUrl, 'plinth_serve')
      const database = openDatabase({ url, applicationName: 'test' })
      await foundSmallBank(database, ['alice'])
      const engine = openPosting(database)
      const tenantId = smallBank.tenant.tenantId as TenantId
      const toEnd = { now: false }
      const post = async (): Promise<void> => {
        while (!toEnd.now) {
          const submission = submissionOf(transferOf({ from: 'cash', to: 'alice', amount: '0.01' }))
          await engine.submit(smallBank, submission).catch(() => sleep(50))
        }
      }
      const posters = Promise.all(Array.from({ length: 4 }, post))
      const worker = await startWorker(server.adminUrl, broker.url)
      for (let round = 0; round < 2; round += 1) {
        await sleep(700)
        process.kill(server.pid, 'SIGKILL')
        await sleep(300)
        server = await start()
      }
      await sleep(700)
      toEnd.now = true
      await posters
      const last = await database.read(tenantId, readLastPosition)
      const read = () => broker.read(natsStreamOf(tenantId))
      await expect.poll(async () => positionsOf(await read()).length, inTime).toBe(last)
      expect(positionsOf(await read())).toEqual(upTo(last))
      expect(worker.child.exitCode).toBeNull()
      await kill(worker)
      await database.close()
    } finally {
      await broker.close()
      for (const { stop } of started) await stop()
    }
  }, 120_000)
})
