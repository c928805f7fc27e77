import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import { type BusinessDate, type Instant, invariant } from '@plinth/kernel'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

/** The numbers and the moment that a transaction took from the head. */
export interface TakenNumbers {
  readonly firstEntryNo: number
  readonly firstEventPosition: number
  /** The database's clock in milliseconds; never falls as entry numbers rise. */
  readonly postedAt: Instant
}

// No row when EOD moved the date meanwhile: then nothing is locked and the caller decides again.
const takeFromHead: Statement = {
  name: 'ledger.take_from_head',
  text: `update ledger.journal_head
     set next_entry_no = next_entry_no + $3, next_event_position = next_event_position + $4,
         last_posted_at = greatest(last_posted_at, date_trunc('milliseconds', clock_timestamp()))
   where tenant_id = $1 and business_date = $2
  returning next_entry_no - $3 as first_entry_no, next_event_position - $4 as first_event_position, last_posted_at`,
}

/**
 * Locks the head until `tx` ends and takes numbers from it: the last lock of every write (ADR 0003). Undefined if the
 * business date is not `businessDate` any more.
 */
export async function takeNumbers(
  tx: Tx,
  wanted: { businessDate: BusinessDate; entries: number; events: number },
): Promise<TakenNumbers | undefined> {
  const rows = await sql.run<{
    first_entry_no: number
    first_event_position: number
    last_posted_at: Instant
  }>(tx, takeFromHead, [tenantOf(tx), wanted.businessDate, wanted.entries, wanted.events])
  const row = rows[0]
  return (
    row && {
      firstEntryNo: row.first_entry_no,
      firstEventPosition: row.first_event_position,
      postedAt: row.last_posted_at,
    }
  )
}

const readHeadRow: Statement = {
  name: 'ledger.read_head',
  text: `select next_entry_no, business_date, greatest(last_posted_at, date_trunc('milliseconds', clock_timestamp())) as now
    from ledger.journal_head where tenant_id = $1`,
}

export interface Head {
  readonly nextEntryNo: number
  readonly businessDate: BusinessDate
  /** What `postedAt` would be now. */
  readonly now: Instant
}

/** The head without a lock: true when read. */
export async function readHead(tx: Tx): Promise<Head> {
  const [row] = await sql.run<{ next_entry_no: number; business_date: BusinessDate; now: Instant }>(
    tx,
    readHeadRow,
    [tenantOf(tx)],
  )
  invariant(row !== undefined, 'a tenant has books', { tenantId: tenantOf(tx) })
  return { nextEntryNo: row.next_entry_no, businessDate: row.business_date, now: row.now }
}

const insertHead: Statement = {
  name: 'ledger.open_books',
  text: `insert into ledger.journal_head (tenant_id, next_entry_no, next_event_position, last_posted_at, business_date)
    values ($1, 1, 1, date_trunc('milliseconds', clock_timestamp()), $2)`,
}

/** Opens a tenant's journal at its first business date. */
export async function openBooks(tx: Tx, firstBusinessDate: BusinessDate): Promise<void> {
  await sql.change(tx, insertHead, [tenantOf(tx), firstBusinessDate])
}
