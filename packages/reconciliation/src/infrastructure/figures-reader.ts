import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import type { Comparison } from '../domain/comparisons.js'

const sql = sqlDoor<Record<never, never>>('reconciliation')

/** Breaks of one comparison that are not closed. */
export interface BreakFigures {
  readonly comparison: Comparison
  readonly status: 'open' | 'explained'
  /** All kinds together at most `countMax` of each status. */
  readonly count: number
}

// Along the index by status.
const breaks: Statement = {
  name: 'reconciliation.break_figures',
  text: `select b.comparison, s.status, count(*) as count
      from unnest(array['open', 'explained']) as s (status)
     cross join lateral (select comparison from reconciliation.reconciliation_break
            where tenant_id = $1 and status = s.status limit $2) b
     group by b.comparison, s.status`,
}

export const readBreakFigures = (tx: Tx, { countMax }: { countMax: number }): Promise<BreakFigures[]> =>
  sql.run<BreakFigures>(tx, breaks, [tenantOf(tx), countMax])
