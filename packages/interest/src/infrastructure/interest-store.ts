import type { Tx } from '@plinth/db'
import { optionalTextArray, plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type AccountId, type BusinessDate, type EntryId, minorFromDatabase } from '@plinth/kernel'
import { exactOf } from '@plinth/product/domain'
import type { InterestStore, StoredAccrued, StoredDue, StoredRow } from '../application/ports.js'
import type { AccrualRow } from '../domain/interest-state.js'
import { adjustmentStore } from './adjustment-store.js'

const sql = sqlDoor<Record<never, never>>('interest')

export const stateColumns = `account_id, first_day, accrued_through, period_start, snapshot_no, base_version, base_balance,
  seen_version, unmet, credit_exact, credit_rounded, debit_exact, debit_rounded, row_version`

export interface StateRow {
  account_id: AccountId
  first_day: BusinessDate
  accrued_through: BusinessDate
  period_start: BusinessDate
  snapshot_no: number
  base_version: number
  base_balance: string
  seen_version: number
  unmet: string
  credit_exact: string
  credit_rounded: string
  debit_exact: string
  debit_rounded: string
  row_version: number
}

export const toState = (row: StateRow): StoredAccrued => ({
  accountId: row.account_id,
  rowVersion: row.row_version,
  state: {
    firstDay: row.first_day,
    accruedThrough: row.accrued_through,
    accrual: {
      periodStart: row.period_start,
      credit: { exact: exactOf(row.credit_exact), rounded: minorFromDatabase(row.credit_rounded) },
      debit: { exact: exactOf(row.debit_exact), rounded: minorFromDatabase(row.debit_rounded) },
    },
    snapshotNo: row.snapshot_no,
    baseVersion: row.base_version,
    baseBalance: minorFromDatabase(row.base_balance),
    seenVersion: row.seen_version,
    unmet: minorFromDatabase(row.unmet),
  },
})

const statesByKey = (lock: string) => `select s.* from unnest($2::text[]) as k (account_id)
    cross join lateral (
      select ${stateColumns} from interest.accrued where tenant_id = $1 and account_id = k.account_id ${lock} offset 0) s`

const readStates: Statement = { name: 'interest.accrued', text: statesByKey('') }
// One run of a tenant at a time is the rule of the end of day; two that overlap all the same wait for each other here.
const lockStates: Statement = { name: 'interest.lock_accrued', text: statesByKey('for no key update') }

const statesBy = (statement: Statement) => async (tx: Tx, accountIds: readonly AccountId[]) => {
  if (accountIds.length === 0) return []
  const rows = await sql.run<StateRow>(tx, statement, [tenantOf(tx), textArray(accountIds)])
  return rows.map(toState)
}

const stateTypes = `$2::text[], $3::date[], $4::date[], $5::date[], $6::integer[], $7::bigint[], $8::numeric[], $9::bigint[],
  $10::numeric[], $11::numeric[], $12::numeric[], $13::numeric[], $14::numeric[], $15::bigint[]`

const insertStates: Statement = {
  name: 'interest.insert_accrued',
  text: `insert into interest.accrued (tenant_id, ${stateColumns})
    select $1, k.* from unnest(${stateTypes}) as k order by 2`,
}

// By place, as the account module changes balances: a join would be free to read the table from its other end, and with statistics
// of a table that was still empty it does.
const updateStates: Statement = {
  name: 'interest.update_accrued',
  text: `with changed as (
    update interest.accrued s
       set accrued_through = k.accrued_through, period_start = k.period_start, snapshot_no = k.snapshot_no,
           base_version = k.base_version, base_balance = k.base_balance, seen_version = k.seen_version, unmet = k.unmet,
           credit_exact = k.credit_exact, credit_rounded = k.credit_rounded, debit_exact = k.debit_exact,
           debit_rounded = k.debit_rounded, row_version = k.row_version
      from unnest(${stateTypes}) as k (${stateColumns})
     cross join lateral (
        select ctid as place from interest.accrued
         where tenant_id = $1 and account_id = k.account_id and row_version = k.row_version - 1 offset 0) r
     where s.ctid = r.place and s.tenant_id = $1 and k.row_version = k.row_version + 0
    returning 1)
    select plinth.expect_rows(count(*), $16, 'accounts that accrue') from changed`,
}

function writeAccrued(tx: Tx, states: readonly StoredAccrued[]): void {
  send(
    insertStates,
    states.filter(({ rowVersion }) => rowVersion === undefined),
  )
  send(
    updateStates,
    states.filter(({ rowVersion }) => rowVersion !== undefined),
  )
  function send(statement: Statement, rows: readonly StoredAccrued[]): void {
    if (rows.length === 0) return
    const all = rows.map(({ state }) => state)
    sql.send(tx, statement, [
      tenantOf(tx),
      textArray(rows.map(({ accountId }) => accountId)),
      plainArray(all.map(({ firstDay }) => firstDay)),
      plainArray(all.map(({ accruedThrough }) => accruedThrough)),
      plainArray(all.map(({ accrual }) => accrual.periodStart)),
      plainArray(all.map(({ snapshotNo }) => snapshotNo)),
      plainArray(all.map(({ baseVersion }) => baseVersion)),
      plainArray(all.map(({ baseBalance }) => baseBalance)),
      plainArray(all.map(({ seenVersion }) => seenVersion)),
      plainArray(all.map(({ unmet }) => unmet)),
      plainArray(all.map(({ accrual }) => accrual.credit.exact.toFixed())),
      plainArray(all.map(({ accrual }) => accrual.credit.rounded)),
      plainArray(all.map(({ accrual }) => accrual.debit.exact.toFixed())),
      plainArray(all.map(({ accrual }) => accrual.debit.rounded)),
      plainArray(rows.map(({ rowVersion = 0 }) => rowVersion + 1)),
      ...(statement === updateStates ? [rows.length] : []),
    ])
  }
}

export interface AccrualRowRow {
  account_id: AccountId
  day: BusinessDate
  revision: number
  balance: string
  parts: number
  snapshot_no: number
  credit_exact: string
  debit_exact: string
  credit_posted: string
  debit_posted: string
}

export const toAccrualRow = (row: AccrualRowRow): AccrualRow => ({
  day: row.day,
  revision: row.revision,
  balance: minorFromDatabase(row.balance),
  parts: row.parts,
  snapshotNo: row.snapshot_no,
  credit: exactOf(row.credit_exact),
  debit: exactOf(row.debit_exact),
  creditPosted: minorFromDatabase(row.credit_posted),
  debitPosted: minorFromDatabase(row.debit_posted),
})

const newestRows: Statement = {
  name: 'interest.newest_rows',
  text: `select r.* from unnest($2::text[], $3::date[]) as k (account_id, first_day)
    cross join lateral (
      select distinct on (day) account_id, day, revision, balance, parts, snapshot_no, credit_exact, debit_exact,
             credit_posted, debit_posted
        from interest.accrual where tenant_id = $1 and account_id = k.account_id and day >= k.first_day
       order by day, revision desc offset 0) r`,
}

async function readNewestRows(
  tx: Tx,
  accounts: readonly { readonly accountId: AccountId; readonly from: BusinessDate }[],
): Promise<Map<AccountId, AccrualRow[]>> {
  const found = new Map<AccountId, AccrualRow[]>(accounts.map(({ accountId }) => [accountId, []]))
  if (accounts.length === 0) return found
  const rows = await sql.run<AccrualRowRow>(tx, newestRows, [
    tenantOf(tx),
    textArray(accounts.map(({ accountId }) => accountId)),
    plainArray(accounts.map(({ from }) => from)),
  ])
  for (const row of rows) found.get(row.account_id)?.push(toAccrualRow(row))
  return found
}

const insertRows: Statement = {
  name: 'interest.insert_rows',
  text: `insert into interest.accrual
      (tenant_id, booked_on, account_id, day, revision, balance, parts, snapshot_no, credit_exact, debit_exact,
       credit_posted, debit_posted, entry_id)
    select $1, $2::date, k.* from unnest($3::text[], $4::date[], $5::integer[], $6::numeric[], $7::integer[], $8::integer[],
      $9::numeric[], $10::numeric[], $11::numeric[], $12::numeric[], $13::uuid[]) as k`,
}

function writeRows(tx: Tx, stored: readonly StoredRow[], bookedOn: BusinessDate): void {
  if (stored.length === 0) return
  const rows = stored.map(({ row }) => row)
  sql.send(tx, insertRows, [
    tenantOf(tx),
    bookedOn,
    textArray(stored.map(({ accountId }) => accountId)),
    plainArray(rows.map(({ day }) => day)),
    plainArray(rows.map(({ revision }) => revision)),
    plainArray(rows.map(({ balance }) => balance)),
    plainArray(rows.map(({ parts }) => parts)),
    plainArray(rows.map(({ snapshotNo }) => snapshotNo)),
    plainArray(rows.map(({ credit }) => credit.toFixed())),
    plainArray(rows.map(({ debit }) => debit.toFixed())),
    plainArray(rows.map(({ creditPosted }) => creditPosted)),
    plainArray(rows.map(({ debitPosted }) => debitPosted)),
    optionalTextArray(stored.map(({ entryId }) => entryId)),
  ])
}

const insertDue: Statement = {
  name: 'interest.insert_due',
  text: `insert into interest.capitalisation
      (tenant_id, booked_on, account_id, value_date, period_start, snapshot_no, credit, tax, debit)
    select $1, $2::date, k.* from unnest($3::text[], $4::date[], $5::date[], $6::integer[], $7::numeric[], $8::numeric[],
      $9::numeric[]) as k`,
}

function writeDue(tx: Tx, stored: readonly StoredDue[], bookedOn: BusinessDate): void {
  if (stored.length === 0) return
  const due = stored.map((each) => each.due)
  sql.send(tx, insertDue, [
    tenantOf(tx),
    bookedOn,
    textArray(stored.map(({ accountId }) => accountId)),
    plainArray(due.map(({ valueDate }) => valueDate)),
    plainArray(due.map(({ periodStart }) => periodStart)),
    plainArray(due.map(({ snapshotNo }) => snapshotNo)),
    plainArray(due.map(({ credit }) => credit)),
    plainArray(due.map(({ tax }) => tax)),
    plainArray(due.map(({ debit }) => debit)),
  ])
}

interface DueRow {
  account_id: AccountId
  value_date: BusinessDate
  period_start: BusinessDate
  snapshot_no: number
  credit: string
  tax: string
  debit: string
}

const dueByKey = (lock: string) => `select c.* from unnest($2::text[]) as k (account_id)
    cross join lateral (
      select account_id, value_date, period_start, snapshot_no, credit, tax, debit
        from interest.capitalisation where tenant_id = $1 and account_id = k.account_id and entry_id is null
       order by value_date ${lock} offset 0) c`

const readDueRows: Statement = { name: 'interest.due', text: dueByKey('') }
const lockDueRows: Statement = { name: 'interest.lock_due', text: dueByKey('for no key update') }

const dueBy = (statement: Statement) => async (tx: Tx, accountIds: readonly AccountId[]) => {
  if (accountIds.length === 0) return []
  const rows = await sql.run<DueRow>(tx, statement, [tenantOf(tx), textArray(accountIds)])
  return rows.map(
    (row): StoredDue => ({
      accountId: row.account_id,
      due: {
        periodStart: row.period_start,
        valueDate: row.value_date,
        snapshotNo: row.snapshot_no,
        credit: minorFromDatabase(row.credit),
        tax: minorFromDatabase(row.tax),
        debit: minorFromDatabase(row.debit),
      },
    }),
  )
}

const setPosted: Statement = {
  name: 'interest.set_posted',
  text: `with changed as (
    update interest.capitalisation c set entry_id = k.entry_id
      from unnest($2::text[], $3::date[], $4::uuid[]) as k (account_id, value_date, entry_id)
     cross join lateral (
        select ctid as place from interest.capitalisation
         where tenant_id = $1 and account_id = k.account_id and value_date = k.value_date and entry_id is null offset 0) r
     where c.ctid = r.place and c.tenant_id = $1 and k.value_date = k.value_date + 0
    returning 1)
    select plinth.expect_rows(count(*), $5, 'capitalisations') from changed`,
}

const markPosted: InterestStore['markPosted'] = (tx, posted) => {
  if (posted.length === 0) return
  sql.send(tx, setPosted, [
    tenantOf(tx),
    textArray(posted.map(({ accountId }) => accountId)),
    plainArray(posted.map(({ valueDate }) => valueDate)),
    textArray(posted.map(({ entryId }) => entryId)),
    posted.length,
  ])
}

// A run capitalises once for each end of a month among its days, and the run behind it meets the lines: a year of months is more
// than can wait.
const lastCapitalisations: Statement = {
  name: 'interest.last_capitalisations',
  text: `select c.* from unnest($2::text[]) as k (account_id)
    cross join lateral (
      select account_id as "accountId", entry_id as "entryId" from interest.capitalisation
       where tenant_id = $1 and account_id = k.account_id and entry_id is not null
       order by value_date desc limit 12) c`,
}

const readLastCapitalisations: InterestStore['readLastCapitalisations'] = async (tx, accountIds) =>
  accountIds.length === 0
    ? []
    : sql.run<{ accountId: AccountId; entryId: EntryId }>(tx, lastCapitalisations, [
        tenantOf(tx),
        textArray(accountIds),
      ])

export const interestStore: InterestStore = {
  lockAccrued: statesBy(lockStates),
  readAccrued: statesBy(readStates),
  writeAccrued,
  readNewestRows,
  writeRows,
  writeDue,
  lockDue: dueBy(lockDueRows),
  readDue: dueBy(readDueRows),
  markPosted,
  readLastCapitalisations,
  writeAdjustments: adjustmentStore.writeAdjustments,
  addAccrued: adjustmentStore.addAccrued,
}
