import { addDays, type BusinessDate, type Currencies, parseMinor } from '@plinth/kernel'
import { Decimal } from 'decimal.js'
import { type DayCount, partsOfYear, yearPartsOfDay } from './day-count.js'
import type { Capitalisation, InterestTier, ProductParameters, Rounding } from './product-parameters.js'

/**
 * Everything is exact until it is rounded: an amount has at most 38 digits, a rate 12 decimals, and a day a whole number of
 * `partsOfYear`, so a century of products and sums of them fits into a hundred digits. No quotient is ever carried on.
 */
const Exact = Decimal.clone({ precision: 100, toExpNeg: -100, toExpPos: 100 })

/** The terms that interest is calculated by, with amounts in minor units. */
export interface InterestTerms {
  readonly creditTiers: readonly ParsedTier[]
  readonly debitTiers: readonly ParsedTier[]
  readonly dayCount: DayCount
  readonly capitalisation: Capitalisation
  readonly rounding: Rounding
  readonly minimumBalance: bigint
  readonly withholdingTaxRate: Decimal
}

interface ParsedTier {
  readonly from: bigint
  readonly rate: Decimal
}

/** Reads the terms of a version or of an account's snapshot. Their amounts were validated when they were written. */
export function interestTermsOf(parameters: ProductParameters, currencies: Currencies): InterestTerms {
  const decimals = currencies.decimalsOf(parameters.currency) as number
  const minor = (text: string): bigint => parseMinor(text, decimals) as bigint
  const tiers = (list: readonly InterestTier[]): ParsedTier[] =>
    list.map(({ from, rate }) => ({ from: minor(from), rate: new Exact(rate) }))
  const { dayCount, capitalisation, rounding } = parameters
  return {
    creditTiers: tiers(parameters.creditTiers),
    debitTiers: tiers(parameters.debitTiers),
    dayCount,
    capitalisation,
    rounding,
    minimumBalance: minor(parameters.minimumBalance),
    withholdingTaxRate: new Exact(parameters.withholdingTaxRate),
  }
}

/**
 * What has accrued and is not capitalised yet. `exact` is in minor units times `partsOfYear`, so that nothing is lost;
 * `rounded`, in minor units, is what stands in the general ledger, and always is `exact` rounded.
 */
export interface Accrued {
  readonly exact: Decimal
  readonly rounded: bigint
}

/**
 * What is exact, read back from the text that `toFixed` made of it. Numbers that decimal.js makes by itself keep twenty digits, and
 * so would every sum that begins with one of them.
 */
export const exactOf = (text: string): Decimal => new Exact(text)

/** What one account has accrued since the start of its period. What it earns and what it owes go to other GL accounts. */
export interface AccrualState {
  /** From which the thirties are counted: the first day of the period, or of the account if that is later. */
  readonly periodStart: BusinessDate
  readonly credit: Accrued
  readonly debit: Accrued
}

const nothing: Accrued = { exact: new Exact(0), rounded: 0n }

/** An account on its first day. */
export const accrualFrom = (periodStart: BusinessDate): AccrualState => ({
  periodStart,
  credit: nothing,
  debit: nothing,
})

/** What one day accrues. `exact` as in `Accrued`; `posted` is the change of the rounded figure, in minor units. */
export interface DayAccrual {
  readonly exact: Decimal
  readonly posted: bigint
}

/**
 * Accrues one day on the balance of its end: credits less debits in minor units, below zero what the customer owes. The state
 * that comes back goes into the next day; the days of a period are accrued in order and none is left out.
 */
export function accrueDay(
  terms: InterestTerms,
  state: AccrualState,
  { day, balance }: { day: BusinessDate; balance: bigint },
): { state: AccrualState; parts: number; credit: DayAccrual; debit: DayAccrual } {
  const { periodStart } = state
  const parts = yearPartsOfDay(terms.dayCount, { periodStart, day, next: addDays(day, 1) })
  const earned = interestOfDay(terms, { balance, parts })
  const credit = grow(state.credit, earned.credit, terms.rounding)
  const debit = grow(state.debit, earned.debit, terms.rounding)
  return {
    state: { periodStart, credit: credit.accrued, debit: debit.accrued },
    parts,
    credit: credit.day,
    debit: debit.day,
  }
}

/** What a day of so many `partsOfYear` brings on a balance, exact as in `Accrued`. At most one of the two is not zero. */
export function interestOfDay(
  terms: InterestTerms,
  { balance, parts }: { balance: bigint; parts: number },
): { credit: Decimal; debit: Decimal } {
  const earns = balance > 0n && balance >= terms.minimumBalance
  return {
    credit: earns ? yearly(terms.creditTiers, balance).times(parts) : zero,
    debit: balance < 0n ? yearly(terms.debitTiers, -balance).times(parts) : zero,
  }
}

const zero = new Exact(0)

/** A part of a balance, in minor units, and the rate of the tier that it lies in. */
export interface Slice {
  readonly amount: bigint
  readonly rate: Decimal
}

/** How tiers cut an amount above zero: each part at its own rate. */
export function slicesOf(tiers: readonly ParsedTier[], balance: bigint): Slice[] {
  const slices: Slice[] = []
  for (const [at, { from, rate }] of tiers.entries()) {
    if (balance <= from) break
    const end = tiers[at + 1]?.from
    slices.push({ amount: (end === undefined || balance < end ? balance : end) - from, rate })
  }
  return slices
}

/** What a whole year on this balance brings: each slice at its rate. In minor units, exact. */
const yearly = (tiers: readonly ParsedTier[], balance: bigint): Decimal =>
  slicesOf(tiers, balance).reduce(
    (sum, { amount, rate }) => sum.plus(new Exact(amount.toString()).times(rate)),
    zero,
  )

/** Adds what a day accrues, or by how much it accrues something else than was thought, and rounds the sum again. */
export function grow(
  { exact, rounded }: Accrued,
  today: Decimal,
  rounding: Rounding,
): { accrued: Accrued; day: DayAccrual } {
  if (today.isZero()) return { accrued: { exact, rounded }, day: { exact: zero, posted: 0n } }
  const grown = exact.plus(today)
  const now = roundedOf(grown, rounding)
  return { accrued: { exact: grown, rounded: now }, day: { exact: today, posted: now - rounded } }
}

/**
 * The one place where interest becomes money: minor units of what is exact. The whole ones below it and what is left are found
 * without a rounding of their own, so it is rounded once. `up` and `down` are the same above and below zero: what is carried
 * on after rounding up is below zero, and must not be rounded away from it again.
 */
export function roundedOf(exact: Decimal, rounding: Rounding): bigint {
  const towardsZero = exact.divToInt(partsOfYear)
  const rest = exact.minus(towardsZero.times(partsOfYear))
  if (rest.isZero()) return BigInt(towardsZero.toFixed())
  const below = BigInt(towardsZero.toFixed()) - (rest.isNegative() ? 1n : 0n)
  const above = rest.isNegative() ? rest.plus(partsOfYear) : rest
  switch (rounding) {
    case 'up':
      return below + 1n
    case 'down':
      return below
    case 'half_up':
      return above.times(2).lessThan(partsOfYear) ? below : below + 1n
    case 'half_even': {
      const half = above.times(2).comparedTo(partsOfYear)
      return half > 0 || (half === 0 && below % 2n !== 0n) ? below + 1n : below
    }
  }
}

/** What is exact as an amount of a currency with `decimals`, for people: rounded half even to 18 decimals. */
export const exactText = (exact: Decimal, decimals: number): string =>
  exact
    .div(partsOfYear)
    .div(new Exact(10).pow(decimals))
    .toDecimalPlaces(18, Decimal.ROUND_HALF_EVEN)
    .toFixed()

/** What is exact as a fraction of an amount in lowest terms, `1584/73`: for whoever does the sum again. */
export function fractionOf(exact: Decimal, decimals: number): string {
  const [whole = '', fraction = ''] = exact.toFixed().split('.')
  const top = BigInt(whole + fraction)
  const bottom = BigInt(partsOfYear) * 10n ** BigInt(decimals + fraction.length)
  const divisor = commonDivisor(top < 0n ? -top : top, bottom)
  return bottom === divisor ? `${top / divisor}` : `${top / divisor}/${bottom / divisor}`
}

const commonDivisor = (one: bigint, other: bigint): bigint =>
  other === 0n ? one : commonDivisor(other, one % other)

/** What the end of a period moves on to the account, in minor units. */
export interface Capitalised {
  readonly credit: bigint
  /** Of the credit interest: withheld, so the account is credited with the rest. */
  readonly tax: bigint
  readonly debit: bigint
}

/**
 * Capitalises what has accrued, and carries on what rounding left of it, which may be below zero. The next period begins on
 * `nextStart`, which is the value date as well.
 */
export function capitalise(
  terms: InterestTerms,
  { credit, debit }: AccrualState,
  nextStart: BusinessDate,
): { capitalised: Capitalised; state: AccrualState } {
  const tax = terms.withholdingTaxRate.times(credit.rounded.toString()).times(partsOfYear)
  return {
    capitalised: {
      credit: credit.rounded,
      tax: roundedOf(tax, terms.rounding),
      debit: debit.rounded,
    },
    state: { periodStart: nextStart, credit: carriedOf(credit), debit: carriedOf(debit) },
  }
}

const carriedOf = ({ exact, rounded }: Accrued): Accrued => ({
  exact: exact.minus(new Exact(rounded.toString()).times(partsOfYear)),
  rounded: 0n,
})

/** Whether interest is capitalised when this day has ended. */
export function endsPeriod(capitalisation: Capitalisation, day: BusinessDate): boolean {
  const next = addDays(day, 1)
  if (capitalisation === 'none' || !next.endsWith('-01')) return false
  if (capitalisation === 'monthly') return true
  const month = Number(next.slice(5, 7))
  return capitalisation === 'quarterly' ? month % 3 === 1 : month === 1
}
