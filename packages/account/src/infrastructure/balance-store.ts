import type { Tx } from '@plinth/db'
import { optionalTextArray, plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type AccountId, type BusinessDate, limitDocumentOf } from '@plinth/kernel'
import type { AccountState, AccountStatus } from '../domain/account-state.js'
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
             debits, credits, held, version, row_version, spending_limits, counted_from, ctid as place
        from account.balance where tenant_id = $1 and account_id = k.account_id
         for no key update offset 0) b`,
}

/**
 * Where the rows that a transaction has locked stand (ctid). Nobody else can move them, so it finds them again without a
 * second search of the index. Forgotten when the transaction itself writes a row, and with the transaction.
 */
const placesOf = new WeakMap<Tx, Map<AccountId, string>>()

/** Locks the balance rows that exist among `ascendingIds` until `tx` ends. Missing rows lock nothing. */
export async function lockBalances(tx: Tx, ascendingIds: readonly AccountId[]): Promise<AccountState[]> {
  if (ascendingIds.length === 0) return []
  const rows = await sql.run<BalanceRow & { place: string }>(tx, lockBalancesByKey, [
    tenantOf(tx),
    textArray(ascendingIds),
  ])
  placesOf.set(tx, new Map(rows.map((row) => [row.account_id as AccountId, row.place])))
  return rows.map(toState)
}

function takePlace(tx: Tx, accountId: AccountId): string | undefined {
  const places = placesOf.get(tx)
  const place = places?.get(accountId)
  places?.delete(accountId)
  return place
}

const lockRowsAsForeseen: Statement = {
  name: 'account.lock_as_foreseen',
  text: `with locked as (
    select from unnest($2::text[], $3::bigint[]) as k (account_id, decided_on)
     cross join lateral (
        select from account.balance
         where tenant_id = $1 and account_id = k.account_id and row_version = k.decided_on
           for no key update skip locked offset 0) b)
    select plinth.expect_rows(count(*), $4, 'foreseen balances') from locked`,
}

/**
 * Locks rows that were decided on before the batch in front had committed. Asked behind the head's lock, when it has. Never
 * waits, because this transaction already holds rows out of order, and fails if a row is not at the `rowVersion` foreseen
 * or somebody else was faster: the transaction is then run again.
 */
export async function lockAsForeseen(tx: Tx, states: readonly AccountState[]): Promise<void> {
  if (states.length === 0) return
  await sql.run(tx, lockRowsAsForeseen, [
    tenantOf(tx),
    textArray(states.map(({ accountId }) => accountId)),
    plainArray(states.map(({ rowVersion }) => rowVersion)),
    states.length,
  ])
}

// Changed by its place, known or else found by key. The place is certain because the row is locked; were it wrong, the row
// would not be counted and the transaction run again. What is compared stands behind the change, and `k.version + 0` says
// nothing but makes PostgreSQL expect one row: with that no plan beats going from place to place, where a table that was
// empty when it was analysed would have been read whole for each account.
const applyTurnovers: Statement = {
  name: 'account.apply_turnovers',
  text: `with changed as (
    update account.balance b
       set debits = k.debits, credits = k.credits, held = coalesce(k.held, b.held), version = k.version,
           row_version = b.row_version + 1,
           forced_row_version = case when k.forced then b.row_version + 1 else b.forced_row_version end
      from unnest($2::text[], $3::numeric[], $4::numeric[], $5::bigint[], $6::bigint[], $7::tid[], $9::numeric[], $10::boolean[])
        as k (account_id, debits, credits, version, decided_on, place, held, forced)
     cross join lateral (
        select coalesce(k.place, (select ctid from account.balance
                                   where tenant_id = $1 and account_id = k.account_id)) as place offset 0) r
     where b.ctid = r.place and b.tenant_id = $1 and k.version = k.version + 0
    returning b.account_id = k.account_id and b.row_version = k.decided_on + 1 as as_decided)
    select plinth.expect_rows(count(*) filter (where as_decided), $8, 'balances') from changed`,
}

/**
 * Writes the turnovers of locked rows, one row each; `rowVersion` is the one that was decided on. The statement fails if a
 * row is at another. What is held is written only where a hold changed;
 * `forced` are those that the database shall let pass below their limit.
 */
export function writeTurnovers(
  tx: Tx,
  states: readonly AccountState[],
  { withHeld = false, forced }: { withHeld?: boolean; forced?: ReadonlySet<AccountId> } = {},
): void {
  if (states.length === 0) return
  sql.send(tx, applyTurnovers, [
    tenantOf(tx),
    textArray(states.map(({ accountId }) => accountId)),
    plainArray(states.map(({ debits }) => debits)),
    plainArray(states.map(({ credits }) => credits)),
    plainArray(states.map(({ version }) => version)),
    plainArray(states.map(({ rowVersion }) => rowVersion)),
    optionalTextArray(states.map(({ accountId }) => takePlace(tx, accountId))),
    states.length,
    withHeld ? plainArray(states.map(({ held }) => held)) : '{}',
    forced?.size ? plainArray(states.map(({ accountId }) => forced.has(accountId))) : '{}',
  ])
}

// By place, as in `applyTurnovers`.
const beginCounting: Statement = {
  name: 'account.begin_counting',
  text: `with changed as (
    update account.balance b set counted_from = $4, row_version = b.row_version + 1
      from unnest($2::text[], $3::bigint[]) as k (account_id, decided_on)
     cross join lateral (
        select ctid as place from account.balance
         where tenant_id = $1 and account_id = k.account_id and row_version = k.decided_on offset 0) r
     where b.ctid = r.place and b.tenant_id = $1 and k.decided_on = k.decided_on + 0
    returning 1)
    select plinth.expect_rows(count(*), $5, 'balances to count') from changed`,
}

/** Writes since when the spending of locked rows is counted; the statement fails if one is not at its `rowVersion`. */
export function writeCountedFrom(tx: Tx, states: readonly AccountState[], countedFrom: BusinessDate): void {
  if (states.length === 0) return
  for (const { accountId } of states) takePlace(tx, accountId)
  sql.send(tx, beginCounting, [
    tenantOf(tx),
    textArray(states.map(({ accountId }) => accountId)),
    plainArray(states.map(({ rowVersion }) => rowVersion)),
    countedFrom,
    states.length,
  ])
}

const changeStanding: Statement = {
  name: 'account.change_standing',
  text: `with changed as (
    update account.balance
       set status = $4, block_debits = $5, block_credits = $6, overdraft_limit = $7, spending_limits = $8::jsonb,
           status_since = case when status = $4 then status_since else $9::date end, row_version = row_version + 1
     where tenant_id = $1 and account_id = $2 and row_version = $3
    returning 1)
    select plinth.expect_rows(count(*), 1, 'the balance of account ' || $2) from changed`,
}

/**
 * Writes status, blocks and limits of a locked row, the status since `today` if it is another; the statement fails if the row is
 * not at the `rowVersion` decided on.
 */
export function writeStanding(tx: Tx, state: AccountState, today: BusinessDate): void {
  takePlace(tx, state.accountId)
  sql.send(tx, changeStanding, [
    tenantOf(tx),
    state.accountId,
    state.rowVersion,
    state.status,
    state.blockDebits,
    state.blockCredits,
    state.overdraftLimit,
    state.limits.length === 0 ? null : JSON.stringify(state.limits.map((limit) => limitDocumentOf(limit, 0))),
    today,
  ])
}

/** What work on accounts at the end of a day asks of them beside their terms. */
export interface Standing {
  readonly accountId: AccountId
  readonly status: AccountStatus
  /** The business date on which the status last changed; undefined: never, as far as is known. */
  readonly since: BusinessDate | undefined
}

const standingsByKey: Statement = {
  name: 'account.standings',
  text: `select b.* from unnest($2::text[]) as k (account_id)
    cross join lateral (
      select account_id, status, status_since from account.balance
       where tenant_id = $1 and account_id = k.account_id offset 0) b`,
}

/** How accounts stand; those that are not there are left out. */
export async function readStandings(tx: Tx, accountIds: readonly AccountId[]): Promise<Standing[]> {
  if (accountIds.length === 0) return []
  const rows = await sql.run<{
    account_id: AccountId
    status: AccountStatus
    status_since: BusinessDate | null
  }>(tx, standingsByKey, [tenantOf(tx), textArray(accountIds)])
  return rows.map((row) => ({
    accountId: row.account_id,
    status: row.status,
    since: row.status_since ?? undefined,
  }))
}
