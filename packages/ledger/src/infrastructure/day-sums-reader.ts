import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import { type BusinessDate, type CurrencyCode, type GlCode, minorFromDatabase } from '@plinth/kernel'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

/** What a run of entries comes to on one GL account in one currency, in minor units. */
export interface DaySums {
  readonly glCode: GlCode
  readonly currency: CurrencyCode
  /** Debits less credits of the lines booked before the day. */
  readonly before: bigint
  readonly debits: bigint
  readonly credits: bigint
  /** How many lines were booked on the day. */
  readonly lines: number
}

const daySums: Statement = {
  name: 'ledger.day_sums',
  text: `select gl_code, currency, count(*) filter (where booking_date = $2) as lines,
           coalesce(sum(case side when 'debit' then amount else -amount end) filter (where booking_date < $2), 0) as before,
           coalesce(sum(amount) filter (where booking_date = $2 and side = 'debit'), 0) as debits,
           coalesce(sum(amount) filter (where booking_date = $2 and side = 'credit'), 0) as credits
      from ledger.posting_line where tenant_id = $1 and entry_no between $3 and $4 and booking_date <= $2
     group by gl_code, currency order by gl_code, currency`,
}

/** Sums of the lines of these entries, both ends included, that were booked by `day`. */
export async function readDaySums(
  tx: Tx,
  { day, fromEntryNo, toEntryNo }: { day: BusinessDate; fromEntryNo: number; toEntryNo: number },
): Promise<DaySums[]> {
  const rows = await sql.run<
    Record<'gl_code' | 'currency' | 'before' | 'debits' | 'credits', string> & { lines: number }
  >(tx, daySums, [tenantOf(tx), day, fromEntryNo, toEntryNo])
  return rows.map((row) => ({
    glCode: row.gl_code as GlCode,
    currency: row.currency as CurrencyCode,
    before: minorFromDatabase(row.before),
    debits: minorFromDatabase(row.debits),
    credits: minorFromDatabase(row.credits),
    lines: row.lines,
  }))
}
