import type { BaseTotals } from '@plinth/fx/domain'
import type { CurrencyCode } from '@plinth/kernel'
import type { GlExtract, NamedRate } from './gl-extract.js'

/** What the rows of an extract come to in the base currency, at the rates that they name. */
export function baseOfExtract({ baseCurrency, rows }: GlExtract): BaseTotals {
  const found = { debits: 0n, credits: 0n }
  const without = new Set<CurrencyCode>()
  const rates = new Map<CurrencyCode, NamedRate>()
  for (const { currency, baseClosing, rate } of rows) {
    if (rate !== undefined) rates.set(currency, rate)
    if (baseClosing === undefined) without.add(currency)
    else if (baseClosing > 0n) found.debits += baseClosing
    else found.credits -= baseClosing
  }
  const whole = without.size === 0
  return {
    currency: baseCurrency,
    debits: whole ? found.debits : undefined,
    credits: whole ? found.credits : undefined,
    rounding: whole ? found.credits - found.debits : undefined,
    withoutRate: [...without].sort(),
    rates: [...rates.keys()].sort().map((currency) => ({ currency, ...(rates.get(currency) as NamedRate) })),
  }
}
