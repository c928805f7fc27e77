import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import {
  type AccountId,
  type BusinessDate,
  type EntryId,
  lastDayOfYear,
  minorFromDatabase,
} from '@plinth/kernel'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

const bookedBy: Statement = {
  name: 'ledger.balances_booked_by',
  text: `select k.account_id, t.credits - t.debits + late.credits - late.debits as balance
      from unnest($2::text[]) as k (account_id)
     cross join lateral (select ledger.version_by($1, k.account_id, null, $3) as version offset 0) known
     cross join lateral ledger.turnovers_by($1, k.account_id, known.version) t
     cross join lateral ledger.late_turnovers($1, k.account_id, null, $3, null, null) late`,
}

const ofThirteenth: Statement = {
  name: 'ledger.balances_of_thirteenth',
  text: `select l.account_id, sum(case l.side when 'credit' then l.amount else -l.amount end) as balance
      from ledger.journal_entry e
     cross join lateral (
       select account_id, side, amount from ledger.posting_line where tenant_id = $1 and entry_no = e.entry_no offset 0) l
     where e.tenant_id = $1 and e.thirteenth_of <= $4 and e.booking_date > $3 and l.account_id = any ($2::text[])
       and (e.thirteenth_of < $4 or e.kind <> 'year_end_close')
     group by l.account_id`,
}

/**
 * What the entries of a year and of all years before come to on each account, its thirteenth period included; its own closing entries,
 * which one part of them must not read of another, and whatever was booked later are left out: credits less debits, in minor units. In a time that hardly grows with an account's history (ADR 0013).
 */
export async function readYearBalances(
  tx: Tx,
  accountIds: readonly AccountId[],
  year: number,
): Promise<ReadonlyMap<AccountId, bigint>> {
  if (accountIds.length === 0) return new Map()
  type Row = { account_id: AccountId; balance: string }
  const values = [tenantOf(tx), textArray(accountIds), lastDayOfYear(year)]
  const booked = await sql.run<Row>(tx, bookedBy, values)
  const adjusted = await sql.run<Row>(tx, ofThirteenth, [...values, year])
  const balances = new Map<AccountId, bigint>()
  for (const { account_id: accountId, balance } of [...booked, ...adjusted])
    balances.set(accountId, (balances.get(accountId) ?? 0n) + minorFromDatabase(balance))
  return balances
}

/** An entry of a thirteenth period, or one that says that it closes a year. */
export interface YearEndEntry {
  readonly entryNo: number
  readonly entryId: EntryId
  readonly kind: string
  readonly bookingDate: BusinessDate
  readonly thirteenthOf: number | undefined
}

const yearEndEntries: Statement = {
  name: 'ledger.verify_year_end_entries',
  text: `select entry_no, entry_id, kind, booking_date, thirteenth_of from ledger.journal_entry
      where tenant_id = $1 and entry_no > $2 and (thirteenth_of is not null or kind = 'year_end_close')
      order by entry_no limit $3`,
}

/** The next of them after a number, for `verify`. */
export async function readYearEndEntries(
  tx: Tx,
  { after, limit }: { after: number; limit: number },
): Promise<YearEndEntry[]> {
  const rows = await sql.run<{
    entry_no: number
    entry_id: EntryId
    kind: string
    booking_date: BusinessDate
    thirteenth_of: number | null
  }>(tx, yearEndEntries, [tenantOf(tx), after, limit])
  return rows.map((row) => ({
    entryNo: row.entry_no,
    entryId: row.entry_id,
    kind: row.kind,
    bookingDate: row.booking_date,
    thirteenthOf: row.thirteenth_of ?? undefined,
  }))
}
