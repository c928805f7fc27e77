import type { Database } from '@plinth/db'
import { type VerifyReport, verifyBooks } from '@plinth/posting'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '../../packages/db/src/pool.js'
import { useTestDatabase } from '../support/test-database.js'
import { books, openBank } from './bank.js'
import { brokenRules, verifyTampered } from './tampered-books.js'

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

const verifyAfter = (statements: readonly string[]): Promise<VerifyReport> =>
  verifyTampered(pool, books, statements)

/** The rule is broken after the statements, first in that row. */
async function expectFound(statements: readonly string[], rule: string, row: object): Promise<void> {
  const report = await verifyAfter(statements)
  expect(report.sound).toBe(false)
  expect(brokenRules(report)).toHaveProperty(rule)
  expect(brokenRules(report)[rule]?.row).toMatchObject(row)
}

const line = (entryNo: number, lineNo: number) => `entry_no = ${entryNo} and line_no = ${lineNo}`

// Entries: 1 cash→alice 100, 2 cash→bob 50, 3 alice→bob 30, 4 carol→bob 15, 5 bob→alice 1, 6 alice→cash 2, 7 captures 10 of
// the 40 held on alice, 8 takes 12 of the first back. 5 are held on bob.
const swapEntries = (table: string, one: number, other: number): string[] => [
  `update ${table} set entry_no = 900 where entry_no = ${one}`,
  `update ${table} set entry_no = ${one} where entry_no = ${other}`,
  `update ${table} set entry_no = ${other} where entry_no = 900`,
]

describe('verify', () => {
  test('finds nothing in sound books', async () => {
    const report = await database.read(tenantId, (tx) => verifyBooks(tx, books))
    expect(brokenRules(report)).toEqual({})
    expect(report).toMatchObject({ sound: true, entries: 8, lines: 16, accounts: 4 })
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
      'holds_add_up',
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
        'delete from ledger.posting_line where entry_no = 8',
        'delete from ledger.journal_entry where entry_no = 8',
        'delete from posting.command where entry_no = 8',
      ],
      'entry_numbers',
      { entryNo: 8 },
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
      { entryNo: 9 },
    ],
    [
      'an event position that was set back',
      ['update ledger.journal_head set next_event_position = 3'],
      'events_are_numbered',
      {},
    ],
  ])('finds %s', async (_, statements, rule, row) => {
    await expectFound(statements, rule, row)
  })

  const onHold = (of: string, set: string) =>
    `update holds.account_hold set ${set} where account_id = '${of}'`
  const inBalance = (of: string, set: string) =>
    `update account.balance set ${set} where account_id = '${of}'`
  const holdOf = (of: string) => `(select hold_id from holds.account_hold where account_id = '${of}')`
  const aHold = { holdId: expect.any(String) }

  test.each<[what: string, statements: string[], row: object]>([
    [
      'less held on an account than its holds have left',
      [inBalance('alice', 'held = held - 1')],
      { accountId: 'alice' },
    ],
    ['a hold that has less left', [onHold('alice', 'remaining = remaining - 1')], { accountId: 'alice' }],
    [
      'a hold that has less left, and its account too',
      [onHold('alice', 'remaining = remaining - 1'), inBalance('alice', 'held = held - 1')],
      aHold,
    ],
    [
      'a hold that was released by nobody',
      [onHold('bob', "status = 'released', remaining = 0"), inBalance('bob', 'held = 0')],
      aHold,
    ],
    ['a hold that was given an end', [onHold('bob', 'expires_at = now()')], aHold],
    ['a placing that was removed', ["delete from holds.hold_event where change = 'placed'"], aHold],
    [
      'a capture that was removed from its hold',
      ["delete from holds.hold_event where change = 'captured'"],
      aHold,
    ],
    [
      'a capture’s entry that names another hold',
      [`update ledger.journal_entry set hold_id = ${holdOf('bob')} where entry_no = 7`],
      { ...aHold, entryNo: 7 },
    ],
    [
      'a capture’s entry that names no hold',
      ['update ledger.journal_entry set hold_id = null where entry_no = 7'],
      { ...aHold, entryNo: 7 },
    ],
    [
      'an entry that says it captured a hold',
      [`update ledger.journal_entry set hold_id = ${holdOf('bob')} where entry_no = 6`],
      { captures: 1 },
    ],
    [
      'a capture that names another entry',
      ["update holds.hold_event set entry_no = 6 where change = 'captured'"],
      { ...aHold, entryNo: 6 },
    ],
    [
      'more captured than its entry took, in all three places',
      [
        onHold('alice', 'captured = captured + 1, remaining = remaining - 1'),
        "update holds.hold_event set captured = captured + 1, remaining = remaining - 1 where change = 'captured'",
        inBalance('alice', 'held = held - 1'),
      ],
      { ...aHold, entryNo: 7 },
    ],
    [
      'a hold that was removed with its history',
      [
        inBalance('alice', 'held = 0'),
        `delete from holds.hold_event where hold_id = ${holdOf('alice')}`,
        "delete from holds.account_hold where account_id = 'alice'",
      ],
      { captures: 0 },
    ],
  ])('finds %s, among the holds', async (_, statements, row) => {
    await expectFound(statements, 'holds_add_up', row)
  })

  test.each<[what: string, statements: string[], row: object]>([
    [
      'more than there was',
      ['update ledger.posting_line set amount = 10001 where entry_no = 8'],
      { entryNo: 1, lineNo: 1 },
    ],
    [
      'the other line each',
      ['update ledger.posting_line set reverses_line_no = 3 - reverses_line_no where entry_no = 8'],
      { entryNo: 1, lineNo: 1 },
    ],
    [
      'a line that is not there',
      [`update ledger.posting_line set reverses_line_no = 3 where ${line(8, 2)}`],
      { entryNo: 1, lineNo: 3 },
    ],
    [
      'lines of another entry than it names',
      ['update ledger.journal_entry set reverses_entry_no = 2 where entry_no = 8'],
      { entryNo: 8 },
    ],
    [
      'nothing any more by one of its lines',
      ['update ledger.posting_line set reverses_entry_no = null, reverses_line_no = null where line_no = 1'],
      { entryNo: 8 },
    ],
    [
      'what a posting is said to take back',
      [`update ledger.posting_line set reverses_entry_no = 2, reverses_line_no = 2 where ${line(6, 1)}`],
      { entryNo: 2, lineNo: 2 },
    ],
    [
      'what a posting would fit to take back',
      [`update ledger.posting_line set reverses_entry_no = 1, reverses_line_no = 2 where ${line(6, 1)}`],
      { entryNo: 6 },
    ],
    [
      'nothing at all any more',
      ['journal_entry set', 'posting_line set reverses_line_no = null,'].map(
        (table) => `update ledger.${table} reverses_entry_no = null where entry_no = 8`,
      ),
      { entryNo: 8 },
    ],
  ])('finds a reversal that takes back %s', async (_, statements, row) => {
    await expectFound(statements, 'reversals_fit', row)
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
