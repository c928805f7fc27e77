import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type AccountId, type BusinessDate, behindAllAccounts, type Instant } from '@plinth/kernel'
import type { OverdueHold } from './hold-store.js'
import type { HoldTables } from './tables.js'

const sql = sqlDoor<HoldTables>('holds')

/** By when holds are over: a moment for those that end at one, a business date for clearing holds. */
export interface EndOfTime {
  readonly at: Instant
  readonly businessDate: BusinessDate
}

// Each half goes along a partial index of its own, which has active holds only.
const accounts: Statement = {
  name: 'holds.overdue_accounts',
  text: `select account_id as "accountId", count(*) as holds from (
      select account_id from holds.account_hold where tenant_id = $1 and status = 'active' and expires_at <= $2
      union all
      select account_id from holds.account_hold where tenant_id = $1 and status = 'active' and available_from <= $3) due
     where account_id between $4 and $5 group by account_id order by account_id limit $6`,
}

/** A page of accounts by id, both ends included; `to` undefined: all from there on. */
interface AccountRange {
  readonly from: string
  readonly to: string | undefined
  readonly limit: number
}

/** Accounts with active holds that were over by then, by id, each with their number. */
export async function readOverdueAccounts(
  tx: Tx,
  { at, businessDate, from, to, limit }: EndOfTime & AccountRange,
): Promise<{ readonly accountId: AccountId; readonly holds: number }[]> {
  return await sql.run(tx, accounts, [tenantOf(tx), at, businessDate, from, to ?? behindAllAccounts, limit])
}

const byClock: Statement = {
  name: 'holds.overdue_of_accounts',
  text: `select hold_id as "holdId", expires_at as "endsAt" from holds.account_hold
    where tenant_id = $1 and status = 'active' and expires_at <= $2 and account_id = any ($3::text[]) order by hold_id`,
}

const byDate: Statement = {
  name: 'holds.cleared_of_accounts',
  text: `select hold_id as "holdId", available_from as "endsAt" from holds.account_hold
    where tenant_id = $1 and status = 'active' and available_from <= $2 and account_id = any ($3::text[]) order by hold_id`,
}

/** The active holds of these accounts that were over by then. */
export async function readOverdueHoldsOf(
  tx: Tx,
  { at, businessDate, accountIds }: EndOfTime & { readonly accountIds: readonly AccountId[] },
): Promise<OverdueHold[]> {
  const ids = textArray(accountIds)
  const found = await Promise.all([
    sql.run<OverdueHold>(tx, byClock, [tenantOf(tx), at, ids]),
    sql.run<OverdueHold>(tx, byDate, [tenantOf(tx), businessDate, ids]),
  ])
  return found.flat()
}
