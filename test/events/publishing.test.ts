import { type Database, openDatabase } from '@plinth/db'
import { type EventSink, openEventFeed, openEventTail, publishEvents } from '@plinth/events'
import { readConsumer, readLastPosition } from '@plinth/outbox'
import { pino } from 'pino'
import { afterEach, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'

const openBank = useBank()
const inTime = { timeout: 20_000, interval: 50 }

const stops: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

/** Publishes in this process, as the worker does. Answers how to stop it. */
function publish(database: Database, sink: EventSink, holder: string): () => Promise<void> {
  const stopping = new AbortController()
  const tail = openEventTail(database)
  const logger = pino({ level: 'silent' })
  const ended = publishEvents(
    { database, feed: openEventFeed(database), tail, sink, holder, logger },
    stopping.signal,
  )
  const stop = async (): Promise<void> => {
    stopping.abort()
    tail.close()
    await ended
  }
  stops.push(stop)
  return stop
}

/** A place that knows nothing of its end, as a webhook does not; `fails` says what becomes of an attempt. */
function listing(tenantId: string, fails: (attempt: number) => 'before' | 'behind' | undefined) {
  const ids: string[] = []
  const positions: number[] = []
  let attempts = 0
  const sink: EventSink = {
    name: 'listing',
    openEnd: async (of) => ({
      position: undefined,
      append: async (events) => {
        if (of !== tenantId) return
        attempts += 1
        const fault = fails(attempts)
        if (fault === 'before') throw new Error('nothing arrived')
        for (const { event } of events) {
          ids.push(event.id)
          positions.push(event.position)
        }
        if (fault === 'behind') throw new Error('the answer was lost')
      },
    }),
    close: async () => {},
  }
  return { sink, ids, positions, attempts: () => attempts }
}

const lastOf = (bank: Bank): Promise<number> => bank.database.read(bank.tenantId, readLastPosition)
const markOf = async (bank: Bank): Promise<number> =>
  (await bank.database.read(bank.tenantId, (tx) => readConsumer(tx, 'listing')))?.position ?? 0

test('what may have arrived and was not marked is sent again, with the same ids and in order', async () => {
  const bank = await openBank()
  const place = listing(bank.tenantId, (attempt) => (attempt <= 2 ? 'behind' : undefined))
  publish(bank.database, place.sink, 'one')
  await expect.poll(() => markOf(bank), inTime).toBe(await lastOf(bank))
  const all = Array.from({ length: await lastOf(bank) }, (_, at) => at + 1)
  expect(place.positions).toEqual([...all, ...all, ...all])
  expect(new Set(place.ids).size).toBe(all.length)
})

test('a place that is away holds up its events, and is tried again and again', async () => {
  const bank = await openBank()
  const place = listing(bank.tenantId, (attempt) => (attempt <= 4 ? 'before' : undefined))
  publish(bank.database, place.sink, 'one')
  await expect.poll(() => markOf(bank), inTime).toBe(await lastOf(bank))
  expect(place.positions).toEqual(Array.from({ length: await lastOf(bank) }, (_, at) => at + 1))
  expect(place.attempts()).toBe(5)
})

test('who stops gives its tenants back, and the next goes on at once', async () => {
  const bank = await openBank()
  const place = listing(bank.tenantId, () => undefined)
  const stop = publish(bank.database, place.sink, 'one')
  await expect.poll(() => markOf(bank), inTime).toBe(await lastOf(bank))
  await stop()
  await bank.open('alice')
  const startedMs = Date.now()
  publish(bank.database, place.sink, 'two')
  await expect.poll(() => markOf(bank), inTime).toBe(await lastOf(bank))
  // A lease that had to end first would take ten seconds.
  expect(Date.now() - startedMs).toBeLessThan(5_000)
  expect(place.positions).toEqual(Array.from({ length: await lastOf(bank) }, (_, at) => at + 1))
})

test('whoever held a tenant and is silent is followed when the lease has ended', async () => {
  const bank = await openBank()
  const place = listing(bank.tenantId, () => undefined)
  await bank.rows(
    `insert into outbox.consumer (tenant_id, consumer, position, epoch, holder, leased_until, moved_at)
     values ($1, 'listing', 0, 1, 'dead', clock_timestamp() + interval '2 s', clock_timestamp())`,
    [bank.tenantId],
  )
  const startedMs = Date.now()
  publish(bank.database, place.sink, 'next')
  await expect.poll(() => markOf(bank), inTime).toBe(await lastOf(bank))
  expect(Date.now() - startedMs).toBeGreaterThan(1_500)
})

async function heardElsewhere(bank: Bank, sharedHints: boolean): Promise<number> {
  const other = openDatabase({ url: bank.serveUrl, applicationName: 'other', sharedHints })
  const here = openDatabase({ url: bank.serveUrl, applicationName: 'here', sharedHints })
  let heard = 0
  other.hear('events', (tenantId) => {
    if (tenantId === bank.tenantId) heard += 1
  })
  try {
    // Until both connections listen.
    await new Promise((resolve) => setTimeout(resolve, 500))
    const { openPosting } = await import('@plinth/posting')
    const { submissionOf, transferOf } = await import('../support/commands.js')
    const posting = submissionOf(transferOf({ from: 'cash', to: 'alice', amount: '1.00' }))
    expect((await openPosting(here).submit(bank.books, posting)).kind).toBe('answered')
    await new Promise((resolve) => setTimeout(resolve, 500))
    return heard
  } finally {
    await Promise.all([other.close(), here.close()])
  }
}

test('processes tell each other that there are events, unless they are told not to', async () => {
  const bank = await openBank()
  await bank.open('alice')
  expect(await heardElsewhere(bank, true)).toBe(1)
  expect(await heardElsewhere(bank, false)).toBe(0)
})

test('many commits are one hint', async () => {
  const bank = await openBank()
  await bank.open('alice')
  const other = openDatabase({ url: bank.serveUrl, applicationName: 'other', sharedHints: true })
  const here = openDatabase({ url: bank.serveUrl, applicationName: 'here', sharedHints: true })
  let heard = 0
  other.hear('events', () => {
    heard += 1
  })
  await new Promise((resolve) => setTimeout(resolve, 500))
  const { openPosting } = await import('@plinth/posting')
  const { submissionOf, transferOf } = await import('../support/commands.js')
  const engine = openPosting(here)
  const startedMs = Date.now()
  for (let at = 0; at < 100; at += 1)
    await engine.submit(bank.books, submissionOf(transferOf({ from: 'cash', to: 'alice', amount: '0.01' })))
  const tookMs = Date.now() - startedMs
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect(heard).toBeGreaterThan(0)
  // One in twenty milliseconds at most, and those in front and behind.
  expect(heard).toBeLessThanOrEqual(tookMs / 20 + 2)
  await Promise.all([other.close(), here.close()])
})
