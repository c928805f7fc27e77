import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import type { DetailsErased } from '../domain/journal-entry.js'

const sql = sqlDoor<Record<never, never>>('ledger')

const copiesOf: Statement = {
  name: 'ledger.copies_of_entries',
  text: `select c.* from unnest($2::bigint[]) as k (entry_no)
    cross join lateral (
      select entry_no, correlation_id, posted_at from ledger.journal_entry
       where tenant_id = $1 and reverses_entry_no = k.entry_no offset 0) r
    cross join lateral (
      select entry_no from ledger.journal_entry
       where tenant_id = $1
         and (entry_no = r.entry_no or (entry_no = r.entry_no + 1 and kind = 'correction'
              and correlation_id = r.correlation_id and posted_at = r.posted_at)) offset 0) c`,
}

/** The numbers of the entries that reverse these, and of those that say what one of these should have been. */
export async function readFollowers(tx: Tx, entryNos: readonly number[]): Promise<number[]> {
  if (entryNos.length === 0) return []
  const rows = await sql.run<{ entry_no: number }>(tx, copiesOf, [tenantOf(tx), plainArray(entryNos)])
  return rows.map((row) => row.entry_no)
}

const expectReversals: Statement = {
  name: 'ledger.expect_reversals',
  text: `select plinth.expect_rows(count(*), $3::bigint, 'reversals')
      from unnest($2::bigint[]) as k (entry_no)
     cross join lateral (select entry_no from ledger.journal_entry
            where tenant_id = $1 and reverses_entry_no = k.entry_no offset 0) r`,
}

const eraseTexts: Statement = {
  name: 'ledger.erase_details',
  text: `select plinth.expect_rows(ledger.erase_details($1, $2, $3, $4), cardinality($2::bigint[]), 'entries')`,
}

/**
 * Takes the texts out of entries whose erasure is recorded, behind the head's lock. Fails, and the transaction is run again, if by
 * now another entry reverses one of `family`, which are these and those that were erased before.
 */
export function eraseEntryDetails(
  tx: Tx,
  {
    entryNos,
    family,
    reversals,
  }: { entryNos: readonly number[]; family: readonly number[]; reversals: number },
  { at, legalBasis }: DetailsErased,
): void {
  sql.send(tx, expectReversals, [tenantOf(tx), plainArray(family), reversals])
  sql.send(tx, eraseTexts, [tenantOf(tx), plainArray(entryNos), at, legalBasis])
}

const expectDetails: Statement = {
  name: 'ledger.expect_details',
  text: `select plinth.expect_rows(count(*), 0, 'entries whose details were erased')
      from unnest($2::bigint[]) as k (entry_no)
     cross join lateral (select entry_no from ledger.journal_entry
            where tenant_id = $1 and entry_no = k.entry_no and details_erased_at is not null offset 0) e`,
}

/**
 * Behind the head's lock: fails, and the transaction is run again, if the details of one of these were erased since they were read.
 * What repeats them would bring them back.
 */
export function expectDetailsThere(tx: Tx, entryNos: readonly number[]): void {
  if (entryNos.length > 0) sql.send(tx, expectDetails, [tenantOf(tx), plainArray(entryNos)])
}
