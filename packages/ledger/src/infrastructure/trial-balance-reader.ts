import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import { type CurrencyCode, type GlCode, isThirteenth, minorFromDatabase, yearOf } from '@plinth/kernel'
import type { GlTurnover } from '../domain/gl-turnover.js'
import type { TrialBalanceQuestion } from '../domain/trial-balance-question.js'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

type Way = 'booking' | 'value' | 'period'

const yearOfClose: Readonly<Record<Way, string>> = {
  booking: 'extract(year from c.booking_date)',
  value: 'extract(year from c.value_date)',
  period: 'c.thirteenth_of',
}

// $1 tenant, $2 day, $3 year asked for, $4 the last year whose thirteenth period counts, of a period. What is of a period is booked
// by its last day, but for the few entries of thirteenth periods: none of them is booked in its year, and those of years before
// that were booked by then are there already.
function turnoversBy(way: Way, withoutClose: boolean): Statement {
  const left = withoutClose
    ? `and not exists (select from ledger.journal_entry c where c.tenant_id = $1 and c.entry_no = l.entry_no
            and c.kind = 'year_end_close' and ${yearOfClose[way]} = $3)`
    : 'and $3::integer is not null'
  const lines = `select gl_code, currency, account_id, side, amount from ledger.posting_line l
             where tenant_id = $1 and ${way === 'value' ? 'value_date' : 'booking_date'} <= $2 ${left}`
  const thirteenth = `select l.gl_code, l.currency, l.account_id, l.side, l.amount
              from ledger.journal_entry e join ledger.posting_line l on l.tenant_id = $1 and l.entry_no = e.entry_no
             where e.tenant_id = $1 and e.thirteenth_of <= $4 and e.booking_date > $2 ${left}`
  return {
    name: `ledger.turnovers_by_${way}${withoutClose ? '_before_close' : ''}`,
    text: `select gl_code, currency, sum(debits) as debits, sum(credits) as credits,
           sum(greatest(debits - credits, 0)) as debit_balances, sum(greatest(credits - debits, 0)) as credit_balances
      from (select gl_code, currency, account_id,
                   coalesce(sum(amount) filter (where side = 'debit'), 0) as debits,
                   coalesce(sum(amount) filter (where side = 'credit'), 0) as credits
              from (${way === 'period' ? `${lines} union all ${thirteenth}` : lines}) of_lines
             group by gl_code, currency, account_id) a
     group by gl_code, currency order by gl_code, currency`,
  }
}

const statements = {
  with: {
    booking: turnoversBy('booking', false),
    value: turnoversBy('value', false),
    period: turnoversBy('period', false),
  },
  without: {
    booking: turnoversBy('booking', true),
    value: turnoversBy('value', true),
    period: turnoversBy('period', true),
  },
}

/** Turnovers up to and including a date or a period, added up from the lines themselves. */
export async function readTurnovers(
  tx: Tx,
  { date, by, period, withoutYearEndClose = false }: TrialBalanceQuestion,
): Promise<GlTurnover[]> {
  const year = yearOf(period ?? date)
  const way = period === undefined ? by : 'period'
  const values = [tenantOf(tx), date, year]
  if (period !== undefined) values.push(isThirteenth(period) ? year : year - 1)
  const statement = statements[withoutYearEndClose ? 'without' : 'with'][way]
  const rows = await sql.run<Record<string, string>>(tx, statement, values)
  return rows.map((row) => ({
    glCode: row.gl_code as GlCode,
    currency: row.currency as CurrencyCode,
    debits: minorFromDatabase(row.debits as string),
    credits: minorFromDatabase(row.credits as string),
    debitBalances: minorFromDatabase(row.debit_balances as string),
    creditBalances: minorFromDatabase(row.credit_balances as string),
  }))
}
