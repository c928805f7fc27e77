import type { GlAccount } from '@plinth/account'
import type { BusinessDate, CurrencyCode, GlCode } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import type { GlTurnover } from './gl-turnover.js'
import { rollUp } from './trial-balance.js'

const node = (code: string, parent?: string, more: Partial<GlAccount> = {}): GlAccount => ({
  code: code as GlCode,
  name: code,
  type: 'asset',
  parentCode: parent as GlCode | undefined,
  normalSide: 'debit',
  postable: parent !== undefined,
  ...more,
})

/** The accounts under one GL account, each with its debits and credits, as the reader sums them up. */
function turnover(
  code: string,
  accounts: readonly [debits: bigint, credits: bigint][],
  currency = 'EUR',
): GlTurnover {
  const sum = (of: (account: readonly [bigint, bigint]) => bigint) =>
    accounts.reduce((total, each) => total + of(each), 0n)
  const above = (amount: bigint) => (amount > 0n ? amount : 0n)
  return {
    glCode: code as GlCode,
    currency: currency as CurrencyCode,
    debits: sum(([debits]) => debits),
    credits: sum(([, credits]) => credits),
    debitBalances: sum(([debits, credits]) => above(debits - credits)),
    creditBalances: sum(([debits, credits]) => above(credits - debits)),
  }
}

const liability = { type: 'liability', normalSide: 'credit' } as const
const chart = [
  node('1000'),
  node('1100', '1000'),
  node('1200', '1000'),
  // A contra account: impairment of the loans.
  node('1290', '1000', { normalSide: 'credit' }),
  node('2000', undefined, liability),
  node('2100', '2000', liability),
  node('2110', '2100', liability),
  node('9000', undefined, { type: 'expense' }),
]
const asked = { date: '2026-11-20' as BusinessDate, by: 'booking' as const }

const trialBalance = rollUp(
  asked,
  [
    // Out of order on purpose.
    turnover('2110', [
      [50n, 350n],
      [40n, 0n],
    ]), // one customer is overdrawn by 40
    turnover('1100', [[300n, 90n]]),
    turnover('1290', [[0n, 30n]]),
    turnover('1200', [[200n, 120n]]),
    turnover('2110', [[0n, 7n]], 'JPY'),
    turnover('1100', [[7n, 0n]], 'JPY'),
  ],
  chart,
)
const rowOf = (code: string, currency = 'EUR') => {
  const found = trialBalance.rows.filter((row) => row.glCode === code && row.currency === currency)
  expect(found).toHaveLength(1)
  const { debits, credits, net, debitBalances, creditBalances } = found[0] as (typeof found)[number]
  return [debits, credits, net, debitBalances, creditBalances]
}

describe('the trial balance', () => {
  test.each<[string, string, bigint[]]>([
    //                         debits credits  net  debit and credit balances
    ['1100', 'EUR', [300n, 90n, 210n, 210n, 0n]],
    ['1200', 'EUR', [200n, 120n, 80n, 80n, 0n]],
    ['1290', 'EUR', [0n, 30n, 30n, 0n, 30n]],
    ['1000', 'EUR', [500n, 240n, 260n, 290n, 30n]],
    ['2110', 'EUR', [90n, 350n, 260n, 40n, 300n]],
    ['2100', 'EUR', [90n, 350n, 260n, 40n, 300n]],
    ['2000', 'EUR', [90n, 350n, 260n, 40n, 300n]],
    ['1000', 'JPY', [7n, 0n, 7n, 7n, 0n]],
    ['2000', 'JPY', [0n, 7n, 7n, 0n, 7n]],
  ])('of %s in %s', (code, currency, expected) => {
    expect(rowOf(code, currency)).toEqual(expected)
  })

  test('lists what moved by code and currency, and nothing that did not', () => {
    expect(trialBalance.rows.map(({ glCode, currency }) => `${glCode} ${currency}`)).toEqual([
      ...['1000 EUR', '1000 JPY', '1100 EUR', '1100 JPY', '1200 EUR', '1290 EUR'],
      ...['2000 EUR', '2000 JPY', '2100 EUR', '2100 JPY', '2110 EUR', '2110 JPY'],
    ])
  })

  test('adds up to equal totals per currency, counting no amount twice', () => {
    expect(trialBalance.totals).toEqual([
      { currency: 'EUR', debits: 590n, credits: 590n },
      { currency: 'JPY', debits: 7n, credits: 7n },
    ])
  })

  test('of empty books is empty, and says what was asked', () => {
    expect(rollUp(asked, [], chart)).toEqual({ ...asked, rows: [], totals: [] })
  })
})
