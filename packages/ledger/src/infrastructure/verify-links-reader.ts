import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type AccountId, minorFromDatabase } from '@plinth/kernel'

const sql = sqlDoor<Record<never, never>>('ledger')

const unfitReversals: Statement = {
  name: 'ledger.verify_reversals',
  text: `select t.entry_no, t.line_no, t.taken::text as taken, o.amount::text as amount
      from (select reverses_entry_no as entry_no, reverses_line_no as line_no, sum(amount) as taken,
                   min(account_id) as account_id, max(account_id) as other_account, min(side) as side, max(side) as other_side,
                   min(currency) as currency, max(currency) as other_currency
              from ledger.posting_line where tenant_id = $1 and reverses_entry_no is not null group by 1, 2) t
      left join ledger.posting_line o on o.tenant_id = $1 and o.entry_no = t.entry_no and o.line_no = t.line_no
     where (t.taken <= o.amount and t.account_id = o.account_id and t.other_account = o.account_id and t.side = t.other_side
            and t.side <> o.side and t.currency = o.currency and t.other_currency = o.currency
            and o.reverses_entry_no is null) is not true
     order by 1, 2`,
}

/** Lines of which more was taken back than there was, or by lines that are not their mirror. */
export function readUnfitReversals(
  tx: Tx,
): Promise<{ entry_no: number; line_no: number; taken: string; amount: string | null }[]> {
  return sql.run(tx, unfitReversals, [tenantOf(tx)])
}

// Both ways: an entry that says it reverses and one that does, and each line that takes something back and its entry.
const unlinkedReversals: Statement = {
  name: 'ledger.verify_unlinked_reversals',
  text: `select e.entry_no from ledger.journal_entry e
     where e.tenant_id = $1 and (e.kind = 'reversal' or e.reverses_entry_no is not null)
       and ((e.kind = 'reversal' and e.reverses_entry_no is not null) is not true
            or exists (select from ledger.posting_line l where l.tenant_id = e.tenant_id and l.entry_no = e.entry_no
                          and l.reverses_entry_no is distinct from e.reverses_entry_no))
    union select l.entry_no from ledger.posting_line l
     where l.tenant_id = $1 and l.reverses_entry_no is not null
       and not exists (select from ledger.journal_entry e where e.tenant_id = l.tenant_id and e.entry_no = l.entry_no
                          and e.reverses_entry_no = l.reverses_entry_no)
     order by 1`,
}

/** Reversals with a line that takes back something else than the entry they name, or nothing. */
export const readUnlinkedReversals = (tx: Tx): Promise<{ entry_no: number }[]> =>
  sql.run(tx, unlinkedReversals, [tenantOf(tx)])

const netDebits: Statement = {
  name: 'ledger.verify_net_debits',
  text: `select k.at, (select hold_id::text from ledger.journal_entry e where e.tenant_id = $1 and e.entry_no = k.entry_no) as hold_id,
           (select coalesce(sum(case side when 'debit' then amount else -amount end), 0)::text from ledger.posting_line l
             where l.tenant_id = $1 and l.entry_no = k.entry_no and l.account_id = k.account_id) as net
      from unnest($2::bigint[], $3::text[]) with ordinality as k (entry_no, account_id, at) order by k.at`,
}

/** For each entry and account: the hold that the entry captures, and by how much it debits the account, in minor units. */
export async function readNetDebits(
  tx: Tx,
  asked: readonly { readonly entryNo: number; readonly accountId: AccountId }[],
): Promise<{ holdId: string | undefined; net: bigint }[]> {
  if (asked.length === 0) return []
  const rows = await sql.run<{ hold_id: string | null; net: string }>(tx, netDebits, [
    tenantOf(tx),
    plainArray(asked.map(({ entryNo }) => entryNo)),
    textArray(asked.map(({ accountId }) => accountId)),
  ])
  return rows.map((row) => ({ holdId: row.hold_id ?? undefined, net: minorFromDatabase(row.net) }))
}

const captures: Statement = {
  name: 'ledger.verify_captures',
  text: 'select count(*)::int as n from ledger.journal_entry where tenant_id = $1 and hold_id is not null',
}

/** How many entries say that they capture a hold. */
export async function countCaptures(tx: Tx): Promise<number> {
  const [row] = await sql.run<{ n: number }>(tx, captures, [tenantOf(tx)])
  return row?.n ?? 0
}
