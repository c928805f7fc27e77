import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import type { AccountId } from '@plinth/kernel'
import type { AccountState } from '../domain/account-state.js'
import { type BalanceRow, toState } from './rows.js'
import type { AccountTables } from './tables.js'

const sql = sqlDoor<AccountTables>('account')

// The lock clause stands inside the lateral query, so rows are locked in the order of the array, which the caller sorts:
// two transactions then wait for each other instead of deadlocking. NO KEY, because no key changes, and
// foreign key checks then need not wait.
const lockBalancesByKey: Statement = {
  name: 'account.lock_balances',
  text: `select b.* from unnest($2::text[]) as k (account_id)
    cross join lateral (
      select account_id, gl_code, currency, normal_side, unlimited, status, block_debits, block_credits, overdraft_limit,
             debits, credits, held, version, row_version
        from account.balance where tenant_id = $1 and account_id = k.account_id
         for no key update offset 0) b`,
}

/** Locks the balance rows that exist among `ascendingIds` until `tx` ends. Missing rows lock nothing. */
export async function lockBalances(tx: Tx, ascendingIds: readonly AccountId[]): Promise<AccountState[]> {
  if (ascendingIds.length === 0) return []
  const rows = await sql.run<BalanceRow>(tx, lockBalancesByKey, [tenantOf(tx), textArray(ascendingIds)])
  return rows.map(toState)
}

// The row is found by key in a lateral query and changed by its place, so that no plan can join the arrays with the whole
// tenant. Its place is certain because it is locked.
const applyTurnovers: Statement = {
  name: 'account.apply_turnovers',
  text: `with changed as (
    update account.balance b
       set debits = k.debits, credits = k.credits, version = k.version, row_version = b.row_version + 1
      from unnest($2::text[], $3::numeric[], $4::numeric[], $5::bigint[], $6::bigint[])
        as k (account_id, debits, credits, version, decided_on)
     cross join lateral (
        select ctid as place from account.balance
         where tenant_id = $1 and account_id = k.account_id and row_version = k.decided_on offset 0) r
     where b.ctid = r.place and b.tenant_id = $1
    returning 1)
    select plinth.expect_rows(count(*), $7, 'balances') from changed`,
}

/**
 * Writes the turnovers of locked rows, one row each; `rowVersion` is the one that was decided on. The statement fails if a
 * row is at another.
 */
export async function writeTurnovers(tx: Tx, states: readonly AccountState[]): Promise<void> {
  if (states.length === 0) return
  await sql.change(tx, applyTurnovers, [
    tenantOf(tx),
    textArray(states.map(({ accountId }) => accountId)),
    plainArray(states.map(({ debits }) => debits)),
    plainArray(states.map(({ credits }) => credits)),
    plainArray(states.map(({ version }) => version)),
    plainArray(states.map(({ rowVersion }) => rowVersion)),
    states.length,
  ])
}

const changeStanding: Statement = {
  name: 'account.change_standing',
  text: `with changed as (
    update account.balance
       set status = $4, block_debits = $5, block_credits = $6, overdraft_limit = $7, row_version = row_version + 1
     where tenant_id = $1 and account_id = $2 and row_version = $3
    returning 1)
    select plinth.expect_rows(count(*), 1, 'the balance of account ' || $2) from changed`,
}

/** Writes status, blocks and limit of a locked row; the statement fails if it is not at the `rowVersion` decided on. */
export async function writeStanding(tx: Tx, state: AccountState): Promise<void> {
  await sql.change(tx, changeStanding, [
    tenantOf(tx),
    state.accountId,
    state.rowVersion,
    state.status,
    state.blockDebits,
    state.blockCredits,
    state.overdraftLimit,
  ])
}
