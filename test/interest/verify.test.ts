import { accruePartition, capitalisePartition, chargeFees, verifyInterest } from '@plinth/interest'
import type { AccountId } from '@plinth/kernel'
import type { RuleResult } from '@plinth/posting'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '../../packages/db/src/pool.js'
import { type Bank, useBank } from '../support/bank.js'
import { endOf, posting, standing } from '../support/commands.js'
import { interestRun, within } from '../support/interest.js'
import { addProductChart, approveVersion, openingUnder } from '../support/products.js'
import { reportTampered } from '../verify/tampered-books.js'

const openBank = useBank()
let bank: Bank
let pool: pg.Pool

// 36 500.00 of alice and 365.00 that bob owes: 1.00 and −0.10 a day, eleven days of November, which are capitalised, and one of
// December on 36 511.00 and 366.10. On the second of December 36 500.00 more for alice, of value the day before.
beforeAll(async () => {
  bank = await openBank()
  pool = openPool({
    url: bank.adminUrl,
    connectionsMax: 1,
    answerTimeoutMs: 20_000,
    applicationName: 'tampering',
  })
  await addProductChart(bank)
  const fees = [{ code: 'UPKEEP', amount: '1.50', frequency: 'monthly' }] as const
  await approveVersion(bank, {
    creditTiers: [{ from: '0.00', rate: '0.01' }],
    debitTiers: [{ from: '0.00', rate: '0.1' }],
  })
  await approveVersion(bank, { fees, interestEngine: 'external', creditTiers: [] }, { code: 'OUTSIDE' })
  await bank.batch([
    openingUnder('alice'),
    openingUnder('bob'),
    openingUnder('carol', { product: 'OUTSIDE' }),
  ])
  await bank.fund('alice', '36500.00')
  await bank.transfer({ from: 'bob', to: 'cash', amount: '365.00' })
  const ids = ['alice', 'bob', 'carol'] as AccountId[]
  const days = ['2026-11-20', '2026-11-30', '2026-12-01', '2026-12-02', '2026-12-03']
  for (const [at, day] of days.slice(0, -1).entries()) {
    if (day === '2026-12-02')
      await bank.transfer({ from: 'cash', to: 'alice', amount: '36500.00', valueDate: '2026-12-01' })
    const run = interestRun(bank, day, days[at + 1] as string)
    await bank.moveTo(run.next)
    await within(bank, (tx) => accruePartition(tx, run, ids))
    await within(bank, (tx) => capitalisePartition(tx, run, ids))
    await within(bank, (tx) => chargeFees(tx, run, ids))
  }
  // An engine outside says that carol has earned 0.70; dan comes and goes, and of him nothing is left.
  const [debit, credit] = posting(['debit GL:5100:EUR 0.70', 'credit GL:2900:EUR 0.70']).lines as [Line, Line]
  const accrual = {
    ...posting([]),
    kind: 'accrual' as const,
    lines: [debit, { ...credit, accruesFor: 'carol' as AccountId }],
  }
  const left = await bank.batch([accrual, openingUnder('dan'), standing('dan', 'closed')])
  expect(left.map(endOf)).toEqual(['accepted', 'accepted', 'accepted'])
})
type Line = ReturnType<typeof posting>['lines'][number]

afterAll(() => pool.end())

const broken = (rules: readonly RuleResult[]) =>
  Object.fromEntries(rules.flatMap(({ rule, first }) => (first === undefined ? [] : [[rule, first]])))

const verifyAfter = async (...statements: readonly string[]) =>
  broken(await reportTampered(pool, bank.books, { statements, verify: verifyInterest }))

test('sound interest breaks no rule', async () => {
  expect(broken(await bank.database.read(bank.tenantId, (tx) => verifyInterest(tx, bank.books)))).toEqual({})
  expect(await bank.rows('select count(*)::int as count from interest.accrual where revision = 1')).toEqual([
    { count: 1 },
  ])
})

const alice = "account_id = 'alice'"
const onTheFirst = `${alice} and day = '2026-12-01'`

describe('verify misses nothing of what somebody with all rights', () => {
  test.each<[what: string, rule: string, statements: string[]]>([
    [
      'did to what a day accrued',
      'accruals_add_up',
      [`update interest.accrual set credit_exact = credit_exact + 1 where ${onTheFirst} and revision = 0`],
    ],
    [
      'did to the balance of a day',
      'accruals_add_up',
      [`update interest.accrual set balance = balance * 2 where ${alice} and day = '2026-11-21'`],
    ],
    [
      'did to the part of a year that a day is',
      'accruals_add_up',
      [`update interest.accrual set parts = 4453, credit_exact = balance * 0.01 * 4453 where ${onTheFirst}`],
    ],
    [
      'took away of the days',
      'accruals_add_up',
      [`delete from interest.accrual where ${alice} and day = '2026-11-22'`],
    ],
    [
      'took away of the last days',
      'accruals_add_up',
      [`delete from interest.accrual where ${alice} and day = '2026-12-02'`],
    ],
    [
      'took away with the account',
      'accruals_add_up',
      [`delete from interest.capitalisation where ${alice}`, `delete from interest.accrued where ${alice}`],
    ],
    [
      'did to what has accrued, exactly',
      'accruals_add_up',
      [`update interest.accrued set credit_exact = credit_exact + 1 where ${alice}`],
    ],
    [
      'did to what has accrued, rounded',
      'accruals_add_up',
      [
        `update interest.accrued set credit_rounded = credit_rounded + 1, credit_exact = credit_exact + 1603080 where ${alice}`,
      ],
    ],
    [
      'did to what was capitalised',
      'accruals_are_posted',
      [`update interest.capitalisation set credit = credit + 1 where ${alice}`],
    ],
    [
      'did to the value date of what was capitalised',
      'accruals_are_posted',
      [`update interest.capitalisation set value_date = '2026-12-02' where ${alice}`],
    ],
    [
      'did to the entry that capitalised',
      'accruals_are_posted',
      [`update interest.capitalisation set entry_id = gen_random_uuid() where ${alice}`],
    ],
    [
      'did to the entry in which days are posted',
      'accruals_are_posted',
      [`update interest.accrual set entry_id = gen_random_uuid() where ${alice} and day = '2026-11-21'`],
    ],
    [
      'did to a line of an entry of interest',
      'accruals_are_posted',
      [
        `update ledger.posting_line set amount = amount + 1 where account_id = 'GL:5100:EUR' and account_version = 1`,
      ],
    ],
    [
      'did to the balance that interest goes on with',
      'accruals_follow_lines',
      [`update interest.accrued set base_balance = base_balance + 1 where ${alice}`],
    ],
    [
      'did to a line of the account',
      'accruals_follow_lines',
      [`update ledger.posting_line set amount = amount + 1 where ${alice} and account_version = 1`],
    ],
    [
      'did to what an engine outside said',
      'accruals_add_up',
      [`update interest.adjustment set credit = credit + 1 where account_id = 'carol'`],
    ],
    [
      'did to the entry of an engine outside',
      'accruals_are_posted',
      [`update interest.adjustment set entry_id = gen_random_uuid() where account_id = 'carol'`],
    ],
    [
      'did to an account with interest that was closed',
      'closed_accounts_are_settled',
      [`update account.balance set status = 'closed', credits = debits, held = 0 where ${alice}`],
    ],
    [
      'did to a fee',
      'fees_are_posted',
      [`update interest.fee set amount = amount + 1 where account_id = 'carol'`],
    ],
    [
      'did to the entry of a fee',
      'fees_are_posted',
      [`update interest.fee set entry_id = gen_random_uuid() where account_id = 'carol'`],
    ],
    [
      'did to the accrued balance',
      'accrued_balances',
      [`update account.balance set credits = credits + 1 where account_id = 'GL:2900:EUR'`],
    ],
    [
      'made of what was posted, as if it were due',
      'accrued_balances',
      [`update interest.capitalisation set entry_id = null where ${alice}`],
    ],
  ])('%s', async (_, rule, statements) => {
    expect(Object.keys(await verifyAfter(...statements))).toContain(rule)
  })
})

test('verify names the day, what it should be and what was found', async () => {
  const found = await verifyAfter(
    `update interest.accrual set credit_exact = 0 where ${alice} and day = '2026-11-21'`,
  )
  // 3 650 000 × 1 % × 4392 parts of a year.
  expect(found.accruals_add_up).toEqual({
    row: { accountId: 'alice', day: '2026-11-21', revision: 0 },
    expected: '4392 160308000 0',
    found: '4392 0 0',
  })
})

describe('the database refuses', () => {
  const state = `update interest.accrued set row_version = row_version + 1, %s where ${alice}`
  const newDay = (values: string) =>
    `insert into interest.accrual (tenant_id, account_id, day, revision, booked_on, balance, parts, snapshot_no,
       credit_exact, debit_exact, credit_posted, debit_posted, entry_id)
     select tenant_id, 'alice', ${values} from interest.accrued where ${alice}`
  test.each<[what: string, statement: string, constraint: string]>([
    ['a day that accrues twice', newDay("'2026-12-01', 0, now(), 0, 0, 1, 0, 0, 0, 0, null"), 'accrual_pkey'],
    [
      'a revision without the one before',
      newDay("'2026-12-01', 3, now(), 0, 0, 1, 0, 0, 0, 0, null"),
      'revisions_are_dense',
    ],
    [
      'a change that is posted nowhere',
      newDay("'2026-12-03', 0, now(), 0, 0, 1, 0, 0, 1, 0, null"),
      'changes_are_posted',
    ],
    [
      'a day under terms that the account never had',
      newDay("'2026-12-03', 0, now(), 0, 0, 7, 0, 0, 0, 0, null"),
      'accrual_tenant_id_account_id_snapshot_no_fkey',
    ],
    ['a day that is changed', `update interest.accrual set balance = 0 where ${alice}`, 'never changed'],
    ['days that are removed', 'truncate interest.accrual cascade', 'never changed'],
    [
      'days that would accrue again',
      state.replace('%s', 'accrued_through = accrued_through - 1'),
      'is not accrued again',
    ],
    [
      'lines that would be looked at again',
      state.replace('%s', 'seen_version = seen_version - 1'),
      'accrued again',
    ],
    [
      'a rounded sum that is not the exact one',
      state.replace('%s', 'credit_rounded = credit_rounded + 2'),
      'rounded_is_exact_rounded',
    ],
    ['an account that is forgotten', `delete from interest.accrued where ${alice}`, 'never changed'],
    [
      'interest that is capitalised a second time',
      `update interest.capitalisation set entry_id = gen_random_uuid() where ${alice}`,
      'posted once',
    ],
    [
      'a fee that is charged twice for a period',
      `insert into interest.fee (tenant_id, account_id, code, period_end, snapshot_no, amount, entry_id)
       select tenant_id, account_id, code, period_end, snapshot_no, amount, gen_random_uuid() from interest.fee`,
      'charged_once',
    ],
    [
      'two fees in one entry',
      `insert into interest.fee (tenant_id, account_id, code, period_end, snapshot_no, amount, entry_id)
       select tenant_id, account_id, 'OTHER', period_end, snapshot_no, amount, entry_id from interest.fee`,
      'an_entry_for_each_fee',
    ],
    ['a fee that is changed', `update interest.fee set amount = 1`, 'never changed'],
    ['what an engine said, changed', `update interest.adjustment set credit = 1`, 'never changed'],
    [
      'an adjustment of nothing',
      `insert into interest.adjustment (tenant_id, account_id, entry_id, reason, value_date, credit, debit)
       select tenant_id, account_id, gen_random_uuid(), 'instructed', now(), 0, 0 from interest.accrued where ${alice}`,
      'changes_something',
    ],
    [
      'more tax than interest',
      `insert into interest.capitalisation (tenant_id, account_id, value_date, period_start, booked_on, snapshot_no, credit, tax, debit)
       select tenant_id, account_id, '2027-01-01', '2026-12-01', now(), 1, 1, 2, 0 from interest.accrued where ${alice}`,
      'tax_is_of_the_credit',
    ],
  ])('%s', async (_, statement, constraint) => {
    await expect(
      pool.query(`begin; select set_config('plinth.tenant', '${bank.tenantId}', true); ${statement}`),
    ).rejects.toThrow(constraint)
    await pool.query('rollback')
  })
})
