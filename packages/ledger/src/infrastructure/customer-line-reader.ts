import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import type { AccountId, BusinessDate } from '@plinth/kernel'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

// From the last line back, one search of the index each, to the first that is a customer's or is too old to matter: as many as
// the bank itself has posted since, whatever the account has behind it. Made on never falls as versions rise (ADR 0019).
const lineOf = (version: string): string => `(
           select l.account_version, l.booking_date, coalesce(l.entered_on, l.booking_date) as made_on,
                  e.kind in ('posting', 'capture') and e.transaction_code <> all ($3::text[]) as customers
             from ledger.posting_line l
            cross join lateral (
              select kind, transaction_code from ledger.journal_entry
               where tenant_id = $1 and entry_no = l.entry_no offset 0) e
            where l.tenant_id = $1 and l.account_id = k.account_id and l.account_version = ${version} offset 0)`

const lastByKey: Statement = {
  name: 'ledger.last_customer_line',
  text: `select k.account_id, w.booking_date from unnest($2::text[], $4::date[]) as k (account_id, since)
    cross join lateral (
      with recursive walked as (
        select l.* from (select bottom.account_version from ledger.posting_line bottom
                   where bottom.tenant_id = $1 and bottom.account_id = k.account_id
                   order by bottom.account_version desc limit 1) last
         cross join lateral ${lineOf('last.account_version')} l
        union all
        select l.* from walked w
         cross join lateral ${lineOf('w.account_version - 1')} l
         where not w.customers and w.made_on >= k.since)
      select booking_date from walked where customers order by account_version desc limit 1) w`,
}

/**
 * The booking date of each account's last posting that was a customer's doing, where there is one on its `since` or later: neither
 * interest nor fees, nor what was posted with a code that is the bank's own.
 */
export async function readLastCustomerLines(
  tx: Tx,
  accounts: readonly { readonly accountId: AccountId; readonly since: BusinessDate }[],
  bankCodes: readonly string[],
): Promise<ReadonlyMap<AccountId, BusinessDate>> {
  if (accounts.length === 0) return new Map()
  const rows = await sql.run<{ account_id: AccountId; booking_date: BusinessDate }>(tx, lastByKey, [
    tenantOf(tx),
    textArray(accounts.map(({ accountId }) => accountId)),
    textArray(bankCodes),
    plainArray(accounts.map(({ since }) => since)),
  ])
  return new Map(rows.map((row) => [row.account_id, row.booking_date]))
}
