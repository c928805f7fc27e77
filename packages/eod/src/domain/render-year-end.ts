import { type Currencies, formatMinor, invariant, thirteenthOf } from '@plinth/kernel'
import type { ClosingLine, YearEnd, YearEndEntries } from './year-end.js'

/** All there is to say of the end of a year. `yearEnd` undefined: it has not begun. */
export interface YearEndReport {
  readonly year: number
  readonly yearEnd: YearEnd | undefined
  readonly entries: readonly YearEndEntries[]
  /** Of a rehearsal: what would be posted, by GL account and currency. */
  readonly lines?: readonly (Omit<ClosingLine, 'accountId'> & { readonly currency: string })[] | undefined
}

/** The end of a year as it is answered; amounts as decimal strings. */
export function renderYearEnd({ year, yearEnd, entries, lines }: YearEndReport, currencies: Currencies) {
  const format = (minor: bigint, currency: string): string => {
    const decimals = currencies.decimalsOf(currency)
    invariant(decimals !== undefined, 'the currency of a result stays known', { currency })
    return formatMinor(minor, decimals)
  }
  return {
    year,
    period: thirteenthOf(year),
    status: yearEnd?.status ?? ('open' as const),
    ...(yearEnd && {
      retainedEarningsGlCode: yearEnd.retainedEarningsGlCode,
      begunAt: yearEnd.begunAt,
      begunBy: yearEnd.begunBy,
      correlationId: yearEnd.correlationId,
      finalAt: yearEnd.finalAt ?? null,
    }),
    results: entries.map(({ currency, result, entryIds }) => ({
      currency,
      result: format(result, currency),
      journalEntryIds: entryIds,
    })),
    ...(lines && {
      lines: lines.map(({ glCode, currency, side, amount }) => ({
        ...{ glCode, currency, side },
        amount: format(amount, currency),
      })),
    }),
  }
}
