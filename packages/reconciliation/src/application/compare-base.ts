import type { Tx } from '@plinth/db'
import { readRates } from '@plinth/fx'
import { baseValueOf, type Rate } from '@plinth/fx/domain'
import { type Currencies, formatMinor } from '@plinth/kernel'
import { type Differences, placeOf } from '../domain/comparisons.js'
import type { GlExtract, GlExtractRow, NamedRate } from '../domain/gl-extract.js'

/** Converts the closings of an extract again, with the versions of the rates that it names. */
export async function compareBase(
  tx: Tx,
  { extract, currencies }: { extract: GlExtract; currencies: Currencies },
  differences: Differences,
): Promise<void> {
  const { businessDate, baseCurrency, rows } = extract
  const ofCurrency = new Map(rows.map((row) => [row.currency, row.rate]))
  const keys = [...ofCurrency].flatMap(([currency, rate]) =>
    rate === undefined ? [] : [{ currency, ...rate }],
  )
  const found = new Map((await readRates(tx, keys)).map((rate) => [rate.currency, rate]))
  const decimalsOf = (currency: string): number => currencies.decimalsOf(currency) ?? 0
  const baseDecimals = decimalsOf(baseCurrency)
  const text = (minor: bigint): string => `${formatMinor(minor, baseDecimals)} ${baseCurrency}`
  for (const row of rows) {
    // One rate a currency: rows that name another one than the last do not say what was read.
    const rate = found.get(row.currency)
    const decimals = decimalsOf(row.currency)
    const worth =
      row.currency === baseCurrency || row.closing === 0n
        ? row.closing
        : rate && baseValueOf(row.closing, rate.rate, { decimals, baseDecimals })
    differences.text('control_totals_extracts', `extract ${businessDate} ${placeOf(row)} base`, {
      expected: `${worth === undefined ? 'no value' : text(worth)}${rateAsIs(row, rate)}`,
      found: `${row.baseClosing === undefined ? 'no value' : text(row.baseClosing)}${rateAsSaid(row)}`,
    })
  }
}

const named = ({ rate, date, version }: NamedRate): string => ` at ${rate}, version ${version} of ${date}`

const rateAsSaid = ({ rate }: GlExtractRow): string => (rate === undefined ? '' : named(rate))

/** Only an approved rate can have been taken. */
function rateAsIs({ currency }: GlExtractRow, rate: Rate | undefined): string {
  if (rate === undefined) return ''
  return rate.status === 'approved' ? named(rate) : ` at an approved rate of ${currency}`
}
