import { expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { endOf } from '../support/commands.js'
import { until } from '../support/faults.js'
import { addProductChart, approveVersion, openingUnder } from '../support/products.js'
import { eodAt } from './eod-bank.js'

const openBank = useBank()

/** Entries of the index that ended sessions have read to find terms. */
async function termsRead(bank: Bank): Promise<number> {
  const [row] = await bank.rows<{ read: string }>(
    `select seq_tup_read + (select sum(idx_tup_read) from pg_stat_user_indexes where relid = t.relid) as read
       from pg_stat_user_tables t where relid = 'account.terms_snapshot'::regclass`,
  )
  return Number(row?.read)
}

const sessionsOf = async (bank: Bank): Promise<number> =>
  (
    await bank.rows(`select from pg_stat_activity
       where datname = current_database() and application_name like 'elsewhere%'`)
  ).length

// After some executions a session keeps a plan for any parameters. One that reads from a partition's first account to the tenant's last
// makes a day of n accounts cost n² reads.
test('a day reads the terms of each account a few times, however many partitions it has', async () => {
  const bank = await openBank()
  await addProductChart(bank)
  await approveVersion(bank)
  const savers = Array.from({ length: 600 }, (_, at) => `saver-${at}`)
  const opened = await bank.batch(savers.map((saver) => openingUnder(saver)))
  expect(new Set(opened.map(endOf))).toEqual(new Set(['accepted']))

  const before = await termsRead(bank)
  const night = bank.elsewhere()
  const { complete, reports } = await eodAt(night, { sizes: { load: 10, entries: 10 } }).run('2026-11-20')
  expect(complete).toBe(true)
  expect(reports[0]?.steps.find(({ name }) => name === 'accrue')?.partitions).toBe(60)
  await night.database.close()
  await until(async () => (await sessionsOf(bank)) === 0, 'the sessions of the end of day have ended')
  const read = (await termsRead(bank)) - before
  expect(read).toBeGreaterThan(savers.length)
  // Five steps plan their partitions, list each of them and read its terms.
  expect(read).toBeLessThan(savers.length * 5 * 4)
})
