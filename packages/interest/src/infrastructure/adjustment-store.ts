import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type AccountId, type BusinessDate, type EntryId, minorFromDatabase } from '@plinth/kernel'
import { partsOfYear } from '@plinth/product/domain'
import type { InterestStore, StoredAdjustment, VerifyStore } from '../application/ports.js'

const sql = sqlDoor<Record<never, never>>('interest')

const insertAdjustments: Statement = {
  name: 'interest.insert_adjustments',
  text: `insert into interest.adjustment (tenant_id, account_id, entry_id, reason, value_date, credit, debit)
    select $1, k.* from unnest($2::text[], $3::uuid[], $4::text[], $5::date[], $6::numeric[], $7::numeric[]) as k`,
}

const writeAdjustments: InterestStore['writeAdjustments'] = (tx, adjustments) => {
  if (adjustments.length === 0) return
  sql.send(tx, insertAdjustments, [
    tenantOf(tx),
    textArray(adjustments.map(({ accountId }) => accountId)),
    textArray(adjustments.map(({ entryId }) => entryId)),
    textArray(adjustments.map(({ reason }) => reason)),
    plainArray(adjustments.map(({ valueDate }) => valueDate)),
    plainArray(adjustments.map(({ credit }) => credit)),
    plainArray(adjustments.map(({ debit }) => debit)),
  ])
}

// By place, as where accounts stand is written after their days. The rows are locked.
const addToAccrued: Statement = {
  name: 'interest.add_accrued',
  text: `with changed as (
    update interest.accrued s
       set credit_exact = s.credit_exact + k.credit * $5::integer, credit_rounded = s.credit_rounded + k.credit,
           debit_exact = s.debit_exact + k.debit * $5::integer, debit_rounded = s.debit_rounded + k.debit,
           row_version = s.row_version + 1
      from unnest($2::text[], $3::numeric[], $4::numeric[]) as k (account_id, credit, debit)
     cross join lateral (
        select ctid as place from interest.accrued where tenant_id = $1 and account_id = k.account_id offset 0) r
     where s.ctid = r.place and s.tenant_id = $1
    returning 1)
    select plinth.expect_rows(count(*), $6, 'accounts that accrue') from changed`,
}

const addAccrued: InterestStore['addAccrued'] = (tx, added) => {
  if (added.length === 0) return
  sql.send(tx, addToAccrued, [
    tenantOf(tx),
    textArray(added.map(({ accountId }) => accountId)),
    plainArray(added.map(({ credit }) => credit)),
    plainArray(added.map(({ debit }) => debit)),
    partsOfYear,
    added.length,
  ])
}

interface AdjustmentRow {
  account_id: AccountId
  entry_id: EntryId
  reason: StoredAdjustment['reason']
  value_date: BusinessDate
  credit: string
  debit: string
}

const adjustmentsOf: Statement = {
  name: 'interest.adjustments',
  text: `select a.* from unnest($2::text[]) as k (account_id)
    cross join lateral (
      select account_id, entry_id, reason, value_date, credit, debit
        from interest.adjustment where tenant_id = $1 and account_id = k.account_id order by entry_id offset 0) a`,
}

async function readAdjustments(tx: Tx, accountIds: readonly AccountId[]): Promise<StoredAdjustment[]> {
  if (accountIds.length === 0) return []
  const rows = await sql.run<AdjustmentRow>(tx, adjustmentsOf, [tenantOf(tx), textArray(accountIds)])
  return rows.map((row) => ({
    accountId: row.account_id,
    entryId: row.entry_id,
    reason: row.reason,
    valueDate: row.value_date,
    credit: minorFromDatabase(row.credit),
    debit: minorFromDatabase(row.debit),
  }))
}

/** What accrued sums change by other than by days. */
export const adjustmentStore: Pick<InterestStore, 'writeAdjustments' | 'addAccrued'> &
  Pick<VerifyStore, 'readAdjustments'> = { writeAdjustments, addAccrued, readAdjustments }
