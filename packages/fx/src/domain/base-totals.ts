import {
  type BusinessDate,
  type Currencies,
  type CurrencyCode,
  formatMinor,
  type GlCode,
  type Side,
} from '@plinth/kernel'
import { baseValueOf } from './base-value.js'
import type { Rate } from './rate.js'

/** What of a row there is to know: one GL account and currency, in minor units. */
export interface RowInCurrency {
  readonly glCode: GlCode
  readonly parentCode?: GlCode | undefined
  readonly currency: CurrencyCode
  readonly debits: bigint
  readonly credits: bigint
}

/** Rates of a day: of each currency the one in force, or none. */
export interface RatesOfDay {
  readonly baseCurrency: CurrencyCode
  /** The rate of the currency itself: undefined: none was approved, or it is too old. */
  readonly rates: ReadonlyMap<CurrencyCode, Rate>
}

/** Sums in the base currency, in minor units. */
export interface BaseTotals {
  readonly currency: CurrencyCode
  /** Rows whose net is a debit, and those whose net is a credit. Undefined: a row has no rate, so there is no sum. */
  readonly debits: bigint | undefined
  readonly credits: bigint | undefined
  /** What rounding each row has left over: credits less debits, the line that makes both sides equal. */
  readonly rounding: bigint | undefined
  /** The currencies of rows that have no rate. */
  readonly withoutRate: readonly CurrencyCode[]
  readonly rates: readonly {
    readonly currency: CurrencyCode
    readonly rate: string
    readonly date: BusinessDate
    readonly version: number
  }[]
}

export interface InBase<Row> {
  /** With what a row nets to in the base currency, debits less credits; undefined: there is no rate. */
  readonly rows: readonly (Row & { readonly baseNet: bigint | undefined })[]
  readonly base: BaseTotals
}

/**
 * Nets in the base currency. Each GL account and currency is rounded by itself, and what stands above it in the chart is the sum
 * of that, so every column adds up. Each currency balances in itself, so rounding is all by which the two sides can differ: it is
 * a line of its own.
 */
export function inBase<Row extends RowInCurrency & { readonly postable: boolean }>(
  rows: readonly Row[],
  { baseCurrency, rates }: RatesOfDay,
  currencies: Currencies,
): InBase<Row> {
  const decimalsOf = (currency: CurrencyCode): number => currencies.decimalsOf(currency) as number
  const baseDecimals = decimalsOf(baseCurrency)
  const convert = (net: bigint, currency: CurrencyCode): bigint | undefined => {
    if (currency === baseCurrency || net === 0n) return net
    const rate = rates.get(currency)?.rate
    return rate === undefined
      ? undefined
      : baseValueOf(net, rate, { decimals: decimalsOf(currency), baseDecimals })
  }
  const byPlace = new Map(rows.map((row) => [placeOf(row.glCode, row.currency), row]))
  const own = ownNets(rows)
  const sums = new Map<string, bigint | undefined>()
  const found = { debits: 0n, credits: 0n }
  const without = new Set<CurrencyCode>()
  for (const row of rows.filter(({ postable }) => postable)) {
    const net = convert(own.get(placeOf(row.glCode, row.currency)) as bigint, row.currency)
    if (net === undefined) without.add(row.currency)
    else if (net > 0n) found.debits += net
    else found.credits -= net
    for (
      let at: Row | undefined = row;
      at;
      at = at.parentCode && byPlace.get(placeOf(at.parentCode, row.currency))
    ) {
      const where = placeOf(at.glCode, at.currency)
      const before = sums.has(where) ? sums.get(where) : 0n
      sums.set(where, before === undefined || net === undefined ? undefined : before + net)
    }
  }
  const whole = without.size === 0
  return {
    rows: rows.map((row) => ({ ...row, baseNet: sums.get(placeOf(row.glCode, row.currency)) })),
    base: {
      currency: baseCurrency,
      debits: whole ? found.debits : undefined,
      credits: whole ? found.credits : undefined,
      rounding: whole ? found.credits - found.debits : undefined,
      withoutRate: [...without].sort(),
      rates: ratesUsed(rows, rates),
    },
  }
}

/** What stands on each GL account itself: of one under which others stand, without them. */
function ownNets<Row extends RowInCurrency>(rows: readonly Row[]): ReadonlyMap<string, bigint> {
  const nets = new Map(rows.map((row) => [placeOf(row.glCode, row.currency), row.debits - row.credits]))
  for (const { parentCode, currency, debits, credits } of rows) {
    const parent = parentCode && placeOf(parentCode, currency)
    if (parent !== undefined) nets.set(parent, (nets.get(parent) ?? 0n) - (debits - credits))
  }
  return nets
}

const placeOf = (glCode: GlCode, currency: CurrencyCode): string => `${glCode} ${currency}`

function ratesUsed(rows: readonly RowInCurrency[], rates: RatesOfDay['rates']): BaseTotals['rates'] {
  return [...new Set(rows.map(({ currency }) => currency))].sort().flatMap((currency) => {
    const found = rates.get(currency)
    return found === undefined
      ? []
      : [{ currency, rate: found.rate, date: found.date, version: found.version }]
  })
}

/** The totals as they are answered: amounts as decimal strings, null where there is none. */
export function renderBaseTotals(
  { currency, debits, credits, rounding, ...shown }: BaseTotals,
  currencies: Currencies,
) {
  const format = (minor: bigint | undefined): string | null =>
    minor === undefined ? null : formatMinor(minor, currencies.decimalsOf(currency) as number)
  return { currency, debits: format(debits), credits: format(credits), rounding: format(rounding), ...shown }
}

/** A row's net in the base currency, on the normal side of its GL account; null: there is no rate. */
export function renderBaseNet(
  { baseNet, normalSide }: { readonly baseNet: bigint | undefined; readonly normalSide: Side },
  { currency }: BaseTotals,
  currencies: Currencies,
): string | null {
  if (baseNet === undefined) return null
  const net = normalSide === 'debit' ? baseNet : -baseNet
  return formatMinor(net, currencies.decimalsOf(currency) as number)
}
