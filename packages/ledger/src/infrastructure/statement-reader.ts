import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import {
  type AccountId,
  type BusinessDate,
  type EntryId,
  type Instant,
  minorFromDatabase,
  type Side,
} from '@plinth/kernel'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

/** One line of an account's statement. Amounts are minor units. */
export interface StatementLine {
  readonly entryNo: number
  readonly lineNo: number
  readonly entryId: EntryId
  readonly bookingDate: BusinessDate
  readonly valueDate: BusinessDate
  readonly postedAt: Instant
  readonly transactionCode: string
  readonly description: string | undefined
  readonly reference: string | undefined
  readonly endToEndId: string | undefined
  readonly side: Side
  readonly amount: bigint
  /** The balance before and after this line on the account's normal side, in the statement's order. */
  readonly balanceAfter: bigint
  readonly accountVersion: number
}

export interface StatementRange {
  readonly accountId: AccountId
  readonly from: BusinessDate
  readonly to: BusinessDate
  readonly limit: number
  /** The account version of the last line of the page before. */
  readonly afterVersion?: number | undefined
}

interface StatementRow {
  entry_no: number
  line_no: number
  entry_id: EntryId
  booking_date: BusinessDate
  value_date: BusinessDate
  posted_at: Instant
  transaction_code: string
  description: string | null
  reference: string | null
  end_to_end_id: string | null
  side: Side
  amount: string
  balance_after: string
  account_version: number
}

// Versions rise with entry and line numbers, and booking dates with both, so the order (bookingDate, entryNo, lineNo) is that
// of the versions. The end of day's own late entries into a closing day will need more than this.
const linesInRange: Statement = {
  name: 'ledger.statement_lines',
  text: `select l.entry_no, l.line_no, e.entry_id, l.booking_date, l.value_date, e.posted_at, e.transaction_code,
           e.description, e.reference, e.end_to_end_id, l.side, l.amount, l.balance_after, l.account_version
      from ledger.posting_line l
      join ledger.journal_entry e on e.tenant_id = l.tenant_id and e.entry_no = l.entry_no
     where l.tenant_id = $1 and l.account_id = $2
       and l.account_version >= greatest($5::bigint + 1, ledger.version_from($1, $2, ledger.entry_no_from($1, $3)))
       and l.account_version < ledger.version_from($1, $2, ledger.entry_no_from($1, $4::date + 1))
     order by l.account_version
     limit $6`,
}

/** A page of an account's lines by (bookingDate, entryNo, lineNo). */
export async function readStatementLines(tx: Tx, range: StatementRange): Promise<StatementLine[]> {
  const rows = await sql.run<StatementRow>(tx, linesInRange, [
    tenantOf(tx),
    range.accountId,
    range.from,
    range.to,
    range.afterVersion ?? 0,
    range.limit,
  ])
  return rows.map((row) => ({
    entryNo: row.entry_no,
    lineNo: row.line_no,
    entryId: row.entry_id,
    bookingDate: row.booking_date,
    valueDate: row.value_date,
    postedAt: row.posted_at,
    transactionCode: row.transaction_code,
    description: row.description ?? undefined,
    reference: row.reference ?? undefined,
    endToEndId: row.end_to_end_id ?? undefined,
    side: row.side,
    amount: minorFromDatabase(row.amount),
    balanceAfter: minorFromDatabase(row.balance_after),
    accountVersion: row.account_version,
  }))
}

const lastBookedBy: Statement = {
  name: 'ledger.balance_booked_by',
  text: `select balance_after from ledger.posting_line
     where tenant_id = $1 and account_id = $2
       and account_version = ledger.version_from($1, $2, ledger.entry_no_from($1, $3::date + 1)) - 1`,
}

/** The balance on the normal side after everything booked up to and including `date`, in minor units. */
export async function readBalanceBookedBy(tx: Tx, accountId: AccountId, date: BusinessDate): Promise<bigint> {
  const rows = await sql.run<{ balance_after: string }>(tx, lastBookedBy, [tenantOf(tx), accountId, date])
  return minorFromDatabase(rows[0]?.balance_after ?? '0')
}
