import { Decimal } from 'decimal.js'

// An amount has at most 38 digits, a rate 36, and currencies differ by 18 decimals at most: the product is exact.
const Exact = Decimal.clone({ precision: 120, toExpNeg: -120, toExpPos: 120 })

/** An amount of a currency in the base currency, both in minor units, rounded half to even once, at the end. */
export function baseValueOf(
  minor: bigint,
  rate: string,
  { decimals, baseDecimals }: { decimals: number; baseDecimals: number },
): bigint {
  const exact = new Exact(minor.toString()).times(rate).times(`1e${baseDecimals - decimals}`)
  return BigInt(exact.toDecimalPlaces(0, Exact.ROUND_HALF_EVEN).toFixed())
}
