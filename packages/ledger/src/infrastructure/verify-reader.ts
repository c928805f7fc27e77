import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import {
  type AccountId,
  type BusinessDate,
  type CurrencyCode,
  type Instant,
  invariant,
  minorFromDatabase,
} from '@plinth/kernel'
import type { JournalEntry, PostingLine } from '../domain/journal-entry.js'
import {
  type EntryRow,
  entryColumns,
  type LineRow,
  lineColumns,
  reversedEntryId,
  toEntry,
  toLine,
} from './entry-rows.js'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

/** A line as it is stored, with what an entry's answer leaves out. */
export interface StoredLine extends PostingLine {
  readonly entryNo: number
  readonly lineNo: number
  readonly bookingDate: BusinessDate
  readonly valueDate: BusinessDate
  /** The business date on which it was made; undefined: its booking date. */
  readonly enteredOn: BusinessDate | undefined
}

/** An entry as it is stored, and the lines that carry its number, whether or not they are the ones it should have. */
export interface StoredEntry extends JournalEntry {
  readonly lineCount: number
  /** The business date on which it was made; undefined: its booking date. */
  readonly enteredOn: BusinessDate | undefined
  readonly lines: readonly StoredLine[]
}

type StoredEntryRow = EntryRow & Pick<LedgerTables['ledger.journal_entry'], 'line_count' | 'entered_on'>
type StoredLineRow = LineRow &
  Pick<LedgerTables['ledger.posting_line'], 'line_no' | 'booking_date' | 'value_date' | 'entered_on'>

const entriesAfter: Statement = {
  name: 'ledger.verify_entries',
  text: `select ${entryColumns.join(', ')}, e.line_count, e.entered_on, ${reversedEntryId} as reversed_entry_id
      from ledger.journal_entry e where e.tenant_id = $1 and e.entry_no > $2 order by e.entry_no limit $3`,
}

const linesBetween: Statement = {
  name: 'ledger.verify_lines',
  text: `select ${lineColumns.join(', ')}, line_no, booking_date, value_date, entered_on
      from ledger.posting_line where tenant_id = $1 and entry_no > $2 and entry_no <= $3 order by entry_no, line_no`,
}

/** The next entries after a number, and lines in their range that belong to no entry. */
export interface StoredPage {
  readonly entries: readonly StoredEntry[]
  readonly strayLines: readonly StoredLine[]
  /** Nothing stands behind this page. */
  readonly last: boolean
}

// Above every entry number that a number in JavaScript can be.
const behindAll = Number.MAX_SAFE_INTEGER

export async function readStoredEntries(tx: Tx, page: { after: number; limit: number }): Promise<StoredPage> {
  const rows = await sql.run<StoredEntryRow>(tx, entriesAfter, [tenantOf(tx), page.after, page.limit])
  const last = rows.length < page.limit
  const upTo = last ? behindAll : (rows.at(-1)?.entry_no ?? behindAll)
  const lineRows = await sql.run<StoredLineRow>(tx, linesBetween, [tenantOf(tx), page.after, upTo])
  const lines = new Map<number, StoredLine[]>()
  for (const row of lineRows) {
    const ofEntry = lines.get(row.entry_no)
    if (ofEntry === undefined) lines.set(row.entry_no, [toStoredLine(row)])
    else ofEntry.push(toStoredLine(row))
  }
  const entries = rows.map((row) => toStoredEntry(row, lines.get(row.entry_no) ?? []))
  for (const { entryNo } of entries) lines.delete(entryNo)
  return { entries, strayLines: [...lines.values()].flat(), last }
}

const toStoredLine = (row: StoredLineRow): StoredLine => ({
  ...toLine(row),
  entryNo: row.entry_no,
  lineNo: row.line_no,
  bookingDate: row.booking_date as BusinessDate,
  valueDate: row.value_date as BusinessDate,
  enteredOn: (row.entered_on ?? undefined) as BusinessDate | undefined,
})

const toStoredEntry = (row: StoredEntryRow, lines: readonly StoredLine[]): StoredEntry => ({
  ...toEntry(row, lines),
  lineCount: row.line_count,
  enteredOn: (row.entered_on ?? undefined) as BusinessDate | undefined,
  lines,
})

const linesByVersion: Statement = {
  name: 'ledger.verify_lines_by_version',
  text: `select l.* from unnest($2::text[], $3::bigint[]) as k (account_id, account_version)
    cross join lateral (
      select entry_no, account_id, account_version, balance_after from ledger.posting_line
       where tenant_id = $1 and account_id = k.account_id and account_version = k.account_version offset 0) l`,
}

export interface EarlierLine {
  readonly accountId: AccountId
  readonly accountVersion: number
  readonly entryNo: number
  readonly balanceAfter: bigint
}

/** The lines with these versions of these accounts, as far as they are there. */
export async function readLinesByVersion(
  tx: Tx,
  wanted: readonly { readonly accountId: AccountId; readonly accountVersion: number }[],
): Promise<EarlierLine[]> {
  if (wanted.length === 0) return []
  const rows = await sql.run<Pick<LineRow, 'entry_no' | 'account_id' | 'account_version' | 'balance_after'>>(
    tx,
    linesByVersion,
    [
      tenantOf(tx),
      textArray(wanted.map(({ accountId }) => accountId)),
      plainArray(wanted.map(({ accountVersion }) => accountVersion)),
    ],
  )
  return rows.map((row) => ({
    accountId: row.account_id as AccountId,
    accountVersion: row.account_version,
    entryNo: row.entry_no,
    balanceAfter: minorFromDatabase(row.balance_after),
  }))
}

const sumsByAccount: Statement = {
  name: 'ledger.verify_sums',
  text: `select account_id, currency, count(*) as lines, max(account_version) as last_version,
           coalesce(sum(amount) filter (where side = 'debit'), 0) as debits,
           coalesce(sum(amount) filter (where side = 'credit'), 0) as credits
      from ledger.posting_line where tenant_id = $1 and account_id > $2
     group by account_id, currency order by account_id, currency limit $3`,
}

/** What the lines of an account add up to; more than one row of an account if its lines are in several currencies. */
export interface LineSums {
  readonly accountId: AccountId
  readonly currency: CurrencyCode
  readonly lines: number
  readonly lastVersion: number
  readonly debits: bigint
  readonly credits: bigint
}

/** Sums of the accounts behind `after`, by account; the last account of a full page may be cut short. */
export async function readLineSums(tx: Tx, page: { after: string; limit: number }): Promise<LineSums[]> {
  const rows = await sql.run<{
    account_id: AccountId
    currency: CurrencyCode
    lines: number
    last_version: number
    debits: string
    credits: string
  }>(tx, sumsByAccount, [tenantOf(tx), page.after, page.limit])
  return rows.map((row) => ({
    accountId: row.account_id,
    currency: row.currency,
    lines: row.lines,
    lastVersion: row.last_version,
    debits: minorFromDatabase(row.debits),
    credits: minorFromDatabase(row.credits),
  }))
}

const headCounters: Statement = {
  name: 'ledger.verify_head',
  text: `select next_entry_no, next_event_position, last_posted_at, business_date
      from ledger.journal_head where tenant_id = $1`,
}

export interface HeadCounters {
  readonly nextEntryNo: number
  readonly nextEventPosition: number
  readonly lastPostedAt: Instant
  readonly businessDate: BusinessDate
}

export async function readHeadCounters(tx: Tx): Promise<HeadCounters> {
  type Row = LedgerTables['ledger.journal_head']
  const [row] = await sql.run<Row>(tx, headCounters, [tenantOf(tx)])
  invariant(row !== undefined, 'a tenant has books', { tenantId: tenantOf(tx) })
  return {
    nextEntryNo: row.next_entry_no,
    nextEventPosition: row.next_event_position,
    lastPostedAt: row.last_posted_at as Instant,
    businessDate: row.business_date as BusinessDate,
  }
}

/** Digests of a page of rows: their number and the sum of their hashes by bucket, which no order of the rows changes. */
export interface DigestPage {
  readonly buckets: readonly { readonly bucket: number; readonly rows: number; readonly sum: bigint }[]
  /** The key of the page's last row; undefined when nothing stands behind this page. */
  readonly next: string | undefined
}

/** A digested row: what was hashed, and its key. */
export interface DigestedRow {
  readonly content: string
  readonly key: string
}

// Says of an entry what its audit event and its outbox event say too. Digests of both sides are compared (posting's
// verify-books); only where they differ are rows looked at.
const entryContent = `concat_ws('|', entry_id, correlation_id, coalesce(causation_id, '-'), posted_at)`

const digestEntriesAfter: Statement = {
  name: 'ledger.verify_digest',
  text: `select (hash & 1023)::int as bucket, count(*) as rows, sum(hash) as sum, max(entry_no) as last
      from (select entry_no, hashtextextended(${entryContent}, 0) as hash
              from ledger.journal_entry where tenant_id = $1 and entry_no > $2 order by entry_no limit $3) page
     group by hash & 1023`,
}

export async function digestEntries(tx: Tx, page: { after: string; limit: number }): Promise<DigestPage> {
  const rows = await sql.run<{ bucket: number; rows: number; sum: string; last: number }>(
    tx,
    digestEntriesAfter,
    [tenantOf(tx), page.after === '' ? 0 : page.after, page.limit],
  )
  const read = rows.reduce((count, row) => count + row.rows, 0)
  const last = rows.reduce((latest, row) => Math.max(latest, row.last), 0)
  return {
    buckets: rows.map((row) => ({ bucket: row.bucket, rows: row.rows, sum: BigInt(row.sum) })),
    next: read < page.limit ? undefined : String(last),
  }
}

const entriesInBucket: Statement = {
  name: 'ledger.verify_bucket',
  text: `select ${entryContent} as content, entry_no::text as key
      from ledger.journal_entry where tenant_id = $1 and hashtextextended(${entryContent}, 0) & 1023 = $2`,
}

export const readDigestedEntries = (tx: Tx, bucket: number): Promise<DigestedRow[]> =>
  sql.run<DigestedRow>(tx, entriesInBucket, [tenantOf(tx), bucket])
