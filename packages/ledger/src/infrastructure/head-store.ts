import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import { type BusinessDate, type Instant, invariant } from '@plinth/kernel'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

/** The numbers and the moment that a transaction took from the head. */
export interface TakenNumbers {
  readonly firstEntryNo: number
  /** The database's clock in milliseconds; never falls as entry numbers rise. */
  readonly postedAt: Instant
}

const takeFromHead: Statement = {
  name: 'ledger.take_numbers',
  text: 'select first_entry_no, posted_at from ledger.take_numbers($1, $2, $3, $4, $5)',
}

/**
 * Locks the head until `tx` ends and takes numbers from it: the last lock of every write (ADR 0003). The statements behind it
 * find them in `plinth.first_entry_no()`, `plinth.first_event_position()` and `plinth.posted_at()`, so they need not wait
 * for this answer. Fails, and the transaction is run again, if business date or settings are not these any more.
 */
export async function takeNumbers(
  tx: Tx,
  wanted: { businessDate: BusinessDate; settingsVersion: number; entries: number; events: number },
): Promise<TakenNumbers> {
  const [row] = await sql.run<{ first_entry_no: number; posted_at: Instant }>(tx, takeFromHead, [
    tenantOf(tx),
    wanted.businessDate,
    wanted.settingsVersion,
    wanted.entries,
    wanted.events,
  ])
  invariant(row !== undefined, 'numbers are taken or the statement fails', { tenantId: tenantOf(tx) })
  return { firstEntryNo: row.first_entry_no, postedAt: row.posted_at }
}

const moveDate: Statement = {
  name: 'ledger.move_business_date',
  text: 'select first_entry_no, posted_at from ledger.move_business_date($1, $2, $3, $4, $5)',
}

/** From where to where the business date moves, and what the day it moves to was found with. */
export interface DateMove {
  readonly from: BusinessDate
  readonly to: BusinessDate
  readonly settingsVersion: number
  /** How many events the transaction tells of it. */
  readonly events: number
}

/**
 * The cut-off: locks the head until `tx` ends and moves the business date, so that entries before `firstEntryNo` are booked on
 * the old date, which is closing from now on, and all behind on the new one. For the end of day alone. Fails, and the transaction is run again, if the date or
 * the settings are not these any more.
 */
export async function moveBusinessDate(
  tx: Tx,
  { from, to, settingsVersion, events }: DateMove,
): Promise<TakenNumbers> {
  const [row] = await sql.run<{ first_entry_no: number; posted_at: Instant }>(tx, moveDate, [
    tenantOf(tx),
    from,
    to,
    settingsVersion,
    events,
  ])
  invariant(row !== undefined, 'the date is moved or the statement fails', { tenantId: tenantOf(tx) })
  return { firstEntryNo: row.first_entry_no, postedAt: row.posted_at }
}

const closeBooksOf: Statement = {
  name: 'ledger.close_day',
  text: 'update ledger.journal_head set closing_date = null where tenant_id = $1 and closing_date = $2',
}

/** Closes the day that is closing, in a transaction that holds the head: nothing is booked into it any more. */
export async function closeDay(tx: Tx, day: BusinessDate): Promise<void> {
  const closed = await sql.change(tx, closeBooksOf, [tenantOf(tx), day])
  invariant(closed === 1, 'the day that is closed was closing', { tenantId: tenantOf(tx), day })
}

const beginYear: Statement = {
  name: 'ledger.begin_year_end',
  text: 'update ledger.journal_head set closing_year = $2 where tenant_id = $1 and closing_year is null and final_year = $2 - 1',
}

/**
 * Lets nobody but its closing entries into the thirteenth period of a year any more, in a transaction that holds the head.
 * False: somebody was faster.
 */
export const beginYearEnd = async (tx: Tx, year: number): Promise<boolean> =>
  (await sql.change(tx, beginYear, [tenantOf(tx), year])) === 1

const finishYear: Statement = {
  name: 'ledger.finish_year_end',
  text: 'update ledger.journal_head set final_year = $2, closing_year = null where tenant_id = $1 and closing_year = $2',
}

/** Makes the year that is closing final, in a transaction that holds the head: nothing is booked into it any more. */
export async function finishYearEnd(tx: Tx, year: number): Promise<void> {
  const finished = await sql.change(tx, finishYear, [tenantOf(tx), year])
  invariant(finished === 1, 'the year that becomes final was closing', { tenantId: tenantOf(tx), year })
}

const readHeadRow: Statement = {
  name: 'ledger.read_head',
  text: `select next_entry_no, business_date, closing_date, settings_version, final_year, closing_year,
      greatest(last_posted_at, date_trunc('milliseconds', clock_timestamp())) as now
    from ledger.journal_head where tenant_id = $1`,
}

export interface Head {
  readonly nextEntryNo: number
  readonly businessDate: BusinessDate
  /** The day before it that the end of day has not closed yet. */
  readonly closingDate: BusinessDate | undefined
  /** The last year whose books are final, or the one before the first that has any. */
  readonly finalYear: number
  /** The year behind it, while that is being closed. */
  readonly closingYear: number | undefined
  /** The settings that the next entry is decided with. */
  readonly settingsVersion: number
  /** What `postedAt` would be now. */
  readonly now: Instant
}

/** The head without a lock: true when read. */
export async function readHead(tx: Tx): Promise<Head> {
  const [row] = await sql.run<{
    next_entry_no: number
    business_date: BusinessDate
    closing_date: BusinessDate | null
    settings_version: number
    final_year: number
    closing_year: number | null
    now: Instant
  }>(tx, readHeadRow, [tenantOf(tx)])
  invariant(row !== undefined, 'a tenant has books', { tenantId: tenantOf(tx) })
  return {
    nextEntryNo: row.next_entry_no,
    businessDate: row.business_date,
    closingDate: row.closing_date ?? undefined,
    finalYear: row.final_year,
    closingYear: row.closing_year ?? undefined,
    settingsVersion: row.settings_version,
    now: row.now,
  }
}

const setSettingsVersion: Statement = {
  name: 'ledger.settings_version',
  text: 'update ledger.journal_head set settings_version = $2 where tenant_id = $1',
}

/** Entries behind this transaction, which holds the head, are decided with these settings. */
export function writeSettingsVersion(tx: Tx, version: number): void {
  sql.send(tx, setSettingsVersion, [tenantOf(tx), version])
}

const insertHead: Statement = {
  name: 'ledger.open_books',
  text: `insert into ledger.journal_head
      (tenant_id, next_entry_no, next_event_position, last_posted_at, business_date, final_year)
    values ($1, 1, 1, date_trunc('milliseconds', clock_timestamp()), $2, extract(year from $2::date) - 1)`,
}

/** Opens a tenant's journal at its first business date. */
export async function openBooks(tx: Tx, firstBusinessDate: BusinessDate): Promise<void> {
  await sql.change(tx, insertHead, [tenantOf(tx), firstBusinessDate])
}
