import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type AccountId, type EntryId, minorFromDatabase } from '@plinth/kernel'
import type { HoldId } from '../domain/hold.js'

const sql = sqlDoor<Record<never, never>>('holds')

const heldByAccount: Statement = {
  name: 'holds.verify_held',
  text: `select account_id, sum(remaining)::text as held from holds.account_hold
     where tenant_id = $1 and account_id = any ($2::text[]) and status = 'active' group by account_id`,
}

/** What the active holds of these accounts have left, in minor units; accounts without any are left out. */
export async function readHeld(
  tx: Tx,
  accountIds: readonly AccountId[],
): Promise<ReadonlyMap<AccountId, bigint>> {
  const rows = await sql.run<{ account_id: AccountId; held: string }>(tx, heldByAccount, [
    tenantOf(tx),
    textArray(accountIds),
  ])
  return new Map(rows.map((row) => [row.account_id, minorFromDatabase(row.held)]))
}

/** A hold with what its history says of it, as text. */
export interface HoldWithHistory {
  readonly holdId: HoldId
  readonly row: string
  readonly history: string
  /** Its captures: which entry took how much from its account, in minor units. */
  readonly captures: readonly { readonly entryNo: number; readonly amount: bigint }[]
  readonly accountId: AccountId
  /** Of a clearing hold: its line, and what that must say (account, currency, amount, date). */
  readonly clears: { readonly entryId: EntryId; readonly lineNo: number; readonly text: string } | undefined
}

// The history is the sum of its steps: versions without a gap, a last state, and captures that rise by what each took.
const withHistory: Statement = {
  name: 'holds.verify_history',
  text: `select h.hold_id, h.account_id, h.clears_entry_id, h.clears_line_no,
           concat_ws('|', h.account_id, h.currency, h.amount, h.available_from) as clearing,
           concat_ws('|', h.version, h.version, h.status, h.captured, h.remaining, h.expires_at) as row,
           (select concat_ws('|', count(*), max(e.version), (array_agg(e.status order by e.version desc))[1],
                     (array_agg(e.captured order by e.version desc))[1], (array_agg(e.remaining order by e.version desc))[1],
                     (array_agg(e.expires_at order by e.version desc))[1])
              from holds.hold_event e where e.tenant_id = h.tenant_id and e.hold_id = h.hold_id) as history,
           (select coalesce(json_agg(json_build_array(entry_no, taken::text) order by version), '[]')
              from (select e.entry_no, e.version, e.captured - coalesce(lag(e.captured) over (order by e.version), 0) as taken
                      from holds.hold_event e where e.tenant_id = h.tenant_id and e.hold_id = h.hold_id) steps
             where entry_no is not null) as captures
      from holds.account_hold h where h.tenant_id = $1 and h.hold_id > $2::uuid order by h.hold_id limit $3`,
}

const beforeAll = '00000000-0000-0000-0000-000000000000'

/** The next holds by id, each with its history. */
export async function readHoldsWithHistory(
  tx: Tx,
  { after, limit }: { after: HoldId | undefined; limit: number },
): Promise<HoldWithHistory[]> {
  const rows = await sql.run<{
    hold_id: HoldId
    account_id: AccountId
    row: string
    history: string
    captures: [number, string][]
    clears_entry_id: EntryId | null
    clears_line_no: number | null
    clearing: string
  }>(tx, withHistory, [tenantOf(tx), after ?? beforeAll, limit])
  return rows.map((row) => ({
    holdId: row.hold_id,
    accountId: row.account_id,
    row: row.row,
    history: row.history,
    clears:
      row.clears_entry_id === null || row.clears_line_no === null
        ? undefined
        : { entryId: row.clears_entry_id, lineNo: row.clears_line_no, text: row.clearing },
    captures: row.captures.map(([entryNo, amount]) => ({ entryNo, amount: minorFromDatabase(amount) })),
  }))
}
