import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type AccountId, type BusinessDate, type EntryId, minorFromDatabase } from '@plinth/kernel'
import type { VerifyStore } from '../application/ports.js'
import { adjustmentStore } from './adjustment-store.js'
import { feeStore } from './fee-store.js'
import { type AccrualRowRow, type StateRow, stateColumns, toAccrualRow, toState } from './interest-store.js'

const sql = sqlDoor<Record<never, never>>('interest')

const statesAfter: Statement = {
  name: 'interest.verify_accrued',
  text: `select ${stateColumns} from interest.accrued where tenant_id = $1 and account_id > $2 order by account_id limit $3`,
}

const listAccrued: VerifyStore['listAccrued'] = async (tx, { after, limit }) =>
  (await sql.run<StateRow>(tx, statesAfter, [tenantOf(tx), after ?? '', limit])).map(toState)

const daysOf: Statement = {
  name: 'interest.verify_days',
  text: `select r.* from unnest($2::text[]) as k (account_id)
    cross join lateral (
      select account_id, day, revision, balance, parts, snapshot_no, credit_exact, debit_exact, credit_posted, debit_posted
        from interest.accrual where tenant_id = $1 and account_id = k.account_id order by day, revision offset 0) r`,
}

const readDays: VerifyStore['readDays'] = async (tx, accountIds) => {
  const rows = await sql.run<AccrualRowRow>(tx, daysOf, [tenantOf(tx), textArray(accountIds)])
  return rows.map((row) => ({ accountId: row.account_id, ...toAccrualRow(row) }))
}

interface CapitalisationRow {
  account_id: AccountId
  value_date: BusinessDate
  period_start: BusinessDate
  snapshot_no: number
  credit: string
  tax: string
  debit: string
  entry_id: EntryId | null
}

const capitalisationsOf: Statement = {
  name: 'interest.verify_capitalisations',
  text: `select c.* from unnest($2::text[]) as k (account_id)
    cross join lateral (
      select account_id, value_date, period_start, snapshot_no, credit, tax, debit, entry_id
        from interest.capitalisation where tenant_id = $1 and account_id = k.account_id order by value_date offset 0) c`,
}

const readCapitalisations: VerifyStore['readCapitalisations'] = async (tx, accountIds) => {
  const rows = await sql.run<CapitalisationRow>(tx, capitalisationsOf, [tenantOf(tx), textArray(accountIds)])
  return rows.map((row) => ({
    accountId: row.account_id,
    entryId: row.entry_id ?? undefined,
    due: {
      periodStart: row.period_start,
      valueDate: row.value_date,
      snapshotNo: row.snapshot_no,
      credit: minorFromDatabase(row.credit),
      tax: minorFromDatabase(row.tax),
      debit: minorFromDatabase(row.debit),
    },
  }))
}

const byEntry: Statement = {
  name: 'interest.verify_entries',
  text: `select entry_id, sum(abs(credit_posted) + abs(debit_posted)) as changed
      from interest.accrual where tenant_id = $1 and entry_id is not null group by entry_id`,
}

const sumByEntry: VerifyStore['sumByEntry'] = async (tx: Tx) => {
  const rows = await sql.run<{ entry_id: EntryId; changed: string }>(tx, byEntry, [tenantOf(tx)])
  return rows.map((row) => ({ entryId: row.entry_id, changed: minorFromDatabase(row.changed) }))
}

const allDays: Statement = {
  name: 'interest.verify_count',
  text: 'select count(*) as count from interest.accrual where tenant_id = $1',
}

const countDays: VerifyStore['countDays'] = async (tx) => {
  const [row] = await sql.run<{ count: number }>(tx, allDays, [tenantOf(tx)])
  return row?.count ?? 0
}

export const verifyStore: VerifyStore = {
  listAccrued,
  readDays,
  readCapitalisations,
  sumByEntry,
  countDays,
  readAdjustments: adjustmentStore.readAdjustments,
  listFees: feeStore.listFees,
}
