import { expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { endOf, opening, transferOf } from '../support/commands.js'
import { until } from '../support/faults.js'

// A session keeps the plans it made. A bank that opens its first account in the morning posts to thousands at noon, through
// the same sessions.

const openBank = useBank()

const sessionsOf = async (bank: Bank): Promise<number> =>
  (
    await bank.rows(`select from pg_stat_activity
       where datname = current_database() and application_name like 'elsewhere%'`)
  ).length

/** Tuples of the balance table that ended sessions have read, by its key or by looking through it. */
async function balancesRead(bank: Bank): Promise<number> {
  const [row] = await bank.rows<{ read: string }>(
    `select t.seq_tup_read + t.idx_tup_fetch + sum(i.idx_tup_read) as read
       from pg_stat_user_tables t join pg_stat_user_indexes i on i.relid = t.relid
      where t.relid = 'account.balance'::regclass group by t.seq_tup_read, t.idx_tup_fetch`,
  )
  return Number(row?.read)
}

test('plans made while the tables were empty still go by key when they are not', async () => {
  const bank = await openBank()
  const tables = Object.keys(await bank.counts())
  for (const table of tables) await bank.rows(`alter table ${table} set (autovacuum_enabled = false)`)
  // As if analysed when the first account was there, alone.
  await bank.rows(
    "update pg_class set reltuples = 1, relpages = 1 where relnamespace = 'account'::regnamespace",
  )
  const early = bank.elsewhere()
  const pay = (to: string) => transferOf({ from: 'cash', to, amount: '1.00' })
  expect((await early.batch([opening('first'), pay('first')])).map(endOf)).toEqual(['accepted', 'accepted'])
  expect(endOf(await early.submit(pay('first')))).toBe('accepted')
  const earlySessions = await sessionsOf(bank)

  const loader = bank.elsewhere()
  const ids = Array.from({ length: 3_000 }, (_, at) => `account-${at}`)
  expect(new Set((await loader.batch(ids.map((id) => opening(id)))).map(endOf))).toEqual(
    new Set(['accepted']),
  )
  await loader.database.close()
  await until(async () => (await sessionsOf(bank)) === earlySessions, 'the loader’s sessions have ended')

  const before = await balancesRead(bank)
  const many = ids.slice(0, 200).map(pay)
  expect(new Set((await early.batch(many)).map(endOf))).toEqual(new Set(['accepted']))
  expect(endOf(await early.submit(pay('account-7')))).toBe('accepted')
  await early.database.close()
  await until(async () => (await sessionsOf(bank)) === 0, 'the early sessions have ended')
  const read = (await balancesRead(bank)) - before
  expect(read).toBeGreaterThan(200)
  // Each row is locked, and found again to be written.
  expect(read).toBeLessThan(200 * 8)
})
