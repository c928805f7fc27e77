import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import type { EntryId } from '@plinth/kernel'
import type { SuspenseTables } from './tables.js'

const sql = sqlDoor<SuspenseTables>('suspense')

const clearings = `unnest($2::uuid[]) as k (entry_id)
     cross join lateral (
      select suspense_item_id from suspense.suspense_item
       where tenant_id = $1 and entry_id = k.entry_id offset 0) i
     cross join lateral (
      select entry_id from suspense.suspense_event
       where tenant_id = $1 and suspense_item_id = i.suspense_item_id and change = 'cleared' offset 0) e`

const clearingsOf: Statement = {
  name: 'suspense.clearings_of_entries',
  text: `select e.entry_id from ${clearings}`,
}

/** The entries that posted on what these had diverted: they repeat their texts. */
export async function readClearingEntries(tx: Tx, entryIds: readonly EntryId[]): Promise<EntryId[]> {
  if (entryIds.length === 0) return []
  const rows = await sql.run<{ entry_id: EntryId }>(tx, clearingsOf, [tenantOf(tx), plainArray(entryIds)])
  return rows.map((row) => row.entry_id)
}

const expectClearingsOf: Statement = {
  name: 'suspense.expect_clearings',
  text: `select plinth.expect_rows(count(*), $3::bigint, 'clearings') from ${clearings}`,
}

/** Behind the head's lock: fails, and the transaction is run again, unless so many entries have posted on what these diverted. */
export function expectClearings(tx: Tx, entryIds: readonly EntryId[], clearingEntries: number): void {
  sql.send(tx, expectClearingsOf, [tenantOf(tx), plainArray(entryIds), clearingEntries])
}
