import type { Tx } from '@plinth/db'
import { addDays, type BusinessDate, type CurrencyCode } from '@plinth/kernel'
import { readSettings } from '@plinth/tenancy'
import type { RatesOfDay } from '../domain/base-totals.js'
import type { Rate } from '../domain/rate.js'
import type { RateStore } from './ports.js'

/** How old a rate may be where the settings say nothing of currencies: over a long weekend. */
const rateDaysMaxDefault = 7

/** Of a currency on a day: its rate, or the newest one, which is too old, or neither. */
export interface FoundRate {
  readonly rate: Rate | undefined
  readonly tooOld: Rate | undefined
  readonly daysMax: number
}

/** The rate of a day is the newest approved one of that day or before, unless it is older than the settings allow. */
export async function findRates(
  store: RateStore,
  tx: Tx,
  { currencies, day }: { currencies: readonly CurrencyCode[]; day: BusinessDate },
): Promise<ReadonlyMap<CurrencyCode, FoundRate>> {
  const [newest, settings] = await Promise.all([store.readNewestUpTo(tx, currencies, day), readSettings(tx)])
  const daysMax = settings?.foreignExchange?.rateDaysMax ?? rateDaysMaxDefault
  const from = addDays(day, -daysMax)
  const byCurrency = new Map(newest.map((rate) => [rate.currency, rate]))
  return new Map(
    currencies.map((currency) => {
      const found = byCurrency.get(currency)
      const fresh = found !== undefined && found.date >= from
      return [currency, { rate: fresh ? found : undefined, tooOld: fresh ? undefined : found, daysMax }]
    }),
  )
}

/** The rates of a day for sums in the base currency; a currency without one is left out. */
export const readRatesOfDayWith =
  (store: RateStore) =>
  async (
    tx: Tx,
    asked: { currencies: readonly CurrencyCode[]; day: BusinessDate; baseCurrency: string },
  ): Promise<RatesOfDay> => {
    const foreign = [...new Set(asked.currencies)].filter((currency) => currency !== asked.baseCurrency)
    const found = await findRates(store, tx, { currencies: foreign, day: asked.day })
    return {
      baseCurrency: asked.baseCurrency as CurrencyCode,
      rates: new Map(
        [...found].flatMap(([currency, { rate }]) => (rate === undefined ? [] : [[currency, rate]])),
      ),
    }
  }
