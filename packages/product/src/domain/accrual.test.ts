import { addDays, type BusinessDate, type CurrencyCode, currenciesWith } from '@plinth/kernel'
import { Decimal } from 'decimal.js'
import { describe, expect, test } from 'vitest'
import {
  type AccrualState,
  accrualFrom,
  accrueDay,
  capitalise,
  endsPeriod,
  exactOf,
  exactText,
  fractionOf,
  interestTermsOf,
  roundedOf,
} from './accrual.js'
import { partsOfYear } from './day-count.js'
import type { InterestTier, ProductParameters, Rounding } from './product-parameters.js'

const currencies = currenciesWith()
const date = (text: string): BusinessDate => text as BusinessDate
type Asked = Partial<Omit<ProductParameters, 'currency'>> & { readonly currency?: string }

const termsOf = (more: Asked = {}) => {
  const parameters: ProductParameters = {
    overdraftLimit: '0.00',
    creditTiers: [],
    debitTiers: [],
    dayCount: 'ACT/365F',
    capitalisation: 'monthly',
    rounding: 'half_even',
    minimumBalance: '0.00',
    fees: [],
    withholdingTaxRate: '0',
    eligibility: [],
    glMapping: {} as ProductParameters['glMapping'],
    ...more,
    currency: (more.currency ?? 'EUR') as CurrencyCode,
  }
  return interestTermsOf(parameters, currencies)
}
const tiers = (...list: readonly [from: string, rate: string][]): InterestTier[] =>
  list.map(([from, rate]) => ({ from, rate }))

/** What a day accrues on a balance, as a sum of numerators over a year: `4/365`, by hand. */
function oneDay(more: Asked, balance: bigint, day = '2027-03-10') {
  const { credit, debit } = accrueDay(termsOf(more), accrualFrom(date('2027-03-01')), {
    day: date(day),
    balance,
  })
  return { credit: exactText(credit.exact, 2), debit: exactText(debit.exact, 2) }
}

describe('a day', () => {
  test.each<[what: string, Asked, balance: bigint, credit: string, debit: string]>([
    // 1000.00 × 0.0365 / 365
    ['earns on what the customer has', { creditTiers: tiers(['0.00', '0.0365']) }, 100_000n, '0.1', '0'],
    ['costs on what the customer owes', { debitTiers: tiers(['0.00', '0.0365']) }, -100_000n, '0', '0.1'],
    ['earns nothing on a debt', { creditTiers: tiers(['0.00', '0.0365']) }, -100_000n, '0', '0'],
    ['costs nothing on a balance', { debitTiers: tiers(['0.00', '0.0365']) }, 100_000n, '0', '0'],
    // 1000.00 × 0.0365 + 500.00 × 0.073, over 365
    [
      'takes each slice at its rate',
      { creditTiers: tiers(['0.00', '0.0365'], ['1000.00', '0.073'], ['2000.00', '1']) },
      150_000n,
      '0.2',
      '0',
    ],
    [
      'takes the next rate from its first cent on',
      { creditTiers: tiers(['0.00', '0'], ['1000.00', '0.365']) },
      100_001n,
      '0.00001',
      '0',
    ],
    [
      'takes slices of a debt by what is owed',
      { debitTiers: tiers(['0.00', '0'], ['500.00', '0.365']) },
      -60_000n,
      '0',
      '0.1',
    ],
    [
      'earns nothing below the minimum balance, not even on its first slice',
      { creditTiers: tiers(['0.00', '0.0365']), minimumBalance: '1000.01' },
      100_000n,
      '0',
      '0',
    ],
    [
      'earns on all of it at the minimum balance',
      { creditTiers: tiers(['0.00', '0.0365']), minimumBalance: '1000.00' },
      100_000n,
      '0.1',
      '0',
    ],
    [
      'of nothing accrues nothing',
      { creditTiers: tiers(['0.00', '1']), debitTiers: tiers(['0.00', '1']) },
      0n,
      '0',
      '0',
    ],
  ])('%s', (_, more, balance, credit, debit) => {
    expect(oneDay(more, balance)).toEqual({ credit, debit })
  })

  test('of a leap year counts 366 by ACT/ACT and 365 by ACT/365F, the 29th of February too', () => {
    const creditTiers = tiers(['0.00', '0.366'])
    expect(oneDay({ creditTiers, dayCount: 'ACT/ACT-ISDA' }, 100_000n, '2028-02-29').credit).toBe('1')
    expect(oneDay({ creditTiers }, 100_000n, '2028-02-29').credit).toBe('1.00273972602739726')
    expect(oneDay({ creditTiers, dayCount: 'ACT/ACT-ISDA' }, 100_000n, '2027-02-28').credit).toBe(
      '1.00273972602739726',
    )
  })

  test('in a currency without decimals, and in one with three', () => {
    const creditTiers = (from: string) => tiers([from, '0.0365'])
    const ofCurrency = (currency: string, zero: string, decimals: number) => {
      const terms = termsOf({ currency, minimumBalance: zero, creditTiers: creditTiers(zero) })
      const accrued = accrueDay(terms, accrualFrom(date('2027-03-01')), {
        day: date('2027-03-01'),
        balance: 123_456n,
      })
      return [exactText(accrued.credit.exact, decimals), accrued.credit.posted]
    }
    expect(ofCurrency('JPY', '0', 0)).toEqual(['12.3456', 12n])
    expect(ofCurrency('BHD', '0.000', 3)).toEqual(['0.0123456', 12n])
  })

  test('posts by how much the rounded sum changes, so that the ledger has the sum rounded once', () => {
    // A third of a cent a day: 1/3, 2/3, 1 …
    const terms = termsOf({ creditTiers: tiers(['0.00', '0.012']), dayCount: 'ACT/360' })
    let state = accrualFrom(date('2027-03-01'))
    const posted: bigint[] = []
    for (let day = date('2027-03-01'); day <= '2027-03-07'; day = addDays(day, 1)) {
      const accrued = accrueDay(terms, state, { day, balance: 10_000n })
      state = accrued.state
      posted.push(accrued.credit.posted)
    }
    expect(posted).toEqual([0n, 1n, 0n, 0n, 1n, 0n, 0n])
    expect([exactText(state.credit.exact, 2), state.credit.rounded]).toEqual(['0.023333333333333333', 2n])
  })

  test('is exact with the largest amounts and the finest rates', () => {
    const terms = termsOf({ creditTiers: tiers(['0.00', '0.000000000001']), rounding: 'down' })
    const balance = 10n ** 37n
    let state = accrualFrom(date('2027-01-01'))
    for (let day = date('2027-01-01'); day < '2028-01-01'; day = addDays(day, 1))
      state = accrueDay(terms, state, { day, balance }).state
    expect(state.credit.rounded).toBe(10n ** 25n)
    expect(state.credit.exact.toFixed()).toBe((10n ** 25n * BigInt(partsOfYear)).toString())
  })
})

test('what was stored goes on as exactly as it was', () => {
  const terms = termsOf({ creditTiers: tiers(['0.00', '0.000000000001']) })
  const first = accrueDay(terms, accrualFrom(date('2027-01-01')), {
    day: date('2027-01-01'),
    balance: 10n ** 37n + 1n,
  }).state
  const { exact, rounded } = first.credit
  const stored = { ...first, credit: { exact: exactOf(exact.toFixed()), rounded } }
  const next = { day: date('2027-01-02'), balance: 1n }
  expect(accrueDay(terms, stored, next)).toEqual(accrueDay(terms, first, next))
  expect(accrueDay(terms, stored, next).state.credit.exact.toFixed()).toBe(
    exact.plus(`${partsOfYear / 365}e-12`).toFixed(),
  )
})

describe('rounding', () => {
  const inParts = (value: string) => new Decimal(value).times(partsOfYear)
  test.each<[value: string, Record<Rounding, bigint>]>([
    ['2', { half_even: 2n, half_up: 2n, up: 2n, down: 2n }],
    ['2.1', { half_even: 2n, half_up: 2n, up: 3n, down: 2n }],
    ['2.5', { half_even: 2n, half_up: 3n, up: 3n, down: 2n }],
    ['3.5', { half_even: 4n, half_up: 4n, up: 4n, down: 3n }],
    ['2.9', { half_even: 3n, half_up: 3n, up: 3n, down: 2n }],
    ['0', { half_even: 0n, half_up: 0n, up: 0n, down: 0n }],
    ['-0.5', { half_even: 0n, half_up: 0n, up: 0n, down: -1n }],
    ['-1.5', { half_even: -2n, half_up: -1n, up: -1n, down: -2n }],
    ['-0.1', { half_even: 0n, half_up: 0n, up: 0n, down: -1n }],
    ['-2', { half_even: -2n, half_up: -2n, up: -2n, down: -2n }],
  ])('of %s minor units', (value, expected) => {
    for (const [rounding, minor] of Object.entries(expected))
      expect([rounding, roundedOf(inParts(value), rounding as Rounding)]).toEqual([rounding, minor])
  })

  test('sees what lies a hair beside a half', () => {
    const half = inParts('2.5')
    expect(roundedOf(half.plus('1e-12'), 'half_even')).toBe(3n)
    expect(roundedOf(half.minus('1e-12'), 'half_up')).toBe(2n)
  })
})

describe('capitalising', () => {
  const state = (credit: string, debit: string, more: Asked = {}): AccrualState => {
    const { rounding } = termsOf(more)
    const accrued = (value: string) => {
      const exact = new Decimal(value).times(partsOfYear)
      return { exact, rounded: roundedOf(exact, rounding) }
    }
    return { periodStart: date('2027-01-01'), credit: accrued(credit), debit: accrued(debit) }
  }

  test('moves what is rounded and carries on what is left, above or below zero', () => {
    const { capitalised, state: next } = capitalise(termsOf(), state('10.6', '3.4'), date('2027-02-01'))
    expect(capitalised).toEqual({ credit: 11n, tax: 0n, debit: 3n })
    expect([next.periodStart, next.credit.rounded, next.debit.rounded]).toEqual(['2027-02-01', 0n, 0n])
    expect([exactText(next.credit.exact, 0), exactText(next.debit.exact, 0)]).toEqual(['-0.4', '0.4'])
  })

  test('withholds tax of credit interest only, rounded as the product rounds', () => {
    const terms = { withholdingTaxRate: '0.25' }
    expect(capitalise(termsOf(terms), state('10', '10'), date('2027-02-01')).capitalised.tax).toBe(2n)
    const up = { ...terms, rounding: 'up' as const }
    expect(capitalise(termsOf(up), state('10', '10', up), date('2027-02-01')).capitalised.tax).toBe(3n)
  })

  test.each<Rounding>(['half_even', 'half_up', 'up', 'down'])(
    'over many periods loses and makes nothing by rounding %s',
    (rounding) => {
      const terms = termsOf({ creditTiers: tiers(['0.00', '0.0123']), rounding })
      let now = accrualFrom(date('2027-01-01'))
      let [paid, exact] = [0n, new Decimal(0)]
      for (let day = date('2027-01-01'); day < '2030-01-01'; day = addDays(day, 1)) {
        const accrued = accrueDay(terms, now, { day, balance: 98_765n })
        exact = exact.plus(accrued.credit.exact)
        now = accrued.state
        if (!endsPeriod('monthly', day)) continue
        const { capitalised, state: next } = capitalise(terms, now, addDays(day, 1))
        expect(capitalised.credit).toBeGreaterThanOrEqual(0n)
        paid += capitalised.credit
        now = next
      }
      expect(exact.minus(now.credit.exact).toFixed()).toBe((paid * BigInt(partsOfYear)).toString())
    },
  )
})

test.each([
  ['monthly', ['2027-01-31', '2027-02-28', '2028-02-29', '2027-12-31'], ['2027-01-30', '2028-02-28']],
  ['quarterly', ['2027-03-31', '2027-06-30', '2027-09-30', '2027-12-31'], ['2027-01-31', '2027-11-30']],
  ['yearly', ['2027-12-31'], ['2027-06-30', '2027-12-30']],
  ['none', [], ['2027-12-31']],
] as const)('%s capitalisation comes at the ends of its periods', (capitalisation, ends, others) => {
  expect([...ends, ...others].map((day) => endsPeriod(capitalisation, date(day)))).toEqual([
    ...ends.map(() => true),
    ...others.map(() => false),
  ])
})

test.each([
  // Minor units times 1 603 080, over that and over the currency's decimals.
  ['1603080', 2, '1/100'],
  ['160308000', 2, '1'],
  ['-4392', 2, '-1/36500'],
  ['4392.5', 0, '1757/641232'],
  ['-0.5', 0, '-1/3206160'],
  ['0', 3, '0'],
])('%s parts of a year with %i decimals are the fraction %s', (exact, decimals, fraction) => {
  expect(fractionOf(exactOf(exact), decimals)).toBe(fraction)
})
