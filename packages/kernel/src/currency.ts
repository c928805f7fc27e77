import { data as isoCurrencies } from 'currency-codes'
import type { Brand } from './ids.js'

/** A currency's code: three letters of ISO 4217, or a tenant's own (contract §2). */
export type CurrencyCode = Brand<string, 'CurrencyCode'>

/** Codes and their number of decimals. A currency's decimals never change: stored amounts are in minor units. */
export interface Currencies {
  /** The number of decimals of `code` (EUR 2, JPY 0, BHD 3), or undefined if the tenant does not know the currency. */
  decimalsOf(code: string): number | undefined
}

// ISO 4217 amendments 176 to 178, after the list that the package carries (2024-06-25).
const amendments: Readonly<Record<string, number>> = { XCG: 2, ZWG: 2, XAD: 2 }

const isoDecimals: ReadonlyMap<string, number> = new Map([
  ...isoCurrencies.map((currency) => [currency.code, currency.digits] as const),
  ...Object.entries(amendments),
])

/** The codes of ISO 4217. */
export const isoCurrencyCodes: readonly string[] = [...isoDecimals.keys()]

// Own currencies: contract §2.
export const ownCurrencyPattern = /^[A-Z0-9]{3,10}$/
export const ownCurrencyDecimalsMax = 18

/** ISO 4217 with minor units, and `own` currencies of a tenant, which may not redefine a code of ISO. */
export function currenciesWith(own: Readonly<Record<string, number>> = {}): Currencies {
  const ownDecimals = new Map(Object.entries(own))
  return { decimalsOf: (code) => isoDecimals.get(code) ?? ownDecimals.get(code) }
}
