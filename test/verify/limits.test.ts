import { type Command, verifyBooks } from '@plinth/posting'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPool } from '../../packages/db/src/pool.js'
import { type Bank, useBank } from '../support/bank.js'
import { endOf, limitOn, posting } from '../support/commands.js'
import { brokenRules, verifyTampered } from './tampered-books.js'

const openBank = useBank()
let bank: Bank
let pool: pg.Pool

const limit = (account: string, amount: string): Command => limitOn({ account, perDay: { amount } })

// Alice has a limit, spends 30 and holds 20; Bob spends 10 and has none.
beforeAll(async () => {
  bank = await openBank()
  for (const name of ['alice', 'bob']) {
    await bank.open(name)
    await bank.fund(name, '100.00')
  }
  const outcomes = await bank.batch([
    limit('alice', '80.00'),
    limit('alice', '90.00'),
    posting(['debit alice 30.00', 'credit cash 30.00']),
    posting(['debit bob 10.00', 'credit cash 10.00']),
    {
      ...{
        type: 'place_hold',
        amount: 20_00n,
        expiresAt: undefined,
        reference: undefined,
        transactionCode: 'CARD',
      },
      accountId: 'alice' as never,
      currency: 'EUR' as never,
    },
  ])
  expect(outcomes.map(endOf)).toEqual(outcomes.map(() => 'accepted'))
  pool = openPool({
    url: bank.adminUrl,
    connectionsMax: 1,
    answerTimeoutMs: 20_000,
    applicationName: 'tampering',
  })
})
afterAll(() => pool.end())

describe('verify', () => {
  test('finds nothing where what is counted is what was spent', async () => {
    const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
    expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
  })

  test.each<[what: string, statements: string[], finding: object]>([
    [
      'an amount that was lowered',
      ["update account.spending set amount = 1 where period = 'day' and transaction_code = 'TRANSFER'"],
      {
        row: { accountId: 'alice', period: 'day', periodStart: '2026-11-20', transactionCode: 'TRANSFER' },
        expected: '3000 in 1',
        found: '1 in 1',
      },
    ],
    [
      'a count that was raised',
      ["update account.spending set count = 2 where period = 'month' and transaction_code = 'CARD'"],
      { row: { accountId: 'alice', period: 'month', transactionCode: 'CARD' }, found: '2000 in 2' },
    ],
    [
      'a row that was taken away',
      ["delete from account.spending where period = 'day' and transaction_code = 'CARD'"],
      { row: { accountId: 'alice', transactionCode: 'CARD' }, expected: '2000 in 1', found: '0 in 0' },
    ],
    [
      'a row of an account that is not counted',
      [
        "insert into account.spending select tenant_id, 'bob', period, period_start, 'X', 1, 1 from account.spending limit 1",
      ],
      { row: { accountId: 'bob', transactionCode: 'X' }, expected: 'nothing counted' },
    ],
    [
      'a hold that was lent to another day',
      ["update holds.account_hold set placed_on = '2026-11-19' where transaction_code = 'CARD'"],
      { row: { accountId: 'alice', period: 'day', periodStart: '2026-11-19' }, expected: '2000 in 1' },
    ],
    [
      'a hold that was lent to another code',
      ["update holds.account_hold set transaction_code = 'RENT' where transaction_code = 'CARD'"],
      { row: { accountId: 'alice', transactionCode: 'CARD' }, expected: '0 in 0' },
    ],
    [
      'a posting that was passed off as an advice',
      ["update ledger.journal_entry set advice = true, reason = 'x' where entry_no = 3"],
      { row: { accountId: 'alice', transactionCode: 'TRANSFER' }, expected: '0 in 0', found: '3000 in 1' },
    ],
    [
      'an account whose counting was stopped',
      ["update account.balance set counted_from = null where account_id = 'alice'"],
      { row: { accountId: 'alice' }, expected: 'nothing counted' },
    ],
    [
      'a limit that was raised by nobody',
      [
        `update account.balance set spending_limits = '[{"currency": "EUR", "perDay": {"amount": "99999"}}]' where account_id = 'alice'`,
      ],
      {
        row: { accountId: 'alice' },
        expected: expect.stringMatching(/"[89]0\.00"/),
        found: expect.stringContaining('"999.99"'),
      },
    ],
    [
      'a limit that was taken away by nobody',
      ["update account.balance set spending_limits = null where account_id = 'alice'"],
      { row: { accountId: 'alice' }, found: 'no limit' },
    ],
    [
      'a limit that nobody set',
      [
        `update account.balance set spending_limits = '[{"currency": "EUR", "perDay": {"count": 1}}]' where account_id = 'bob'`,
      ],
      { row: { accountId: 'bob' }, expected: 'no limit' },
    ],
  ])('finds %s', async (_what, statements, finding) => {
    const report = await verifyTampered(pool, bank.books, statements)
    expect(report.sound).toBe(false)
    expect(brokenRules(report).limits_add_up).toMatchObject(finding)
  })
})
