import type { Tx } from '@plinth/db'
import {
  optionalTextArray,
  plainArray,
  type Statement,
  sparseArray,
  sqlDoor,
  tenantOf,
  textArray,
} from '@plinth/db/sql'
import type { AccountId, BusinessDate, GlCode } from '@plinth/kernel'
import type { Account, AccountDetails, AccountState } from '../domain/account-state.js'
import type { GlAccount } from '../domain/gl-account.js'
import {
  type BalanceRow,
  type DetailsRow,
  type GlAccountRow,
  toDetails,
  toGlAccount,
  toState,
} from './rows.js'
import type { AccountTables } from './tables.js'

const sql = sqlDoor<AccountTables>('account')

const detailsByKey: Statement = {
  name: 'account.details',
  text: `select a.* from unnest($2::text[]) as k (account_id)
    cross join lateral (
      select account_id, name, gl_code, currency, customer_id, product_code, metadata
        from account.account where tenant_id = $1 and account_id = k.account_id offset 0) a`,
}

/** The descriptive part of accounts whose balance rows are locked, so that it stays true. */
export async function readDetails(tx: Tx, accountIds: readonly AccountId[]): Promise<AccountDetails[]> {
  if (accountIds.length === 0) return []
  const rows = await sql.run<DetailsRow>(tx, detailsByKey, [tenantOf(tx), textArray(accountIds)])
  return rows.map(toDetails)
}

const glAccountsByKey: Statement = {
  name: 'account.gl_accounts',
  text: `select g.* from unnest($2::text[]) as k (code)
    cross join lateral (
      select code, name, type, parent_code, normal_side, postable
        from account.gl_account where tenant_id = $1 and code = k.code offset 0) g`,
}

/** GL accounts by code. They never change, so no lock is needed. */
export async function readGlAccounts(tx: Tx, codes: readonly GlCode[]): Promise<GlAccount[]> {
  if (codes.length === 0) return []
  const rows = await sql.run<GlAccountRow>(tx, glAccountsByKey, [tenantOf(tx), textArray(codes)])
  return rows.map(toGlAccount)
}

const insertGlAccounts: Statement = {
  name: 'account.insert_gl_accounts',
  text: `insert into account.gl_account (tenant_id, code, name, type, parent_code, normal_side, postable, created_at)
    select $1, k.code, k.name, k.type, k.parent_code, k.normal_side, k.postable, (select plinth.posted_at())
      from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[])
        as k (code, name, type, parent_code, normal_side, postable)`,
}

/** Creates GL accounts at the moment at which the transaction took its numbers. */
export function writeGlAccounts(tx: Tx, glAccounts: readonly GlAccount[]): void {
  if (glAccounts.length === 0) return
  sql.send(tx, insertGlAccounts, [
    tenantOf(tx),
    textArray(glAccounts.map(({ code }) => code)),
    textArray(glAccounts.map(({ name }) => name)),
    textArray(glAccounts.map(({ type }) => type)),
    optionalTextArray(glAccounts.map(({ parentCode }) => parentCode)),
    textArray(glAccounts.map(({ normalSide }) => normalSide)),
    plainArray(glAccounts.map(({ postable }) => postable)),
  ])
}

const insertAccounts: Statement = {
  name: 'account.insert_accounts',
  text: `insert into account.account
      (tenant_id, account_id, name, gl_code, currency, customer_id, product_code, metadata, opened_at, opened_on)
    select $1, k.account_id, k.name, k.gl_code, k.currency, k.customer_id, k.product_code, k.metadata::jsonb,
           (select plinth.posted_at()), $9
      from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[])
        as k (account_id, name, gl_code, currency, customer_id, product_code, metadata)`,
}

const insertBalances: Statement = {
  name: 'account.insert_balances',
  text: `insert into account.balance
      (tenant_id, account_id, gl_code, currency, normal_side, unlimited, status, block_debits, block_credits,
       overdraft_limit, debits, credits, held, version, row_version, counted_from)
    select $1, k.account_id, k.gl_code, k.currency, k.normal_side, k.unlimited, 'open', false, false,
           k.overdraft_limit, 0, 0, 0, 0, 0, k.counted_from
      from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[], $7::numeric[], $8::date[])
        as k (account_id, gl_code, currency, normal_side, unlimited, overdraft_limit, counted_from)`,
}

/**
 * Creates accounts with their balance rows at zero, at the moment at which the transaction took its numbers. Nothing else
 * creates a balance row (design §3).
 */
export function writeOpenedAccounts(tx: Tx, accounts: readonly Account[], openedOn: BusinessDate): void {
  if (accounts.length === 0) return
  const details = accounts.map((account) => account.details)
  const states = accounts.map((account) => account.state)
  sql.send(tx, insertAccounts, [
    tenantOf(tx),
    textArray(details.map(({ accountId }) => accountId)),
    textArray(details.map(({ name }) => name)),
    textArray(details.map(({ glCode }) => glCode)),
    textArray(details.map(({ currency }) => currency)),
    optionalTextArray(details.map(({ customerId }) => customerId)),
    optionalTextArray(details.map(({ productCode }) => productCode)),
    textArray(details.map(({ metadata }) => JSON.stringify(metadata))),
    openedOn,
  ])
  sql.send(tx, insertBalances, [
    tenantOf(tx),
    textArray(states.map(({ accountId }) => accountId)),
    textArray(states.map(({ glCode }) => glCode)),
    textArray(states.map(({ currency }) => currency)),
    textArray(states.map(({ normalSide }) => normalSide)),
    plainArray(states.map(({ unlimited }) => unlimited)),
    plainArray(states.map(({ overdraftLimit }) => overdraftLimit)),
    sparseArray(states.map(({ countedFrom }) => countedFrom)),
  ])
}

// `k.name || ''` is there for the planner, as in `applyTurnovers`.
const updateDetails: Statement = {
  name: 'account.update_details',
  text: `with changed as (
    update account.account a set name = k.name, metadata = k.metadata::jsonb
      from unnest($2::text[], $3::text[], $4::text[]) as k (account_id, name, metadata)
     cross join lateral (
        select ctid as place from account.account
         where tenant_id = $1 and account_id = k.account_id for no key update offset 0) r
     where a.ctid = r.place and a.tenant_id = $1 and k.name = k.name || ''
    returning 1)
    select plinth.expect_rows(count(*), $5, 'accounts') from changed`,
}

export function writeDetails(tx: Tx, details: readonly AccountDetails[]): void {
  if (details.length === 0) return
  sql.send(tx, updateDetails, [
    tenantOf(tx),
    textArray(details.map(({ accountId }) => accountId)),
    textArray(details.map(({ name }) => name)),
    textArray(details.map(({ metadata }) => JSON.stringify(metadata))),
    details.length,
  ])
}

const balanceColumns = [
  'b.account_id',
  'b.gl_code',
  'b.currency',
  'b.normal_side',
  'b.unlimited',
  'b.status',
  'b.block_debits',
  'b.block_credits',
  'b.overdraft_limit',
  'b.debits',
  'b.credits',
  'b.held',
  'b.version',
  'b.row_version',
  'b.spending_limits',
  'b.counted_from',
] as const

/** The balance row as committed, without a lock: one row, however long the account's history. */
export async function readState(tx: Tx, accountId: AccountId): Promise<AccountState | undefined> {
  const [row] = await sql.rows(
    tx,
    sql.build
      .selectFrom('account.balance as b')
      .select(balanceColumns)
      .where('b.tenant_id', '=', tenantOf(tx))
      .where('b.account_id', '=', accountId),
  )
  return row && toState(row)
}

/** The business date on which an account was opened. */
export async function readOpenedOn(tx: Tx, accountId: AccountId): Promise<BusinessDate | undefined> {
  const [row] = await sql.rows(
    tx,
    sql.build
      .selectFrom('account.account')
      .select(['opened_on'])
      .where('tenant_id', '=', tenantOf(tx))
      .where('account_id', '=', accountId),
  )
  return row?.opened_on as BusinessDate | undefined
}

export interface AccountFilter {
  readonly glCode?: GlCode | undefined
  readonly status?: string | undefined
  readonly productCode?: string | undefined
  readonly customerId?: string | undefined
  readonly currency?: string | undefined
}

export interface AccountPage {
  readonly filter: AccountFilter
  readonly order: 'asc' | 'desc'
  readonly limit: number
  /** The last account of the page before. */
  readonly after?: AccountId | undefined
}

/** Accounts by id, ascending or descending. A page costs what the first one costs: it starts at a key. */
export async function listAccounts(tx: Tx, { filter, order, limit, after }: AccountPage): Promise<Account[]> {
  let query = sql.build
    .selectFrom('account.account as a')
    .innerJoin('account.balance as b', (join) =>
      join.onRef('b.tenant_id', '=', 'a.tenant_id').onRef('b.account_id', '=', 'a.account_id'),
    )
    .select(balanceColumns)
    .select(['a.name', 'a.customer_id', 'a.product_code', 'a.metadata'])
    .where('a.tenant_id', '=', tenantOf(tx))
    .orderBy('a.account_id', order)
    .limit(limit)
  if (after !== undefined) query = query.where('a.account_id', order === 'asc' ? '>' : '<', after)
  if (filter.glCode !== undefined) query = query.where('a.gl_code', '=', filter.glCode)
  if (filter.status !== undefined) query = query.where('b.status', '=', filter.status)
  if (filter.productCode !== undefined) query = query.where('a.product_code', '=', filter.productCode)
  if (filter.customerId !== undefined) query = query.where('a.customer_id', '=', filter.customerId)
  if (filter.currency !== undefined) query = query.where('a.currency', '=', filter.currency)
  const rows = await sql.rows(tx, query)
  return rows.map((row) => ({ details: toDetails(row), state: toState(row satisfies BalanceRow) }))
}

const accountsUnder: Statement = {
  name: 'account.under_gl_codes',
  text: `select a.account_id, a.gl_code, a.currency from unnest($2::text[]) as k (code)
    cross join lateral (
      select account_id, gl_code, currency from account.account
       where tenant_id = $1 and gl_code = k.code order by account_id offset 0) a`,
}

/** All accounts under these GL accounts, by GL code as they are named and by id. */
export async function listAccountsUnder(
  tx: Tx,
  codes: readonly GlCode[],
): Promise<Pick<AccountDetails, 'accountId' | 'glCode' | 'currency'>[]> {
  const rows = await sql.run<Pick<DetailsRow, 'account_id' | 'gl_code' | 'currency'>>(tx, accountsUnder, [
    tenantOf(tx),
    textArray(codes),
  ])
  return rows.map((row) => ({
    accountId: row.account_id as AccountId,
    glCode: row.gl_code as GlCode,
    currency: row.currency as AccountDetails['currency'],
  }))
}

export async function readAccount(tx: Tx, accountId: AccountId): Promise<Account | undefined> {
  const [state, [details]] = await Promise.all([readState(tx, accountId), readDetails(tx, [accountId])])
  return state && details && { details, state }
}

/** The whole chart, by code: a few hundred rows in any bank. */
export async function readChart(tx: Tx): Promise<GlAccount[]> {
  const rows = await sql.rows(
    tx,
    sql.build
      .selectFrom('account.gl_account')
      .select(['code', 'name', 'type', 'parent_code', 'normal_side', 'postable'])
      .where('tenant_id', '=', tenantOf(tx))
      .orderBy('code'),
  )
  return rows.map(toGlAccount)
}
