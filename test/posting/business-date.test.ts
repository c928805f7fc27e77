import type { BusinessDate } from '@plinth/kernel'
import { expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { endOf, entryOf, newKey, transferOf } from '../support/commands.js'
import { asAdmin } from '../support/database-admin.js'
import { untilBlocked } from '../support/faults.js'

const openBank = useBank()

/** Runs `meanwhile` while somebody has moved the business date on and not yet committed; then commits. */
async function whileTheDateMoves(
  bank: Bank,
  adminUrl: string,
  meanwhile: () => Promise<unknown>,
): Promise<void> {
  await asAdmin(adminUrl, async (client) => {
    await client.query('begin')
    await client.query("update ledger.journal_head set business_date = '2026-11-21' where tenant_id = $1", [
      bank.tenantId,
    ])
    const running = meanwhile()
    await untilBlocked(bank)
    await client.query('commit')
    await running
  })
}

test('a posting that meets the end of day is decided again, and booked on the new date', async () => {
  const bank = await openBank()
  await bank.open('alice')
  await bank.fund('alice', '10.00')
  await whileTheDateMoves(bank, bank.adminUrl, async () => {
    const outcome = await bank.transfer({ from: 'alice', to: 'cash', amount: '1.00' })
    expect(entryOf(outcome)).toMatchObject({ entryNo: 2, bookingDate: '2026-11-21', valueDate: '2026-11-21' })
  })
  expect((await bank.balance('alice')).bookingDate).toBe('2026-11-21')
  await bank.expectBooksInOrder()
})

test('a value date that was inside the window yesterday is refused by the date of the booking', async () => {
  const bank = await openBank({ valueDateDaysBack: 0, valueDateDaysAhead: 0 })
  const key = newKey()
  await whileTheDateMoves(bank, bank.adminUrl, async () => {
    const outcomes = await bank.batch([
      { submissions: [], broken: false },
      transferOf({ from: 'cash', to: 'cash', amount: '1.00', valueDate: '2026-11-20' }),
      transferOf({ from: 'cash', to: 'cash', amount: '1.00', valueDate: '2026-11-21' }),
    ])
    expect(outcomes.map(endOf)).toEqual(['value_date_out_of_window', 'accepted'])
  })
  expect(
    await bank.rows(
      'select distinct business_date::text from posting.command where type = $1 and tenant_id = $2',
      ['post', bank.tenantId],
    ),
  ).toEqual([{ business_date: '2026-11-21' }])
  expect(
    endOf(
      await bank.submit(
        transferOf({ from: 'cash', to: 'cash', amount: '1.00', valueDate: '2026-11-20' }),
        key,
      ),
    ),
  ).toBe('value_date_out_of_window')
  await bank.expectBooksInOrder()
})

test('the value date is the booking date unless the caller says otherwise, within the window', async () => {
  const bank = await openBank({ valueDateDaysBack: 2, valueDateDaysAhead: 1 })
  const tried = [undefined, '2026-11-18', '2026-11-17', '2026-11-21', '2026-11-22']
  const outcomes = await bank.batch(
    tried.map((valueDate) =>
      transferOf({
        from: 'cash',
        to: 'cash',
        amount: '1.00',
        ...(valueDate && { valueDate: valueDate as BusinessDate }),
      }),
    ),
  )
  expect(outcomes.map(endOf)).toEqual([
    ...['accepted', 'accepted', 'value_date_out_of_window', 'accepted', 'value_date_out_of_window'],
  ])
  const dates = await bank.rows(
    'select booking_date::text as booked, value_date::text as valued from ledger.journal_entry where tenant_id = $1 order by entry_no',
    [bank.tenantId],
  )
  expect(dates).toEqual([
    { booked: '2026-11-20', valued: '2026-11-20' },
    { booked: '2026-11-20', valued: '2026-11-18' },
    { booked: '2026-11-20', valued: '2026-11-21' },
  ])
})
