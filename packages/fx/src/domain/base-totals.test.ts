import { type BusinessDate, type CurrencyCode, currenciesWith, type GlCode } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import { inBase, type RatesOfDay, renderBaseNet, renderBaseTotals } from './base-totals.js'
import type { Rate } from './rate.js'

const currencies = currenciesWith()
const rateOf = (currency: string, rate: string): [CurrencyCode, Rate] => [
  currency as CurrencyCode,
  {
    ...{
      currency: currency as CurrencyCode,
      date: '2026-11-20' as BusinessDate,
      version: 1,
      rate,
      source: 'ECB',
    },
    ...{ status: 'approved', submittedAt: '2026-11-20T09:00:00.000Z' as Rate['submittedAt'] },
    ...{ maker: { subject: 'ann', onBehalfOf: undefined }, decision: undefined },
  },
]
const ratesOf = (...rates: [CurrencyCode, Rate][]): RatesOfDay => ({
  baseCurrency: 'EUR' as CurrencyCode,
  rates: new Map(rates),
})

/** `1100 < 1000 USD 10.00 0.00`-like rows: code, parent, currency, debits and credits in minor units. */
const row = (glCode: string, currency: string, debits: bigint, credits: bigint, parentCode?: string) => ({
  glCode: glCode as GlCode,
  parentCode: parentCode as GlCode | undefined,
  currency: currency as CurrencyCode,
  postable: true,
  normalSide: 'debit' as const,
  ...{ debits, credits },
})
const heading = (...asked: Parameters<typeof row>) => ({ ...row(...asked), postable: false })

const netsOf = (found: ReturnType<typeof inBase<ReturnType<typeof row>>>) =>
  found.rows.map((each) => [each.glCode, each.currency, each.baseNet])

describe('a trial balance in the base currency', () => {
  test('of that currency alone is what it was', () => {
    const found = inBase([row('1100', 'EUR', 500n, 0n), row('2100', 'EUR', 0n, 500n)], ratesOf(), currencies)
    expect(netsOf(found)).toEqual([
      ['1100', 'EUR', 500n],
      ['2100', 'EUR', -500n],
    ])
    expect(found.base).toMatchObject({
      debits: 500n,
      credits: 500n,
      rounding: 0n,
      withoutRate: [],
      rates: [],
    })
  })

  test('converts nets and shows what rounding them leaves over', () => {
    // At a third: 1.00 is 0.33, thrice, and the 3.00 against them are 1.00.
    const rows = [
      row('1100', 'USD', 100n, 0n),
      row('1200', 'USD', 100n, 0n),
      row('1300', 'USD', 300n, 200n),
      row('2100', 'USD', 0n, 300n),
    ]
    const found = inBase(rows, ratesOf(rateOf('USD', '0.333333')), currencies)
    expect(netsOf(found).map(([, , net]) => net)).toEqual([33n, 33n, 33n, -100n])
    expect(renderBaseTotals(found.base, currencies)).toEqual({
      ...{ currency: 'EUR', debits: '0.99', credits: '1.00', rounding: '0.01', withoutRate: [] },
      rates: [{ currency: 'USD', rate: '0.333333', date: '2026-11-20', version: 1 }],
    })
  })

  test('adds up under headings what was rounded below them', () => {
    const rows = [
      heading('1000', 'USD', 200n, 0n),
      row('1100', 'USD', 100n, 0n, '1000'),
      row('1200', 'USD', 100n, 0n, '1000'),
      row('2100', 'USD', 0n, 200n),
    ]
    const found = inBase(rows, ratesOf(rateOf('USD', '0.333333')), currencies)
    expect(netsOf(found)[0]).toEqual(['1000', 'USD', 66n])
    expect(found.base).toMatchObject({ debits: 66n, credits: 67n, rounding: 1n })
  })

  test('counts what stands on a GL account with others under it once', () => {
    const rows = [
      row('1000', 'EUR', 300n, 0n),
      row('1100', 'EUR', 100n, 0n, '1000'),
      row('2100', 'EUR', 0n, 300n),
    ]
    expect(inBase(rows, ratesOf(), currencies).base).toMatchObject({ debits: 300n, credits: 300n })
  })

  test('has no figure where there is no rate, and no sum then, but for what nets to nothing', () => {
    const rows = [
      heading('1000', 'JPY', 5n, 0n),
      row('1100', 'JPY', 5n, 0n, '1000'),
      row('2100', 'JPY', 0n, 5n),
      row('1100', 'EUR', 1n, 1n, '1000'),
      row('1900', 'BHD', 7n, 7n),
    ]
    const found = inBase(rows, ratesOf(), currencies)
    expect(netsOf(found).map(([, , net]) => net)).toEqual([undefined, undefined, undefined, 0n, 0n])
    expect(renderBaseTotals(found.base, currencies)).toMatchObject({
      ...{ debits: null, credits: null, rounding: null, withoutRate: ['JPY'] },
    })
  })

  test('is shown on the normal side of the GL account', () => {
    const { rows, base } = inBase([row('1100', 'EUR', 0n, 500n)], ratesOf(), currencies)
    const [found] = rows as [(typeof rows)[number]]
    expect(renderBaseNet(found, base, currencies)).toBe('-5.00')
    expect(renderBaseNet({ ...found, normalSide: 'credit' }, base, currencies)).toBe('5.00')
    expect(renderBaseNet({ ...found, baseNet: undefined }, base, currencies)).toBe(null)
  })
})
