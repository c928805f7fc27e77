import type { BusinessDate } from '@plinth/kernel'
import { listEntries } from '@plinth/ledger'
import pg from 'pg'
import { describe, expect, test } from 'vitest'
import { adjusting, brokenRules, earningBank, moveOn, nets, period } from '../eod/year-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, endOf, entryOf, newKey, posting, reverseWhole } from '../support/commands.js'

const openBank = useBank()
const lines = ['debit costs 4.00', 'credit cash 4.00']

const periodOf = (outcome: Parameters<typeof entryOf>[0]) => (entryOf(outcome) as { period?: string }).period
const listed = async (bank: Bank, of: string): Promise<number[]> =>
  (
    await bank.database.read(bank.tenantId, (tx) =>
      listEntries(tx, { filter: { period: period(of) }, order: 'asc', limit: 100 }),
    )
  ).map(({ entryNo }) => entryNo)

describe('an entry', () => {
  test('is of the month of its booking date, whatever its value date', async () => {
    const bank = await earningBank(openBank)
    const posted = await bank.submit(posting(lines, { valueDate: '2026-03-01' as BusinessDate }))
    expect(periodOf(posted)).toBe('2026-11')
    await moveOn(bank, '2027-01-04')
    expect(periodOf(await bank.post(lines))).toBe('2027-01')
  })

  test('of a year that is over is of its thirteenth period if that is said, and booked today all the same', async () => {
    const bank = await earningBank(openBank)
    await moveOn(bank, '2027-01-04')
    const adjusted = await bank.submit(adjusting(lines))
    expect(answerOf(adjusted)).toMatchObject({
      ...{ bookingDate: '2027-01-04', period: '2026-13', valueDate: '2027-01-04', kind: 'posting' },
    })
    await bank.post(lines)
    const { entryNo } = entryOf(adjusted)
    expect(await listed(bank, '2026-13')).toEqual([entryNo])
    expect(await listed(bank, '2027-01')).toEqual([entryNo + 1])
    expect(await listed(bank, '2026-11')).toEqual([1, 2, 3])
    expect(await listed(bank, '2026-12')).toEqual([])
    expect(await brokenRules(bank)).toEqual([])
    await bank.expectBooksInOrder()
  })

  test('is taken back in the thirteenth period as well, if that is said', async () => {
    const bank = await earningBank(openBank)
    await moveOn(bank, '2027-01-04')
    const { journalEntryId } = entryOf(await bank.submit(adjusting(lines)))
    const reversed = await bank.submit({
      ...reverseWhole(journalEntryId),
      period: period('2026-13'),
    } as never)
    expect(periodOf(reversed)).toBe('2026-13')
    const second = entryOf(await bank.submit(adjusting(lines)))
    expect(periodOf(await bank.submit(reverseWhole(second.journalEntryId)))).toBe('2027-01')
    expect(await nets(bank, { period: period('2026-13') })).toContain('5100 EUR 1400')
    expect(await nets(bank, { period: period('2027-01') })).toContain('5100 EUR 1000')
    expect(await brokenRules(bank)).toEqual([])
  })
})

describe('the thirteenth period', () => {
  test.each([
    ['before its year is over', '2026-12-31', '2026-13', 'period_closed'],
    ['of the year that has begun', '2027-01-04', '2027-13', 'period_closed'],
    ['of a year before the first books', '2027-01-04', '2025-13', 'period_closed'],
    ['from the first business date behind it on', '2027-01-04', '2026-13', 'accepted'],
    ['as long as nobody closes the year', '2028-06-30', '2026-13', 'accepted'],
  ])('%s takes an entry or not', async (_when, date, of, end) => {
    const bank = await earningBank(openBank)
    await moveOn(bank, date)
    expect(endOf(await bank.submit(adjusting(lines, of)))).toBe(end)
  })

  test('is part of what a command is', async () => {
    const bank = await earningBank(openBank)
    await moveOn(bank, '2027-01-04')
    const key = newKey()
    const first = await bank.submit(adjusting(lines), key)
    expect(await bank.submit(adjusting(lines), key)).toEqual({ ...first, replayed: true })
    const other = await bank.submit(posting(lines, { transactionCode: 'ADJUST' }), key)
    expect(other).toMatchObject({ kind: 'key_reused', firstDifference: '/period' })
  })

  test('is closed to whoever decided before somebody began to close it', async () => {
    const bank = await earningBank(openBank)
    await moveOn(bank, '2027-01-04')
    const client = new pg.Client({ connectionString: bank.adminUrl })
    await client.connect()
    try {
      await client.query('begin')
      await client.query('select from ledger.journal_head where tenant_id = $1 for update', [bank.tenantId])
      const late = bank.submit(adjusting(lines))
      await expect
        .poll(() =>
          bank.rows(`select from pg_stat_activity where wait_event_type = 'Lock' and query ~ 'take_numbers'`),
        )
        .toHaveLength(1)
      await client.query('update ledger.journal_head set closing_year = 2026 where tenant_id = $1', [
        bank.tenantId,
      ])
      await client.query('commit')
      expect(endOf(await late)).toBe('period_closed')
    } finally {
      await client.end()
    }
    expect(endOf(await bank.post(lines))).toBe('accepted')
  })
})

test('the trial balance by period counts the thirteenth periods before it, and nothing that is booked later', async () => {
  const bank = await earningBank(openBank)
  await moveOn(bank, '2027-01-04')
  await bank.post(['debit costs 1.00', 'credit cash 1.00'])
  await moveOn(bank, '2027-02-01')
  await bank.submit(adjusting(lines))
  const costs = async (asked: Parameters<typeof nets>[1]) =>
    (await nets(bank, asked)).filter((row) => row.startsWith('5100 EUR'))
  expect(await costs({ period: period('2026-10') })).toEqual([])
  expect(await costs({ period: period('2026-11') })).toEqual(['5100 EUR 1000'])
  expect(await costs({ period: period('2026-12') })).toEqual(['5100 EUR 1000'])
  expect(await costs({ period: period('2026-13') })).toEqual(['5100 EUR 1400'])
  expect(await costs({ period: period('2027-01') })).toEqual(['5100 EUR 1500'])
  expect(await costs({ date: '2027-01-31' as BusinessDate })).toEqual(['5100 EUR 1100'])
  expect(await costs({ period: period('2027-13') })).toEqual(['5100 EUR 1500'])
})
