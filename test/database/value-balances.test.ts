import { readFileSync } from 'node:fs'
import { verifyBooks } from '@plinth/posting'
import { expect, test } from 'vitest'
import { useBank } from '../support/bank.js'
import { endOf, transferOf } from '../support/commands.js'
import { asAdmin } from '../support/database-admin.js'

const openBank = useBank()

const migration = readFileSync(new URL('../../migrations/0013_value_balances.sql', import.meta.url), 'utf8')
/** What the migration makes, so that it can make it again. */
const unmade = `
  drop table ledger.turnover_mark, ledger.value_turnover;
  drop function ledger.mark_turnovers() cascade;
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

test('nobody but a line writes what is kept, and it is never changed', async () => {
  const bank = await openBank()
  const values = `('${bank.tenantId}', 'cash', 32, 0, 0)`
  const statement = `insert into ledger.turnover_mark values ${values}`
  await asAdmin(bank.serveUrl, async (client) => {
    await client.query("select set_config('plinth.tenant', $1, false)", [bank.tenantId])
    for (const role of ['plinth_ledger', 'plinth_posting']) {
      await client.query(`set role ${role}`)
      await expect(client.query(statement)).rejects.toThrow('permission denied')
    }
  })
  await bank.open('alice')
  expect(
    endOf(await bank.transfer({ from: 'cash', to: 'alice', amount: '1.00', valueDate: '2026-01-01' })),
  ).toBe('accepted')
  for (const change of [
    'update ledger.value_turnover set debits = 0',
    'delete from ledger.value_turnover',
    'truncate ledger.value_turnover',
    'truncate ledger.turnover_mark',
  ])
    await expect(bank.rows(change)).rejects.toThrow('never changed or removed')
})
