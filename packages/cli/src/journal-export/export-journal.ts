import { listAccounts, readChart } from '@plinth/account'
import type { Tx } from '@plinth/db'
import type { AccountId, BusinessDate, CurrencyCode, Period } from '@plinth/kernel'
import { type EntryFilter, type JournalEntry, listEntries } from '@plinth/ledger'
import type { Books } from '@plinth/posting'
import { beancountFormat } from './beancount.js'
import { csvLinesFormat } from './csv-lines.js'
import { hledgerFormat } from './hledger.js'
import type { ExportContext, JournalFormat } from './journal-format.js'
import { jsonLinesFormat } from './json-lines.js'

export const exportFormats = ['json', 'csv', 'hledger', 'beancount'] as const
export type ExportFormat = (typeof exportFormats)[number]

const formats: Readonly<Record<ExportFormat, (context: ExportContext) => JournalFormat>> = {
  json: jsonLinesFormat,
  csv: csvLinesFormat,
  hledger: hledgerFormat,
  beancount: beancountFormat,
}

// Large enough that the database is asked rarely, small enough that memory does not notice.
const rowsPerPage = 1_000

export interface ExportRequest {
  readonly format: ExportFormat
  /** Booking dates, both included. */
  readonly from?: BusinessDate | undefined
  readonly to?: BusinessDate | undefined
  readonly period?: Period | undefined
}

/** The journal as text, in pieces, from the snapshot of `tx`. */
export async function* exportJournal(
  tx: Tx,
  { tenant, currencies }: Books,
  request: ExportRequest,
): AsyncGenerator<string> {
  const glAccounts = new Map((await readChart(tx)).map(({ code, name, type }) => [code, { name, type }]))
  const { tenantId, baseCurrency, firstBusinessDate } = tenant
  const format = formats[request.format]({
    tenantId,
    currencies,
    baseCurrency,
    firstBusinessDate,
    glAccounts,
  })
  const declares = request.format === 'hledger' || request.format === 'beancount'
  yield format.header(declares ? await currenciesOfAccounts(tx) : [])
  if (declares) {
    for await (const page of accountPages(tx)) yield page.map((account) => format.account(account)).join('')
  }
  const filter = { bookingDateFrom: request.from, bookingDateTo: request.to, period: request.period }
  for await (const page of entryPages(tx, { filter, order: 'asc' })) {
    yield page.map((entry) => format.entry(entry)).join('')
  }
}

/** Entries page by page, at most `limit` of them. */
export async function* entryPages(
  tx: Tx,
  {
    filter,
    order,
    limit = Number.POSITIVE_INFINITY,
  }: { filter: EntryFilter; order: 'asc' | 'desc'; limit?: number },
): AsyncGenerator<readonly JournalEntry[]> {
  let left = limit
  for (let after: number | undefined; left > 0; ) {
    const wanted = Math.min(left, rowsPerPage)
    const page: readonly JournalEntry[] = await listEntries(tx, { filter, order, limit: wanted, after })
    if (page.length > 0) yield page
    if (page.length < wanted) return
    left -= page.length
    after = page.at(-1)?.entryNo
  }
}

async function* accountPages(tx: Tx) {
  for (let after: AccountId | undefined; ; ) {
    const page = await listAccounts(tx, { filter: {}, order: 'asc', limit: rowsPerPage, after })
    yield page.map(({ details }) => details)
    if (page.length < rowsPerPage) return
    after = page.at(-1)?.details.accountId
  }
}

async function currenciesOfAccounts(tx: Tx): Promise<CurrencyCode[]> {
  const found = new Set<CurrencyCode>()
  for await (const page of accountPages(tx)) for (const { currency } of page) found.add(currency)
  return [...found].sort()
}
