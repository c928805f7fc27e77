import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type AccountId, type BusinessDate, minorFromDatabase } from '@plinth/kernel'

const sql = sqlDoor<Record<never, never>>('holds')

/** What an account's holds of one day and transaction code count against limits; the code is empty where they name none. */
export interface HeldSpending {
  readonly accountId: AccountId
  readonly on: BusinessDate
  readonly transactionCode: string
  readonly count: number
  /** What they captured and still hold, in minor units. */
  readonly amount: bigint
}

// By the index of an account's holds: asked once for an account, when its counting begins, and by verify.
const spendingByAccount: Statement = {
  name: 'holds.spending',
  text: `select h.* from unnest($2::text[], $3::date[]) as k (account_id, since)
    cross join lateral (
      select account_id, placed_on, coalesce(transaction_code, '') as transaction_code, count(*) as count,
             sum(captured + remaining)::text as amount
        from holds.account_hold
       where tenant_id = $1 and account_id = k.account_id and placed_on >= k.since and captured + remaining > 0
       group by 1, 2, 3 offset 0) h`,
}

/** What counts of the holds that were placed on these accounts since these days, as they stand now. */
export async function readHeldSpending(
  tx: Tx,
  accounts: readonly { readonly accountId: AccountId; readonly countedFrom: BusinessDate }[],
): Promise<HeldSpending[]> {
  if (accounts.length === 0) return []
  const rows = await sql.run<{
    account_id: AccountId
    placed_on: BusinessDate
    transaction_code: string
    count: number
    amount: string
  }>(tx, spendingByAccount, [
    tenantOf(tx),
    textArray(accounts.map(({ accountId }) => accountId)),
    plainArray(accounts.map(({ countedFrom }) => countedFrom)),
  ])
  return rows.map((row) => ({
    accountId: row.account_id,
    on: row.placed_on,
    transactionCode: row.transaction_code,
    count: row.count,
    amount: minorFromDatabase(row.amount),
  }))
}
