import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import {
  type AccountId,
  type BusinessDate,
  behindAllAccounts,
  type CurrencyCode,
  type GlCode,
  minorFromDatabase,
} from '@plinth/kernel'
import type { Turnovers } from '../domain/turnover-marks.js'
import type { LedgerTables } from './tables.js'
import type { LineSums } from './verify-reader.js'

const sql = sqlDoor<LedgerTables>('ledger')

const sumsBetween: Statement = {
  name: 'ledger.sums_between',
  text: `select account_id, currency, count(*) as lines, max(account_version) as last_version,
           coalesce(sum(amount) filter (where side = 'debit'), 0) as debits,
           coalesce(sum(amount) filter (where side = 'credit'), 0) as credits
      from ledger.posting_line where tenant_id = $1 and account_id > $2 and account_id <= $3
     group by account_id, currency order by account_id, currency`,
}

/** What the lines of the accounts behind `after`, up to and including `to`, add up to; `to` undefined: of all of them. */
export async function readSumsBetween(
  tx: Tx,
  { after, to }: { after: string; to: string | undefined },
): Promise<LineSums[]> {
  const rows = await sql.run<{
    account_id: AccountId
    currency: CurrencyCode
    lines: number
    last_version: number
    debits: string
    credits: string
  }>(tx, sumsBetween, [tenantOf(tx), after, to ?? behindAllAccounts])
  return rows.map((row) => ({
    accountId: row.account_id,
    currency: row.currency,
    lines: row.lines,
    lastVersion: row.last_version,
    debits: minorFromDatabase(row.debits),
    credits: minorFromDatabase(row.credits),
  }))
}

const markedTurnovers: Statement = {
  name: 'ledger.marked_turnovers',
  text: `select k.account_id, t.debits, t.credits from unnest($2::text[], $3::bigint[]) as k (account_id, version)
     cross join lateral ledger.turnovers_by($1, k.account_id, k.version) t`,
}

/** What accounts come to up to a version, by the marks that are kept for balances of the past and the lines behind the last of them. */
export async function readMarkedTurnovers(
  tx: Tx,
  accounts: readonly { readonly accountId: AccountId; readonly version: number }[],
): Promise<ReadonlyMap<AccountId, Turnovers>> {
  if (accounts.length === 0) return new Map()
  const rows = await sql.run<{ account_id: AccountId; debits: string; credits: string }>(
    tx,
    markedTurnovers,
    [
      tenantOf(tx),
      textArray(accounts.map(({ accountId }) => accountId)),
      plainArray(accounts.map(({ version }) => version)),
    ],
  )
  return new Map(
    rows.map((row) => [
      row.account_id,
      { debits: minorFromDatabase(row.debits), credits: minorFromDatabase(row.credits) },
    ]),
  )
}

const sumsByDay: Statement = {
  name: 'ledger.sums_by_day',
  text: `select booking_date as day, gl_code, currency, count(*) as lines,
           coalesce(sum(amount) filter (where side = 'debit'), 0) as debits,
           coalesce(sum(amount) filter (where side = 'credit'), 0) as credits
      from ledger.posting_line where tenant_id = $1 and entry_no between $2 and $3
     group by booking_date, gl_code, currency`,
}

/** What some entries come to on one GL account in one currency, by the day on which they are booked. */
export interface SumsByDay extends Turnovers {
  readonly day: BusinessDate
  readonly glCode: GlCode
  readonly currency: CurrencyCode
  readonly lines: number
}

const accountSumsByDay: Statement = {
  name: 'ledger.account_sums_by_day',
  text: `select booking_date as day, account_id as "accountId", sum(case side when 'debit' then amount else -amount end) as net
      from ledger.posting_line where tenant_id = $1 and entry_no between $2 and $3
     group by booking_date, account_id`,
}

/** What some entries come to on one account, by the day on which they are booked: debits less credits. */
export interface AccountSums {
  readonly day: BusinessDate
  readonly accountId: AccountId
  readonly net: bigint
}

/** Sums of the lines of entries by account, both ends included, in no order. */
export async function readAccountSumsByDay(
  tx: Tx,
  { fromEntryNo, toEntryNo }: { fromEntryNo: number; toEntryNo: number },
): Promise<AccountSums[]> {
  const rows = await sql.run<{ day: BusinessDate; accountId: AccountId; net: string }>(tx, accountSumsByDay, [
    ...[tenantOf(tx), fromEntryNo, toEntryNo],
  ])
  return rows.map(({ net, ...row }) => ({ ...row, net: minorFromDatabase(net) }))
}

/** Sums of the lines of entries, both ends included, in no order. */
export async function readSumsByDay(
  tx: Tx,
  { fromEntryNo, toEntryNo }: { fromEntryNo: number; toEntryNo: number },
): Promise<SumsByDay[]> {
  const rows = await sql.run<
    { day: BusinessDate; lines: number } & Record<'gl_code' | 'currency' | 'debits' | 'credits', string>
  >(tx, sumsByDay, [tenantOf(tx), fromEntryNo, toEntryNo])
  return rows.map((row) => ({
    day: row.day,
    glCode: row.gl_code as GlCode,
    currency: row.currency as CurrencyCode,
    lines: row.lines,
    debits: minorFromDatabase(row.debits),
    credits: minorFromDatabase(row.credits),
  }))
}
