import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import { type BusinessDate, type CurrencyCode, minorFromDatabase } from '@plinth/kernel'

const sql = sqlDoor<Record<never, never>>('holds')

/** Active holds whose time is over and of which that is not recorded yet. */
export interface OverdueFigures {
  /** At most `countMax`. */
  readonly count: number
  /** For how long the first of them has been over, by the database's clock; a clearing hold, which ends with a day, has no age. */
  readonly oldestSeconds: number
}

// Along the indexes of what ends when, and no further than the limit.
const overdue: Statement = {
  name: 'holds.overdue_figures',
  text: `select (select count(*) from (select 1 from holds.account_hold
        where tenant_id = $1 and status = 'active' and expires_at <= statement_timestamp() limit $3) a)
      + (select count(*) from (select 1 from holds.account_hold
        where tenant_id = $1 and status = 'active' and available_from <= $2 limit $3) b) as count,
      coalesce((select extract(epoch from statement_timestamp() - expires_at)::float8 from holds.account_hold
        where tenant_id = $1 and status = 'active' and expires_at <= statement_timestamp() order by expires_at limit 1), 0)
        as "oldestSeconds"`,
}

export async function readOverdueFigures(
  tx: Tx,
  { businessDate, countMax }: { businessDate: BusinessDate; countMax: number },
): Promise<OverdueFigures> {
  const [row] = await sql.run<OverdueFigures>(tx, overdue, [tenantOf(tx), businessDate, countMax])
  return row ?? { count: 0, oldestSeconds: 0 }
}

const held: Statement = {
  name: 'holds.held_figures',
  text: `select currency, sum(remaining)::text as held, sum(count(*)) over () as holds
    from (select currency, remaining from holds.account_hold where tenant_id = $1 and status = 'active' limit $2) active
    group by currency order by currency`,
}

/**
 * What active holds have left, by currency, in minor units. Undefined if there are more of them than may be read for a figure
 * that is only looked at.
 */
export async function readHeldAmounts(
  tx: Tx,
  { holdsMax }: { holdsMax: number },
): Promise<ReadonlyMap<CurrencyCode, bigint> | undefined> {
  const rows = await sql.run<{ currency: CurrencyCode; held: string; holds: string | number }>(tx, held, [
    tenantOf(tx),
    holdsMax + 1,
  ])
  if (Number(rows[0]?.holds ?? 0) > holdsMax) return undefined
  return new Map(rows.map((row) => [row.currency, minorFromDatabase(row.held)]))
}
