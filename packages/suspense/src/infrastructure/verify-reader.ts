import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import { type EntryId, minorFromDatabase } from '@plinth/kernel'
import type { SuspenseChange, SuspenseItemId } from '../domain/suspense-item.js'

const sql = sqlDoor<Record<never, never>>('suspense')

/** An item with what its history says of it, as text, and the entries that changed it. */
export interface ItemWithHistory {
  readonly suspenseItemId: SuspenseItemId
  /** The diverted line as the item has it: account, account meant, reason, currency and amount. */
  readonly line: string
  readonly entryId: EntryId
  readonly lineNo: number
  readonly returned: bigint
  readonly cleared: bigint
  readonly row: string
  readonly history: string
  readonly steps: readonly { readonly change: SuspenseChange; readonly entryId: EntryId }[]
}

const withHistory: Statement = {
  name: 'suspense.verify_history',
  text: `select i.suspense_item_id, i.entry_id, i.line_no, i.returned::text, i.cleared::text,
           concat_ws('|', i.account_id, i.intended_account_id, i.because, i.currency, i.amount, i.value_date) as line,
           concat_ws('|', i.version, i.version, i.cleared, i.returned) as row,
           (select concat_ws('|', count(*), max(e.version), (array_agg(e.cleared order by e.version desc))[1],
                     (array_agg(e.returned order by e.version desc))[1])
              from suspense.suspense_event e
             where e.tenant_id = i.tenant_id and e.suspense_item_id = i.suspense_item_id) as history,
           (select coalesce(json_agg(json_build_array(e.change, e.entry_id) order by e.version), '[]')
              from suspense.suspense_event e
             where e.tenant_id = i.tenant_id and e.suspense_item_id = i.suspense_item_id) as steps
      from suspense.suspense_item i
     where i.tenant_id = $1 and i.suspense_item_id > $2::uuid order by i.suspense_item_id limit $3`,
}

const beforeAll = '00000000-0000-0000-0000-000000000000'

/** The next items by id, each with its history. */
export async function readItemsWithHistory(
  tx: Tx,
  { after, limit }: { after: SuspenseItemId | undefined; limit: number },
): Promise<ItemWithHistory[]> {
  const rows = await sql.run<{
    suspense_item_id: SuspenseItemId
    entry_id: EntryId
    line_no: number
    returned: string
    cleared: string
    line: string
    row: string
    history: string
    steps: [SuspenseChange, EntryId][]
  }>(tx, withHistory, [tenantOf(tx), after ?? beforeAll, limit])
  return rows.map((row) => ({
    suspenseItemId: row.suspense_item_id,
    entryId: row.entry_id,
    lineNo: row.line_no,
    returned: minorFromDatabase(row.returned),
    cleared: minorFromDatabase(row.cleared),
    line: row.line,
    row: row.row,
    history: row.history,
    steps: row.steps.map(([change, entryId]) => ({ change, entryId })),
  }))
}
