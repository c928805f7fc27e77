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
import type { EntryKind } from '../domain/journal-entry.js'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

/** One line of an account's statement. Amounts are minor units. */
export interface StatementLine {
  readonly entryNo: number
  readonly lineNo: number
  readonly entryId: EntryId
  /** Of the entry. */
  readonly kind: EntryKind
  readonly bookingDate: BusinessDate
  readonly valueDate: BusinessDate
  readonly postedAt: Instant
  readonly transactionCode: string
  readonly description: string | undefined
  readonly reference: string | undefined
  readonly endToEndId: string | undefined
  /** The three texts above were erased (ADR 0033). */
  readonly detailsErased: true | undefined
  readonly side: Side
  readonly amount: bigint
  /** The balance before and after this line on the account's normal side, in the statement's order. */
  readonly balanceAfter: bigint
  readonly accountVersion: number
}

export interface StatementRange {
  readonly accountId: AccountId
  /** Of the account. */
  readonly normalSide: Side
  readonly from: BusinessDate
  readonly to: BusinessDate
  readonly limit: number
  /** The last line of the page before. */
  readonly after?: StatementPosition | undefined
}

/** Where a line stands in a statement: within a booking date the order of versions is that of entry and line numbers. */
export type StatementPosition = Pick<StatementLine, 'bookingDate' | 'accountVersion'>

interface StatementRow {
  entry_no: number
  line_no: number
  entry_id: EntryId
  kind: EntryKind
  booking_date: BusinessDate
  value_date: BusinessDate
  posted_at: Instant
  transaction_code: string
  description: string | null
  reference: string | null
  end_to_end_id: string | null
  details_erased: boolean
  side: Side
  amount: string
  balance_after: string
  account_version: number
}

// Versions rise with entry and line numbers, and with the dates on which lines are made. Those that the end of day made later for a
// day that was closing come behind the others of their day (ADR 0019), and what they move is in the balance of the next day's lines
// only from there on: `near` are all of those that lie about the page. What is searched for stands in queries of its own: in a
// condition it would be searched for again for every line that a plan from old statistics comes by.
const linesInRange: Statement = {
  name: 'ledger.statement_lines',
  text: `with first as (
      select greatest(ledger.version_from($1, $2, ledger.entry_no_from($1, $3)),
               least($6::bigint + 1, ledger.version_from($1, $2, ledger.entry_no_from($1, $5::date + 1)))) as version),
    past as (select ledger.version_from($1, $2, ledger.entry_no_from($1, $4::date + 1)) as version),
    page as (
      select * from (
        (select * from ledger.posting_line l
          where l.tenant_id = $1 and l.account_id = $2 and l.entered_on is null
            and l.account_version >= (select version from first)
            and l.account_version < (select version from past)
          order by l.account_version limit $7)
        union all
        (select * from ledger.posting_line l
          where l.tenant_id = $1 and l.account_id = $2 and l.entered_on is not null
            and l.booking_date >= $3 and l.booking_date <= $4
            and ($5::date is null or (l.booking_date, l.account_version) > ($5::date, $6::bigint))
          order by l.booking_date, l.account_version limit $7)) u
       order by u.booking_date, u.account_version limit $7),
    days as (select min(booking_date) as first_day, max(booking_date) as last_day from page),
    near as materialized (
      select l.booking_date, l.entered_on, l.account_version, case when l.side = $8 then l.amount else -l.amount end as change
        from ledger.posting_line l
       where l.tenant_id = $1 and l.account_id = $2 and l.entered_on is not null
         and l.booking_date <= (select last_day from days)
         and l.booking_date >= coalesce(
               (select e.booking_date from ledger.posting_line e
                 where e.tenant_id = $1 and e.account_id = $2 and e.entered_on is not null
                   and e.booking_date < (select first_day from days)
                 order by e.booking_date desc, e.account_version desc limit 1), (select first_day from days)))
    select p.entry_no, p.line_no, e.entry_id, e.kind, p.booking_date, p.value_date, e.posted_at, e.transaction_code,
           e.description, e.reference, e.end_to_end_id, e.details_erased_at is not null as details_erased, p.side, p.amount, p.account_version,
           case when p.entered_on is null
             then p.balance_after + coalesce((select sum(n.change) from near n
                    where n.entered_on = p.booking_date and n.account_version > p.account_version), 0)
             else coalesce((select b.balance_after from ledger.posting_line b
                    where b.tenant_id = $1 and b.account_id = $2
                      and b.account_version =
                          (select ledger.version_from($1, $2, ledger.entry_no_from($1, p.booking_date + 1)) - 1)), 0)
                  + (select sum(n.change) from near n
                      where n.booking_date = p.booking_date and n.account_version <= p.account_version)
           end as balance_after
      from page p
      join ledger.journal_entry e on e.tenant_id = $1 and e.entry_no = p.entry_no
     order by p.booking_date, p.account_version`,
}

/** A page of an account's lines by (bookingDate, entryNo, lineNo). */
export async function readStatementLines(tx: Tx, range: StatementRange): Promise<StatementLine[]> {
  const rows = await sql.run<StatementRow>(tx, linesInRange, [
    tenantOf(tx),
    range.accountId,
    range.from,
    range.to,
    range.after?.bookingDate ?? null,
    range.after?.accountVersion ?? 0,
    range.limit,
    range.normalSide,
  ])
  return rows.map((row) => ({
    entryNo: row.entry_no,
    lineNo: row.line_no,
    entryId: row.entry_id,
    kind: row.kind,
    bookingDate: row.booking_date,
    valueDate: row.value_date,
    postedAt: row.posted_at,
    transactionCode: row.transaction_code,
    description: row.description ?? undefined,
    reference: row.reference ?? undefined,
    endToEndId: row.end_to_end_id ?? undefined,
    detailsErased: row.details_erased ? true : undefined,
    side: row.side,
    amount: minorFromDatabase(row.amount),
    balanceAfter: minorFromDatabase(row.balance_after),
    accountVersion: row.account_version,
  }))
}

const lastBookedBy: Statement = {
  name: 'ledger.balance_booked_by',
  text: `select coalesce((select balance_after from ledger.posting_line
            where tenant_id = $1 and account_id = $2
              and account_version = (select ledger.version_from($1, $2, ledger.entry_no_from($1, $3::date + 1)) - 1)), 0)
         + case when $4 = 'debit' then late.debits - late.credits else late.credits - late.debits end as balance
    from ledger.late_turnovers($1, $2, null, $3, null, null) late`,
}

/** The balance on the normal side after everything booked up to and including `date`, in minor units. */
export async function readBalanceBookedBy(
  tx: Tx,
  { accountId, normalSide }: { accountId: AccountId; normalSide: Side },
  date: BusinessDate,
): Promise<bigint> {
  const [row] = await sql.run<{ balance: string }>(tx, lastBookedBy, [
    tenantOf(tx),
    accountId,
    date,
    normalSide,
  ])
  return minorFromDatabase(row?.balance ?? '0')
}
