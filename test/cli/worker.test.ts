import type { AccountId, CurrencyCode, IdempotencyKey, Instant } from '@plinth/kernel'
import type { Command } from '@plinth/posting'
import { afterEach, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, endOf, special } from '../support/commands.js'
import { type PlinthProcess, startPlinth } from './plinth-process.js'

const openBank = useBank()
const running = new Set<PlinthProcess>()
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL')
  await Promise.all([...running].map(({ ended }) => ended))
  running.clear()
})

async function startWorker({ adminUrl }: Bank): Promise<PlinthProcess> {
  const worker = startPlinth(['worker'], { PLINTH_DATABASE_URL: adminUrl })
  running.add(worker)
  await worker.waitFor(/"msg":"working"/)
  return worker
}

const holdOf = (expiresAt: Instant): Command => ({
  type: 'place_hold',
  accountId: 'alice' as AccountId,
  amount: 1_00n,
  currency: 'EUR' as CurrencyCode,
  expiresAt,
  reference: undefined,
})

/** Holds 1.00 of Alice's for so long, again and again. */
async function holdFor(bank: Bank, ms: number, times = 1): Promise<string[]> {
  const ids: string[] = []
  for (let made = 0; made < times; made += 1) {
    const outcome = await bank.submit(holdOf(new Date(Date.now() + ms).toISOString() as Instant))
    ids.push(answerOf(outcome).holdId as string)
  }
  return ids
}
async function openedBank(): Promise<Bank> {
  const bank = await openBank()
  await bank.open('alice')
  await bank.fund('alice', '500.00')
  return bank
}
const heldOf = async (bank: Bank): Promise<string> => (await bank.balance('alice')).held
// Contract §1: recorded within five seconds.
const inTime = { timeout: 5_000, interval: 100 }

test('the worker gives back what expired, within five seconds, in every tenant', async () => {
  const banks = [await openedBank(), await openedBank()]
  const worker = await startWorker(banks[0] as Bank)
  for (const bank of banks) await holdFor(bank, 2_000)
  expect(await Promise.all(banks.map(heldOf))).toEqual(['1.00', '1.00'])
  for (const bank of banks) {
    await expect.poll(() => heldOf(bank), inTime).toBe('0.00')
    const events = await bank.rows(
      "select subject, outcome from audit.audit_event where tenant_id = $1 and action = 'expire_hold'",
      [bank.tenantId],
    )
    expect(events).toEqual([{ subject: 'worker', outcome: 'accepted' }])
    await bank.expectBooksInOrder()
  }
  worker.child.kill('SIGTERM')
  expect((await worker.ended).code).toBe(0)
}, 30_000)

test('two workers, one of them killed, expire each hold once', async () => {
  const bank = await openedBank()
  const [first] = [await startWorker(bank), await startWorker(bank)]
  const ids = await holdFor(bank, 1_500, 200)
  await new Promise((resolve) => setTimeout(resolve, 800))
  first?.child.kill('SIGKILL')
  await expect.poll(() => heldOf(bank), inTime).toBe('0.00')
  const [row] = await bank.rows(
    `select count(*)::int as n, count(distinct hold_id)::int as holds from holds.hold_event
      where tenant_id = $1 and change = 'expired'`,
    [bank.tenantId],
  )
  expect(row).toEqual({ n: ids.length, holds: ids.length })
  await bank.expectBooksInOrder()
}, 60_000)

test('an expiry whose key somebody else has used is recorded all the same', async () => {
  const bank = await openedBank()
  const [holdId] = await holdFor(bank, 1_500)
  const [row] = await bank.rows<{ key: string }>(
    `select 'expire:' || hold_id || ':' || to_char(expires_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as key
       from holds.account_hold where hold_id = $1`,
    [holdId],
  )
  const squatted = await bank.transfer({
    from: 'cash',
    to: 'alice',
    amount: '1.00',
    key: row?.key as IdempotencyKey,
  })
  expect(squatted).toMatchObject({ kind: 'answered', replayed: false })
  await startWorker(bank)
  await expect.poll(() => heldOf(bank), { ...inTime, timeout: 8_000 }).toBe('0.00')
  await bank.expectBooksInOrder()
}, 30_000)

test('more holds than one transaction takes are expired in one round', async () => {
  const bank = await openedBank()
  await bank.fund('alice', '2000.00')
  const endsAt = new Date(Date.now() + 3_000).toISOString() as Instant
  const outcomes = await bank.batch(Array.from({ length: 1_200 }, () => holdOf(endsAt)))
  expect(new Set(outcomes.map(endOf))).toEqual(new Set(['accepted']))
  await startWorker(bank)
  await expect.poll(() => heldOf(bank), { ...inTime, timeout: 8_000 }).toBe('0.00')
  const rounds = await bank.rows<{ n: number }>(
    "select count(distinct changed_at)::int as n from holds.hold_event where tenant_id = $1 and change = 'expired'",
    [bank.tenantId],
  )
  expect(rounds).toEqual([{ n: 3 }])
}, 60_000)

test('money that is available from a day is available within seconds of that day', async () => {
  const bank = await openedBank()
  const cheque = special(['debit cash 7.00', 'credit alice 7.00 from:2026-11-22'])
  expect(endOf(await bank.submit(cheque))).toBe('accepted')
  await startWorker(bank)
  const toDay = (date: string) =>
    bank.rows('update ledger.journal_head set business_date = $2 where tenant_id = $1', [bank.tenantId, date])
  await toDay('2026-11-21')
  await new Promise((resolve) => setTimeout(resolve, 2_500))
  expect(await heldOf(bank)).toBe('7.00')
  await toDay('2026-11-22')
  await expect.poll(() => heldOf(bank), inTime).toBe('0.00')
  await bank.expectBooksInOrder()
}, 30_000)

test('a worker refuses a database on which the books would not be safe, and says why', async () => {
  const bank = await openBank()
  await bank.rows('alter table posting.command disable trigger append_only')
  const worker = startPlinth(['worker'], { PLINTH_DATABASE_URL: bank.adminUrl })
  const { code, stderr } = await worker.ended
  expect([code, stderr]).toEqual([1, expect.stringContaining('append_only')])
}, 30_000)
