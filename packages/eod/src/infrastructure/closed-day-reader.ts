import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import type { BusinessDate } from '@plinth/kernel'
import type { EndedDay } from '../domain/run.js'
import type { EodTables } from './tables.js'

const sql = sqlDoor<EodTables>('eod')

const daysAfter: Statement = {
  name: 'eod.days_with_steps',
  text: `select run_id as "runId", business_date as "businessDate", next_date as "nextDate", status,
           cut_off_entry_no as "cutOffEntryNo",
           array(select s.name from eod.step s where s.tenant_id = r.tenant_id and s.run_id = r.run_id
                    and s.finished_at is not null order by s.step_no) as steps,
           (select count(*) from eod.step s where s.tenant_id = r.tenant_id and s.run_id = r.run_id and s.finished_at is null)
             + (select count(*) from eod.partition p where p.tenant_id = r.tenant_id and p.run_id = r.run_id and p.done_at is null)
             as "toDo"
      from eod.run r where tenant_id = $1 and ($2::date is null or business_date > $2) order by business_date limit $3`,
}

/** The days whose end was begun behind `after`, in order. */
export const readEndedDays = (
  tx: Tx,
  { after, limit }: { after: BusinessDate | undefined; limit: number },
): Promise<EndedDay[]> => sql.run<EndedDay>(tx, daysAfter, [tenantOf(tx), after ?? null, limit])
