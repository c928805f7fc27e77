import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type AccountId, type BusinessDate, type EntryId, minorFromDatabase } from '@plinth/kernel'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

/** A line with what interest asks of it. */
export interface LineBehind {
  readonly accountId: AccountId
  readonly accountVersion: number
  readonly entryNo: number
  readonly valueDate: BusinessDate
  /** In minor units: above zero what is credited, below it what is debited. */
  readonly amount: bigint
}

interface Row {
  account_id: AccountId
  account_version: number
  entry_no: number
  booking_date: BusinessDate
  value_date: BusinessDate
  amount: string
}

const linesBehind: Statement = {
  name: 'ledger.lines_behind',
  text: `select l.* from unnest($2::text[], $3::bigint[]) as k (account_id, after_version)
    cross join lateral (
      select account_id, account_version, entry_no, booking_date, value_date,
             case side when 'credit' then amount else -amount end as amount
        from ledger.posting_line
       where tenant_id = $1 and account_id = k.account_id and account_version > k.after_version
       order by account_version offset 0) l`,
}

/**
 * The lines of each account behind a version, in order, up to the first that was booked after a date: what an end of day
 * books into that date behind such a line is left to the next one. So the same lines are found whatever is posted meanwhile.
 */
export async function readLinesBehind(
  tx: Tx,
  accounts: readonly { readonly accountId: AccountId; readonly afterVersion: number }[],
  bookedBy: BusinessDate,
): Promise<Map<AccountId, LineBehind[]>> {
  if (accounts.length === 0) return new Map()
  const rows = await sql.run<Row>(tx, linesBehind, [
    tenantOf(tx),
    textArray(accounts.map(({ accountId }) => accountId)),
    plainArray(accounts.map(({ afterVersion }) => afterVersion)),
  ])
  const found = new Map<AccountId, LineBehind[]>()
  const ended = new Set<AccountId>()
  for (const row of rows) {
    const accountId = row.account_id
    if (row.booking_date > bookedBy) ended.add(accountId)
    if (ended.has(accountId)) continue
    const lines = found.get(accountId) ?? []
    if (lines.length === 0) found.set(accountId, lines)
    lines.push({
      accountId,
      accountVersion: row.account_version,
      entryNo: row.entry_no,
      valueDate: row.value_date,
      amount: minorFromDatabase(row.amount),
    })
  }
  return found
}

const numbersById: Statement = {
  name: 'ledger.entry_numbers',
  text: `select e.* from unnest($2::uuid[]) as k (entry_id)
    cross join lateral (
      select entry_id, entry_no from ledger.journal_entry where tenant_id = $1 and entry_id = k.entry_id offset 0) e`,
}

/** The numbers of entries; those that are not there are left out. */
export async function readEntryNumbers(
  tx: Tx,
  entryIds: readonly EntryId[],
): Promise<ReadonlyMap<EntryId, number>> {
  if (entryIds.length === 0) return new Map()
  const rows = await sql.run<{ entry_id: EntryId; entry_no: number }>(tx, numbersById, [
    tenantOf(tx),
    textArray(entryIds),
  ])
  return new Map(rows.map((row) => [row.entry_id, row.entry_no]))
}

const turnoversAt: Statement = {
  name: 'ledger.turnovers_at',
  text: `select k.account_id, t.credits - t.debits as balance
      from unnest($2::text[], $3::bigint[]) as k (account_id, version)
     cross join lateral ledger.turnovers_by($1, k.account_id, k.version) t`,
}

/** What the lines of each account up to a version come to: credits less debits, in minor units. */
export async function readSumsUpTo(
  tx: Tx,
  accounts: readonly { readonly accountId: AccountId; readonly version: number }[],
): Promise<ReadonlyMap<AccountId, bigint>> {
  if (accounts.length === 0) return new Map()
  const rows = await sql.run<{ account_id: AccountId; balance: string }>(tx, turnoversAt, [
    tenantOf(tx),
    textArray(accounts.map(({ accountId }) => accountId)),
    plainArray(accounts.map(({ version }) => version)),
  ])
  return new Map(rows.map((row) => [row.account_id, minorFromDatabase(row.balance)]))
}
