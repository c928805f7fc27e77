import type { DaySums } from '@plinth/ledger'
import type { ControlTotal } from './run.js'

type Opening = Pick<ControlTotal, 'glCode' | 'currency' | 'closing'>

/**
 * The totals of a day from the sums of its entries, part by part. They open with what the day before closed with; the first day
 * has none before it and opens with what was booked before it. A GL account that did not move has a row all the same: the
 * totals of a day are all there is to know to open the next.
 */
export function controlTotals(
  before: readonly Opening[] | undefined,
  parts: readonly (readonly DaySums[])[],
): ControlTotal[] {
  const totals = new Map<string, ControlTotal>()
  for (const { glCode, currency, closing } of before ?? []) {
    totals.set(`${glCode} ${currency}`, {
      ...{ glCode, currency, opening: closing, closing },
      ...{ debits: 0n, credits: 0n, lines: 0 },
    })
  }
  for (const sums of parts.flat()) {
    const place = `${sums.glCode} ${sums.currency}`
    const total = totals.get(place)
    const opening = (total?.opening ?? 0n) + (before === undefined ? sums.before : 0n)
    const debits = (total?.debits ?? 0n) + sums.debits
    const credits = (total?.credits ?? 0n) + sums.credits
    const lines = (total?.lines ?? 0) + sums.lines
    const { glCode, currency } = sums
    totals.set(place, {
      glCode,
      currency,
      opening,
      debits,
      credits,
      lines,
      closing: opening + debits - credits,
    })
  }
  // In the order of the codes as bytes, as the database sorts them.
  return [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total)
}
