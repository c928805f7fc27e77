import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type AccountId, type BusinessDate, minorFromDatabase } from '@plinth/kernel'

const sql = sqlDoor<Record<never, never>>('ledger')

/** The net debits of an account by the entries of one day, transaction code and hold. */
export interface PostedSpending {
  readonly accountId: AccountId
  readonly on: BusinessDate
  readonly transactionCode: string
  /** The hold that they captured; undefined: postings. */
  readonly holdId: string | undefined
  readonly count: number
  /** In minor units. */
  readonly amount: bigint
}

// An account's lines from its first one of that day on, by version, and their entries by number.
const spendingByAccount: Statement = {
  name: 'ledger.spending',
  text: `select s.* from unnest($2::text[], $3::date[]) as k (account_id, since)
    cross join lateral (
      select k.account_id, e.booking_date, e.transaction_code, e.hold_id, count(*) as count, sum(n.net)::text as amount
        from (select entry_no, sum(case side when 'debit' then amount else -amount end) as net
                from ledger.posting_line
               where tenant_id = $1 and account_id = k.account_id
                 and account_version >= (select ledger.version_from($1, k.account_id, ledger.entry_no_from($1, k.since)))
               group by entry_no) n
       cross join lateral (
          select booking_date, transaction_code, hold_id from ledger.journal_entry
           where tenant_id = $1 and entry_no = n.entry_no and booking_date >= k.since
             and kind in ('posting', 'correction', 'capture') and advice is not true offset 0) e
       where n.net > 0
       group by 2, 3, 4 offset 0) s`,
}

/** What postings, corrections and captures, advices apart, have debited these accounts since these days. */
export async function readPostedSpending(
  tx: Tx,
  accounts: readonly { readonly accountId: AccountId; readonly countedFrom: BusinessDate }[],
): Promise<PostedSpending[]> {
  if (accounts.length === 0) return []
  const rows = await sql.run<{
    account_id: AccountId
    booking_date: BusinessDate
    transaction_code: string
    hold_id: string | null
    count: number
    amount: string
  }>(tx, spendingByAccount, [
    tenantOf(tx),
    textArray(accounts.map(({ accountId }) => accountId)),
    plainArray(accounts.map(({ countedFrom }) => countedFrom)),
  ])
  return rows.map((row) => ({
    accountId: row.account_id,
    on: row.booking_date,
    transactionCode: row.transaction_code,
    holdId: row.hold_id ?? undefined,
    count: row.count,
    amount: minorFromDatabase(row.amount),
  }))
}
