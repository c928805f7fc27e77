// Refused: TS2345. Nor is another module's column within reach of a table of one's own.
import { sqlDoor } from '@plinth/db/sql'

interface AccountTables {
  'account.balance': { account_id: string; posted_minor: string }
}

export const lines = sqlDoor<AccountTables>('account')
  .build.selectFrom('account.balance')
  .innerJoin('ledger.posting_line', 'ledger.posting_line.account_id', 'account.balance.account_id')
