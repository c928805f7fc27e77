import { readFileSync } from 'node:fs'
import { readHead } from '@plinth/ledger'
import { expect, test } from 'vitest'
import { earningBank, moveOn, yearsAt } from '../eod/year-bank.js'
import { useBank } from '../support/bank.js'
import { asAdmin } from '../support/database-admin.js'

const openBank = useBank()

const migration = readFileSync(new URL('../../migrations/0025_periods.sql', import.meta.url), 'utf8')
/** What the migration makes, so that it can make it again. */
const unmade = `
  drop table eod.year_end_partition, eod.year_end;
  drop function eod.refuse_year_end_change;
  drop function ledger.refuse_year_change() cascade;
  drop function ledger.refuse_closed_year() cascade;
  alter table ledger.journal_entry drop column thirteenth_of;
  alter table ledger.journal_head drop column final_year, drop column closing_year`

test('a bank that is there when years come begins with the year of its first entry, or of its business date', async () => {
  const [old, empty, young] = [await earningBank(openBank), await openBank(), await earningBank(openBank)]
  await moveOn(old, '2028-01-03')
  await moveOn(empty, '2028-01-03')
  await asAdmin(old.adminUrl, async (client) => {
    await client.query(unmade)
    await client.query('begin')
    await client.query('set local role plinth_owner')
    await client.query(migration)
    await client.query('commit')
  })
  const finalYears = await Promise.all(
    [old, empty, young].map(
      async (bank) => (await bank.database.read(bank.tenantId, (tx) => readHead(tx))).finalYear,
    ),
  )
  expect(finalYears).toEqual([2025, 2027, 2025])
  // Entries from before are of the month of their booking date.
  expect(await yearsAt(old).close(2026)).toMatchObject({
    status: 'final',
    results: [{ result: '20.00' }, {}],
  })
})
