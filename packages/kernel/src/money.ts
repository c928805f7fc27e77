import { invariant } from './invariant.js'

/** Which side of an account a posting line stands on. */
export type Side = 'debit' | 'credit'

export const oppositeOf = (side: Side): Side => (side === 'debit' ? 'credit' : 'debit')

/** Contract §2: `^(0|[1-9][0-9]*)(\.[0-9]+)?$`. */
export const amountPattern = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/

/** At most 28 digits in minor units (contract §2), so that 10^10 of the largest amounts still fit numeric(38,0). */
export const amountDigitsMax = 28

/** The largest magnitude of a sum that the books can hold: numeric(38,0). */
export const sumMinorMax = 10n ** 38n - 1n

export type AmountFault = 'amount_malformed' | 'amount_too_many_decimals' | 'amount_too_large'

/** Reads a decimal string into minor units of a currency with `decimals`. Zero is read; whether it is welcome is the caller's rule. */
export function parseMinor(text: string, decimals: number): bigint | AmountFault {
  const parts = amountPattern.exec(text)
  if (parts === null) return 'amount_malformed'
  const fraction = parts[2] ?? ''
  if (fraction.length > decimals) return 'amount_too_many_decimals'
  const whole = parts[1] as string
  // The length is compared before BigInt reads it, so that a megabyte of digits costs nothing.
  if (whole !== '0' && whole.length + decimals > amountDigitsMax) return 'amount_too_large'
  return BigInt(whole + fraction.padEnd(decimals, '0'))
}

/** Writes minor units with the currency's full number of decimals: `formatMinor(-150n, 2)` is `-1.50`. */
export function formatMinor(minor: bigint, decimals: number): string {
  const digits = (minor < 0n ? -minor : minor).toString().padStart(decimals + 1, '0')
  const sign = minor < 0n ? '-' : ''
  if (decimals === 0) return sign + digits
  const point = digits.length - decimals
  return `${sign}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** Reads what PostgreSQL prints for a numeric(38,0). */
export function minorFromDatabase(text: string): bigint {
  invariant(/^-?[0-9]+$/.test(text), 'amounts in the database are whole minor units', { text })
  return BigInt(text)
}
