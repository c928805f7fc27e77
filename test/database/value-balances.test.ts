import { readFileSync } from 'node:fs'
import { verifyBooks } from '@plinth/posting'
import { expect, test } from 'vitest'
import { useBank } from '../support/bank.js'
import { endOf, transferOf } from '../support/commands.js'
import { asAdmin } from '../support/database-admin.js'

const openBank = useBank()

const migration = readFileSync(new URL('../../migrations/0016_value_balances.sql', import.meta.url), 'utf8')
/** What the migration makes, so that it can make it again. */
const unmade = `
  drop table ledger.turnover_mark, ledger.value_turnover;
  drop function ledger.refuse_mark() cascade;
  drop function ledger.keep_value_turnovers() cascade;
  drop function ledger.entry_no_at, ledger.version_by, ledger.turnovers_by, ledger.turnovers_moved_by_value`
const tables = {
  marks: 'select * from ledger.turnover_mark order by tenant_id, account_id, account_version',
  turnovers:
    'select * from ledger.value_turnover order by tenant_id, account_id, level, bucket, account_version',
}

test('lines that are there when balances of the past come are kept as if they came later', async () => {
  const banks = [await openBank(), await openBank(), await openBank()]
  // The third has no lines at all.
  for (const [at, bank] of banks.slice(0, 2).entries()) {
    await bank.open('alice')
    const dates = [undefined, '2026-11-01', '2026-10-31', '2024-02-29', '2026-12-01']
    const outcomes = await bank.batch(
      Array.from({ length: 100 + at }, (_, index) => {
        const valueDate = dates[index % dates.length]
        return transferOf({
          from: 'cash',
          to: 'alice',
          amount: `${index + 1}.00`,
          ...(valueDate && { valueDate }),
        })
      }),
    )
    expect(new Set(outcomes.map(endOf))).toEqual(new Set(['accepted']))
  }
  await asAdmin(banks[0]?.adminUrl as string, async (client) => {
    const read = async () => ({
      marks: (await client.query(tables.marks)).rows,
      turnovers: (await client.query(tables.turnovers)).rows,
    })
    const before = await read()
    // Two accounts with three marks each; and of five lines four are valued elsewhere, in three buckets each.
    expect([before.marks.length, before.turnovers.length]).toEqual([12, (80 + 80) * 3 * 2])
    await client.query(unmade)
    await client.query('begin')
    await client.query('set local role plinth_owner')
    await client.query(migration)
    await client.query('commit')
    expect(await read()).toEqual(before)
  })
  for (const bank of banks) {
    const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
    expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
    await bank.expectBooksInOrder()
  }
})

test('nobody but a line keeps sums by value date, a mark makes the balance after its line, and neither is ever changed', async () => {
  const bank = await openBank()
  await bank.open('alice')
  const outcomes = await bank.batch(
    Array.from({ length: 32 }, () =>
      transferOf({ from: 'cash', to: 'alice', amount: '1.00', valueDate: '2026-01-01' }),
    ),
  )
  expect(new Set(outcomes.map(endOf))).toEqual(new Set(['accepted']))
  await asAdmin(bank.serveUrl, async (client) => {
    await client.query("select set_config('plinth.tenant', $1, false)", [bank.tenantId])
    const insertInto = (table: string, values: string) =>
      client.query(`insert into ledger.${table} select '${bank.tenantId}', ${values}`)
    await client.query('set role plinth_posting')
    await expect(insertInto('turnover_mark', "'alice', 32, 0, 3200")).rejects.toThrow('permission denied')
    await client.query('set role plinth_ledger')
    const day = "'alice', 'day', '2026-01-02', 1, 0, 1"
    await expect(insertInto('value_turnover', day)).rejects.toThrow('permission denied')
    for (const mark of ["'alice', 64, 0, 3200", "'bob', 32, 0, 3200"])
      await expect(insertInto('turnover_mark', mark)).rejects.toThrow('do not make the balance')
    await expect(insertInto('turnover_mark', "'alice', 31, 0, 3100")).rejects.toThrow('every_so_many_lines')
  })
  await asAdmin(bank.adminUrl, async (client) => {
    await client.query('begin')
    await client.query('alter table ledger.turnover_mark disable trigger append_only')
    await client.query('delete from ledger.turnover_mark where tenant_id = $1', [bank.tenantId])
    const wrong = client.query(
      `insert into ledger.turnover_mark select '${bank.tenantId}', 'alice', 32, 0, 3199`,
    )
    await expect(wrong).rejects.toThrow('do not make the balance')
    await client.query('rollback')
  })
  for (const change of [
    'update ledger.value_turnover set debits = 0',
    'update ledger.turnover_mark set debits = 0',
    'delete from ledger.value_turnover',
    'truncate ledger.value_turnover',
    'truncate ledger.turnover_mark',
  ])
    await expect(bank.rows(change)).rejects.toThrow('never changed or removed')
})

test('a line with a value date of its own that comes behind a later one is refused', async () => {
  const bank = await openBank()
  await bank.open('alice')
  const paid = await bank.transfer({ from: 'cash', to: 'alice', amount: '1.00', valueDate: '2026-01-01' })
  expect(endOf(paid)).toBe('accepted')
  // The sums of the day go on to a line that the account does not have yet.
  await bank.rows(
    `insert into ledger.value_turnover
     select tenant_id, account_id, level, bucket, 9, debits, credits from ledger.value_turnover
      where tenant_id = $1 and account_id = 'alice' and level = 'day'`,
    [bank.tenantId],
  )
  const later = bank.transfer({ from: 'cash', to: 'alice', amount: '1.00', valueDate: '2026-01-01' })
  await expect(later.then(endOf)).rejects.toThrow('come behind later ones')
})
