import { addDays, type BusinessDate, type Currencies, parseMinor } from '@plinth/kernel'
import { endsPeriod } from './accrual.js'
import type { Fee, FeeFrequency, ProductParameters } from './product-parameters.js'

/** A fee of a product, with its amount in minor units. */
export interface FeeTerms {
  readonly code: string
  readonly amount: bigint
  readonly frequency: FeeFrequency
}

/** Reads the fees of a version or of an account's snapshot. */
export function feesOf({ fees, currency }: ProductParameters, currencies: Currencies): FeeTerms[] {
  const decimals = currencies.decimalsOf(currency) as number
  return fees.map(({ code, amount, frequency }: Fee) => ({
    code,
    amount: parseMinor(amount, decimals) as bigint,
    frequency,
  }))
}

/** Those whose period ends with this day, in the order of their codes. Of value the day after, as what is capitalised is. */
export const feesDueOn = (fees: readonly FeeTerms[], day: BusinessDate): FeeTerms[] =>
  fees
    .filter(({ frequency }) => endsPeriod(frequency, day))
    .sort((one, other) => (one.code < other.code ? -1 : 1))

/** The value date of what is due for a period that ended with `day`. */
export const valueDateBehind = (day: BusinessDate): BusinessDate => addDays(day, 1)
