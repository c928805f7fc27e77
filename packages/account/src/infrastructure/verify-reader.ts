import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type AccountId, behindAllAccounts, type CurrencyCode, type GlCode, type Side } from '@plinth/kernel'
import type { AccountState } from '../domain/account-state.js'
import { type BalanceRow, toState } from './rows.js'
import type { AccountTables } from './tables.js'

const sql = sqlDoor<AccountTables>('account')

const statesByKey: Statement = {
  name: 'account.verify_states',
  text: `select b.* from unnest($2::text[]) as k (account_id)
    cross join lateral (
      select account_id, gl_code, currency, normal_side, unlimited, status, block_debits, block_credits, overdraft_limit,
             debits, credits, held, version, row_version, spending_limits, counted_from
        from account.balance where tenant_id = $1 and account_id = k.account_id offset 0) b`,
}

/** Balance rows by account, without a lock. */
export async function readStates(tx: Tx, accountIds: readonly AccountId[]): Promise<AccountState[]> {
  if (accountIds.length === 0) return []
  const rows = await sql.run<BalanceRow>(tx, statesByKey, [tenantOf(tx), textArray(accountIds)])
  return rows.map(toState)
}

const balancesAfter: Statement = {
  name: 'account.verify_balances',
  text: `select account_id, gl_code, currency, normal_side, unlimited, status, block_debits, block_credits, overdraft_limit,
           debits, credits, held, version, row_version, forced_row_version, spending_limits, counted_from
      from account.balance where tenant_id = $1 and account_id > $2 order by account_id limit $3`,
}

const accountsBetween: Statement = {
  name: 'account.verify_accounts',
  text: `select a.account_id, a.gl_code, a.currency, g.normal_side, g.postable
      from account.account a
      left join account.gl_account g on g.tenant_id = a.tenant_id and g.code = a.gl_code
     where a.tenant_id = $1 and a.account_id > $2 and a.account_id <= $3 order by a.account_id`,
}

/** What an account's own row and its GL account say; the balance row copies it. */
export interface AccountFacts {
  readonly accountId: AccountId
  readonly glCode: GlCode
  readonly currency: CurrencyCode
  /** Undefined: there is no such GL account. */
  readonly normalSide: Side | undefined
  readonly postable: boolean
}

/** An account as its balance row and its own row have it. One of them may be missing where somebody interfered. */
export interface StoredAccount {
  readonly accountId: AccountId
  readonly state: AccountState | undefined
  /** Some change was allowed to pass the limit: an advice. */
  readonly forced: boolean
  readonly facts: AccountFacts | undefined
}

export interface StoredAccountPage {
  readonly accounts: readonly StoredAccount[]
  /** The last account of the page; undefined when nothing stands behind it. */
  readonly next: string | undefined
}

/** Accounts behind `after`, by id, from both tables. */
export async function readStoredAccounts(
  tx: Tx,
  page: { after: string; limit: number },
): Promise<StoredAccountPage> {
  type Row = BalanceRow & Pick<AccountTables['account.balance'], 'forced_row_version'>
  const balances = await sql.run<Row>(tx, balancesAfter, [tenantOf(tx), page.after, page.limit])
  const next = balances.length < page.limit ? undefined : balances.at(-1)?.account_id
  const accounts = await sql.run<{
    account_id: AccountId
    gl_code: GlCode
    currency: CurrencyCode
    normal_side: Side | null
    postable: boolean | null
  }>(tx, accountsBetween, [tenantOf(tx), page.after, next ?? behindAllAccounts])
  const found = new Map<AccountId, StoredAccount>()
  for (const row of balances) {
    const state = toState(row)
    // Whatever became of the row since: a credit that mends a part of it leaves the rest as the advice left it.
    const forced = row.forced_row_version !== null
    found.set(state.accountId, { accountId: state.accountId, state, forced, facts: undefined })
  }
  for (const row of accounts) {
    const accountId = row.account_id
    const facts: AccountFacts = {
      accountId,
      glCode: row.gl_code,
      currency: row.currency,
      normalSide: row.normal_side ?? undefined,
      postable: row.postable ?? false,
    }
    found.set(accountId, {
      ...(found.get(accountId) ?? { accountId, state: undefined, forced: false }),
      facts,
    })
  }
  const inOrder = [...found.values()].sort((a, b) => (a.accountId < b.accountId ? -1 : 1))
  return { accounts: inOrder, next }
}
