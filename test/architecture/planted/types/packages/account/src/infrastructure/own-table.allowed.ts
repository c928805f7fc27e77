import type { Tx } from '@plinth/db'
import { sqlDoor } from '@plinth/db/sql'
import type { AccountId } from '@plinth/kernel'

interface AccountTables {
  'account.balance': { account_id: string; posted_minor: string }
}

const door = sqlDoor<AccountTables>('account')

export const postedMinor = (tx: Tx, accountId: AccountId) =>
  door.rows(
    tx,
    door.build.selectFrom('account.balance').select('posted_minor').where('account_id', '=', accountId),
  )
