// Refused: TS2345. The door of account knows the tables of account only.
import { sqlDoor } from '@plinth/db/sql'

interface AccountTables {
  'account.balance': { account_id: string; posted_minor: string }
}

export const lines = sqlDoor<AccountTables>('account').build.selectFrom('ledger.posting_line')
