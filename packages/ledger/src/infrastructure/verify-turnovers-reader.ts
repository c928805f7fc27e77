import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import { type AccountId, type BusinessDate, type CurrencyCode, minorFromDatabase } from '@plinth/kernel'
import type { Turnovers } from '../domain/turnover-marks.js'
import type { LedgerTables } from './tables.js'

const sql = sqlDoor<LedgerTables>('ledger')

/** What a page of rows has that is wrong, and the key of its last row: undefined when nothing stands behind it. */
export interface CheckedPage<Wrong, Key> {
  readonly wrong: readonly Wrong[]
  readonly next: Key | undefined
}

const turnoversIn = (debits: string | null, credits: string | null): Turnovers => ({
  debits: minorFromDatabase(debits ?? '0'),
  credits: minorFromDatabase(credits ?? '0'),
})

/** A line of which not everything was kept. */
export interface UnkeptLine {
  readonly accountId: AccountId
  readonly accountVersion: number
  readonly valueDate: BusinessDate
  /** Of year, month and day. */
  readonly bucketsKept: number
  readonly bucketsDue: number
  readonly markMissing: boolean
}

export interface LineKey {
  readonly accountId: string
  readonly accountVersion: number
}

// The last row of a full page comes along, sound or not: the next page begins behind it. So in all statements here.
const unkeptLines: Statement = {
  name: 'ledger.verify_unkept',
  text: `select p.account_id, p.account_version, p.value_date, p.due, k.kept, p.account_version % 32 = 0 and m.marks = 0 as unmarked, p.at
      from (select account_id, account_version, value_date, case when value_date <> booking_date then 3 else 0 end as due,
                   row_number() over (order by account_id, account_version) as at
              from ledger.posting_line where tenant_id = $1 and (account_id, account_version) > ($2, $3)
             order by account_id, account_version limit $4) p
     cross join lateral (select count(*) as kept
              from (values ('year', date_trunc('year', p.value_date::timestamp)::date),
                           ('month', date_trunc('month', p.value_date::timestamp)::date),
                           ('day', p.value_date)) b (level, bucket)
             cross join lateral (select from ledger.value_turnover t
                      where t.tenant_id = $1 and t.account_id = p.account_id and t.level = b.level and t.bucket = b.bucket
                        and t.account_version = p.account_version offset 0) t
             where p.due > 0 offset 0) k
     cross join lateral (select count(*) as marks from ledger.turnover_mark m
              where p.account_version % 32 = 0 and m.tenant_id = $1 and m.account_id = p.account_id
                and m.account_version = p.account_version offset 0) m
     where k.kept <> p.due or (p.account_version % 32 = 0 and m.marks = 0) or p.at = $4
     order by p.at`,
}

/** Lines of which not everything was kept, among the next ones by account and version. */
export async function readUnkeptLines(
  tx: Tx,
  page: { after: LineKey; limit: number },
): Promise<CheckedPage<UnkeptLine, LineKey>> {
  const { after, limit } = page
  const rows = await sql.run<{
    account_id: AccountId
    account_version: number
    value_date: BusinessDate
    due: number
    kept: number
    unmarked: boolean
    at: number
  }>(tx, unkeptLines, [tenantOf(tx), after.accountId, after.accountVersion, limit])
  const last = rows.at(-1)
  return {
    wrong: rows
      .filter(({ due, kept, unmarked }) => due !== kept || unmarked)
      .map((row) => ({
        accountId: row.account_id,
        accountVersion: row.account_version,
        valueDate: row.value_date,
        bucketsKept: row.kept,
        bucketsDue: row.due,
        markMissing: row.unmarked,
      })),
    next:
      last?.at === limit ? { accountId: last.account_id, accountVersion: last.account_version } : undefined,
  }
}

/** A kept sum that is not the one before it and its line; without a line that it could be of, if there is none. */
export interface WrongTurnover {
  readonly accountId: AccountId
  readonly level: string
  readonly bucket: BusinessDate
  readonly accountVersion: number
  readonly found: Turnovers
  readonly expected: (Turnovers & { readonly currency: CurrencyCode }) | undefined
}

export interface TurnoverKey extends LineKey {
  readonly level: string
  readonly bucket: string
}

const wrongTurnovers: Statement = {
  name: 'ledger.verify_value_turnovers',
  text: `select r.*
      from (select p.account_id, p.level, p.bucket, p.account_version, p.debits, p.credits, l.currency, p.at,
                   coalesce(b.debits, 0) + case l.side when 'debit' then l.amount else 0 end as expected_debits,
                   coalesce(b.credits, 0) + case l.side when 'credit' then l.amount else 0 end as expected_credits
              from (select account_id, level, bucket, account_version, debits, credits,
                           row_number() over (order by account_id, level, bucket, account_version) as at
                      from ledger.value_turnover
                     where tenant_id = $1 and (account_id, level, bucket, account_version) > ($2, $3, $4, $5)
                     order by account_id, level, bucket, account_version limit $6) p
              left join lateral (select l.side, l.amount, l.currency from ledger.posting_line l
                     where l.tenant_id = $1 and l.account_id = p.account_id and l.account_version = p.account_version
                       and l.value_date <> l.booking_date and date_trunc(p.level, l.value_date::timestamp)::date = p.bucket
                     offset 0) l on true
              left join lateral (select t.debits, t.credits from ledger.value_turnover t
                     where t.tenant_id = $1 and t.account_id = p.account_id and t.level = p.level and t.bucket = p.bucket
                       and t.account_version < p.account_version order by t.account_version desc limit 1) b on true) r
     where (r.currency is not null and r.debits = r.expected_debits and r.credits = r.expected_credits) is not true or r.at = $6
     order by r.at`,
}

/** Sums by value date that do not follow from the one before and their line, among the next ones by their key. */
export async function readWrongTurnovers(
  tx: Tx,
  page: { after: TurnoverKey; limit: number },
): Promise<CheckedPage<WrongTurnover, TurnoverKey>> {
  const { after, limit } = page
  const rows = await sql.run<{
    account_id: AccountId
    level: string
    bucket: BusinessDate
    account_version: number
    debits: string
    credits: string
    currency: CurrencyCode | null
    expected_debits: string
    expected_credits: string
    at: number
  }>(tx, wrongTurnovers, [
    tenantOf(tx),
    ...[after.accountId, after.level, after.bucket, after.accountVersion, limit],
  ])
  const last = rows.at(-1)
  return {
    wrong: rows
      .map(
        (row): WrongTurnover => ({
          accountId: row.account_id,
          level: row.level,
          bucket: row.bucket,
          accountVersion: row.account_version,
          found: turnoversIn(row.debits, row.credits),
          expected:
            row.currency === null
              ? undefined
              : { ...turnoversIn(row.expected_debits, row.expected_credits), currency: row.currency },
        }),
      )
      .filter(isWrong),
    next:
      last?.at === limit
        ? {
            accountId: last.account_id,
            level: last.level,
            bucket: last.bucket,
            accountVersion: last.account_version,
          }
        : undefined,
  }
}

const isWrong = ({ found, expected }: Pick<WrongTurnover, 'found' | 'expected'>): boolean =>
  expected === undefined || expected.debits !== found.debits || expected.credits !== found.credits

/** A mark that is not the one before it and its 32 lines; without these, if they are not all there. */
export type WrongMark = Omit<WrongTurnover, 'level' | 'bucket'>

const wrongMarks: Statement = {
  name: 'ledger.verify_marks',
  text: `select p.account_id, p.account_version, p.debits, p.credits, p.at, case when l.lines = 32 then l.currency end as currency,
           coalesce(b.debits, 0) + l.debits as expected_debits, coalesce(b.credits, 0) + l.credits as expected_credits
      from (select account_id, account_version, debits, credits, row_number() over (order by account_id, account_version) as at
              from ledger.turnover_mark where tenant_id = $1 and (account_id, account_version) > ($2, $3)
             order by account_id, account_version limit $4) p
     cross join lateral (select count(*) as lines, min(l.currency) as currency,
                     coalesce(sum(l.amount) filter (where l.side = 'debit'), 0) as debits,
                     coalesce(sum(l.amount) filter (where l.side = 'credit'), 0) as credits
              from ledger.posting_line l
             where l.tenant_id = $1 and l.account_id = p.account_id and l.account_version > p.account_version - 32
               and l.account_version <= p.account_version offset 0) l
      left join lateral (select t.debits, t.credits from ledger.turnover_mark t
             where t.tenant_id = $1 and t.account_id = p.account_id and t.account_version = p.account_version - 32 offset 0) b
        on true
     where (l.lines = 32 and p.debits = coalesce(b.debits, 0) + l.debits and p.credits = coalesce(b.credits, 0) + l.credits)
           is not true or p.at = $4
     order by p.at`,
}

/** Marks that do not follow from the one before and their lines, among the next ones by account and version. */
export async function readWrongMarks(
  tx: Tx,
  page: { after: LineKey; limit: number },
): Promise<CheckedPage<WrongMark, LineKey>> {
  const { after, limit } = page
  const rows = await sql.run<{
    account_id: AccountId
    account_version: number
    debits: string
    credits: string
    currency: CurrencyCode | null
    expected_debits: string
    expected_credits: string
    at: number
  }>(tx, wrongMarks, [tenantOf(tx), after.accountId, after.accountVersion, limit])
  const last = rows.at(-1)
  return {
    wrong: rows
      .map(
        (row): WrongMark => ({
          accountId: row.account_id,
          accountVersion: row.account_version,
          found: turnoversIn(row.debits, row.credits),
          expected:
            row.currency === null
              ? undefined
              : { ...turnoversIn(row.expected_debits, row.expected_credits), currency: row.currency },
        }),
      )
      .filter(isWrong),
    next:
      last?.at === limit ? { accountId: last.account_id, accountVersion: last.account_version } : undefined,
  }
}
