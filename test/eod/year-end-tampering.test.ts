import { verifyYearEnds } from '@plinth/eod'
import { verifyEvidence } from '@plinth/evidence'
import { type RuleResult, verifyBooks } from '@plinth/posting'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '../../packages/db/src/pool.js'
import { brokenOf, keyOf, seal } from '../evidence/sealed-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { currencies } from '../support/commands.js'
import { asAdmin } from '../support/database-admin.js'
import { reportTampered } from '../verify/tampered-books.js'
import { adjusting, earningBank, moveOn, yearsAt } from './year-bank.js'

const openBank = useBank()
let bank: Bank
let pool: pg.Pool

// Entries 1 to 3 of 2026, 4 of its thirteenth period, 5 of 2027, 6 and 7 close 2026, 8 is of 2027-13, which is open.
beforeAll(async () => {
  bank = await earningBank(openBank)
  pool = openPool({
    ...{ url: bank.adminUrl, connectionsMax: 1, answerTimeoutMs: 20_000, applicationName: 'tampering' },
  })
  await moveOn(bank, '2027-01-04')
  await bank.submit(adjusting(['debit costs 4.00', 'credit cash 4.00']))
  await bank.post(['debit cash 5.00', 'credit fees 5.00'])
  await yearsAt(bank).close(2026)
  await moveOn(bank, '2028-01-03')
  await bank.submit(adjusting(['debit costs 4.00', 'credit cash 4.00'], '2027-13'))
})
afterAll(() => pool.end())

const broken = (rules: readonly RuleResult[]) =>
  Object.fromEntries(rules.flatMap(({ rule, first }) => (first === undefined ? [] : [[rule, first]])))
const verifyAfter = async (...statements: readonly string[]) =>
  broken(await reportTampered(pool, bank.books, { statements, verify: verifyYearEnds }))

const entry = (no: number, change: string) =>
  `update ledger.journal_entry set ${change} where entry_no = ${no}`

test('sound years break no rule', async () => {
  const rules = await bank.database.read(bank.tenantId, (tx) => verifyYearEnds(tx, bank.books))
  expect([rules.map(({ rule }) => rule), broken(rules)]).toEqual([['periods_fit', 'years_are_closed'], {}])
})

describe('verify misses nothing of what somebody with all rights', () => {
  // The checks of the table go first: they would refuse it still.
  const unchecked =
    'alter table ledger.journal_entry drop constraint thirteenth_behind_its_year, drop constraint closes_on_the_last_day'
  test.each<[what: string, rule: string, statements: string[]]>([
    ['moved into a year that is final', 'periods_fit', [entry(8, 'thirteenth_of = 2026')]],
    ['moved into a year that is not over', 'periods_fit', [unchecked, entry(5, 'thirteenth_of = 2027')]],
    ['moved out of a year that is final', 'years_are_closed', [entry(4, 'thirteenth_of = null')]],
    ['made a closing entry', 'periods_fit', [entry(8, "kind = 'year_end_close', value_date = '2027-12-31'")]],
    ['made no closing entry any more', 'years_are_closed', [entry(6, "kind = 'posting'")]],
    ['took the period of', 'periods_fit', [unchecked, entry(6, 'thirteenth_of = null')]],
    [
      'did to what an account had',
      'years_are_closed',
      ["update ledger.posting_line set amount = amount + 1 where entry_no = 2 and account_id = 'costs'"],
    ],
    [
      'did to the entries that closed a year',
      'years_are_closed',
      ['update eod.year_end_partition set entry_id = gen_random_uuid() where partition_no = 1'],
    ],
    [
      'took away of a year',
      'periods_fit',
      ['delete from eod.year_end_partition', 'delete from eod.year_end'],
    ],
    ['said of when a year began to close', 'periods_fit', ['update eod.year_end set begun_entry_no = 3']],
    ['said of when it was final', 'periods_fit', ['update eod.year_end set final_entry_no = 6']],
    ['opened', 'years_are_closed', ['update ledger.journal_head set final_year = 2025']],
    ['began to close', 'years_are_closed', ['update ledger.journal_head set closing_year = 2027']],
  ])('%s', async (_what, rule, statements) => {
    expect(await verifyAfter(...statements)).toHaveProperty(rule)
  })

  test('did to the period that a posting asked for', async () => {
    const { rules } = await reportTampered(pool, bank.books, {
      ...{ statements: [entry(8, 'thirteenth_of = null')], verify: verifyBooks },
    })
    expect(broken(rules)).toHaveProperty('decided_again')
  })

  // The leaf of an entry has no period (ADR 0026): below a checkpoint it is the recorded command that holds it.
  test.each([
    ['taken', 8, 'thirteenth_of = null'],
    ['exchanged', 8, 'thirteenth_of = 2026'],
    ['given', 3, 'thirteenth_of = 2025'],
  ])('did to the period of an entry that is sealed: %s', async (_what, no, change) => {
    await seal(bank)
    const statements = [unchecked, entry(no, change)]
    const sealed = await reportTampered(pool, bank.books, {
      statements,
      verify: (tx) =>
        verifyEvidence(tx, {
          ...{ tenantId: bank.tenantId, currencies, trusted: [keyOf(bank)], anchors: undefined },
        }),
    })
    expect([sealed.sealed, brokenOf(sealed)]).toEqual([8, {}])
    const { rules } = await reportTampered(pool, bank.books, { statements, verify: verifyBooks })
    expect(broken(rules).decided_again?.row).toMatchObject({ entryNo: no })
  })
})

describe('the database refuses', () => {
  /** What becomes of statements, which are undone; the message of the one that is refused. */
  const attempt = (...statements: readonly string[]): Promise<string> =>
    asAdmin(bank.adminUrl, async (admin) => {
      await admin.query('begin')
      try {
        await admin.query("select set_config('plinth.tenant', $1, true)", [bank.tenantId])
        for (const statement of statements) await admin.query(statement)
        return 'accepted'
      } catch (error) {
        return (error as Error).message
      } finally {
        await admin.query('rollback')
      }
    })
  const head = (change: string) => `update ledger.journal_head set ${change}`

  const booked = ({ kind = 'posting', of = '2027', value = '2028-01-03' }) => [
    head('next_entry_no = next_entry_no + 1'),
    `with entries as (insert into ledger.journal_entry (tenant_id, entry_no, entry_id, kind, transaction_code, booking_date,
         value_date, posted_at, correlation_id, metadata, line_count, rendering, thirteenth_of)
       values ('${bank.tenantId}', 9, gen_random_uuid(), '${kind}', 'T', '2028-01-03', '${value}', now(), 'c', '{}', 2, 2, ${of}))
     insert into ledger.posting_line (tenant_id, entry_no, line_no, account_id, side, amount, currency, gl_code, balance_after,
         account_version, booking_date, value_date)
     select b.tenant_id, 9, n, b.account_id, side, 5, 'EUR', b.gl_code, 0, b.version + 1, '2028-01-03', '${value}'
       from (values (1, 'cash', 'debit'), (2, 'costs', 'credit')) l (n, account, side)
       join account.balance b on b.tenant_id = '${bank.tenantId}' and b.account_id = l.account`,
  ]

  test.each([
    ['of a year that is open', {}, 'accepted'],
    ['of a year that is final', { of: '2026' }, 'thirteenth period of 2026 is not open'],
    ['of the year that it is booked in', { of: '2028' }, 'thirteenth'],
    ['of a year that has none', { of: 'null' }, 'accepted'],
    [
      'closing a year that nobody closes',
      { kind: 'year_end_close', value: '2027-12-31' },
      '2027 is not open',
    ],
    [
      'closing no year',
      { kind: 'year_end_close', of: 'null', value: '2027-12-31' },
      'closes_on_the_last_day',
    ],
    ['closing a year on another day', { kind: 'year_end_close' }, 'closes_on_the_last_day'],
  ])('or takes an entry %s', async (_which, asked, end) => {
    expect(await attempt(...booked(asked))).toContain(end)
  })

  test('others than closing entries while a year is closing, and those of another year', async () => {
    const closing = head('closing_year = 2027')
    const close = booked({ kind: 'year_end_close', value: '2027-12-31' })
    expect(await attempt(closing, ...booked({}))).toContain('2027 is not open')
    expect(await attempt(closing, ...close)).toBe('accepted')
    expect(
      await attempt(closing, ...booked({ kind: 'year_end_close', of: '2026', value: '2026-12-31' })),
    ).toContain('2026 is not open')
    expect(await attempt(closing, head('closing_year = null, final_year = 2027'), ...close)).toContain(
      '2027 is not open',
    )
  })

  test.each([
    ['a year to be final that was not closing', ['final_year = 2027'], /cannot be followed|years_follow/],
    ['a year to be open again', ['final_year = 2025'], /cannot be followed/],
    ['a closing year to be left', ['closing_year = 2027', 'closing_year = null'], /cannot be followed/],
    ['another year to close than the next', ['closing_year = 2028'], /cannot be followed|years_follow/],
    [
      'a year that is not over to close',
      ['closing_year = 2027', 'closing_year = null, final_year = 2027', 'closing_year = 2028'],
      /cannot be followed/,
    ],
    [
      'a year close while a day behind it is closing',
      ["closing_date = business_date, business_date = '2029-01-02'", 'closing_year = 2027'],
      /accepted/,
    ],
    [
      'a year to close before its last day has',
      [
        "closing_date = business_date, business_date = '2029-01-02'",
        'closing_year = 2027',
        'closing_year = null, final_year = 2027',
        'closing_year = 2028',
      ],
      /cannot be followed/,
    ],
  ])('or lets %s', async (_what, changes, end) => {
    expect(await attempt(...changes.map(head))).toMatch(end)
  })

  test.each([
    ["update eod.year_end set status = 'closing', final_at = null, final_entry_no = null", 'moves on once'],
    ['update eod.year_end_partition set result = 1', 'moves on once'],
    ['delete from eod.year_end_partition', 'never changed or removed'],
    ['truncate eod.year_end cascade', 'never changed or removed'],
  ])('%s', async (statement, why) => {
    expect(await attempt(statement)).toContain(why)
  })
})
