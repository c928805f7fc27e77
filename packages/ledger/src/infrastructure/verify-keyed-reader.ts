import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import { type EntryId, minorFromDatabase } from '@plinth/kernel'

const sql = sqlDoor<Record<never, never>>('ledger')

export interface LineKey {
  readonly entryId: EntryId
  readonly lineNo: number
}

/** A line as others must have copied it. Amounts are minor units. */
export interface KeyedLine extends LineKey {
  readonly amount: bigint
  readonly takenBack: bigint
  /** Of a diverted one: account, account meant, reason, currency, amount and value date. */
  readonly diverted: string
  /** Of one that is available later: account, currency, amount and the date. */
  readonly clearing: string
}

const linesByKey: Statement = {
  name: 'ledger.verify_by_key',
  text: `select k.entry_id as "entryId", l.line_no as "lineNo", l.amount::text as amount,
           concat_ws('|', l.account_id, l.diverted_from, l.diverted_because, l.currency, l.amount, l.value_date) as diverted,
           concat_ws('|', l.account_id, l.currency, l.amount, l.available_from) as clearing,
           (select coalesce(sum(r.amount), 0)::text from ledger.posting_line r
             where r.tenant_id = $1 and r.reverses_entry_no = l.entry_no and r.reverses_line_no = l.line_no) as taken
      from unnest($2::uuid[], $3::smallint[]) as k (entry_id, line_no)
     cross join lateral (select entry_no from ledger.journal_entry
                          where tenant_id = $1 and entry_id = k.entry_id offset 0) e
     cross join lateral (select * from ledger.posting_line
                          where tenant_id = $1 and entry_no = e.entry_no and line_no = k.line_no offset 0) l`,
}

/** Those of the lines that are there, each with how much of it was taken back. */
export async function readLinesByKey(tx: Tx, keys: readonly LineKey[]): Promise<KeyedLine[]> {
  if (keys.length === 0) return []
  const rows = await sql.run<{
    entryId: EntryId
    lineNo: number
    amount: string
    diverted: string
    clearing: string
    taken: string
  }>(tx, linesByKey, [
    tenantOf(tx),
    plainArray(keys.map(({ entryId }) => entryId)),
    plainArray(keys.map(({ lineNo }) => lineNo)),
  ])
  return rows.map(({ amount, taken, ...line }) => ({
    ...line,
    amount: minorFromDatabase(amount),
    takenBack: minorFromDatabase(taken),
  }))
}

const diverted: Statement = {
  name: 'ledger.verify_count_diverted',
  text: `select (select count(*)::int from ledger.posting_line where tenant_id = $1 and diverted_from is not null) as lines,
           (select count(*)::int from ledger.journal_entry where tenant_id = $1 and kind = 'suspense_clearing') as clearings`,
}

/** How many lines say that they were diverted, and how many entries that they clear such a one. */
export async function countDiverted(tx: Tx): Promise<{ lines: number; clearings: number }> {
  const [row] = await sql.run<{ lines: number; clearings: number }>(tx, diverted, [tenantOf(tx)])
  return row ?? { lines: 0, clearings: 0 }
}
