import { parseRate, type RateKey, type WantedRate } from '@plinth/fx/domain'
import type { BusinessDate, Currencies, CurrencyCode } from '@plinth/kernel'
import type { z } from 'zod'
import { rateBodies } from './fx-schemas.js'
import { type Malformed, malformedFields } from './malformed.js'
import { inDocumentOrder, malformedBySchema, type PlacedError, placed } from './read-fields.js'

/** Whose rates: those of other currencies that it knows. */
interface Of {
  readonly baseCurrency: string
  readonly currencies: Currencies
}

/** Rates that somebody submits, or everything that is wrong with them. */
export function readSubmittedRates(value: unknown, of: Of): readonly WantedRate[] | Malformed {
  const parsed = rateBodies.submit.safeParse(value)
  if (!parsed.success) return malformedBySchema(parsed.error, value)
  const faults = [
    ...faultsOfCurrencies(parsed.data.rates, of),
    ...repeated(parsed.data.rates, ({ currency, date }) => `${currency} ${date}`),
  ]
  const rates = parsed.data.rates.map(({ currency, date, rate, source }, at): WantedRate => {
    const read = parseRate(rate)
    if (typeof read !== 'string') faults.push(faultOfRate(['rates', at, 'rate'], read.fault))
    const text = typeof read === 'string' ? read : ''
    return { currency: currency as CurrencyCode, date: date as BusinessDate, rate: text, source }
  })
  return faults.length === 0 ? rates : malformedFields(inDocumentOrder(faults, value))
}

/** Which rates somebody decides, and why. */
export interface ToDecide {
  readonly keys: readonly RateKey[]
  readonly reason: string | undefined
}

export function readRatesToDecide(verdict: 'approve' | 'reject', value: unknown): ToDecide | Malformed {
  const schema: z.ZodType<z.output<typeof rateBodies.approve>> = rateBodies[verdict]
  const parsed = schema.safeParse(value)
  if (!parsed.success) return malformedBySchema(parsed.error, value)
  const { rates, reason } = parsed.data
  const faults = repeated(rates, ({ currency, date, version }) => `${currency} ${date} ${version}`)
  if (faults.length > 0) return malformedFields(inDocumentOrder(faults, value))
  const keys = rates.map(({ currency, date, version }) => ({
    ...{ currency: currency as CurrencyCode, date: date as BusinessDate, version },
  }))
  return { keys, reason }
}

function faultsOfCurrencies(
  rates: readonly { readonly currency: string }[],
  { baseCurrency, currencies }: Of,
): PlacedError[] {
  return rates.flatMap(({ currency }, at) => {
    const path = ['rates', at, 'currency']
    if (currency === baseCurrency)
      return [placed(path, 'currency_unknown', `${currency} is the base currency: it has no rate.`)]
    return currencies.decimalsOf(currency) === undefined ? [placed(path, 'currency_unknown')] : []
  })
}

function repeated<Item>(items: readonly Item[], nameOf: (item: Item) => string): PlacedError[] {
  const names = new Set<string>()
  return items.flatMap((item, at) => {
    const name = nameOf(item)
    if (names.has(name)) return [placed(['rates', at], 'wrong_type', `${name} stands in the list twice.`)]
    names.add(name)
    return []
  })
}

type RateFault = Exclude<ReturnType<typeof parseRate>, string>['fault']

const saysOfRate: Readonly<Record<RateFault, string>> = {
  amount_malformed: 'A rate is digits, then perhaps a point and digits, such as "0.92165".',
  amount_zero: 'A rate is above zero.',
  amount_too_many_decimals: 'A rate has at most 18 decimals.',
  amount_too_large: 'A rate has at most 18 digits before the point.',
}

const faultOfRate = (path: readonly PropertyKey[], fault: RateFault): PlacedError =>
  placed(path, fault, saysOfRate[fault])
