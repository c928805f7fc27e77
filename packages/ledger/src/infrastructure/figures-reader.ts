import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import type { BusinessDate } from '@plinth/kernel'

const sql = sqlDoor<Record<never, never>>('ledger')

/** Where a tenant's books stand, for whoever watches over them. Seconds are by the database's clock. */
export interface BookFigures {
  /** By that clock, in epoch milliseconds. */
  readonly nowMs: number
  readonly lastEntryNo: number
  readonly lastEventPosition: number
  readonly businessDate: BusinessDate
  /** The first day that is not closed, and for how long it has been over where the tenant is; below zero: it is not over yet. */
  readonly openDay: BusinessDate
  readonly openDayOverSeconds: number
  /** Since the oldest entry behind `sealedUpTo` was posted; undefined: all are sealed. */
  readonly unsealedSeconds: number | undefined
}

// By the key of the head and that of one entry.
const figures: Statement = {
  name: 'ledger.book_figures',
  text: `select (extract(epoch from statement_timestamp()) * 1000)::float8 as "nowMs", h.next_entry_no - 1 as "lastEntryNo", h.next_event_position - 1 as "lastEventPosition",
      h.business_date as "businessDate", coalesce(h.closing_date, h.business_date) as "openDay",
      extract(epoch from statement_timestamp() - ((coalesce(h.closing_date, h.business_date) + 1)::timestamp at time zone $2))::float8
        as "openDayOverSeconds",
      (select extract(epoch from greatest(interval '0', statement_timestamp() - e.posted_at))::float8 from ledger.journal_entry e
        where e.tenant_id = $1 and e.entry_no = $3::bigint + 1) as "unsealedSeconds"
    from ledger.journal_head h where h.tenant_id = $1`,
}

/** Undefined: the tenant has no books yet. */
export async function readBookFigures(
  tx: Tx,
  { timeZone, sealedUpTo }: { timeZone: string; sealedUpTo: number },
): Promise<BookFigures | undefined> {
  const [row] = await sql.run<Omit<BookFigures, 'unsealedSeconds'> & { unsealedSeconds: number | null }>(
    tx,
    figures,
    [tenantOf(tx), timeZone, sealedUpTo],
  )
  return row && { ...row, unsealedSeconds: row.unsealedSeconds ?? undefined }
}
