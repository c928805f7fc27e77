import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import { type EntryId, type Instant, minorFromDatabase } from '@plinth/kernel'
import type { SuspenseChange, SuspenseItem, SuspenseItemId } from '../domain/suspense-item.js'
import { readSuspenseItems } from './suspense-store.js'

const sql = sqlDoor<Record<never, never>>('suspense')

/** One change of an item, as it left it, by an entry. Amounts are minor units of the item's currency. */
export interface SuspenseMoment {
  readonly version: number
  readonly change: SuspenseChange
  readonly cleared: bigint
  readonly returned: bigint
  readonly entryId: EntryId
  readonly changedAt: Instant
}

export interface SuspenseHistory {
  readonly item: SuspenseItem
  readonly moments: readonly SuspenseMoment[]
}

const touched: Statement = {
  name: 'suspense.journey_items',
  text: `select distinct e.suspense_item_id from unnest($2::uuid[]) as k (entry_id)
    cross join lateral (
      select suspense_item_id from suspense.suspense_event where tenant_id = $1 and entry_id = k.entry_id offset 0) e`,
}

/** The items that these entries opened or changed. */
export async function readSuspenseItemIds(tx: Tx, entryIds: readonly EntryId[]): Promise<SuspenseItemId[]> {
  if (entryIds.length === 0) return []
  const rows = await sql.run<{ suspense_item_id: SuspenseItemId }>(tx, touched, [
    tenantOf(tx),
    plainArray(entryIds),
  ])
  return rows.map((row) => row.suspense_item_id)
}

const moments: Statement = {
  name: 'suspense.journey_moments',
  text: `select k.suspense_item_id, e.* from unnest($2::uuid[]) as k (suspense_item_id)
    cross join lateral (
      select version, change, cleared::text, returned::text, entry_id, changed_at from suspense.suspense_event
       where tenant_id = $1 and suspense_item_id = k.suspense_item_id order by version offset 0) e`,
}

interface Row {
  suspense_item_id: SuspenseItemId
  version: number
  change: SuspenseChange
  cleared: string
  returned: string
  entry_id: EntryId
  changed_at: Instant
}

/** Items as they stand, each with everything that became of it. Wants a transaction that reads one snapshot. */
export async function readSuspenseHistories(
  tx: Tx,
  itemIds: readonly SuspenseItemId[],
): Promise<SuspenseHistory[]> {
  if (itemIds.length === 0) return []
  const [items, rows] = await Promise.all([
    readSuspenseItems(tx, itemIds),
    sql.run<Row>(tx, moments, [tenantOf(tx), plainArray(itemIds)]),
  ])
  return items.map((item) => ({
    item,
    moments: rows.filter((row) => row.suspense_item_id === item.suspenseItemId).map(toMoment),
  }))
}

const toMoment = (row: Row): SuspenseMoment => ({
  version: row.version,
  change: row.change,
  cleared: minorFromDatabase(row.cleared),
  returned: minorFromDatabase(row.returned),
  entryId: row.entry_id,
  changedAt: row.changed_at,
})
