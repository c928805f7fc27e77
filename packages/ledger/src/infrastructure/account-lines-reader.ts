import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import { type AccountId, type BusinessDate, minorFromDatabase, type Side } from '@plinth/kernel'
import type { ExplainBalancePort } from '../application/ports.js'
import type { CountedLine, LineTotals } from '../domain/explained-balance.js'
import type { EntryKind } from '../domain/journal-entry.js'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

/** A line with all that decides when interest counts it. */
export interface HistoricLine {
  readonly accountVersion: number
  readonly entryNo: number
  readonly bookingDate: BusinessDate
  /** The end of day made it for a day that was closing: it came behind lines that were booked later. */
  readonly late: boolean
  readonly valueDate: BusinessDate
  /** In minor units: above zero what is credited, below it what is debited. */
  readonly amount: bigint
}

const history: Statement = {
  name: 'ledger.account_history',
  text: `select account_version, entry_no, booking_date, entered_on is not null as late, value_date,
         case side when 'credit' then amount else -amount end as amount
    from ledger.posting_line where tenant_id = $1 and account_id = $2 and account_version <= $3 order by account_version`,
}

/** All lines of an account up to a version, in their order. */
export async function readHistory(
  tx: Tx,
  { accountId, upToVersion }: { readonly accountId: AccountId; readonly upToVersion: number },
): Promise<HistoricLine[]> {
  const rows = await sql.run<{
    account_version: number
    entry_no: number
    booking_date: BusinessDate
    late: boolean
    value_date: BusinessDate
    amount: string
  }>(tx, history, [tenantOf(tx), accountId, upToVersion])
  return rows.map((row) => ({
    accountVersion: row.account_version,
    entryNo: row.entry_no,
    bookingDate: row.booking_date,
    late: row.late,
    valueDate: row.value_date,
    amount: minorFromDatabase(row.amount),
  }))
}

// Which of an account's lines a balance counts: those of $3 or before, booked by $4, of value $5 or before.
const ofAccount = 'l.tenant_id = $1 and l.account_id = $2 and l.entry_no <= $3'
const bookedBy = '($4::date is null or l.booking_date <= $4)'
const valuedBy = '($5::date is null or l.value_date <= $5)'

const lastCounted: Statement = {
  name: 'ledger.last_counted_lines',
  text: `select l.account_version, l.entry_no, l.booking_date, l.value_date, l.side, l.amount, e.kind, e.transaction_code,
           e.description
      from (select * from ledger.posting_line l where ${ofAccount} and ${bookedBy} and ${valuedBy}
             order by l.account_version desc limit $6) l
      join ledger.journal_entry e on e.tenant_id = $1 and e.entry_no = l.entry_no
     order by l.account_version`,
}

interface CountedRow {
  account_version: number
  entry_no: number
  booking_date: BusinessDate
  value_date: BusinessDate
  side: Side
  amount: string
  kind: EntryKind
  transaction_code: string
  description: string | null
}

export const readCountedLines: ExplainBalancePort['readCountedLines'] = async (tx, { last, ...question }) => {
  const rows = await sql.run<CountedRow>(tx, lastCounted, [...valuesOf(tx, question), last])
  return rows.map(
    (row): CountedLine => ({
      accountVersion: row.account_version,
      entryNo: row.entry_no,
      kind: row.kind,
      transactionCode: row.transaction_code,
      description: row.description ?? undefined,
      bookingDate: row.booking_date,
      valueDate: row.value_date,
      side: row.side,
      amount: minorFromDatabase(row.amount),
    }),
  )
}

const totalsOf = (name: string, which: string): string => {
  const sumOf = (side: string) =>
    `coalesce(sum(l.amount) filter (where l.side = '${side}' and ${which}), 0) as ${name}_${side}s`
  return `count(*) filter (where ${which}) as ${name}_lines, ${sumOf('debit')}, ${sumOf('credit')}`
}

// Added up line by line, and not from the sums that are kept: those are what it is compared with.
const sums: Statement = {
  name: 'ledger.explained_sums',
  text: `select ${totalsOf('carried', `${bookedBy} and ${valuedBy} and l.account_version < $6`)},
         ${totalsOf('booked_later', `not ${bookedBy}`)}, ${totalsOf('valued_later', `${bookedBy} and not ${valuedBy}`)}
    from ledger.posting_line l where ${ofAccount}`,
}

export const readExplainedSums: ExplainBalancePort['readExplainedSums'] = async (
  tx,
  { beforeVersion, ...question },
) => {
  const [row = {}] = await sql.run<Readonly<Record<string, string | number>>>(tx, sums, [
    ...valuesOf(tx, question),
    beforeVersion,
  ])
  const totals = (name: string): LineTotals => ({
    lines: Number(row[`${name}_lines`]),
    debits: minorFromDatabase(String(row[`${name}_debits`])),
    credits: minorFromDatabase(String(row[`${name}_credits`])),
  })
  return {
    carried: totals('carried'),
    bookedLater: totals('booked_later'),
    valuedLater: totals('valued_later'),
  }
}

type Which = Omit<Parameters<ExplainBalancePort['readCountedLines']>[1], 'last'>

const valuesOf = (tx: Tx, { accountId, knownAtEntryNo, bookingDate, valueDate }: Which): unknown[] => [
  tenantOf(tx),
  accountId,
  knownAtEntryNo,
  bookingDate ?? null,
  valueDate ?? null,
]
