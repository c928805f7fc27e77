import type { BusinessDate } from '@plinth/kernel'
import { type StatementFindings, verifyStatements } from '@plinth/reconciliation'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPool } from '../../packages/db/src/pool.js'
import { openTx, settle } from '../../packages/db/src/tx.js'
import { type Bank, firstBusinessDate, useBank } from '../support/bank.js'
import { currencies } from '../support/commands.js'
import { findings, make } from './in-bank.js'

const openBank = useBank()
let bank: Bank
let pool: pg.Pool
const [secondDay, thirdDay] = ['2026-11-21', '2026-11-22'] as BusinessDate[] as [BusinessDate, BusinessDate]

// Statements of alice: 1 of the first day, with 10.00 on it; 2 of the second, with 1.00 off. bob has one without a line.
beforeAll(async () => {
  bank = await openBank()
  await bank.open('alice')
  await bank.open('bob')
  await bank.fund('alice', '10.00')
  await bank.moveTo(secondDay)
  await bank.transfer({ from: 'alice', to: 'cash', amount: '1.00' })
  await bank.moveTo(thirdDay)
  await bank.rows('update ledger.journal_head set closing_date = null where tenant_id = $1', [bank.tenantId])
  await make(bank, 'alice', firstBusinessDate)
  await make(bank, 'alice', secondDay)
  await make(bank, 'bob', secondDay)
  pool = openPool({
    url: bank.adminUrl,
    connectionsMax: 1,
    answerTimeoutMs: 20_000,
    applicationName: 'tampering',
  })
})
afterAll(() => pool.end())

const tables = [
  'reconciliation.statement',
  'ledger.journal_entry',
  'ledger.posting_line',
  'ledger.journal_head',
]

/** What verify says of books in which a superuser did what no role of Plinth may. Undone afterwards. */
async function verifyAfter(statement: string): Promise<StatementFindings> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query("select set_config('plinth.tenant', $1, true)", [bank.tenantId])
    for (const table of tables) await client.query(`alter table ${table} disable trigger all`)
    const { rowCount } = await client.query(statement)
    expect(rowCount, statement).not.toBe(0)
    const tx = openTx({ client, strictRoles: false, tenantId: bank.tenantId })
    const found = await verifyStatements(tx, currencies)
    await settle(tx)
    return found
  } finally {
    await client.query('rollback')
    client.release()
  }
}

test('verify finds nothing in statements that stand', async () => {
  expect(await findings(bank)).toMatchObject({ rule: 'statements_stand', broken: 0, first: undefined })
})

const set = (change: string, number: number) =>
  `update reconciliation.statement set ${change} where account_id = 'alice' and statement_no = ${number}`

test.each<[what: string, statement: string, statementNo: number, expected: string]>([
  [
    'a statement that was removed',
    "delete from reconciliation.statement where account_id = 'alice' and statement_no = 1",
    2,
    'number 1',
  ],
  ['a number that was edited', set('statement_no = 5', 2), 5, 'number 2'],
  ['days that were edited', set("from_date = '2026-11-20'", 2), 2, 'from 2026-11-21'],
  ['balances that were edited', set('opening = 900, closing = 800', 2), 2, 'opens with 1000'],
  [
    'sums that were edited',
    set('debits = debits + 1, closing = closing - 1', 2),
    2,
    '"debits":{"count":1,"amount":"1.00"}',
  ],
  [
    'a number of lines that was edited',
    set('credit_count = 7', 1),
    1,
    '"credits":{"count":1,"amount":"10.00"}',
  ],
  ['a name that was edited', set("account_name = 'Mallory'", 1), 1, 'checksum'],
  ['a checksum that was edited', set("checksum = repeat('0', 64)", 2), 2, 'checksum'],
  ['a moment that was edited', set("made_at = made_at - interval '1 day'", 2), 2, 'checksum'],
  [
    'a description that was added to an entry',
    "update ledger.journal_entry set description = 'gift' where entry_no = 2",
    2,
    'checksum',
  ],
  [
    'a value date of a line that was edited',
    "update ledger.posting_line set value_date = '2026-11-01' where entry_no = 1",
    1,
    'checksum',
  ],
  [
    'an amount of a line that was edited',
    'update ledger.posting_line set amount = 200 where entry_no = 2',
    2,
    'opening and lines that make the closing',
  ],
  [
    'a line that was removed',
    "delete from ledger.posting_line where account_id = 'alice' and entry_no = 2",
    2,
    '"debits":{"count":0,"amount":"0.00"}',
  ],
  [
    'a day that was opened again',
    "update ledger.journal_head set business_date = '2026-11-21'",
    2,
    'days before 2026-11-21',
  ],
])('verify finds %s', async (_what, statement, statementNo, expected) => {
  const { broken, first } = await verifyAfter(statement)
  expect(broken).toBeGreaterThan(0)
  expect(first?.row).toEqual({ accountId: 'alice', statementNo })
  expect(first?.expected).toContain(expected)
})
