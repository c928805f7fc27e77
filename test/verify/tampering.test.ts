import type { Database } from '@plinth/db'
import { type VerifyReport, verifyBooks } from '@plinth/posting'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '../../packages/db/src/pool.js'
import { openTx, settle } from '../../packages/db/src/tx.js'
import { useTestDatabase } from '../support/test-database.js'
import { books, openBank } from './bank.js'

const { tenantId } = books.tenant
const testDatabase = useTestDatabase()
let database: Database
let pool: pg.Pool

beforeAll(async () => {
  database = await openBank(testDatabase().serveUrl)
  pool = openPool({
    url: testDatabase().adminUrl,
    connectionsMax: 1,
    answerTimeoutMs: 20_000,
    applicationName: 'tampering',
  })
})
afterAll(async () => {
  await database.close()
  await pool.end()
})

const tables = [
  'account.gl_account',
  'account.account',
  'account.balance',
  'ledger.journal_head',
  'ledger.journal_entry',
  'ledger.posting_line',
  'posting.command',
  'audit.audit_event',
  'outbox.outbox_event',
]

/** The report on books in which a superuser did what no role of Plinth may. Undone afterwards. */
async function verifyAfter(statements: readonly string[]): Promise<VerifyReport> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    await client.query("select set_config('plinth.tenant', $1, true)", [tenantId])
    for (const table of tables) await client.query(`alter table ${table} disable trigger all`)
    for (const statement of statements) {
      const { rowCount } = await client.query(statement)
      // Null: it was no statement on rows.
      expect(rowCount, statement).not.toBe(0)
    }
    const tx = openTx({ client, strictRoles: false, tenantId })
    const report = await verifyBooks(tx, books)
    await settle(tx)
    return report
  } finally {
    await client.query('rollback')
    client.release()
  }
}

const brokenRules = ({ rules }: VerifyReport) =>
  Object.fromEntries(rules.flatMap(({ rule, first }) => (first === undefined ? [] : [[rule, first]])))

const line = (entryNo: number, lineNo: number) => `entry_no = ${entryNo} and line_no = ${lineNo}`

// Entries: 1 cash→alice 100, 2 cash→bob 50, 3 alice→bob 30, 4 carol→bob 15, 5 bob→alice 1, 6 alice→cash 2.
const swapEntries = (table: string, one: number, other: number): string[] => [
  `update ${table} set entry_no = 900 where entry_no = ${one}`,
  `update ${table} set entry_no = ${one} where entry_no = ${other}`,
  `update ${table} set entry_no = ${other} where entry_no = 900`,
]

describe('verify', () => {
  test('finds nothing in sound books', async () => {
    const report = await database.read(tenantId, (tx) => verifyBooks(tx, books))
    expect(brokenRules(report)).toEqual({})
    expect(report).toMatchObject({ sound: true, entries: 6, lines: 12, accounts: 4 })
  })

  test.each<[what: string, statements: string[], rule: string, row: object]>([
    [
      'an amount that was edited',
      [`update ledger.posting_line set amount = 10100 where ${line(1, 2)}`],
      'entries_balance',
      { entryNo: 1 },
    ],
    [
      'both amounts of an entry that were edited',
      ['update ledger.posting_line set amount = 3100 where entry_no = 3'],
      'decided_again',
      { entryNo: 3, lineNo: 1, at: '/lines/0/amount' },
    ],
    [
      'a line that now stands on another account',
      [`update ledger.posting_line set account_id = 'carol', account_version = 2 where ${line(3, 2)}`],
      'decided_again',
      { entryNo: 3, lineNo: 2 },
    ],
    [
      'a balance row that was edited',
      ["update account.balance set credits = credits + 1 where account_id = 'bob'"],
      'balances_add_up',
      { accountId: 'bob' },
    ],
    [
      'a version that was edited',
      ["update account.balance set version = version + 1 where account_id = 'bob'"],
      'balances_add_up',
      { accountId: 'bob' },
    ],
    [
      'an amount that is held by nothing',
      ["update account.balance set held = 1 where account_id = 'bob'"],
      'balances_add_up',
      { accountId: 'bob' },
    ],
    [
      'a running balance that was edited',
      [`update ledger.posting_line set balance_after = 1 where ${line(3, 1)}`],
      'running_balances',
      { entryNo: 3, lineNo: 1, accountId: 'alice' },
    ],
    [
      'the version of a line that was edited',
      ["update ledger.posting_line set account_version = 9 where account_id = 'alice' and entry_no = 6"],
      'account_versions',
      { entryNo: 6, lineNo: 1, accountId: 'alice' },
    ],
    [
      'a line that was removed',
      [`delete from ledger.posting_line where ${line(2, 2)}`],
      'entries_are_whole',
      { entryNo: 2 },
    ],
    [
      'lines whose entry was removed',
      ['delete from ledger.journal_entry where entry_no = 2'],
      'entries_are_whole',
      { entryNo: 2, lineNo: 1, accountId: 'cash' },
    ],
    [
      'an entry that was removed with its lines',
      [
        'delete from ledger.posting_line where entry_no = 3',
        'delete from ledger.journal_entry where entry_no = 3',
      ],
      'entry_numbers',
      { entryNo: 4 },
    ],
    [
      'the last entry, removed with its lines and its command',
      [
        'delete from ledger.posting_line where entry_no = 6',
        'delete from ledger.journal_entry where entry_no = 6',
        'delete from posting.command where entry_no = 6',
      ],
      'entry_numbers',
      { entryNo: 6 },
    ],
    [
      'entries that changed places',
      [...swapEntries('ledger.journal_entry', 1, 4), ...swapEntries('ledger.posting_line', 1, 4)],
      'entries_in_order',
      { entryNo: 2 },
    ],
    [
      'lines that changed places with their entries',
      [
        ...swapEntries('ledger.journal_entry', 1, 2),
        ...swapEntries('ledger.posting_line', 1, 2),
        ...swapEntries('posting.command', 1, 2),
      ],
      'account_versions',
      { entryNo: 1, lineNo: 1, accountId: 'cash' },
    ],
    [
      'an entry that was moved to another day',
      [
        "update ledger.journal_entry set booking_date = '2026-11-19' where entry_no = 5",
        "update ledger.posting_line set booking_date = '2026-11-19' where entry_no = 5",
      ],
      'entries_in_order',
      { entryNo: 5 },
    ],
    [
      'a line of another day than its entry',
      [`update ledger.posting_line set value_date = '2026-01-01' where ${line(5, 2)}`],
      'entries_are_whole',
      { entryNo: 5, lineNo: 2, accountId: 'alice' },
    ],
    [
      'a description that was added',
      ["update ledger.journal_entry set description = 'gift' where entry_no = 3"],
      'decided_again',
      { entryNo: 3, at: '/description' },
    ],
    [
      'a GL code that was edited in a line',
      [`update ledger.posting_line set gl_code = '3000' where ${line(3, 2)}`],
      'line_copies',
      { entryNo: 3, lineNo: 2, accountId: 'bob' },
    ],
    [
      'a GL code that was edited in a balance row',
      ["update account.balance set gl_code = '3000' where account_id = 'bob'"],
      'accounts_agree',
      { accountId: 'bob' },
    ],
    [
      'a currency that was edited in a line',
      [`update ledger.posting_line set currency = 'USD' where ${line(3, 2)}`],
      'line_copies',
      { entryNo: 3, lineNo: 2, accountId: 'bob' },
    ],
    [
      'a normal side that was edited in the chart',
      ["update account.gl_account set normal_side = 'debit' where code = '2000'"],
      'accounts_agree',
      { accountId: 'alice' },
    ],
    [
      'a limit that was raised without a command',
      ["update account.balance set overdraft_limit = 100000 where account_id = 'bob'"],
      'accounts_as_commanded',
      { accountId: 'bob', at: '/overdraftLimit' },
    ],
    [
      'a status that was set without a command',
      ["update account.balance set status = 'open' where account_id = 'carol'"],
      'accounts_as_commanded',
      { accountId: 'carol', at: '/status' },
    ],
    [
      'an account that was closed with money on it',
      [
        'alter table account.balance drop constraint closed_is_empty',
        "update account.balance set status = 'closed' where account_id = 'bob'",
      ],
      'closed_accounts_are_empty',
      { accountId: 'bob' },
    ],
    [
      'an account below its limit',
      ["update account.balance set debits = debits + 100000 where account_id = 'bob'"],
      'limits',
      { accountId: 'bob' },
    ],
    [
      'an account that nobody opened',
      [
        `insert into account.account select tenant_id, 'mallory', name, gl_code, currency, customer_id, product_code, metadata, opened_at, opened_on from account.account where account_id = 'bob'`,
        `insert into account.balance (tenant_id, account_id, gl_code, currency, normal_side, unlimited, status, block_debits, block_credits, overdraft_limit, debits, credits, held, version, row_version)
          values ('bank', 'mallory', '2000', 'EUR', 'credit', true, 'open', false, false, 0, 0, 0, 0, 0, 0)`,
      ],
      'accounts_as_commanded',
      { accountId: 'mallory' },
    ],
    [
      'a balance row that was removed',
      ["delete from account.balance where account_id = 'carol'"],
      'accounts_agree',
      { entryNo: 4, lineNo: 1, accountId: 'carol' },
    ],
    [
      'the amounts of a request that were edited',
      [`update posting.command set request = replace(request, '"30.00"', '"31.00"') where entry_no = 3`],
      'decided_again',
      { entryNo: 3, lineNo: 1, at: '/lines/0/amount' },
    ],
    [
      'a request that was edited so that it would be refused',
      [`update posting.command set request = replace(request, '"30.00"', '"3000.00"') where entry_no = 3`],
      'decided_again',
      { entryNo: 3 },
    ],
    [
      'a request that says nothing any more',
      ["update posting.command set request = '{}' where entry_no = 3"],
      'decided_again',
      { entryNo: 3 },
    ],
    [
      'a command that was removed',
      ['delete from posting.command where entry_no = 3'],
      'commands_and_entries',
      { entryNo: 3 },
    ],
    [
      'a command that names an entry that is not there',
      ['update posting.command set entry_no = 77 where entry_no = 3'],
      'commands_and_entries',
      { entryNo: 3 },
    ],
    [
      'a refusal that became another command’s type',
      ["update posting.command set type = 'open_account' where outcome = 'rejected'"],
      'commands_are_audited',
      {},
    ],
    [
      'an audit event that was removed',
      ["delete from audit.audit_event where action = 'post' and outcome = 'accepted'"],
      'entries_are_audited',
      { entryNo: 1 },
    ],
    [
      'an audit event of nobody’s entry',
      [
        "update audit.audit_event set object = 'nobody' where object = (select entry_id::text from ledger.journal_entry where entry_no = 4)",
      ],
      'entries_are_audited',
      { entryNo: 4 },
    ],
    [
      'an outbox event that was removed',
      ["delete from outbox.outbox_event where type = 'plinth.journal_entry.posted.v1' and position = 8"],
      'events_are_numbered',
      { position: 8 },
    ],
    [
      'the outbox event of an entry, pointed at something else',
      ['update outbox.outbox_event set subject = gen_random_uuid() where position = 8'],
      'entries_are_told',
      { entryNo: 1 },
    ],
    [
      'an outbox event of another type',
      ["update outbox.outbox_event set type = 'plinth.account.opened.v1' where position = 1"],
      'commands_are_told',
      {},
    ],
    [
      'a head that was set back',
      ['update ledger.journal_head set next_entry_no = 5'],
      'entry_numbers',
      { entryNo: 7 },
    ],
    [
      'an event position that was set back',
      ['update ledger.journal_head set next_event_position = 3'],
      'events_are_numbered',
      {},
    ],
  ])('finds %s', async (_, statements, rule, row) => {
    const report = await verifyAfter(statements)
    expect(report.sound).toBe(false)
    expect(brokenRules(report)).toHaveProperty(rule)
    expect(brokenRules(report)[rule]?.row).toMatchObject(row)
  })

  test('tells what was expected and what was found', async () => {
    const edited = await verifyAfter([
      "update account.balance set credits = credits + 1 where account_id = 'bob'",
    ])
    expect(brokenRules(edited).balances_add_up).toEqual({
      row: { accountId: 'bob' },
      expected: 'debits 1.00, credits 95.00, version 4',
      found: 'debits 1.00, credits 95.01, version 4',
    })
    expect(brokenRules(edited).trial_balance).toMatchObject({ row: { currency: 'EUR' } })
  })

  test('reports one wrong line once, however many lines follow', async () => {
    const { rules } = await verifyAfter([
      `update ledger.posting_line set balance_after = 1 where ${line(1, 2)}`,
    ])
    // The line itself, and the one behind it that starts from another balance.
    expect(rules.find(({ rule }) => rule === 'running_balances')?.broken).toBe(2)
  })
})
