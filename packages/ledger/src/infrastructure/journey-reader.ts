import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'

const sql = sqlDoor<Record<never, never>>('ledger')

const reversing: Statement = {
  name: 'ledger.journey_reversing',
  text: `select r.entry_no from unnest($2::bigint[]) as k (entry_no)
    cross join lateral (
      select entry_no from ledger.journal_entry where tenant_id = $1 and reverses_entry_no = k.entry_no offset 0) r`,
}

/** The numbers of the entries that take any of these back, in whole or in part. */
export async function readReversingEntryNos(tx: Tx, entryNos: readonly number[]): Promise<number[]> {
  if (entryNos.length === 0) return []
  const rows = await sql.run<{ entry_no: number }>(tx, reversing, [tenantOf(tx), plainArray(entryNos)])
  return rows.map((row) => row.entry_no)
}
