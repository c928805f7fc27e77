import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type Instant, invariant } from '@plinth/kernel'
import type { StepPlace, StepStore } from '../application/ports.js'
import type { Counts, Partition, StepReport } from '../domain/run.js'
import type { EodTables } from './tables.js'

const sql = sqlDoor<EodTables>('eod')

const read: Statement = {
  name: 'eod.read_step',
  text: `select step_no as "stepNo", finished_at is not null as finished from eod.step
    where tenant_id = $1 and run_id = $2 and name = $3`,
}

const insert: Statement = {
  name: 'eod.insert_step',
  text: `insert into eod.step (tenant_id, run_id, step_no, name, started_at)
    select $1, $2, coalesce(max(step_no), 0) + 1, $3, clock_timestamp() from eod.step where tenant_id = $1 and run_id = $2
    returning step_no as "stepNo"`,
}

const finish: Statement = {
  name: 'eod.finish_step',
  text: `update eod.step set finished_at = clock_timestamp() where tenant_id = $1 and run_id = $2 and step_no = $3`,
}

const insertPartitions: Statement = {
  name: 'eod.insert_partitions',
  text: `insert into eod.partition (tenant_id, run_id, step_no, partition_no, from_key, to_key)
    select $1, $2, $3, k.partition_no, k.from_key, k.to_key
      from unnest($4::integer[], $5::text[], $6::text[]) as k (partition_no, from_key, to_key)`,
}

const toDo: Statement = {
  name: 'eod.partitions_to_do',
  text: `select partition_no as "partitionNo", from_key as "from", to_key as "to" from eod.partition
    where tenant_id = $1 and run_id = $2 and step_no = $3 and done_at is null order by partition_no`,
}

const countDone: Statement = {
  name: 'eod.partitions_done',
  text: `select count(done_at) as done from eod.partition where tenant_id = $1 and run_id = $2 and step_no = $3`,
}

const isDone: Statement = {
  name: 'eod.is_done',
  text: `select done_at is not null as done from eod.partition
    where tenant_id = $1 and run_id = $2 and step_no = $3 and partition_no = $4`,
}

const markDone: Statement = {
  name: 'eod.mark_done',
  text: `update eod.partition set done_at = clock_timestamp(), counts = $5, result = $6
    where tenant_id = $1 and run_id = $2 and step_no = $3 and partition_no = $4`,
}

const shorten: Statement = {
  name: 'eod.shorten',
  text: `update eod.partition set to_key = $5
    where tenant_id = $1 and run_id = $2 and step_no = $3 and partition_no = $4`,
}

const insertRest: Statement = {
  name: 'eod.insert_rest',
  text: `insert into eod.partition (tenant_id, run_id, step_no, partition_no, from_key, to_key)
    select $1, $2, $3, max(partition_no) + 1, $4, $5 from eod.partition where tenant_id = $1 and run_id = $2 and step_no = $3
    returning partition_no as "partitionNo"`,
}

const results: Statement = {
  name: 'eod.results',
  text: `select result from eod.partition where tenant_id = $1 and run_id = $2 and step_no = $3 order by partition_no`,
}

const report: Statement = {
  name: 'eod.report_steps',
  text: `select s.name, s.started_at as "startedAt", s.finished_at as "finishedAt", p.partitions, p.done as "partitionsDone",
           coalesce(c.counts, '{}') as counts
      from eod.step s
     cross join lateral (select count(*) as partitions, count(done_at) as done from eod.partition p
            where p.tenant_id = $1 and p.run_id = $2 and p.step_no = s.step_no offset 0) p
     cross join lateral (select jsonb_object_agg(name, number) as counts from (
            select k.name, sum(k.value::bigint) as number from eod.partition p cross join lateral jsonb_each_text(p.counts) as k (name, value)
             where p.tenant_id = $1 and p.run_id = $2 and p.step_no = s.step_no group by k.name) n offset 0) c
     where s.tenant_id = $1 and s.run_id = $2 order by s.step_no`,
}

interface ReportRow {
  readonly name: string
  readonly startedAt: Instant
  readonly finishedAt: Instant | null
  readonly partitions: number
  readonly partitionsDone: number
  readonly counts: Counts
}

const placeOf = (tx: Tx, { runId, stepNo }: StepPlace): unknown[] => [tenantOf(tx), runId, stepNo]

export const stepStore: StepStore = {
  readStep: async (tx, runId, name) => {
    const [row] = await sql.run<{ stepNo: number; finished: boolean }>(tx, read, [tenantOf(tx), runId, name])
    return row
  },
  insertStep: async (tx, runId, name) => {
    const [row] = await sql.run<{ stepNo: number }>(tx, insert, [tenantOf(tx), runId, name])
    invariant(row !== undefined, 'a step gets its number', { runId, name })
    return row.stepNo
  },
  finishStep: async (tx, place) => {
    await sql.change(tx, finish, placeOf(tx, place))
  },
  insertPartitions: async (tx, place, partitions) => {
    if (partitions.length === 0) return
    await sql.change(tx, insertPartitions, [
      ...placeOf(tx, place),
      plainArray(partitions.map(({ partitionNo }) => partitionNo)),
      textArray(partitions.map(({ from }) => from)),
      textArray(partitions.map(({ to }) => to)),
    ])
  },
  readPartitionsToDo: async (tx, place) => {
    const [left, counted] = await Promise.all([
      sql.run<Partition>(tx, toDo, placeOf(tx, place)),
      sql.run<{ done: number }>(tx, countDone, placeOf(tx, place)),
    ])
    return { toDo: left, done: counted[0]?.done ?? 0 }
  },
  isDone: async (tx, place, partitionNo) => {
    const [row] = await sql.run<{ done: boolean }>(tx, isDone, [...placeOf(tx, place), partitionNo])
    invariant(row !== undefined, 'a partition stays', { ...place, partitionNo })
    return row.done
  },
  markDone: (tx, place, { partitionNo, counts, result }) => {
    const said = result === undefined ? null : JSON.stringify(result)
    sql.send(tx, markDone, [...placeOf(tx, place), partitionNo, JSON.stringify(counts), said])
  },
  split: async (tx, place, { partitionNo, to, rest }) => {
    await sql.change(tx, shorten, [...placeOf(tx, place), partitionNo, to])
    const values = [...placeOf(tx, place), rest.from, rest.to]
    const [row] = await sql.run<{ partitionNo: number }>(tx, insertRest, values)
    invariant(row !== undefined, 'a partition gets its number', { ...place })
    return { ...row, ...rest }
  },
  readResults: async (tx, place) =>
    (await sql.run<{ result: unknown }>(tx, results, placeOf(tx, place))).map(({ result }) => result),
  readSteps: async (tx, runId) =>
    (await sql.run<ReportRow>(tx, report, [tenantOf(tx), runId])).map(
      ({ finishedAt, ...row }): StepReport => ({ ...row, finishedAt: finishedAt ?? undefined }),
    ),
}
