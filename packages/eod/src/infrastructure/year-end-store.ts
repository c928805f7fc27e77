import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import {
  type AccountId,
  type CurrencyCode,
  type EntryId,
  type GlCode,
  type Instant,
  invariant,
  minorFromDatabase,
} from '@plinth/kernel'
import type { YearEndStore } from '../application/ports.js'
import type { YearEnd } from '../domain/year-end.js'
import type { EodTables } from './tables.js'

const sql = sqlDoor<EodTables>('eod')

const columns = `year, status, retained_earnings_gl_code, begun_at, begun_by, correlation_id, begun_entry_no, final_entry_no,
  final_at, partitions`

type Row = Omit<EodTables['eod.year_end'], 'tenant_id'>

const toYearEnd = (row: Row): YearEnd => ({
  year: row.year,
  status: row.status as YearEnd['status'],
  retainedEarningsGlCode: row.retained_earnings_gl_code as GlCode,
  begunAt: row.begun_at as Instant,
  begunBy: row.begun_by,
  correlationId: row.correlation_id,
  begunEntryNo: row.begun_entry_no,
  finalEntryNo: row.final_entry_no ?? undefined,
  finalAt: (row.final_at ?? undefined) as Instant | undefined,
  partitions: row.partitions ?? undefined,
})

const readOne: Statement = {
  name: 'eod.read_year_end',
  text: `select ${columns} from eod.year_end where tenant_id = $1 and year = $2`,
}

// Whoever divides the accounts or makes the year final keeps others from doing it at the same time.
const lockOne: Statement = {
  name: 'eod.lock_year_end',
  text: `select ${columns} from eod.year_end where tenant_id = $1 and year = $2 for no key update`,
}

const listAll: Statement = {
  name: 'eod.list_year_ends',
  text: `select ${columns} from eod.year_end where tenant_id = $1 order by year`,
}

const insert: Statement = {
  name: 'eod.insert_year_end',
  text: `insert into eod.year_end (tenant_id, year, status, retained_earnings_gl_code, begun_at, begun_by, correlation_id, begun_entry_no)
    values ($1, $2, 'closing', $3, $4, $5, $6, $7)`,
}

const plan: Statement = {
  name: 'eod.plan_year_end',
  text: 'update eod.year_end set partitions = $3 where tenant_id = $1 and year = $2 and partitions is null',
}

const insertPartition: Statement = {
  name: 'eod.insert_year_end_partition',
  text: `insert into eod.year_end_partition (tenant_id, year, partition_no, currency, account_ids)
    values ($1, $2, $3, $4, $5::text[])`,
}

// The next one that nobody has done: a second operator waits here for the first one's commit, and takes the one behind it.
const lockNext: Statement = {
  name: 'eod.lock_year_end_partition',
  text: `select partition_no, currency, account_ids from eod.year_end_partition
      where tenant_id = $1 and year = $2 and done_at is null order by partition_no limit 1 for no key update`,
}

const countToDo: Statement = {
  name: 'eod.year_end_to_do',
  text: `select count(*) as left from eod.year_end_partition where tenant_id = $1 and year = $2 and done_at is null`,
}

const mark: Statement = {
  name: 'eod.mark_year_end_partition',
  text: `update eod.year_end_partition set done_at = clock_timestamp(), entry_id = $4, result = $5
    where tenant_id = $1 and year = $2 and partition_no = $3 and done_at is null`,
}

const finish: Statement = {
  name: 'eod.finish_year_end',
  text: `update eod.year_end set status = 'final', final_at = $3, final_entry_no = $4
    where tenant_id = $1 and year = $2 and status = 'closing'`,
}

const entriesOf: Statement = {
  name: 'eod.year_end_entries',
  text: `select currency, sum(result) as result, array_agg(entry_id order by partition_no) filter (where entry_id is not null) as entry_ids
      from eod.year_end_partition where tenant_id = $1 and year = $2 and done_at is not null
     group by currency order by currency`,
}

const unsettled: Statement = {
  name: 'eod.unsettled_up_to',
  text: `select s.account_id from eod.set_aside s
     cross join lateral (
       select business_date from eod.run where tenant_id = $1 and run_id = s.run_id offset 0) r
     where s.tenant_id = $1 and s.settled_at is null and r.business_date <= $2 order by s.account_id limit 1`,
}

async function readYearEnd(tx: Tx, statement: Statement, year: number): Promise<YearEnd | undefined> {
  const [row] = await sql.run<Row>(tx, statement, [tenantOf(tx), year])
  return row && toYearEnd(row)
}

export const yearEndStore: YearEndStore = {
  readYearEnd: (tx, year) => readYearEnd(tx, readOne, year),
  lockYearEnd: async (tx, year) => {
    const found = await readYearEnd(tx, lockOne, year)
    invariant(found !== undefined, 'a year that was begun stays', { year })
    return found
  },
  listYearEnds: async (tx) => (await sql.run<Row>(tx, listAll, [tenantOf(tx)])).map(toYearEnd),
  readUnsettledUpTo: async (tx, day) => {
    const [row] = await sql.run<{ account_id: AccountId }>(tx, unsettled, [tenantOf(tx), day])
    return row?.account_id
  },
  insertYearEnd: async (
    tx,
    { year, retainedEarningsGlCode, begunAt, begunBy, correlationId, begunEntryNo },
  ) => {
    const values = [retainedEarningsGlCode, begunAt, begunBy, correlationId, begunEntryNo]
    await sql.change(tx, insert, [tenantOf(tx), year, ...values])
  },
  insertPartitions: async (tx, year, partitions) => {
    for (const { partitionNo, currency, accountIds } of partitions)
      sql.send(tx, insertPartition, [tenantOf(tx), year, partitionNo, currency, textArray(accountIds)])
    await sql.change(tx, plan, [tenantOf(tx), year, partitions.length])
  },
  lockNextPartition: async (tx, year) => {
    const [row] = await sql.run<{ partition_no: number; currency: CurrencyCode; account_ids: AccountId[] }>(
      tx,
      lockNext,
      [tenantOf(tx), year],
    )
    return row && { partitionNo: row.partition_no, currency: row.currency, accountIds: row.account_ids }
  },
  countPartitionsToDo: async (tx, year) => {
    const [row] = await sql.run<{ left: number }>(tx, countToDo, [tenantOf(tx), year])
    return row?.left ?? 0
  },
  markPartition: async (tx, { year, partitionNo, entryId, result }) => {
    const values = [tenantOf(tx), year, partitionNo, entryId ?? null, result]
    invariant((await sql.change(tx, mark, values)) === 1, 'a partition is done once', { year, partitionNo })
  },
  finishYearEnd: async (tx, { year, finalAt, finalEntryNo }) => {
    const finished = await sql.change(tx, finish, [tenantOf(tx), year, finalAt, finalEntryNo])
    invariant(finished === 1, 'a year that becomes final was closing', { year })
  },
  readYearEndEntries: async (tx, year) => {
    const rows = await sql.run<{ currency: CurrencyCode; result: string; entry_ids: EntryId[] | null }>(
      tx,
      entriesOf,
      [tenantOf(tx), year],
    )
    return rows.map(({ currency, result, entry_ids: entryIds }) => ({
      ...{ currency, result: minorFromDatabase(result), entryIds: entryIds ?? [] },
    }))
  },
}
