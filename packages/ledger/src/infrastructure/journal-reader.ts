import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import {
  type AccountId,
  type BusinessDate,
  type CurrencyCode,
  type EntryId,
  type GlCode,
  type Instant,
  minorFromDatabase,
  type Side,
} from '@plinth/kernel'
import { sql as fragment } from 'kysely'
import type { JournalEntry, PostingLine } from '../domain/journal-entry.js'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

const entryColumns = [
  'e.entry_no',
  'e.entry_id',
  'e.kind',
  'e.transaction_code',
  'e.description',
  'e.reference',
  'e.end_to_end_id',
  'e.booking_date',
  'e.value_date',
  'e.posted_at',
  'e.correlation_id',
  'e.causation_id',
  'e.metadata',
  'e.rendering',
] as const

type EntryRow = Omit<LedgerTables['ledger.journal_entry'], 'tenant_id' | 'line_count'>
type LineRow = Omit<
  LedgerTables['ledger.posting_line'],
  'tenant_id' | 'line_no' | 'booking_date' | 'value_date'
>

export interface EntryFilter {
  readonly accountId?: AccountId | undefined
  readonly transactionCode?: string | undefined
  readonly correlationId?: string | undefined
  readonly reference?: string | undefined
  readonly endToEndId?: string | undefined
  readonly kind?: string | undefined
  readonly bookingDateFrom?: BusinessDate | undefined
  readonly bookingDateTo?: BusinessDate | undefined
  readonly valueDateFrom?: BusinessDate | undefined
  readonly valueDateTo?: BusinessDate | undefined
  readonly entryNoFrom?: number | undefined
  readonly entryNoTo?: number | undefined
}

export interface EntryPage {
  readonly filter: EntryFilter
  readonly order: 'asc' | 'desc'
  readonly limit: number
  /** The entryNo of the last entry of the page before. */
  readonly after?: number | undefined
}

/** Entries by number. A page starts at a key, so the thousandth costs what the first does. */
export async function listEntries(tx: Tx, page: EntryPage): Promise<JournalEntry[]> {
  const rows = await sql.rows(tx, entriesQuery(tx, page))
  return withLines(tx, rows)
}

function entriesQuery(tx: Tx, { filter, order, limit, after }: EntryPage) {
  const from = Math.max(filter.entryNoFrom ?? 1, order === 'asc' && after !== undefined ? after + 1 : 1)
  const to = Math.min(
    filter.entryNoTo ?? lastPossible,
    order === 'desc' && after !== undefined ? after - 1 : lastPossible,
  )
  const { accountId } = filter
  let query = sql.build
    .selectFrom('ledger.journal_entry as e')
    .select(entryColumns)
    .where('e.tenant_id', '=', tenantOf(tx))
    .limit(limit)
  if (accountId === undefined) {
    query = query.where('e.entry_no', '>=', from).where('e.entry_no', '<=', to).orderBy('e.entry_no', order)
  } else {
    query = query
      .innerJoin(firstLines(tx, { accountId, from, to }).as('l'), 'l.entry_no', 'e.entry_no')
      .orderBy('l.account_version', order)
  }
  if (filter.transactionCode !== undefined)
    query = query.where('e.transaction_code', '=', filter.transactionCode)
  if (filter.correlationId !== undefined) query = query.where('e.correlation_id', '=', filter.correlationId)
  if (filter.reference !== undefined) query = query.where('e.reference', '=', filter.reference)
  if (filter.endToEndId !== undefined) query = query.where('e.end_to_end_id', '=', filter.endToEndId)
  if (filter.kind !== undefined) query = query.where('e.kind', '=', filter.kind)
  // Booking dates never fall as numbers rise: a date is a number, which the key finds.
  const entryNoFrom = (date: BusinessDate, days: number) =>
    fragment<number>`ledger.entry_no_from(${tenantOf(tx)}, ${date}::date + ${days}::integer)`
  if (filter.bookingDateFrom !== undefined)
    query = query.where('e.entry_no', '>=', entryNoFrom(filter.bookingDateFrom, 0))
  if (filter.bookingDateTo !== undefined)
    query = query.where('e.entry_no', '<', entryNoFrom(filter.bookingDateTo, 1))
  if (filter.valueDateFrom !== undefined) query = query.where('e.value_date', '>=', filter.valueDateFrom)
  if (filter.valueDateTo !== undefined) query = query.where('e.value_date', '<=', filter.valueDateTo)
  return query
}

const lastPossible = Number.MAX_SAFE_INTEGER

/** An account's first line in each of its entries, by version, which is by entry number. */
function firstLines(tx: Tx, { accountId, from, to }: { accountId: AccountId; from: number; to: number }) {
  const tenantId = tenantOf(tx)
  const versionFrom = (entryNo: number) =>
    fragment<number>`ledger.version_from(${tenantId}, ${accountId}, ${entryNo})`
  return sql.build
    .selectFrom('ledger.posting_line as f')
    .select(['f.entry_no', 'f.account_version'])
    .where('f.tenant_id', '=', tenantId)
    .where('f.account_id', '=', accountId)
    .where('f.account_version', '>=', versionFrom(from))
    .where('f.account_version', '<', versionFrom(to === lastPossible ? to : to + 1))
    .where((where) =>
      where.not(
        where.exists(
          where
            .selectFrom('ledger.posting_line as p')
            .select('p.line_no')
            .where('p.tenant_id', '=', tenantId)
            .where('p.account_id', '=', accountId)
            .whereRef('p.account_version', '=', fragment<number>`f.account_version - 1`)
            .whereRef('p.entry_no', '=', 'f.entry_no'),
        ),
      ),
    )
}

export async function readEntry(tx: Tx, entryId: EntryId): Promise<JournalEntry | undefined> {
  const rows = await sql.rows(
    tx,
    sql.build
      .selectFrom('ledger.journal_entry as e')
      .select(entryColumns)
      .where('e.tenant_id', '=', tenantOf(tx))
      .where('e.entry_id', '=', entryId),
  )
  return (await withLines(tx, rows))[0]
}

const entriesByNumber: Statement = {
  name: 'ledger.entries_by_number',
  text: `select e.* from unnest($2::bigint[]) as k (entry_no)
    cross join lateral (
      select entry_no, entry_id, kind, transaction_code, description, reference, end_to_end_id, booking_date, value_date,
             posted_at, correlation_id, causation_id, metadata, rendering
        from ledger.journal_entry where tenant_id = $1 and entry_no = k.entry_no offset 0) e`,
}

const linesByNumber: Statement = {
  name: 'ledger.lines_by_number',
  text: `select l.* from unnest($2::bigint[]) as k (entry_no)
    cross join lateral (
      select entry_no, account_id, side, amount, currency, gl_code, balance_after, account_version
        from ledger.posting_line where tenant_id = $1 and entry_no = k.entry_no order by line_no offset 0) l`,
}

/** The entries of these numbers, in any order: what replays are rendered from. */
export async function readEntriesByNumber(tx: Tx, entryNos: readonly number[]): Promise<JournalEntry[]> {
  if (entryNos.length === 0) return []
  const rows = await sql.run<EntryRow>(tx, entriesByNumber, [tenantOf(tx), plainArray(entryNos)])
  return withLines(tx, rows)
}

async function withLines(tx: Tx, rows: readonly EntryRow[]): Promise<JournalEntry[]> {
  if (rows.length === 0) return []
  const numbers = plainArray(rows.map((row) => row.entry_no))
  const lineRows = await sql.run<LineRow>(tx, linesByNumber, [tenantOf(tx), numbers])
  const lines = new Map<number, PostingLine[]>()
  for (const row of lineRows) {
    const ofEntry = lines.get(row.entry_no)
    if (ofEntry === undefined) lines.set(row.entry_no, [toLine(row)])
    else ofEntry.push(toLine(row))
  }
  return rows.map((row) => toEntry(row, lines.get(row.entry_no) ?? []))
}

const toLine = (row: LineRow): PostingLine => ({
  accountId: row.account_id as AccountId,
  side: row.side as Side,
  amount: minorFromDatabase(row.amount),
  currency: row.currency as CurrencyCode,
  glCode: row.gl_code as GlCode,
  balanceAfter: minorFromDatabase(row.balance_after),
  accountVersion: row.account_version,
})

const toEntry = (row: EntryRow, lines: readonly PostingLine[]): JournalEntry => ({
  entryId: row.entry_id as EntryId,
  entryNo: row.entry_no,
  kind: row.kind,
  transactionCode: row.transaction_code,
  description: row.description ?? undefined,
  reference: row.reference ?? undefined,
  endToEndId: row.end_to_end_id ?? undefined,
  bookingDate: row.booking_date as BusinessDate,
  valueDate: row.value_date as BusinessDate,
  postedAt: row.posted_at as Instant,
  correlationId: row.correlation_id,
  causationId: row.causation_id ?? undefined,
  metadata: row.metadata,
  rendering: row.rendering,
  lines,
})
