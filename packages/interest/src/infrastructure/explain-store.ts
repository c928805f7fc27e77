import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import { type BusinessDate, type EntryId, minorFromDatabase } from '@plinth/kernel'
import type { ExplainStore } from '../application/ports.js'
import { adjustmentStore } from './adjustment-store.js'
import { type AccrualRowRow, interestStore, toAccrualRow } from './interest-store.js'

const sql = sqlDoor<Record<never, never>>('interest')

// A run makes up for days behind it before it accrues its own.
const rowsInOrder: Statement = {
  name: 'interest.explain_rows',
  text: `select account_id, day, revision, balance, parts, snapshot_no, credit_exact, debit_exact, credit_posted, debit_posted,
         booked_on, entry_id
    from interest.accrual where tenant_id = $1 and account_id = $2 order by booked_on, revision = 0, day, revision`,
}

const readBookedRows: ExplainStore['readBookedRows'] = async (tx, accountId) => {
  const rows = await sql.run<AccrualRowRow & { booked_on: BusinessDate; entry_id: EntryId | null }>(
    tx,
    rowsInOrder,
    [tenantOf(tx), accountId],
  )
  return rows.map((row) => ({
    ...toAccrualRow(row),
    bookedOn: row.booked_on,
    entryId: row.entry_id ?? undefined,
  }))
}

const capitalisations: Statement = {
  name: 'interest.explain_capitalisations',
  text: `select value_date, period_start, booked_on, snapshot_no, credit, tax, debit, entry_id
    from interest.capitalisation where tenant_id = $1 and account_id = $2 order by value_date`,
}

interface CapitalisationRow {
  value_date: BusinessDate
  period_start: BusinessDate
  booked_on: BusinessDate
  snapshot_no: number
  credit: string
  tax: string
  debit: string
  entry_id: EntryId | null
}

const readBookedCapitalisations: ExplainStore['readBookedCapitalisations'] = async (tx, accountId) => {
  const rows = await sql.run<CapitalisationRow>(tx, capitalisations, [tenantOf(tx), accountId])
  return rows.map((row) => ({
    bookedOn: row.booked_on,
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

export const explainStore: ExplainStore = {
  readAccrued: interestStore.readAccrued,
  readBookedRows,
  readBookedCapitalisations,
  readAdjustments: adjustmentStore.readAdjustments,
}
