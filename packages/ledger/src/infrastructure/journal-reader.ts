import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import {
  type AccountId,
  type BusinessDate,
  type EntryId,
  isThirteenth,
  lastDayOf,
  minorFromDatabase,
  type Period,
  yearOf,
} from '@plinth/kernel'
import { sql as fragment } from 'kysely'
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

export interface EntryFilter {
  readonly accountId?: AccountId | undefined
  readonly transactionCode?: string | undefined
  readonly correlationId?: string | undefined
  readonly reference?: string | undefined
  readonly endToEndId?: string | undefined
  readonly kind?: string | undefined
  /** Reversals of the entry with this number. */
  readonly reversesEntryNo?: number | undefined
  readonly period?: Period | undefined
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

const runEnd: Statement = {
  name: 'ledger.run_end',
  text: `select max(entry_no) as "lastNo"
      from (select entry_no, line_count, sum(line_count) over (order by entry_no) as lines
              from (select entry_no, line_count from ledger.journal_entry
                     where tenant_id = $1 and entry_no > $2 order by entry_no limit $3) e) r
     where lines <= $4 or lines = line_count`,
}

/**
 * The last of the entries behind `after` that are read at once: at most so many, and no more than one once they have more lines.
 * Undefined: there are none.
 */
export async function readRunEnd(
  tx: Tx,
  { after, entries, lines }: { after: number; entries: number; lines: number },
): Promise<number | undefined> {
  const [row] = await sql.run<{ lastNo: number | null }>(tx, runEnd, [tenantOf(tx), after, entries, lines])
  return row?.lastNo ?? undefined
}

const reversed = fragment<string | null>`${fragment.raw(reversedEntryId)}`.as('reversed_entry_id')

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
    .select(reversed)
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
  if (filter.reversesEntryNo !== undefined)
    query = query.where('e.reverses_entry_no', '=', filter.reversesEntryNo)
  if (filter.kind !== undefined) query = query.where('e.kind', '=', filter.kind)
  // The dates on which entries are made never fall as numbers rise: a date is a number, which the key finds. Those that the end of
  // day made later for the last day asked for come behind, and what it made for the day before the first lies between.
  const entryNoFrom = (date: BusinessDate, days: number) =>
    fragment<number>`ledger.entry_no_from(${tenantOf(tx)}, ${date}::date + ${days}::integer)`
  if (filter.bookingDateFrom !== undefined)
    query = query
      .where('e.entry_no', '>=', entryNoFrom(filter.bookingDateFrom, 0))
      .where('e.booking_date', '>=', filter.bookingDateFrom)
  if (filter.bookingDateTo !== undefined)
    query = query
      .where('e.entry_no', '<', behindLateEntries(tx, filter.bookingDateTo))
      .where('e.booking_date', '<=', filter.bookingDateTo)
  if (filter.period !== undefined && isThirteenth(filter.period))
    query = query.where('e.thirteenth_of', '=', yearOf(filter.period))
  else if (filter.period !== undefined)
    query = query
      .where('e.thirteenth_of', 'is', null)
      .where('e.entry_no', '>=', entryNoFrom(`${filter.period}-01` as BusinessDate, 0))
      .where('e.booking_date', '>=', `${filter.period}-01`)
      .where('e.entry_no', '<', behindLateEntries(tx, lastDayOf(filter.period)))
      .where('e.booking_date', '<=', lastDayOf(filter.period))
  if (filter.valueDateFrom !== undefined) query = query.where('e.value_date', '>=', filter.valueDateFrom)
  if (filter.valueDateTo !== undefined) query = query.where('e.value_date', '<=', filter.valueDateTo)
  return query
}

/** One past the last entry that is booked on the date or before, whenever it was made. */
const behindLateEntries = (tx: Tx, date: BusinessDate) =>
  fragment<number>`greatest(ledger.entry_no_from(${tenantOf(tx)}, ${date}::date + 1), coalesce((
    select l.entry_no + 1 from ledger.journal_entry l
     where l.tenant_id = ${tenantOf(tx)} and l.entered_on is not null and l.booking_date <= ${date}::date
     order by l.booking_date desc, l.entry_no desc limit 1), 0))`

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

const entriesById: Statement = {
  name: 'ledger.entries_by_id',
  text: `select e.* from unnest($2::uuid[]) as k (entry_id)
    cross join lateral (
      select ${entryColumns.join(', ')}, ${reversedEntryId} as reversed_entry_id
        from ledger.journal_entry e where tenant_id = $1 and entry_id = k.entry_id offset 0) e`,
}

/** The entries of these ids, in any order. They never change, so no lock is needed. */
export async function readEntriesById(tx: Tx, entryIds: readonly EntryId[]): Promise<JournalEntry[]> {
  if (entryIds.length === 0) return []
  const rows = await sql.run<EntryRow>(tx, entriesById, [tenantOf(tx), plainArray(entryIds)])
  return withLines(tx, rows)
}

export const readEntry = async (tx: Tx, entryId: EntryId): Promise<JournalEntry | undefined> =>
  (await readEntriesById(tx, [entryId]))[0]

/** What was taken back of each line of these entries, in minor units; lines of which nothing was are left out. */
export type ReversedAmounts = ReadonlyMap<number, ReadonlyMap<number, bigint>>

const reversedLines: Statement = {
  name: 'ledger.reversed_amounts',
  text: `select l.* from unnest($2::bigint[]) as k (entry_no)
    cross join lateral (
      select reverses_entry_no as entry_no, reverses_line_no as line_no, sum(amount)::text as amount
        from ledger.posting_line where tenant_id = $1 and reverses_entry_no = k.entry_no group by 1, 2 offset 0) l`,
}

/**
 * By entry number, then by line number. Whoever takes back a line changes its account's balance row, so behind the locks of
 * an entry's accounts this stays true until `tx` ends.
 */
export async function readReversedAmounts(tx: Tx, entryNos: readonly number[]): Promise<ReversedAmounts> {
  if (entryNos.length === 0) return new Map()
  const rows = await sql.run<{ entry_no: number; line_no: number; amount: string }>(tx, reversedLines, [
    tenantOf(tx),
    plainArray(entryNos),
  ])
  const reversedOf = new Map<number, Map<number, bigint>>()
  for (const row of rows) {
    const lines = reversedOf.get(row.entry_no) ?? new Map<number, bigint>()
    reversedOf.set(row.entry_no, lines.set(row.line_no, minorFromDatabase(row.amount)))
  }
  return reversedOf
}

const entriesByNumber: Statement = {
  name: 'ledger.entries_by_number',
  text: `select e.* from unnest($2::bigint[]) as k (entry_no)
    cross join lateral (
      select ${entryColumns.join(', ')}, ${reversedEntryId} as reversed_entry_id
        from ledger.journal_entry e where tenant_id = $1 and entry_no = k.entry_no offset 0) e`,
}

const linesByNumber: Statement = {
  name: 'ledger.lines_by_number',
  text: `select l.* from unnest($2::bigint[]) as k (entry_no)
    cross join lateral (
      select ${lineColumns.join(', ')}
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
