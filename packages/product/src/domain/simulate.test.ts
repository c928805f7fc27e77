import { type BusinessDate, type CurrencyCode, currenciesWith } from '@plinth/kernel'
import { expect, test } from 'vitest'
import { interestTermsOf } from './accrual.js'
import { feesOf } from './fees.js'
import type { ProductParameters } from './product-parameters.js'
import { renderSimulation } from './render-simulation.js'
import { simulate } from './simulate.js'

const date = (text: string): BusinessDate => text as BusinessDate
const parameters: ProductParameters = {
  currency: 'EUR' as CurrencyCode,
  glMapping: {} as ProductParameters['glMapping'],
  overdraftLimit: '0.00',
  creditTiers: [{ from: '0.00', rate: '0.06' }],
  debitTiers: [{ from: '0.00', rate: '0.12' }],
  dayCount: '30E/360',
  capitalisation: 'monthly',
  rounding: 'half_even',
  minimumBalance: '0.00',
  fees: [],
  withholdingTaxRate: '0.25',
  eligibility: [],
}

interface Asked {
  readonly from: string
  readonly to: string
  readonly balances: Readonly<Record<string, bigint>>
  readonly compounding?: boolean
  readonly terms?: Partial<ProductParameters>
}

function simulated({ from, to, balances, compounding = false, terms = {} }: Asked) {
  const asked = { ...parameters, ...terms }
  const simulation = simulate(interestTermsOf(asked, currenciesWith()), {
    from: date(from),
    to: date(to),
    balances: Object.entries(balances).map(([since, balance]) => ({ from: date(since), balance })),
    compounding,
    fees: feesOf(asked, currenciesWith()),
  })
  const rendered = renderSimulation(simulation, { decimals: 2, dayCount: asked.dayCount, withDays: true })
  return { ...rendered, days: rendered.days ?? [] }
}

// 30E/360 and 6 %: 1200.00 bring 6.00 a month, whatever the month; a quarter of it is tax.
test('a year of twelve equal months by hand', () => {
  const { totals, periods, days } = simulated({
    from: '2028-01-01',
    to: '2028-12-31',
    balances: { '2028-01-01': 120_000n },
  })
  expect(totals).toEqual({
    creditExact: '72',
    debitExact: '0',
    credit: '72.00',
    tax: '18.00',
    debit: '0.00',
    fees: '0.00',
  })
  expect(periods.map(({ capitalised, valueDate }) => [valueDate, capitalised?.credit])).toEqual(
    [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13].map((month) => [
      month === 13 ? '2029-01-01' : `2028-${String(month).padStart(2, '0')}-01`,
      '6.00',
    ]),
  )
  expect(days.length).toBe(366)
})

test('compounding adds interest less tax to the balance from the day after the period', () => {
  const { days, totals } = simulated({
    from: '2027-01-01',
    to: '2027-03-31',
    balances: { '2027-01-01': 120_000n },
    compounding: true,
  })
  const on = (day: string) => days.find((each) => each.date === day)?.balance
  // 6.00 less 1.50; then 6.0225, 6.02 less 1.50 (1.505 to the even cent).
  expect([on('2027-01-31'), on('2027-02-01'), on('2027-03-01')]).toEqual(['1200.00', '1204.50', '1209.02'])
  expect(totals.credit).toBe('18.07')
})

test('compounding debit interest makes the debt grow', () => {
  const { days, totals } = simulated({
    from: '2027-01-01',
    to: '2027-02-28',
    balances: { '2027-01-01': -10_000n },
    compounding: true,
  })
  // 12 % of 100.00: 1.00 in January; then 12 % of 101.00.
  expect(days.at(-1)?.balance).toBe('-101.00')
  expect(totals).toMatchObject({ credit: '0.00', tax: '0.00', debit: '2.01' })
})

test('a balance that crosses zero earns before and owes after', () => {
  const { totals } = simulated({
    from: '2027-04-01',
    to: '2027-04-30',
    balances: { '2027-04-01': 120_000n, '2027-04-16': -120_000n },
  })
  expect(totals).toMatchObject({ creditExact: '3', debitExact: '6', credit: '3.00', debit: '6.00' })
})

test('before the first balance there is nothing, and balances from before the period count', () => {
  const late = simulated({ from: '2027-04-01', to: '2027-04-30', balances: { '2027-04-16': 120_000n } })
  expect(late.totals.creditExact).toBe('3')
  const early = simulated({
    from: '2027-04-01',
    to: '2027-04-30',
    balances: { '2026-01-01': 1n, '2027-03-01': 120_000n },
  })
  expect(early.totals.creditExact).toBe('6')
})

test('what a period leaves is carried into the next, and the last stays accrued', () => {
  const { periods } = simulated({
    from: '2027-01-01',
    to: '2027-03-15',
    balances: { '2027-01-01': 100n },
    terms: { withholdingTaxRate: '0' },
  })
  // 1.00 at 6 %: half a cent a month.
  expect(periods.map(({ capitalised, remaining }) => [capitalised?.credit, remaining.credit])).toEqual([
    ['0.00', { exact: '0.005', rounded: '0.00' }],
    ['0.01', { exact: '0', rounded: '0.00' }],
    [undefined, { exact: '0.0025', rounded: '0.00' }],
  ])
})

test('a simulation that ends with its period has no open one behind it', () => {
  const { periods } = simulated({ from: '2027-01-31', to: '2027-01-31', balances: {} })
  expect(periods).toHaveLength(1)
  expect(periods[0]).toMatchObject({ from: '2027-01-31', to: '2027-01-31', valueDate: '2027-02-01' })
})

test('without capitalisation everything stays accrued', () => {
  const { periods, totals } = simulated({
    from: '2027-01-01',
    to: '2027-12-31',
    balances: { '2027-01-01': 120_000n },
    terms: { capitalisation: 'none' },
  })
  expect(periods).toMatchObject([{ capitalised: null, remaining: { credit: { rounded: '72.00' } } }])
  expect(totals).toMatchObject({ creditExact: '72', credit: '0.00' })
})

// 100.00 without interest: 1.50 a month, 4.00 a quarter and 25.00 a year, from the 15th of November to the first of April.
test('fees are charged when their periods end, whole, in the order of their codes', () => {
  const fees = [
    { code: 'UPKEEP', amount: '1.50', frequency: 'monthly' },
    { code: 'REPORT', amount: '4.00', frequency: 'quarterly' },
    { code: 'CARD', amount: '25.00', frequency: 'yearly' },
  ] as const
  const asked = {
    ...{ from: '2026-11-15', to: '2027-04-01', compounding: true },
    balances: { '2026-11-15': 10_000n },
    terms: { creditTiers: [], debitTiers: [], fees },
  }
  const charged = simulated(asked)
  expect(charged.fees.map(({ code, amount, periodEnd }) => [periodEnd, code, amount])).toEqual([
    ['2026-11-30', 'UPKEEP', '1.50'],
    ['2026-12-31', 'CARD', '25.00'],
    ['2026-12-31', 'REPORT', '4.00'],
    ['2026-12-31', 'UPKEEP', '1.50'],
    ['2027-01-31', 'UPKEEP', '1.50'],
    ['2027-02-28', 'UPKEEP', '1.50'],
    ['2027-03-31', 'REPORT', '4.00'],
    ['2027-03-31', 'UPKEEP', '1.50'],
  ])
  expect(charged.fees[0]?.valueDate).toBe('2026-12-01')
  expect(charged.totals.fees).toBe('40.50')
  expect(charged.days.at(-1)?.balance).toBe('59.50')
  expect(simulated({ ...asked, compounding: false }).days.at(-1)?.balance).toBe('100.00')
})
