import { readHeldAmounts } from '@plinth/holds'
import { openFigures } from '@plinth/http/server'
import type { AccountId, CurrencyCode, Instant } from '@plinth/kernel'
import type { Command } from '@plinth/posting'
import { expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { endOf } from '../support/commands.js'

const openBank = useBank()

async function bankWithAlice(): Promise<Bank> {
  const bank = await openBank()
  await bank.open('alice')
  await bank.fund('alice', '500.00')
  return bank
}

const hold = (amount: bigint, expiresAt?: string): Command => ({
  type: 'place_hold',
  accountId: 'alice' as AccountId,
  amount,
  currency: 'EUR' as CurrencyCode,
  expiresAt: expiresAt as Instant | undefined,
  reference: undefined,
})

const figuresOf = async ({ database, tenantId }: Bank) => {
  const found = (await openFigures(database).latest()).find((each) => each.tenantId === tenantId)
  if (found === undefined) throw new Error(`no figures of ${tenantId}`)
  return found
}
const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString()

test('a hold whose time is over is overdue, and what all active holds have left is held', async () => {
  const bank = await bankWithAlice()
  for (const command of [hold(5_00n), hold(2_50n, inSeconds(1)), hold(1_00n, inSeconds(3_600))])
    expect(endOf(await bank.submit(command))).toBe('accepted')
  expect(await figuresOf(bank)).toMatchObject({
    overdue: { count: 0, oldestSeconds: 0 },
    held: new Map([['EUR', '8.50']]),
  })
  await new Promise((resolve) => setTimeout(resolve, 1_300))
  const { overdue } = await figuresOf(bank)
  expect(overdue.count).toBe(1)
  expect(overdue.oldestSeconds).toBeGreaterThan(0)
  expect(overdue.oldestSeconds).toBeLessThan(30)
})

test('what is held is not told where there are more holds than may be read for it', async () => {
  const bank = await bankWithAlice()
  for (const command of [hold(5_00n), hold(2_50n)]) await bank.submit(command)
  const { database, tenantId } = bank
  const held = (holdsMax: number) => database.read(tenantId, (tx) => readHeldAmounts(tx, { holdsMax }))
  expect(await held(2)).toEqual(new Map([['EUR', 7_50n]]))
  expect(await held(1)).toBeUndefined()
})

test('entries without a checkpoint have an age, and an open day is over once its midnight has passed', async () => {
  const bank = await bankWithAlice()
  const { books, sealedEntries } = await figuresOf(bank)
  expect([books.lastEntryNo, sealedEntries, books.businessDate, books.openDay]).toEqual([
    1,
    0,
    '2026-11-20',
    '2026-11-20',
  ])
  expect(books.unsealedSeconds).toBeGreaterThanOrEqual(0)
  expect(books.unsealedSeconds).toBeLessThan(60)
  // The tenant is in Berlin, where the day ends an hour before it does in UTC.
  const overSinceMs = books.nowMs - Date.parse('2026-11-20T23:00:00Z')
  expect(books.openDayOverSeconds).toBeCloseTo(overSinceMs / 1_000, 3)
  await bank.moveTo('2026-11-21' as never)
  // The day that is closing is still open.
  expect((await figuresOf(bank)).books).toMatchObject({ businessDate: '2026-11-21', openDay: '2026-11-20' })
})

test('proposals, breaks and accounts set aside are counted while they wait, up to a bound', async () => {
  const bank = await bankWithAlice()
  const { tenantId } = bank
  await bank.rows(
    `insert into tenancy.proposal (tenant_id, proposal_id, action, payload, payload_hash, reason, deciders, made_by, made_at, expires_at, status)
     select $1, gen_random_uuid(), 'post', '{}', sha256(convert_to('{}', 'UTF8')), 'because', '{approver}', 'ann',
            now() - interval '2 hours', now() + case when n = 1 then interval '-1 hour' else interval '1 hour' end, 'pending'
       from generate_series(1, 3) n`,
    [tenantId],
  )
  await bank.rows(
    `with run as (insert into reconciliation.run (tenant_id, run_id, as_of_entry_no, started_at, finished_at, started_by, correlation_id, comparisons)
       values ($1, gen_random_uuid(), 1, now(), now(), 'ann', 'c', '[]') returning run_id)
     select run_id from run`,
    [tenantId],
  )
  await bank.rows(
    `insert into reconciliation.reconciliation_break (tenant_id, break_id, comparison, subject, expected, found, status,
       first_run_id, first_seen_at, last_run_id, last_seen_at, explained_by, note, event_count)
     select $1, gen_random_uuid(), 'control_totals_extracts', 'subject ' || n, '1', '2', case when n = 1 then 'explained' else 'open' end,
            r.run_id, now(), r.run_id, now(), case when n = 1 then 'ann' end, case when n = 1 then 'known' end, 1
       from reconciliation.run r, generate_series(1, 1205) n where r.tenant_id = $1`,
    [tenantId],
  )
  const { proposals, breaks } = await figuresOf(bank)
  expect(proposals.count).toBe(2)
  expect(proposals.oldestSeconds).toBeGreaterThan(7_190)
  expect(new Map(breaks.map(({ status, count }) => [status, count]))).toEqual(
    new Map([
      ['open', 1_000],
      ['explained', 1],
    ]),
  )
})

test('figures are read once for all who ask at a time, and again when they are old', async () => {
  const { database, tenantId } = await bankWithAlice()
  let reads = 0
  const figures = openFigures({
    read: (of, work) => {
      if (of === tenantId) reads += 1
      return database.read(of, work)
    },
  })
  await Promise.all(Array.from({ length: 20 }, () => figures.latest()))
  await figures.latest()
  expect(reads).toBe(1)
})

test('a tenant that cannot be read is counted, and hides no other', async () => {
  const [broken, sound] = [await bankWithAlice(), await bankWithAlice()]
  const figures = openFigures({
    read: (of, work) =>
      of === broken.tenantId ? Promise.reject(new Error('planted')) : broken.database.read(of, work),
  })
  const told = (await figures.latest()).map(({ tenantId }) => tenantId)
  expect([told.includes(sound.tenantId), told.includes(broken.tenantId), figures.failures]).toEqual([
    true,
    false,
    1,
  ])
})

test('a database that does not answer keeps no scrape waiting', async () => {
  const startedMs = performance.now()
  const figures = openFigures({ read: () => new Promise(() => {}) })
  expect(await figures.latest()).toEqual([])
  expect(performance.now() - startedMs).toBeLessThan(4_000)
})
