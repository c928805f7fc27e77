import { verifyBooks } from '@plinth/posting'
import type pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPool } from '../../packages/db/src/pool.js'
import { type Bank, useBank } from '../support/bank.js'
import { endOf, transferOf } from '../support/commands.js'
import { brokenRules, verifyTampered } from './tampered-books.js'

const openBank = useBank()
let bank: Bank
let pool: pg.Pool

// Entries: 1 to 70 cash→alice 1.00, every seventh of value 2026-10-31 and every eleventh of value 2025-12-31; 71 alice→bob 5.00,
// of value 2026-10-31.
beforeAll(async () => {
  bank = await openBank()
  pool = openPool({
    url: bank.adminUrl,
    connectionsMax: 1,
    answerTimeoutMs: 20_000,
    applicationName: 'tampering',
  })
  await bank.open('alice')
  await bank.open('bob')
  const valued = (at: number) =>
    at % 7 === 0 ? { valueDate: '2026-10-31' } : at % 11 === 0 ? { valueDate: '2025-12-31' } : {}
  const outcomes = await bank.batch([
    ...Array.from({ length: 70 }, (_, index) =>
      transferOf({ from: 'cash', to: 'alice', amount: '1.00', ...valued(index + 1) }),
    ),
    transferOf({ from: 'alice', to: 'bob', amount: '5.00', valueDate: '2026-10-31' }),
  ])
  expect(new Set(outcomes.map(endOf))).toEqual(new Set(['accepted']))
})
afterAll(() => pool.end())

const verifyAfter = (statements: readonly string[]) => verifyTampered(pool, bank.books, statements)

test('sound books keep sums by value date, and marks, that the lines come to', async () => {
  const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  expect(brokenRules(report)).toEqual({})
  // Of cash and alice: 10 lines of October and 6 of December, three times; one line each more of alice and of bob.
  expect(await bank.rows('select count(*)::int as count from ledger.value_turnover')).toEqual([
    { count: 102 },
  ])
  const marks = await bank.rows(
    'select account_id, account_version::int, debits::int, credits::int from ledger.turnover_mark order by 1, 2',
  )
  expect(marks).toEqual([
    { account_id: 'alice', account_version: 32, debits: 0, credits: 3200 },
    { account_id: 'alice', account_version: 64, debits: 0, credits: 6400 },
    { account_id: 'cash', account_version: 32, debits: 3200, credits: 0 },
    { account_id: 'cash', account_version: 64, debits: 6400, credits: 0 },
  ])
})

const october = "account_id = 'alice' and level = 'month' and bucket = '2026-10-01'"
const stray = (values: string) => `insert into ledger.value_turnover
  (tenant_id, account_id, level, bucket, account_version, debits, credits)
  select tenant_id, ${values} from ledger.journal_head`

test.each<[what: string, statement: string, finding: object]>([
  [
    'a sum that was edited',
    `update ledger.value_turnover set credits = credits + 1 where ${october} and account_version = 14`,
    {
      row: { accountId: 'alice', level: 'month', bucket: '2026-10-01', accountVersion: 14 },
      expected: 'debits 0.00, credits 2.00',
      found: 'debits 0.00, credits 2.01',
    },
  ],
  [
    'a last sum that was edited',
    `update ledger.value_turnover set debits = 0 where ${october} and account_version = 71`,
    {
      row: { accountId: 'alice', level: 'month', bucket: '2026-10-01', accountVersion: 71 },
      expected: 'debits 5.00, credits 10.00',
      found: 'debits 0.00, credits 10.00',
    },
  ],
  [
    'a sum that was removed',
    `delete from ledger.value_turnover where ${october} and account_version = 71`,
    {
      row: { accountId: 'alice', accountVersion: 71 },
      expected: 'kept in the year, the month and the day of 2026-10-31',
      found: 'in 2 of them',
    },
  ],
  [
    'a sum of an ordinary line',
    stray("'bob', 'day', '2026-11-20', 1, 0, 500"),
    { row: { accountId: 'bob', level: 'day', bucket: '2026-11-20', accountVersion: 1 }, found: 'none' },
  ],
  [
    'a sum in a bucket that its line is not of',
    stray("'bob', 'day', '2026-10-30', 1, 0, 500"),
    { row: { accountId: 'bob', level: 'day', bucket: '2026-10-30', accountVersion: 1 }, found: 'none' },
  ],
  [
    'a sum of a line that is not there',
    stray("'bob', 'year', '2026-01-01', 2, 0, 500"),
    { row: { accountId: 'bob', level: 'year', bucket: '2026-01-01', accountVersion: 2 }, found: 'none' },
  ],
  [
    'a mark that was edited',
    "update ledger.turnover_mark set debits = 1, credits = 6401 where account_id = 'alice' and account_version = 64",
    {
      row: { accountId: 'alice', accountVersion: 64 },
      expected: 'debits 0.00, credits 64.00',
      found: 'debits 0.01, credits 64.01',
    },
  ],
  [
    'a mark that was removed',
    "delete from ledger.turnover_mark where account_id = 'cash' and account_version = 64",
    {
      row: { accountId: 'cash', accountVersion: 64 },
      expected: 'the turnovers marked here',
      found: 'nothing',
    },
  ],
  [
    'a mark of lines that are not there',
    `insert into ledger.turnover_mark select tenant_id, 'bob', 32, 0, 500 from ledger.journal_head`,
    { row: { accountId: 'bob', accountVersion: 32 }, found: 'none' },
  ],
])('verify finds %s, and nothing else', async (_, statement, finding) => {
  const report = await verifyAfter([statement])
  expect(Object.keys(brokenRules(report))).toEqual(['turnovers_add_up'])
  expect(brokenRules(report).turnovers_add_up).toMatchObject(finding)
})

test('verify finds a value date that was edited, with its entry and its command, by the sums that do not have it', async () => {
  const moved = ['journal_entry', 'posting_line'].map(
    (table) => `update ledger.${table} set value_date = '2026-10-30' where entry_no = 71`,
  )
  const report = await verifyAfter([
    ...moved,
    `update posting.command set request = replace(request, '2026-10-31', '2026-10-30') where entry_no = 71`,
  ])
  expect(brokenRules(report)).toEqual({
    turnovers_add_up: {
      row: { accountId: 'alice', accountVersion: 71 },
      expected: 'kept in the year, the month and the day of 2026-10-30',
      found: 'in 2 of them',
    },
  })
})

test('verify goes on behind a page', async () => {
  // Pages are long; what is found in the last row of a short one is found in that of a long one.
  const { readUnkeptLines, readWrongMarks, readWrongTurnovers } = await import('@plinth/ledger')
  const seen = { lines: 0, turnovers: 0, marks: 0 }
  await bank.database.read(bank.tenantId, async (tx) => {
    const first = { accountId: '', accountVersion: 0 }
    for (let after: typeof first | undefined = first; after; seen.lines += 1) {
      const page: Awaited<ReturnType<typeof readUnkeptLines>> = await readUnkeptLines(tx, { after, limit: 7 })
      expect(page.wrong).toEqual([])
      after = page.next
    }
    const bucket = { ...first, level: '', bucket: '0001-01-01' }
    for (let after: typeof bucket | undefined = bucket; after; seen.turnovers += 1) {
      const page: Awaited<ReturnType<typeof readWrongTurnovers>> = await readWrongTurnovers(tx, {
        after,
        limit: 7,
      })
      expect(page.wrong).toEqual([])
      after = page.next
    }
    for (let after: typeof first | undefined = first; after; seen.marks += 1) {
      const page: Awaited<ReturnType<typeof readWrongMarks>> = await readWrongMarks(tx, { after, limit: 3 })
      expect(page.wrong).toEqual([])
      after = page.next
    }
  })
  // 142 lines, 102 sums, 4 marks.
  expect(seen).toEqual({ lines: 21, turnovers: 15, marks: 2 })
})
