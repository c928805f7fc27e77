import type { Tx } from '@plinth/db'
import { type ControlTotal, type EndedDay, readControlTotals, readEndedDays } from '@plinth/eod'
import {
  type BusinessDate,
  type Currencies,
  type CurrencyCode,
  formatMinor,
  type GlCode,
} from '@plinth/kernel'
import { readHead, readSumsByDay } from '@plinth/ledger'
import { type Differences, placeOf } from '../domain/comparisons.js'
import { renderGlExtract } from '../domain/render-gl-extract.js'
import { compareBase } from './compare-base.js'
import type { ExtractStore } from './ports.js'

// Some hundred milliseconds of adding up.
const entriesAtOnce = 50_000
const daysPerPage = 100

type Total = Pick<ControlTotal, 'debits' | 'credits' | 'lines'>

/** What one GL account came to in one currency on one day. */
interface Placed extends Total {
  readonly glCode: GlCode
  readonly currency: CurrencyCode
}

/** Holds the days that are closed against the journal, and their extracts against what they repeat. */
export async function compareDays(
  tx: Tx,
  { store, currencies }: { store: ExtractStore; currencies: Currencies },
  differences: Differences,
): Promise<void> {
  const journal = await sumsOfJournal(tx)
  const closings = new Map<string, { glCode: GlCode; currency: CurrencyCode; closing: bigint }>()
  const days = [...journal.keys()].sort()
  let first = true
  let extracts = 0
  for await (const ended of endedDays(tx)) {
    const { businessDate } = ended
    if (hasExtract(ended)) extracts += 1
    if (ended.status !== 'completed') continue
    // What lies before the first end of day is what its totals open with; behind it nothing is booked on other days.
    for (let day = days[0]; day !== undefined && day < businessDate; day = days[0]) {
      days.shift()
      const sums = [...(journal.get(day)?.values() ?? [])]
      if (!first)
        differences.text('journal_control_totals', `day ${day}`, {
          expected: 'no lines, for its end is missing',
          found: `${sums.reduce((lines, sum) => lines + sum.lines, 0)} lines`,
        })
      for (const sum of sums) carry(closings, sum)
    }
    first = false
    if (days[0] === businessDate) days.shift()
    const totals = await readControlTotals(tx, businessDate)
    compareTotals(
      { businessDate, closings, sums: journal.get(businessDate), totals, currencies },
      differences,
    )
    if (!hasExtract(ended)) continue
    await compareExtract(tx, { store, currencies, businessDate }, differences)
  }
  differences.text('control_totals_extracts', 'extracts', {
    ...{ expected: `${extracts} extracts`, found: `${await store.count(tx)} extracts` },
  })
}

async function sumsOfJournal(tx: Tx): Promise<Map<string, Map<string, Placed>>> {
  const { nextEntryNo } = await readHead(tx)
  const journal = new Map<string, Map<string, Placed>>()
  for (let from = 1; from < nextEntryNo; from += entriesAtOnce) {
    for (const sums of await readSumsByDay(tx, { fromEntryNo: from, toEntryNo: from + entriesAtOnce - 1 })) {
      const day = journal.get(sums.day) ?? new Map<string, Placed>()
      journal.set(sums.day, day)
      const known = day.get(placeOf(sums)) ?? { debits: 0n, credits: 0n, lines: 0 }
      day.set(placeOf(sums), {
        ...{ glCode: sums.glCode, currency: sums.currency },
        debits: known.debits + sums.debits,
        credits: known.credits + sums.credits,
        lines: known.lines + sums.lines,
      })
    }
  }
  return journal
}

const hasExtract = ({ steps }: EndedDay): boolean => steps.includes('gl_extract')

async function* endedDays(tx: Tx): AsyncGenerator<EndedDay> {
  for (let after: BusinessDate | undefined; ; ) {
    const page: EndedDay[] = await readEndedDays(tx, { after, limit: daysPerPage })
    yield* page
    after = page.at(-1)?.businessDate
    if (page.length < daysPerPage) return
  }
}

type Closings = Map<string, { glCode: GlCode; currency: CurrencyCode; closing: bigint }>

function carry(closings: Closings, { glCode, currency, debits, credits }: Placed): void {
  const place = placeOf({ glCode, currency })
  const closing = (closings.get(place)?.closing ?? 0n) + debits - credits
  closings.set(place, { glCode, currency, closing })
}

interface ComparedDay {
  readonly businessDate: BusinessDate
  /** What the days before closed with by the journal; moves on to this one. */
  readonly closings: Closings
  readonly sums: ReadonlyMap<string, Placed> | undefined
  readonly totals: readonly ControlTotal[]
  readonly currencies: Currencies
}

function compareTotals(
  { businessDate, closings, sums, totals, currencies }: ComparedDay,
  differences: Differences,
): void {
  const stored = new Map(totals.map((total) => [placeOf(total), total]))
  const places = new Set([...closings.keys(), ...(sums?.keys() ?? []), ...stored.keys()])
  for (const place of [...places].sort()) {
    const opening = closings.get(place)?.closing ?? 0n
    const { debits, credits, lines } = sums?.get(place) ?? { debits: 0n, credits: 0n, lines: 0 }
    const total = stored.get(place)
    const currency = place.slice(place.indexOf(' ') + 1)
    const text = (minor: bigint) => formatMinor(minor, currencies.decimalsOf(currency) ?? 0)
    const about = (what: string) => `day ${businessDate} ${place} ${what}`
    const expected = { opening, debits, credits, closing: opening + debits - credits }
    for (const name of ['opening', 'debits', 'credits', 'closing'] as const)
      differences.amount('journal_control_totals', about(name), {
        ...{ expected: expected[name], found: total?.[name] ?? 0n, text },
      })
    differences.text('journal_control_totals', about('lines'), {
      ...{ expected: `${lines} lines`, found: `${total?.lines ?? 0} lines` },
    })
  }
  for (const sum of sums?.values() ?? []) carry(closings, sum)
}

/** Holds the extract of a day against its control totals, its checksum, and what accounts came to. */
export async function compareExtract(
  tx: Tx,
  {
    store,
    currencies,
    businessDate,
  }: { store: ExtractStore; currencies: Currencies; businessDate: BusinessDate },
  differences: Differences,
): Promise<void> {
  const about = (what: string) => `extract ${businessDate} ${what}`
  const kept = await store.read(tx, businessDate)
  if (kept === undefined) {
    differences.text('control_totals_extracts', about('rows'), { expected: 'an extract', found: 'nothing' })
    return
  }
  const totals = await readControlTotals(tx, businessDate)
  const { rows } = kept.extract
  differences.text('control_totals_extracts', about('checksum'), {
    ...{ expected: kept.checksum, found: renderGlExtract(kept.extract, currencies).checksum },
  })
  differences.text('control_totals_extracts', about('rows'), {
    ...{ expected: `${kept.head.rows} rows`, found: `${rows.length} rows` },
  })
  await compareBase(tx, { extract: kept.extract, currencies }, differences)
  const ofPlace = new Map(rows.map((row) => [placeOf(row), row]))
  const stored = new Map(totals.map((total) => [placeOf(total), total]))
  for (const place of [...new Set([...ofPlace.keys(), ...stored.keys()])].sort()) {
    const row = ofPlace.get(place)
    const total = stored.get(place)
    const currency = place.slice(place.indexOf(' ') + 1)
    const text = (minor: bigint) => formatMinor(minor, currencies.decimalsOf(currency) ?? 0)
    for (const name of ['opening', 'debits', 'credits', 'closing'] as const)
      differences.amount('control_totals_extracts', about(`${place} ${name}`), {
        ...{ expected: total?.[name] ?? 0n, found: row?.[name] ?? 0n, text },
      })
    differences.text('control_totals_extracts', about(`${place} lines`), {
      ...{ expected: `${total?.lines ?? 0} lines`, found: `${row?.lines ?? 0} lines` },
    })
    // Turnover and accounts were added up from different places.
    differences.amount('control_totals_extracts', about(`${place} balances`), {
      ...{
        expected: total?.closing ?? 0n,
        found: (row?.debitBalances ?? 0n) - (row?.creditBalances ?? 0n),
        text,
      },
    })
  }
}
