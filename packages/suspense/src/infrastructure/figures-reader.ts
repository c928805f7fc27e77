import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'

const sql = sqlDoor<Record<never, never>>('suspense')

/** Items that nobody has cleared or returned whole. */
export interface SuspenseFigures {
  /** At most `countMax`. */
  readonly count: number
  readonly oldestSeconds: number
}

// Along the index by status, in which the oldest come first.
const open: Statement = {
  name: 'suspense.open_figures',
  text: `select count(*) as count, coalesce(extract(epoch from statement_timestamp() - min(opened_at))::float8, 0) as "oldestSeconds"
    from (select opened_at from suspense.suspense_item
           where tenant_id = $1 and status = 'open' order by suspense_item_id limit $2) i`,
}

export async function readSuspenseFigures(
  tx: Tx,
  { countMax }: { countMax: number },
): Promise<SuspenseFigures> {
  const [row] = await sql.run<SuspenseFigures>(tx, open, [tenantOf(tx), countMax])
  return row ?? { count: 0, oldestSeconds: 0 }
}
