import type { Tx } from '@plinth/db'
import { type EntryId, formatMinor, lastDayOfYear, thirteenthOf, yearOf } from '@plinth/kernel'
import { readHead, readTrialBalance, readYearEndEntries, type YearEndEntry } from '@plinth/ledger'
import { type Books, Findings, type RuleResult } from '@plinth/posting'
import type { YearEnd } from '../domain/year-end.js'
import { type YearEndRule, yearEndRules } from '../domain/year-end-rules.js'
import type { YearEndStore } from './ports.js'

const entriesPerPage = 2_000

/** Compares periods and closed years with the journal, in the snapshot of `tx`. */
export const verifyYearEndsWith =
  (store: Pick<YearEndStore, 'listYearEnds' | 'readYearEndEntries'>) =>
  async (tx: Tx, { currencies }: Pick<Books, 'currencies'>): Promise<RuleResult[]> => {
    const findings = new Findings<YearEndRule>(yearEndRules)
    const yearEnds = await store.listYearEnds(tx)
    const closings = await verifyEntries(tx, new Map(yearEnds.map((each) => [each.year, each])), findings)
    await verifyHead(tx, yearEnds, findings)
    for (const { year, status } of yearEnds) {
      const made = (await store.readYearEndEntries(tx, year)).flatMap(({ entryIds }) => entryIds)
      findings.compare(
        'years_are_closed',
        { year },
        { expected: listed(made), found: listed(closings.get(year) ?? []) },
      )
      if (status !== 'final') continue
      const date = lastDayOfYear(year)
      const { rows } = await readTrialBalance(tx, { period: thirteenthOf(year), date, by: 'booking' })
      for (const { glCode, currency, type, postable, net } of rows) {
        if (!postable || net === 0n || (type !== 'income' && type !== 'expense')) continue
        const found = `${formatMinor(net, currencies.decimalsOf(currency) ?? 0)} ${currency}`
        findings.add('years_are_closed', { row: { year, glCode }, expected: 'nothing left', found })
      }
    }
    return findings.results()
  }

const listed = (entryIds: readonly EntryId[]): string => [...entryIds].sort().join(' ') || 'no entry'

/** Answers the entries that say that they close a year, by year. */
async function verifyEntries(
  tx: Tx,
  yearEnds: ReadonlyMap<number, YearEnd>,
  findings: Findings<YearEndRule>,
): Promise<Map<number, EntryId[]>> {
  const closings = new Map<number, EntryId[]>()
  for (let after = 0; ; ) {
    const page = await readYearEndEntries(tx, { after, limit: entriesPerPage })
    for (const entry of page) {
      const { entryNo, entryId, kind, thirteenthOf: year, bookingDate } = entry
      const expected = faultOfEntry(entry, year === undefined ? undefined : yearEnds.get(year))
      const found = `${kind} booked ${bookingDate}, thirteenth of ${year ?? 'no year'}`
      if (expected !== undefined) findings.add('periods_fit', { row: { entryNo }, expected, found })
      if (kind !== 'year_end_close' || year === undefined) continue
      closings.set(year, [...(closings.get(year) ?? []), entryId])
    }
    if (page.length < entriesPerPage) return closings
    after = page.at(-1)?.entryNo ?? after
  }
}

/** What should have been; undefined: it is. */
function faultOfEntry(
  { entryNo, kind, thirteenthOf: year, bookingDate }: YearEndEntry,
  yearEnd: YearEnd | undefined,
): string | undefined {
  if (year === undefined) return 'a thirteenth period, of an entry that closes a year'
  if (year >= yearOf(bookingDate)) return `booked after ${year}`
  const begunEntryNo = yearEnd?.begunEntryNo ?? Number.POSITIVE_INFINITY
  if (kind !== 'year_end_close')
    return entryNo <= begunEntryNo ? undefined : `an entry up to ${begunEntryNo}, when ${year} began to close`
  const last = yearEnd?.finalEntryNo ?? Number.POSITIVE_INFINITY
  return entryNo > begunEntryNo && entryNo <= last ? undefined : `made while ${year} was closing`
}

async function verifyHead(
  tx: Tx,
  yearEnds: readonly YearEnd[],
  findings: Findings<YearEndRule>,
): Promise<void> {
  const { finalYear, closingYear } = await readHead(tx)
  const last = yearEnds.findLast(({ status }) => status === 'final')
  const closing = yearEnds.find(({ status }) => status === 'closing')
  const row = { year: last?.year ?? closing?.year ?? finalYear }
  if (last !== undefined && last.year !== finalYear)
    findings.add('years_are_closed', { row, expected: `${finalYear} is final`, found: `${last.year} is` })
  if (closing?.year !== closingYear)
    findings.add('years_are_closed', {
      row,
      expected: `${closingYear ?? 'no year'} is closing`,
      found: `${closing?.year ?? 'no year'} is`,
    })
}
