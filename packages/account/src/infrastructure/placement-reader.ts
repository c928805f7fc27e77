import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import type { AccountId, BusinessDate, CurrencyCode, GlCode, Side } from '@plinth/kernel'
import type { AccountTables } from './tables.js'

const sql = sqlDoor<AccountTables>('account')

// The last one comes along, so that nothing stands behind the marks.
const everyNth: Statement = {
  name: 'account.every_nth',
  text: `select account_id
      from (select account_id, row_number() over (order by account_id) as at,
                   lead(account_id) over (order by account_id) is null as last
              from account.account where tenant_id = $1) a
     where at % $2 = 0 or last order by account_id`,
}

/** Cuts all accounts into runs of `size`, each told by the last account in it. */
export async function readAccountMarks(tx: Tx, size: number): Promise<AccountId[]> {
  const rows = await sql.run<{ account_id: AccountId }>(tx, everyNth, [tenantOf(tx), size])
  return rows.map((row) => row.account_id)
}

const placements: Statement = {
  name: 'account.placements',
  text: `select account_id as "accountId", gl_code as "glCode", currency, normal_side as "normalSide"
      from account.balance where tenant_id = $1 and account_id between $2 and $3 order by account_id`,
}

/** Under which GL account, in which currency and on which side an account stands: for its life. */
export interface Placement {
  readonly accountId: AccountId
  readonly glCode: GlCode
  readonly currency: CurrencyCode
  readonly normalSide: Side
}

/** The accounts from one to another by id, both included. */
export const readPlacements = (tx: Tx, { from, to }: { from: string; to: string }): Promise<Placement[]> =>
  sql.run<Placement>(tx, placements, [tenantOf(tx), from, to])

const openings: Statement = {
  name: 'account.openings',
  text: `select b.account_id as "accountId", b.gl_code as "glCode", b.currency, b.normal_side as "normalSide", b.unlimited,
           a.opened_on as "openedOn"
      from account.balance b join account.account a on a.tenant_id = b.tenant_id and a.account_id = b.account_id
     where b.tenant_id = $1 and b.account_id between $2 and $3 order by b.account_id`,
}

/** Whose an account is, and since when there is one: for its life. */
export interface OpenedAccount extends Placement {
  /** The bank's own; all others are customers'. */
  readonly unlimited: boolean
  readonly openedOn: BusinessDate
}

/** As `readPlacements`, with what tells customers' accounts of a day from others. */
export const readOpenedAccounts = (
  tx: Tx,
  { from, to }: { from: string; to: string },
): Promise<OpenedAccount[]> => sql.run<OpenedAccount>(tx, openings, [tenantOf(tx), from, to])
