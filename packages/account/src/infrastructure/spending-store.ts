import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import {
  type AccountId,
  type BusinessDate,
  behindAllAccounts,
  minorFromDatabase,
  monthOf,
} from '@plinth/kernel'
import type { AccountState } from '../domain/account-state.js'
import {
  type CodeUsage,
  rowsOf,
  type SpendingChange,
  type SpendingRow,
  type Usage,
} from '../domain/spending.js'
import { type BalanceRow, toState } from './rows.js'
import type { AccountTables } from './tables.js'

const sql = sqlDoor<AccountTables>('account')

type Row = Omit<AccountTables['account.spending'], 'tenant_id'>

const toRow = (row: Row): SpendingRow => ({
  accountId: row.account_id as AccountId,
  period: row.period as SpendingRow['period'],
  periodStart: row.period_start as BusinessDate,
  transactionCode: row.transaction_code,
  count: row.count,
  amount: minorFromDatabase(row.amount),
})

const usageByKey: Statement = {
  name: 'account.usage',
  text: `select u.* from unnest($2::text[]) as k (account_id)
    cross join (values ('day', $3::date), ('month', $4::date)) as p (period, period_start)
    cross join lateral (
      select account_id, period, period_start, transaction_code, count, amount from account.spending
       where tenant_id = $1 and account_id = k.account_id and period = p.period and period_start = p.period_start offset 0) u`,
}

const nothing = { count: 0, amount: 0n }

/**
 * What counted accounts have spent on a date and in its month, by account. Whatever changes it changes the balance row, so
 * behind that lock it stays true until `tx` ends.
 */
export async function readUsage(
  tx: Tx,
  accountIds: readonly AccountId[],
  today: BusinessDate,
): Promise<ReadonlyMap<AccountId, Usage>> {
  if (accountIds.length === 0) return new Map()
  const values = [tenantOf(tx), textArray(accountIds), today, monthOf(today)]
  const rows = (await sql.run<Row>(tx, usageByKey, values)).map(toRow)
  const usageOf = new Map(accountIds.map((accountId) => [accountId, new Map<string, CodeUsage>()]))
  for (const { accountId, period, transactionCode, count, amount } of rows) {
    const ofAccount = usageOf.get(accountId) as Map<string, CodeUsage>
    const known = ofAccount.get(transactionCode) ?? { day: nothing, month: nothing }
    ofAccount.set(transactionCode, { ...known, [period]: { count, amount } })
  }
  return usageOf
}

// The primary key decides whether a row is there, so no plan can read the table.
const addSpending: Statement = {
  name: 'account.add_spending',
  text: `insert into account.spending as s (tenant_id, account_id, period, period_start, transaction_code, count, amount)
    select $1, k.account_id, k.period, k.period_start, k.transaction_code, k.count, k.amount
      from unnest($2::text[], $3::text[], $4::date[], $5::text[], $6::bigint[], $7::numeric[])
        as k (account_id, period, period_start, transaction_code, count, amount)
        on conflict (tenant_id, account_id, period, period_start, transaction_code)
        do update set count = s.count + excluded.count, amount = s.amount + excluded.amount`,
}

// What is given back was counted before, so its row is there. By place, as balances are written.
const giveBackSpending: Statement = {
  name: 'account.give_back_spending',
  text: `with changed as (
    update account.spending s set count = s.count + k.count, amount = s.amount + k.amount
      from unnest($2::text[], $3::text[], $4::date[], $5::text[], $6::bigint[], $7::numeric[])
        as k (account_id, period, period_start, transaction_code, count, amount)
     cross join lateral (
        select ctid as place from account.spending
         where tenant_id = $1 and account_id = k.account_id and period = k.period and period_start = k.period_start
           and transaction_code = k.transaction_code offset 0) r
     where s.ctid = r.place and s.tenant_id = $1 and k.count = k.count + 0
    returning 1)
    select plinth.expect_rows(count(*), $8, 'spending to give back') from changed`,
}

/** Adds changes of counted accounts whose balance rows are locked; what they give back must have been counted. */
export function writeSpending(tx: Tx, changes: readonly SpendingChange[]): void {
  if (changes.length === 0) return
  const rows = rowsOf(changes)
  const isLess = ({ count, amount }: SpendingRow): boolean => count < 0 || amount < 0n
  const added = rows.filter((row) => !isLess(row) && (row.count > 0 || row.amount > 0n))
  const givenBack = rows.filter(isLess)
  if (added.length > 0) sql.send(tx, addSpending, parametersOf(tx, added))
  if (givenBack.length > 0) sql.send(tx, giveBackSpending, [...parametersOf(tx, givenBack), givenBack.length])
}

const parametersOf = (tx: Tx, rows: readonly SpendingRow[]): unknown[] => [
  tenantOf(tx),
  textArray(rows.map(({ accountId }) => accountId)),
  textArray(rows.map(({ period }) => period)),
  plainArray(rows.map(({ periodStart }) => periodStart)),
  textArray(rows.map(({ transactionCode }) => transactionCode)),
  plainArray(rows.map(({ count }) => count)),
  plainArray(rows.map(({ amount }) => amount)),
]

const productsByKey: Statement = {
  name: 'account.product_codes',
  text: `select a.* from unnest($2::text[]) as k (account_id)
    cross join lateral (
      select account_id, product_code from account.account
       where tenant_id = $1 and account_id = k.account_id and product_code is not null offset 0) a`,
}

/** The product codes of those accounts that have one. They never change, so no lock is needed. */
export async function readProductCodes(
  tx: Tx,
  accountIds: readonly AccountId[],
): Promise<ReadonlyMap<AccountId, string>> {
  if (accountIds.length === 0) return new Map()
  type Found = { account_id: AccountId; product_code: string }
  const rows = await sql.run<Found>(tx, productsByKey, [tenantOf(tx), textArray(accountIds)])
  return new Map(rows.map((row) => [row.account_id, row.product_code]))
}

const limitedAfter = (order: 'asc' | 'desc'): Statement => ({
  name: `account.limited_${order}`,
  text: `select account_id, gl_code, currency, normal_side, unlimited, status, block_debits, block_credits, overdraft_limit,
           debits, credits, held, version, row_version, spending_limits, counted_from
      from account.balance
     where tenant_id = $1 and spending_limits is not null
       and ($2::text is null or account_id ${order === 'asc' ? '>=' : '<='} $2)
       and ($3::jsonb is null or spending_limits @> $3::jsonb)
     order by account_id ${order} limit $4`,
})

export interface LimitedPage {
  readonly order: 'asc' | 'desc'
  readonly limit: number
  /** The account to start with. */
  readonly from: AccountId | undefined
  /** Only those with a limit of this code. */
  readonly transactionCode: string | undefined
}

/** Accounts with limits of their own, by id. */
export async function listLimitedAccounts(
  tx: Tx,
  { order, limit, from, transactionCode }: LimitedPage,
): Promise<AccountState[]> {
  const named = transactionCode === undefined ? null : JSON.stringify([{ transactionCode }])
  const values = [tenantOf(tx), from ?? null, named, limit]
  return (await sql.run<BalanceRow>(tx, limitedAfter(order), values)).map(toState)
}

const countedAfter: Statement = {
  name: 'account.verify_counted',
  text: `select account_id as "accountId", counted_from as "countedFrom" from account.balance
     where tenant_id = $1 and account_id > $2 and counted_from is not null order by account_id limit $3`,
}

export interface CountedAccount {
  readonly accountId: AccountId
  readonly countedFrom: BusinessDate
}

/** Accounts behind `after` whose spending is counted, by id. */
export const readCountedAccounts = (
  tx: Tx,
  page: { after: string; limit: number },
): Promise<CountedAccount[]> =>
  sql.run<CountedAccount>(tx, countedAfter, [tenantOf(tx), page.after, page.limit])

const spendingBetween: Statement = {
  name: 'account.verify_spending',
  text: `select account_id, period, period_start, transaction_code, count, amount from account.spending
     where tenant_id = $1 and account_id > $2 and account_id <= $3
     order by account_id, period, period_start, transaction_code`,
}

/** All rows of the accounts behind `after` up to `upTo`, or to the last one. */
export async function readSpendingRows(
  tx: Tx,
  { after, upTo }: { after: string; upTo: string | undefined },
): Promise<SpendingRow[]> {
  return (await sql.run<Row>(tx, spendingBetween, [tenantOf(tx), after, upTo ?? behindAllAccounts])).map(
    toRow,
  )
}
