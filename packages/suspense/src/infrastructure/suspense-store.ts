import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import {
  type AccountId,
  type BusinessDate,
  type CurrencyCode,
  type EntryId,
  type Instant,
  minorFromDatabase,
  type RejectionCode,
} from '@plinth/kernel'
import {
  type SuspenseChange,
  type SuspenseItem,
  type SuspenseItemId,
  type SuspenseStatus,
  statusOf,
} from '../domain/suspense-item.js'
import type { SuspenseTables } from './tables.js'

const sql = sqlDoor<SuspenseTables>('suspense')

const columns = [
  'suspense_item_id',
  'entry_id',
  'line_no',
  'value_date',
  'account_id',
  'intended_account_id',
  'because',
  'currency',
  'amount',
  'cleared',
  'returned',
  'opened_at',
  'version',
] as const
type Row = Pick<SuspenseTables['suspense.suspense_item'], (typeof columns)[number]>

const toItem = (row: Row): SuspenseItem => ({
  suspenseItemId: row.suspense_item_id as SuspenseItemId,
  entryId: row.entry_id as EntryId,
  lineNo: row.line_no,
  valueDate: row.value_date as BusinessDate,
  accountId: row.account_id as AccountId,
  intendedAccountId: row.intended_account_id as AccountId,
  because: row.because as RejectionCode,
  currency: row.currency as CurrencyCode,
  amount: minorFromDatabase(row.amount),
  cleared: minorFromDatabase(row.cleared),
  returned: minorFromDatabase(row.returned),
  openedAt: row.opened_at as Instant,
  version: row.version,
})

const byId: Statement = {
  name: 'suspense.items',
  text: `select i.* from unnest($2::uuid[]) as k (suspense_item_id)
    cross join lateral (
      select ${columns.join(', ')} from suspense.suspense_item
       where tenant_id = $1 and suspense_item_id = k.suspense_item_id offset 0) i`,
}

/**
 * Items by id. Every change of one comes with a line on its account, whose balance row is locked first: read behind that lock
 * an item stays as it is until `tx` ends. What it is about never changes, and may be read before.
 */
export async function readSuspenseItems(tx: Tx, itemIds: readonly SuspenseItemId[]): Promise<SuspenseItem[]> {
  if (itemIds.length === 0) return []
  return (await sql.run<Row>(tx, byId, [tenantOf(tx), plainArray(itemIds)])).map(toItem)
}

const byEntry: Statement = {
  name: 'suspense.items_of_entries',
  text: `select i.*, e.change, k.entry_id as by_entry_id from unnest($2::uuid[]) as k (entry_id)
    cross join lateral (
      select suspense_item_id, change from suspense.suspense_event
       where tenant_id = $1 and entry_id = k.entry_id and change in ('opened', 'cleared') offset 0) e
    cross join lateral (
      select ${columns.join(', ')} from suspense.suspense_item
       where tenant_id = $1 and suspense_item_id = e.suspense_item_id offset 0) i`,
}

/** The items that these entries opened or cleared, as they stand, each with the entry and what it did. */
export async function readSuspenseItemsOfEntries(
  tx: Tx,
  entryIds: readonly EntryId[],
): Promise<SuspenseStep[]> {
  if (entryIds.length === 0) return []
  const rows = await sql.run<Row & { by_entry_id: EntryId; change: SuspenseChange }>(tx, byEntry, [
    tenantOf(tx),
    plainArray(entryIds),
  ])
  return rows.map((row) => ({ change: row.change, item: toItem(row), entryId: row.by_entry_id }))
}

export interface SuspensePage {
  readonly status?: SuspenseStatus | undefined
  readonly accountId?: AccountId | undefined
  readonly intendedAccountId?: AccountId | undefined
  readonly order: 'asc' | 'desc'
  readonly limit: number
  readonly after?: SuspenseItemId | undefined
}

/** Items by id, which rises with the time at which they were opened. */
export async function listSuspenseItems(tx: Tx, page: SuspensePage): Promise<SuspenseItem[]> {
  const { status, accountId, intendedAccountId, order, limit, after } = page
  let query = sql.build
    .selectFrom('suspense.suspense_item')
    .select(columns)
    .where('tenant_id', '=', tenantOf(tx))
    .orderBy('suspense_item_id', order)
    .limit(limit)
  if (status !== undefined) query = query.where('status', '=', status)
  if (accountId !== undefined) query = query.where('account_id', '=', accountId)
  if (intendedAccountId !== undefined) query = query.where('intended_account_id', '=', intendedAccountId)
  if (after !== undefined) query = query.where('suspense_item_id', order === 'asc' ? '>' : '<', after)
  return (await sql.rows(tx, query)).map(toItem)
}

/** One change of an item, as it leaves it, and the entry that it came with. */
export interface SuspenseStep {
  readonly change: SuspenseChange
  readonly item: SuspenseItem
  readonly entryId: EntryId
}

const insertItem: Statement = {
  name: 'suspense.insert',
  text: `insert into suspense.suspense_item (tenant_id, suspense_item_id, entry_id, line_no, value_date, account_id,
      intended_account_id, because, currency, amount, cleared, returned, status, opened_at, version)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, 'open', $11, 1)`,
}

const updateItem: Statement = {
  name: 'suspense.update',
  text: `with changed as (
      update suspense.suspense_item set cleared = $3, returned = $4, status = $5, version = $6
       where tenant_id = $1 and suspense_item_id = $2 and version = $6 - 1 returning 1)
    select plinth.expect_rows(count(*), 1, 'the suspense item') from changed`,
}

const insertEvent: Statement = {
  name: 'suspense.insert_event',
  text: `insert into suspense.suspense_event
      (tenant_id, suspense_item_id, version, change, cleared, returned, entry_id, changed_at)
    values ($1, $2, $3, $4, $5, $6, $7, (select plinth.posted_at()))`,
}

/**
 * Writes the changes of items in the order in which they were decided. One by one: what goes astray is rare. Fails, and the
 * transaction is run again, if an item is not as it was decided on.
 */
export function writeSuspense(tx: Tx, steps: readonly SuspenseStep[]): void {
  for (const { change, item, entryId } of steps) {
    const { suspenseItemId, cleared, returned, version } = item
    if (change === 'opened') {
      sql.send(tx, insertItem, [
        tenantOf(tx),
        suspenseItemId,
        item.entryId,
        item.lineNo,
        item.valueDate,
        item.accountId,
        item.intendedAccountId,
        item.because,
        item.currency,
        item.amount,
        item.openedAt,
      ])
    } else {
      sql.send(tx, updateItem, [tenantOf(tx), suspenseItemId, cleared, returned, statusOf(item), version])
    }
    sql.send(tx, insertEvent, [tenantOf(tx), suspenseItemId, version, change, cleared, returned, entryId])
  }
}
