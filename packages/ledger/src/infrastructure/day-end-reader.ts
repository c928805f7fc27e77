import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type AccountId, type BusinessDate, minorFromDatabase } from '@plinth/kernel'
import { readTurnoversBy } from './past-turnovers-reader.js'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

// An account that has no line behind the cut-off ended the day with its last line: one probe. The few lines of others that stand
// behind it are read from the last one back, and taken off again where they do not belong to the day. `near_from` tells where the
// lines that were read begin: those of the day's end are among them if it lies before the cut-off.
const dayEnds: Statement = {
  name: 'ledger.day_ends',
  text: `select k.account_id, last.balance_after, coalesce(near.others, 0) as others,
           last.entry_no <= $3 or near.first_version = 1 or near.first_entry_no <= $3 as whole
      from unnest($2::text[]) as k (account_id)
     cross join lateral (
       select entry_no, account_version, balance_after from ledger.posting_line
        where tenant_id = $1 and account_id = k.account_id order by account_version desc limit 1) last
     cross join lateral (
       select min(account_version) as first_version, min(entry_no) as first_entry_no,
              sum(case side when 'debit' then amount else -amount end)
                filter (where booking_date > $4 or entry_no > $5) as others
         from ledger.posting_line
        where last.entry_no > $3 and tenant_id = $1 and account_id = k.account_id
          and account_version > last.account_version - 32 offset 0) near`,
}

export interface DayEnd {
  readonly businessDate: BusinessDate
  /** Lines of entries up to this one were booked by the day. */
  readonly cutOffEntryNo: number
  /** Lines of later entries are left out. */
  readonly knownAtEntryNo: number
}

/** Debits less credits of accounts at the end of a business day, by booking date; those without a line are left out. */
export async function readDayEnds(
  tx: Tx,
  accounts: readonly { readonly accountId: AccountId; readonly normalSide: 'debit' | 'credit' }[],
  { businessDate, cutOffEntryNo, knownAtEntryNo }: DayEnd,
): Promise<Map<AccountId, bigint>> {
  if (accounts.length === 0) return new Map()
  const sides = new Map(accounts.map(({ accountId, normalSide }) => [accountId, normalSide]))
  const rows = await sql.run<{
    account_id: AccountId
    balance_after: string
    others: string
    whole: boolean
  }>(tx, dayEnds, [
    tenantOf(tx),
    textArray(accounts.map(({ accountId }) => accountId)),
    cutOffEntryNo,
    businessDate,
    knownAtEntryNo,
  ])
  const balances = new Map<AccountId, bigint>()
  for (const { account_id: accountId, balance_after: after, others, whole } of rows) {
    if (!whole) continue
    const posted = minorFromDatabase(after)
    const net = sides.get(accountId) === 'debit' ? posted : -posted
    balances.set(accountId, net - minorFromDatabase(others))
  }
  // Those on which much was posted since: found by search (ADR 0013).
  const busy = rows.filter(({ whole }) => !whole).map((row) => row.account_id)
  const limits = { knownAtEntryNo, bookingDate: businessDate, valueDate: undefined }
  const turnovers = await Promise.all(busy.map((accountId) => readTurnoversBy(tx, { accountId, ...limits })))
  busy.forEach((accountId, at) => {
    const { debits = 0n, credits = 0n } = turnovers[at] ?? {}
    balances.set(accountId, debits - credits)
  })
  return balances
}
