import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import type { BusinessDate } from '@plinth/kernel'
import type { RunStatus } from '../domain/run.js'

const sql = sqlDoor<Record<never, never>>('eod')

/** The last end of day that was begun. Seconds are by the database's clock. */
export interface EodFigures {
  readonly businessDate: BusinessDate
  readonly status: RunStatus
  /** From the cut-off to the end, or until now. */
  readonly seconds: number
  /** Since its worker last showed a sign of life was due; below zero: it is in time. */
  readonly leaseOverSeconds: number
  /** Accounts of any day that still wait to be tried again; at most `countMax`. */
  readonly setAside: number
  readonly steps: readonly { readonly step: string; readonly seconds: number; readonly running: boolean }[]
}

const last: Statement = {
  name: 'eod.run_figures',
  text: `select r.business_date as "businessDate", r.status,
      extract(epoch from coalesce(r.finished_at, statement_timestamp()) - r.cut_off_at)::float8 as seconds,
      extract(epoch from statement_timestamp() - r.lease_until)::float8 as "leaseOverSeconds",
      (select count(*) from (select 1 from eod.set_aside a where a.tenant_id = $1 and a.settled_at is null limit $2) waiting)
        as "setAside",
      (select coalesce(json_agg(json_build_object('step', s.name, 'running', s.finished_at is null, 'seconds',
                extract(epoch from coalesce(s.finished_at, statement_timestamp()) - s.started_at)::float8) order by s.step_no), '[]')
         from eod.step s where s.tenant_id = $1 and s.run_id = r.run_id) as steps
    from eod.run r where r.tenant_id = $1 order by r.business_date desc limit 1`,
}

/** Undefined: no day was ever ended. */
export async function readEodFigures(
  tx: Tx,
  { countMax }: { countMax: number },
): Promise<EodFigures | undefined> {
  const [row] = await sql.run<EodFigures>(tx, last, [tenantOf(tx), countMax])
  return row
}
