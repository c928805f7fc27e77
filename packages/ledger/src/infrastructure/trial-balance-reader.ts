import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import { type BusinessDate, type CurrencyCode, type GlCode, minorFromDatabase } from '@plinth/kernel'
import type { GlTurnover } from '../domain/gl-turnover.js'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

const turnoversBy = (dateColumn: 'booking_date' | 'value_date'): Statement => ({
  name: `ledger.turnovers_by_${dateColumn}`,
  text: `select gl_code, currency, sum(debits) as debits, sum(credits) as credits,
           sum(greatest(debits - credits, 0)) as debit_balances, sum(greatest(credits - debits, 0)) as credit_balances
      from (select gl_code, currency, account_id,
                   coalesce(sum(amount) filter (where side = 'debit'), 0) as debits,
                   coalesce(sum(amount) filter (where side = 'credit'), 0) as credits
              from ledger.posting_line
             where tenant_id = $1 and ${dateColumn} <= $2
             group by gl_code, currency, account_id) a
     group by gl_code, currency order by gl_code, currency`,
})

const statements = { booking: turnoversBy('booking_date'), value: turnoversBy('value_date') }

/** Turnovers up to and including `date`, added up from the lines themselves. */
export async function readTurnovers(
  tx: Tx,
  date: BusinessDate,
  by: 'booking' | 'value',
): Promise<GlTurnover[]> {
  const rows = await sql.run<Record<string, string>>(tx, statements[by], [tenantOf(tx), date])
  return rows.map((row) => ({
    glCode: row.gl_code as GlCode,
    currency: row.currency as CurrencyCode,
    debits: minorFromDatabase(row.debits as string),
    credits: minorFromDatabase(row.credits as string),
    debitBalances: minorFromDatabase(row.debit_balances as string),
    creditBalances: minorFromDatabase(row.credit_balances as string),
  }))
}
