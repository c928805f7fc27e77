import {
  advanceConsumer,
  allEventTypes,
  claimConsumer,
  type EventType,
  type Lease,
  listConsumers,
  readEventsAfter,
  readLastPosition,
  releaseConsumer,
  renewLease,
} from '@plinth/outbox'
import { expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'

const openBank = useBank()

const write = <T>(bank: Bank, work: Parameters<typeof bank.database.transaction<T>>[1]): Promise<T> =>
  bank.database.transaction({ tenantId: bank.tenantId, lane: 'batch', deadlineMs: Date.now() + 10_000 }, work)
const claim = (bank: Bank, holder: string, leaseMs = 60_000): Promise<Lease | undefined> =>
  write(bank, (tx) => claimConsumer(tx, { consumer: 'nats', holder, leaseMs }))
const mustClaim = async (bank: Bank, holder: string, leaseMs?: number): Promise<Lease> => {
  const lease = await claim(bank, holder, leaseMs)
  if (lease === undefined) throw new Error(`${holder} did not get the consumer`)
  return lease
}

/** As if the holder had been silent for so long. */
const expire = (bank: Bank): Promise<unknown> =>
  bank.rows(
    `update outbox.consumer set leased_until = clock_timestamp() - interval '1 ms' where tenant_id = $1`,
    [bank.tenantId],
  )

test('a consumer is held by one at a time, until it is given back or its lease has ended', async () => {
  const bank = await openBank()
  const first = await mustClaim(bank, 'one')
  expect(first).toMatchObject({ position: 0, epoch: 1 })
  expect(await claim(bank, 'two')).toBeUndefined()
  await write(bank, (tx) => releaseConsumer(tx, first))
  const second = await mustClaim(bank, 'two')
  expect(second.epoch).toBe(2)
  await expire(bank)
  expect((await mustClaim(bank, 'three')).epoch).toBe(3)
})

test('of twenty who claim a consumer at once, one gets it', async () => {
  const bank = await openBank()
  for (let round = 1; round <= 5; round += 1) {
    const claims = await Promise.all(Array.from({ length: 20 }, (_, at) => claim(bank, `worker ${at}`)))
    expect(claims.filter((each) => each !== undefined).map(({ epoch }) => epoch)).toEqual([round])
    await expire(bank)
  }
})

test('who was overtaken moves, renews and gives back nothing any more', async () => {
  const bank = await openBank()
  const slow = await mustClaim(bank, 'slow')
  await expire(bank)
  const quick = await mustClaim(bank, 'quick')
  expect(await write(bank, (tx) => advanceConsumer(tx, slow, 1))).toBeUndefined()
  expect(await write(bank, (tx) => renewLease(tx, slow))).toBeUndefined()
  await write(bank, (tx) => releaseConsumer(tx, slow))
  expect(await write(bank, (tx) => advanceConsumer(tx, quick, 2))).toMatchObject({ position: 2, epoch: 2 })
})

test('who is late and was not overtaken goes on', async () => {
  const bank = await openBank()
  const lease = await mustClaim(bank, 'late')
  await expire(bank)
  expect(await write(bank, (tx) => renewLease(tx, lease))).toMatchObject({ epoch: 1 })
  expect(await claim(bank, 'another')).toBeUndefined()
})

test('a position is moved from where it stands, forward, and to an event that is there', async () => {
  const bank = await openBank()
  const lease = await mustClaim(bank, 'one')
  const moved = await write(bank, (tx) => advanceConsumer(tx, lease, 3))
  expect(moved?.position).toBe(3)
  // Sent once more, as after an answer that was lost: nothing moves twice.
  expect(await write(bank, (tx) => advanceConsumer(tx, lease, 3))).toBeUndefined()
  const set = `update outbox.consumer set position = $2 where tenant_id = $1`
  await expect(bank.rows(set, [bank.tenantId, 2])).rejects.toThrow('a position moves forward')
  await expect(bank.rows(set, [bank.tenantId, 1_000_000])).rejects.toThrow('there is no event 1000000')
  await expect(bank.rows('delete from outbox.consumer')).rejects.toThrow()
})

test('who holds a consumer learns that somebody else wants it', async () => {
  const bank = await openBank()
  const lease = await mustClaim(bank, 'one')
  expect((await write(bank, (tx) => advanceConsumer(tx, lease, 1)))?.wanted).toBe(false)
  expect(await claim(bank, 'two')).toBeUndefined()
  const renewed = await write(bank, (tx) => renewLease(tx, lease))
  expect(renewed?.wanted).toBe(true)
  await write(bank, (tx) => releaseConsumer(tx, lease))
  const next = await mustClaim(bank, 'two')
  expect((await write(bank, (tx) => renewLease(tx, next)))?.wanted).toBe(false)
})

test('nobody moves a consumer that nobody holds', async () => {
  const bank = await openBank()
  const lease = await mustClaim(bank, 'one')
  await write(bank, (tx) => releaseConsumer(tx, lease))
  expect(await write(bank, (tx) => advanceConsumer(tx, lease, 1))).toBeUndefined()
  const set = `update outbox.consumer set position = 1 where tenant_id = $1`
  await expect(bank.rows(set, [bank.tenantId])).rejects.toThrow('only for who holds it')
})

test('consumers and how far they are behind can be listed', async () => {
  const bank = await openBank()
  await mustClaim(bank, 'one')
  const [consumer] = await bank.database.read(bank.tenantId, listConsumers)
  const last = await bank.database.read(bank.tenantId, readLastPosition)
  expect(consumer).toMatchObject({ consumer: 'nats', holder: 'one', position: 0, lag: last })
  expect(consumer?.waitingSince).toBeDefined()
})

test('events are read page by page, in order and each once, whatever the filter', async () => {
  const bank = await openBank()
  await bank.open('alice')
  await bank.fund('alice', '100.00')
  const last = await bank.database.read(bank.tenantId, readLastPosition)
  const readAll = async (types?: readonly EventType[]) => {
    const found: { position: number; type: string }[] = []
    let after = 0
    while (after < last) {
      const page = await bank.database.read(bank.tenantId, (tx) =>
        readEventsAfter(tx, { after, limit: 2, types }),
      )
      expect(page.lookedUpTo).toBeGreaterThan(after)
      found.push(...page.events.map(({ position, type }) => ({ position, type })))
      after = page.lookedUpTo
    }
    return found
  }
  const all = await readAll()
  expect(all.map(({ position }) => position)).toEqual(all.map((_, at) => at + 1))
  const opened = all.filter(({ type }) => type.startsWith('plinth.account.'))
  const posted = all.filter(({ type }) => type === 'plinth.journal_entry.posted.v1')
  expect([opened.length, posted.length].every((count) => count > 0)).toBe(true)
  expect(await readAll(allEventTypes.filter((type) => type.startsWith('plinth.account.')))).toEqual(opened)
  expect(await readAll(['plinth.journal_entry.posted.v1'])).toEqual(posted)
  expect(await readAll([])).toEqual([])
})
