import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type AccountId, type BusinessDate, type EntryId, minorFromDatabase } from '@plinth/kernel'
import type { FeeStore, StoredFee, VerifyStore } from '../application/ports.js'

const sql = sqlDoor<Record<never, never>>('interest')

interface FeeRow {
  account_id: AccountId
  code: string
  period_end: BusinessDate
  snapshot_no: number
  amount: string
  entry_id: EntryId
}

const columns = 'account_id, code, period_end, snapshot_no, amount, entry_id'

const toFee = (row: FeeRow): StoredFee => ({
  accountId: row.account_id,
  code: row.code,
  periodEnd: row.period_end,
  snapshotNo: row.snapshot_no,
  amount: minorFromDatabase(row.amount),
  entryId: row.entry_id,
})

const feesFrom: Statement = {
  name: 'interest.fees_from',
  text: `select f.* from unnest($2::text[]) as k (account_id)
    cross join lateral (
      select ${columns} from interest.fee
       where tenant_id = $1 and account_id = k.account_id and period_end >= $3::date offset 0) f`,
}

const readFees: FeeStore['readFees'] = async (tx, accountIds, from) =>
  accountIds.length === 0
    ? []
    : (await sql.run<FeeRow>(tx, feesFrom, [tenantOf(tx), textArray(accountIds), from])).map(toFee)

const insertFees: Statement = {
  name: 'interest.insert_fees',
  text: `insert into interest.fee (tenant_id, ${columns})
    select $1, k.* from unnest($2::text[], $3::text[], $4::date[], $5::integer[], $6::numeric[], $7::uuid[]) as k`,
}

function writeFees(tx: Tx, fees: readonly StoredFee[]): void {
  if (fees.length === 0) return
  sql.send(tx, insertFees, [
    tenantOf(tx),
    textArray(fees.map(({ accountId }) => accountId)),
    textArray(fees.map(({ code }) => code)),
    plainArray(fees.map(({ periodEnd }) => periodEnd)),
    plainArray(fees.map(({ snapshotNo }) => snapshotNo)),
    plainArray(fees.map(({ amount }) => amount)),
    textArray(fees.map(({ entryId }) => entryId)),
  ])
}

const feesAfter: Statement = {
  name: 'interest.verify_fees',
  text: `select ${columns} from interest.fee
     where tenant_id = $1 and (account_id, code, period_end) > ($2, $3, $4::date)
     order by account_id, code, period_end limit $5`,
}

const listFees: VerifyStore['listFees'] = async (tx, { after, limit }) => {
  const { accountId, code, periodEnd } = after ?? { accountId: '', code: '', periodEnd: '0001-01-01' }
  const rows = await sql.run<FeeRow>(tx, feesAfter, [tenantOf(tx), accountId, code, periodEnd, limit])
  return rows.map(toFee)
}

/** What accounts were charged. */
export const feeStore: FeeStore & Pick<VerifyStore, 'listFees'> = { readFees, writeFees, listFees }
