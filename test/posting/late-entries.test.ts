import type { BusinessDate } from '@plinth/kernel'
import { readStatementLines } from '@plinth/ledger'
import { verifyBooks } from '@plinth/posting'
import { describe, expect, test } from 'vitest'
import { type Bank, firstBusinessDate, useBank } from '../support/bank.js'
import { endOf, entryOf, posting, standing, transferOf } from '../support/commands.js'

const openBank = useBank()
const nextDay = '2026-11-21' as BusinessDate

/** A bank on its second day, the first of which is closing; alice has 10.00 of it. */
async function closingBank(): Promise<Bank> {
  const bank = await openBank()
  await bank.open('alice')
  await bank.fund('alice', '10.00')
  await bank.moveTo(nextDay)
  return bank
}

/** The bank's own charge. */
const fee = (amount: string) => ({
  ...posting([`debit alice ${amount}`, `credit cash ${amount}`]),
  kind: 'fee' as const,
})

describe('while a day is closing', () => {
  test('everybody books on the next one, and the end of day into it', async () => {
    const bank = await closingBank()
    const paid = await bank.transfer({ from: 'alice', to: 'cash', amount: '1.00' })
    expect(entryOf(paid)).toMatchObject({ entryNo: 2, bookingDate: nextDay })
    const [charged] = await bank.batchInto(firstBusinessDate, [fee('2.00')])
    expect(charged && entryOf(charged)).toMatchObject({
      ...{ entryNo: 3, kind: 'fee', bookingDate: firstBusinessDate, valueDate: firstBusinessDate },
      lines: [{ accountVersion: 3, balanceAfter: '7.00' }, {}],
    })
    await bank.expectBooksInOrder()
  })

  test('what is booked into it stands in its statement, behind what else there was of that day', async () => {
    const bank = await closingBank()
    await bank.transfer({ from: 'alice', to: 'cash', amount: '1.00' })
    await bank.batchInto(firstBusinessDate, [fee('2.00')])
    const { accountId, normalSide } = await bank.state('alice')
    const range = { accountId, normalSide, from: firstBusinessDate, to: nextDay, limit: 10 }
    const lines = await bank.database.read(bank.tenantId, (tx) => readStatementLines(tx, range))
    expect(lines.map(({ entryNo, balanceAfter }) => [entryNo, balanceAfter])).toEqual([
      [1, 1000n],
      [3, 800n],
      [2, 700n],
    ])
  })

  test('its own entries ask for no customer’s standing, limits or value date window, but for funds', async () => {
    const bank = await openBank({ valueDateDaysBack: 0 })
    await bank.open('alice')
    await bank.fund('alice', '10.00')
    await bank.status('alice', 'dormant')
    await bank.moveTo(nextDay)
    const old = { ...fee('1.00'), valueDate: '2026-10-01' as BusinessDate }
    const outcomes = await bank.batchInto(firstBusinessDate, [old, fee('9.01')])
    expect(outcomes.map(endOf)).toEqual(['accepted', 'insufficient_funds'])
  })

  test('verify is content with the entries of the end of day, and decides them again', async () => {
    const bank = await closingBank()
    await bank.transfer({ from: 'alice', to: 'cash', amount: '1.00' })
    await bank.batchInto(firstBusinessDate, [fee('2.00')])
    await bank.transfer({ from: 'alice', to: 'cash', amount: '1.00' })
    const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
    expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
  })
})

describe('nothing is booked into a day', () => {
  test.each([
    ['that is open', firstBusinessDate, false],
    ['that comes first', nextDay, false],
    ['that was closed before', firstBusinessDate, true],
  ])('%s', async (_which, day, closed) => {
    const bank = closed ? await closingBank() : await openBank()
    if (closed)
      await bank.rows('update ledger.journal_head set closing_date = null where tenant_id = $1', [
        bank.tenantId,
      ])
    else await bank.open('alice', { limit: '10.00' })
    await expect(bank.batchInto(day, [fee('2.00')])).rejects.toThrow(
      'only a day that is closing is booked into',
    )
    await bank.expectBooksInOrder()
  })

  test('by somebody who does not say so: the database refuses what is booked otherwise than the head says', async () => {
    const bank = await closingBank()
    const lateBy = (change: string) =>
      bank.rows(
        `begin; update ledger.journal_head set next_entry_no = next_entry_no + 1 where tenant_id = '${bank.tenantId}';
         with entries as (insert into ledger.journal_entry (tenant_id, entry_no, entry_id, kind, transaction_code, booking_date,
             value_date, posted_at, correlation_id, metadata, line_count, rendering, entered_on)
           values ('${bank.tenantId}', 2, gen_random_uuid(), 'fee', 'T', ${change}))
         insert into ledger.posting_line (tenant_id, entry_no, line_no, account_id, side, amount, currency, gl_code,
             balance_after, account_version, booking_date, value_date, entered_on)
         select '${bank.tenantId}', 2, n, 'cash', side, 5, 'EUR', '1100', 0, n + 1, e.booked, e.booked, e.made
           from (values (1, 'debit'), (2, 'credit')) l (n, side), (values (${change.split(',')[0]}::date, ${change.split(', ').at(-1)}::date)) e (booked, made);
         rollback`,
      )
    const rest = "now(), 'c', '{}', 2, 1"
    await lateBy(`'2026-11-20', '2026-11-20', ${rest}, '2026-11-21'`)
    await lateBy(`'2026-11-21', '2026-11-21', ${rest}, null`)
    for (const wrong of [
      `'2026-11-20', '2026-11-20', ${rest}, null`,
      `'2026-11-20', '2026-11-20', ${rest}, '2026-11-22'`,
      `'2026-11-19', '2026-11-19', ${rest}, '2026-11-21'`,
      `'2026-11-22', '2026-11-22', ${rest}, null`,
    ])
      await expect(lateBy(wrong), wrong).rejects.toThrow(
        /neither the business date nor the day that is closing/,
      )
  })
})

describe('the head moves on', () => {
  const set = (bank: Bank, change: string) =>
    bank.rows(`update ledger.journal_head set ${change} where tenant_id = $1`, [bank.tenantId])

  test.each([
    ['while a day is closing', "business_date = '2026-11-22'"],
    ['to close a day that it does not leave', "closing_date = '2026-11-19'"],
  ])('not %s', async (_what, change) => {
    const bank = await closingBank()
    await expect(set(bank, change)).rejects.toThrow(/is closing|closing_comes_before/)
  })

  test('and one day closes behind the other', async () => {
    const bank = await closingBank()
    await set(bank, 'closing_date = null')
    await set(bank, "closing_date = business_date, business_date = '2026-11-23'")
    const late = await bank.batchInto(nextDay, [fee('1.00')])
    expect(late.map(endOf)).toEqual(['accepted'])
    await expect(bank.batchInto(firstBusinessDate, [fee('1.00')])).rejects.toThrow()
    await expect(set(bank, "closing_date = '2026-11-20'")).rejects.toThrow(/is closing/)
  })
})

test('what the end of day does may be more than postings', async () => {
  const bank = await closingBank()
  const outcomes = await bank.batchInto(firstBusinessDate, [
    standing('alice', 'dormant'),
    transferOf({ from: 'cash', to: 'alice', amount: '1.00' }),
  ])
  expect(outcomes.map(endOf)).toEqual(['accepted', 'accepted'])
})
