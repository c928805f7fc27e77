import { verifyPositions } from '@plinth/fx'
import type { RuleResult } from '@plinth/posting'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '../../packages/db/src/pool.js'
import { eodAt } from '../eod/eod-bank.js'
import { type Bank, useBank } from '../support/bank.js'
import { reportTampered } from '../verify/tampered-books.js'
import { accepted, dealInCurrencies, exchange, rates } from './in-bank.js'

const openBank = useBank()
let bank: Bank
let pool: pg.Pool

// 100.00 dollars for 91.00 at 0.90, a gain of 1.00 on the first day; at 0.95 a loss of 5.00 on the second.
beforeAll(async () => {
  bank = await openBank()
  pool = openPool({
    url: bank.adminUrl,
    connectionsMax: 1,
    answerTimeoutMs: 20_000,
    applicationName: 'tampering',
  })
  await dealInCurrencies(bank)
  await bank.open('ann')
  await bank.open('ann-usd', { currency: 'USD' })
  await bank.fund('ann', '1000.00')
  await rates(bank, 'USD 2026-11-20 0.90', 'USD 2026-11-21 0.95')
  await accepted(
    bank.submit(exchange({ from: 'ann', sold: '91.00 EUR' }, { to: 'ann-usd', bought: '100.00 USD' })),
  )
  await eodAt(bank).run('2026-11-21')
})
afterAll(() => pool.end())

const broken = (rules: readonly RuleResult[]) =>
  Object.fromEntries(rules.flatMap(({ rule, first }) => (first === undefined ? [] : [[rule, first]])))

test('positions that were revalued as they should be break no rule', async () => {
  expect(broken(await bank.database.read(bank.tenantId, (tx) => verifyPositions(tx, bank.books)))).toEqual({})
  expect(await bank.rows('select count(*)::int as count from fx.revaluation')).toEqual([{ count: 2 }])
})

const first = `business_date = '2026-11-20'`
const entry = (of: string) =>
  `entry_no = (select entry_no from ledger.journal_entry e join fx.revaluation r using (tenant_id, entry_id) where r.${of})`

describe('verify misses nothing of what somebody with all rights', () => {
  test.each<[what: string, expected: string | RegExp, found: string | RegExp, statements: string[]]>([
    [
      'did to a rate',
      '-9100 at an approved rate',
      '-9000 at an approved rate',
      [`update fx.rate set rate = 0.91 where rate_date = '2026-11-20'`],
    ],
    [
      'did to the decision on a rate',
      '-9000 at an approved rate',
      '-9000 at an submitted rate',
      [
        `update fx.rate set status = 'submitted', decided_by = null, decided_at = null where rate_date = '2026-11-20'`,
      ],
    ],
    [
      'did to which rate it was',
      '-9500 at an approved rate',
      '-9000 at an approved rate',
      [`update fx.revaluation set rate_date = '2026-11-21' where ${first}`],
    ],
    [
      'did to a position',
      /^-9999 at|^-8999|^-10000 and|at an approved rate/,
      /./,
      [`update fx.revaluation set position = -9999 where ${first}`],
    ],
    [
      'did to what stood against it',
      /of value 2026-11-20: -101 and 101/,
      /of value 2026-11-20: -100 and 100/,
      [`update fx.revaluation set counter_value = counter_value + 1 where ${first}`],
    ],
    [
      'did to both, so that their difference is the same',
      '-10000 and 9100 against it',
      '-10000 and 9101 against it',
      [
        `update fx.revaluation set counter_value = counter_value + 1, base_value = base_value where ${first}`,
        `update ledger.posting_line set amount = amount + 1 where ${entry(first)}`,
      ],
    ],
    [
      'did to the amount of an entry',
      /: -100 and 100 on/,
      /: -101 and 101 on/,
      [`update ledger.posting_line set amount = amount + 1 where ${entry(first)}`],
    ],
    [
      'did to the kind of an entry',
      /^revaluation/,
      /^posting/,
      [`update ledger.journal_entry set kind = 'posting' where ${entry(first)}`],
    ],
    [
      'did to the value date of an entry',
      /of value 2026-11-20/,
      /of value 2026-11-21/,
      [`update ledger.journal_entry set value_date = '2026-11-21' where ${entry(first)}`],
    ],
    [
      'did to which entry it is',
      /a result account/,
      'no entry',
      [`update fx.revaluation set entry_id = gen_random_uuid() where ${first}`],
    ],
    ['took away', 'the position that it revalues', 'none', [`delete from fx.revaluation where ${first}`]],
    [
      'did to the account of gains',
      /on GL:4990:EUR/,
      /on elsewhere/,
      [
        `update ledger.posting_line set account_id = 'elsewhere' where ${entry(first)} and account_id = 'GL:4990:EUR'`,
      ],
    ],
    [
      'did to the exchange itself',
      '-10001 and 9100 against it',
      '-10000 and 9100 against it',
      [`update ledger.posting_line set amount = amount + 1 where account_id = 'FX:POSITION:USD'`],
    ],
  ])('%s', async (_what, expected, found, statements) => {
    const report = broken(await reportTampered(pool, bank.books, { statements, verify: verifyPositions }))
    expect(Object.keys(report)).toEqual(['positions_revalued'])
    expect(report.positions_revalued).toEqual({
      row: expect.anything(),
      expected: expect.stringMatching(expected),
      found: expect.stringMatching(found),
    })
  })
})
