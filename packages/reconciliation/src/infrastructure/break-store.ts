import type { Tx } from '@plinth/db'
import { optionalTextArray, plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type Instant, minorFromDatabase } from '@plinth/kernel'
import type { BreakStore, UnfoundedBreak } from '../application/ports.js'
import type { Compared, Comparison } from '../domain/comparisons.js'
import type { ReconciliationRun } from '../domain/reconciliation-run.js'
import type {
  Break,
  BreakEvent,
  BreakId,
  BreakStatus,
  ReconciliationRunId,
  Settled,
} from '../domain/settle-breaks.js'
import type { ReconciliationTables } from './tables.js'

const sql = sqlDoor<ReconciliationTables>('reconciliation')

const columns = [
  'break_id',
  'comparison',
  'subject',
  'expected',
  'found',
  'difference',
  'status',
  'first_run_id',
  'first_seen_at',
  'last_run_id',
  'last_seen_at',
  'closed_by_run_id',
  'explained_by',
  'note',
  'event_count',
] as const
type Row = Pick<ReconciliationTables['reconciliation.reconciliation_break'], (typeof columns)[number]>

const toBreak = (row: Row): Break => ({
  breakId: row.break_id as BreakId,
  comparison: row.comparison as Comparison,
  subject: row.subject,
  expected: row.expected,
  found: row.found,
  difference: row.difference === null ? undefined : minorFromDatabase(row.difference),
  status: row.status as BreakStatus,
  firstRunId: row.first_run_id as ReconciliationRunId,
  firstSeenAt: row.first_seen_at as Instant,
  lastRunId: row.last_run_id as ReconciliationRunId,
  lastSeenAt: row.last_seen_at as Instant,
  closedByRunId: (row.closed_by_run_id ?? undefined) as ReconciliationRunId | undefined,
  explainedBy: row.explained_by ?? undefined,
  note: row.note ?? undefined,
  eventCount: row.event_count,
})

const runColumns = `run_id as "runId", as_of_entry_no as "asOfEntryNo", started_at as "startedAt", finished_at as "finishedAt",
  started_by as "startedBy", correlation_id as "correlationId", comparisons`

const readRun: Statement = {
  name: 'reconciliation.read_run',
  text: `select ${runColumns} from reconciliation.run where tenant_id = $1 and run_id = $2`,
}

const insertRun: Statement = {
  name: 'reconciliation.insert_run',
  text: `insert into reconciliation.run (tenant_id, run_id, as_of_entry_no, started_at, finished_at, started_by, correlation_id,
      comparisons)
    values ($1, $2, $3, $4, $5, $6, $7, $8)`,
}

// Ascending id: two runs at once then wait for each other instead of deadlocking.
const lockStanding: Statement = {
  name: 'reconciliation.lock_standing',
  text: `select ${columns.join(', ')} from reconciliation.reconciliation_break
     where tenant_id = $1 and status <> 'closed' order by break_id for no key update`,
}

const lockBreak: Statement = {
  name: 'reconciliation.lock_break',
  text: `select ${columns.join(', ')} from reconciliation.reconciliation_break
     where tenant_id = $1 and break_id = $2 for no key update`,
}

const insertBreaks: Statement = {
  name: 'reconciliation.insert_breaks',
  text: `insert into reconciliation.reconciliation_break (tenant_id, break_id, comparison, subject, expected, found, difference,
      status, first_run_id, first_seen_at, last_run_id, last_seen_at, event_count)
    select $1, k.break_id, k.comparison, k.subject, k.expected, k.found, k.difference, 'open', k.run_id, k.seen_at, k.run_id,
           k.seen_at, 1
      from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::numeric[], $8::uuid[], $9::timestamptz[])
        as k (break_id, comparison, subject, expected, found, difference, run_id, seen_at)`,
}

const updateBreaks: Statement = {
  name: 'reconciliation.update_breaks',
  text: `update reconciliation.reconciliation_break b
       set expected = k.expected, found = k.found, difference = k.difference, status = k.status, last_run_id = k.last_run_id,
           last_seen_at = k.last_seen_at, closed_by_run_id = k.closed_by_run_id, explained_by = k.explained_by, note = k.note,
           event_count = k.event_count
      from unnest($2::uuid[], $3::text[], $4::text[], $5::numeric[], $6::text[], $7::uuid[], $8::timestamptz[], $9::uuid[],
                  $10::text[], $11::text[], $12::integer[])
        as k (break_id, expected, found, difference, status, last_run_id, last_seen_at, closed_by_run_id, explained_by, note,
              event_count)
     where b.tenant_id = $1 and b.break_id = k.break_id`,
}

const insertEvents: Statement = {
  name: 'reconciliation.insert_break_events',
  text: `insert into reconciliation.break_event (tenant_id, break_id, event_no, what, at, by, run_id, expected, found, note)
    select $1, k.break_id, k.event_no, k.what, k.at, k.by, k.run_id, k.expected, k.found, k.note
      from unnest($2::uuid[], $3::integer[], $4::text[], $5::timestamptz[], $6::text[], $7::uuid[], $8::text[], $9::text[],
                  $10::text[])
        as k (break_id, event_no, what, at, by, run_id, expected, found, note)`,
}

const countByStatus: Statement = {
  name: 'reconciliation.count_standing',
  text: `select status, count(*) as count from reconciliation.reconciliation_break
     where tenant_id = $1 and status in ('open', 'explained') group by status`,
}

const eventsOf: Statement = {
  name: 'reconciliation.break_events',
  text: `select break_id as "breakId", event_no as "eventNo", what, at, by, run_id as "runId", expected, found, note
      from reconciliation.break_event where tenant_id = $1 and break_id = $2 order by event_no`,
}

// A break is what its last event says; while it is explained its note is that of the event.
const unfounded: Statement = {
  name: 'reconciliation.verify_breaks',
  text: `select break_id as "breakId", concat_ws('|', made, last.status, last.expected, last.found, coalesce(last.note, '-')) as expected,
           concat_ws('|', event_count, b.status, b.expected, b.found, shown_note) as found, count(*) over () as count
      from (select *, case status when 'explained' then note else '-' end as shown_note
              from reconciliation.reconciliation_break where tenant_id = $1) b
     cross join lateral (select count(*) as made from reconciliation.break_event e
            where e.tenant_id = b.tenant_id and e.break_id = b.break_id offset 0) n
      left join lateral (select case e.what when 'explained' then 'explained' when 'closed' then 'closed' else 'open' end as status,
                   e.expected, e.found, e.note
              from reconciliation.break_event e where e.tenant_id = b.tenant_id and e.break_id = b.break_id
             order by e.event_no desc limit 1) last on true
     where concat_ws('|', made, last.status, last.expected, last.found, coalesce(last.note, '-'))
        <> concat_ws('|', event_count, b.status, b.expected, b.found, shown_note)
     order by break_id limit 1`,
}

async function writeSettled(tx: Tx, { opened, changed, events }: Settled): Promise<void> {
  const tenantId = tenantOf(tx)
  if (opened.length > 0)
    await sql.change(tx, insertBreaks, [
      tenantId,
      plainArray(opened.map(({ breakId }) => breakId)),
      textArray(opened.map(({ comparison }) => comparison)),
      textArray(opened.map(({ subject }) => subject)),
      textArray(opened.map(({ expected }) => expected)),
      textArray(opened.map(({ found }) => found)),
      plainArray(opened.map(({ difference }) => difference)),
      plainArray(opened.map(({ firstRunId }) => firstRunId)),
      textArray(opened.map(({ firstSeenAt }) => firstSeenAt)),
    ])
  if (changed.length > 0)
    await sql.change(tx, updateBreaks, [
      tenantId,
      plainArray(changed.map(({ breakId }) => breakId)),
      textArray(changed.map(({ expected }) => expected)),
      textArray(changed.map(({ found }) => found)),
      plainArray(changed.map(({ difference }) => difference)),
      textArray(changed.map(({ status }) => status)),
      plainArray(changed.map(({ lastRunId }) => lastRunId)),
      textArray(changed.map(({ lastSeenAt }) => lastSeenAt)),
      plainArray(changed.map(({ closedByRunId }) => closedByRunId)),
      optionalTextArray(changed.map(({ explainedBy }) => explainedBy)),
      optionalTextArray(changed.map(({ note }) => note)),
      plainArray(changed.map(({ eventCount }) => eventCount)),
    ])
  if (events.length === 0) return
  await sql.change(tx, insertEvents, [
    tenantId,
    plainArray(events.map(({ breakId }) => breakId)),
    plainArray(events.map(({ eventNo }) => eventNo)),
    textArray(events.map(({ what }) => what)),
    textArray(events.map(({ at }) => at)),
    textArray(events.map(({ by }) => by)),
    plainArray(events.map(({ runId }) => runId)),
    textArray(events.map(({ expected }) => expected)),
    textArray(events.map(({ found }) => found)),
    optionalTextArray(events.map(({ note }) => note)),
  ])
}

export const breakStore: BreakStore = {
  readRun: async (tx, runId) => (await sql.run<ReconciliationRun>(tx, readRun, [tenantOf(tx), runId]))[0],
  writeRun: async (tx, run) => {
    await sql.change(tx, insertRun, [
      ...[
        tenantOf(tx),
        run.runId,
        run.asOfEntryNo,
        run.startedAt,
        run.finishedAt,
        run.startedBy,
        run.correlationId,
      ],
      JSON.stringify(run.comparisons satisfies readonly Compared[]),
    ])
  },
  lockStanding: async (tx) => (await sql.run<Row>(tx, lockStanding, [tenantOf(tx)])).map(toBreak),
  lockBreak: async (tx, breakId) => {
    const [row] = await sql.run<Row>(tx, lockBreak, [tenantOf(tx), breakId])
    return row && toBreak(row)
  },
  writeSettled,
  readUnfounded: async (tx) => {
    const [row] = await sql.run<UnfoundedBreak & { count: number }>(tx, unfounded, [tenantOf(tx)])
    return { count: row?.count ?? 0, first: row }
  },
  countStanding: async (tx) => {
    const rows = await sql.run<{ status: BreakStatus; count: number }>(tx, countByStatus, [tenantOf(tx)])
    const of = (status: BreakStatus): number => rows.find((row) => row.status === status)?.count ?? 0
    return { open: of('open'), explained: of('explained') }
  },
}

/** Which breaks, by id, which rises with the moment at which they were opened. */
export interface BreakPage {
  readonly filter: { readonly status?: BreakStatus | undefined; readonly comparison?: string | undefined }
  readonly order: 'asc' | 'desc'
  readonly limit: number
  readonly after?: BreakId | undefined
}

export async function listBreaks(tx: Tx, { filter, order, limit, after }: BreakPage): Promise<Break[]> {
  let query = sql.build
    .selectFrom('reconciliation.reconciliation_break')
    .select(columns)
    .where('tenant_id', '=', tenantOf(tx))
    .orderBy('break_id', order)
    .limit(limit)
  if (filter.status !== undefined) query = query.where('status', '=', filter.status)
  if (filter.comparison !== undefined) query = query.where('comparison', '=', filter.comparison)
  if (after !== undefined) query = query.where('break_id', order === 'asc' ? '>' : '<', after)
  return (await sql.rows(tx, query)).map(toBreak)
}

/** A break with what became of it; undefined if there is none. */
export async function readBreak(
  tx: Tx,
  breakId: BreakId,
): Promise<{ readonly found: Break; readonly events: readonly BreakEvent[] } | undefined> {
  const query = sql.build
    .selectFrom('reconciliation.reconciliation_break')
    .select(columns)
    .where('tenant_id', '=', tenantOf(tx))
    .where('break_id', '=', breakId)
  const [[row], events] = await Promise.all([
    sql.rows(tx, query),
    sql.run<BreakEvent & { runId: string | null; note: string | null }>(tx, eventsOf, [
      tenantOf(tx),
      breakId,
    ]),
  ])
  if (row === undefined) return undefined
  return {
    found: toBreak(row),
    events: events.map((event) => ({
      ...event,
      runId: event.runId ?? undefined,
      note: event.note ?? undefined,
    })),
  }
}

export interface RunListPage {
  readonly order: 'asc' | 'desc'
  readonly limit: number
  readonly after?: ReconciliationRunId | undefined
}

const runsAfter = (order: 'asc' | 'desc'): Statement => ({
  name: `reconciliation.runs_${order}`,
  text: `select ${runColumns} from reconciliation.run
     where tenant_id = $1 and ($2::uuid is null or run_id ${order === 'asc' ? '>' : '<'} $2) order by run_id ${order} limit $3`,
})

/** Runs by id, which rises with the moment at which they were kept. */
export const listReconciliationRuns = (
  tx: Tx,
  { order, limit, after }: RunListPage,
): Promise<ReconciliationRun[]> =>
  sql.run<ReconciliationRun>(tx, runsAfter(order), [tenantOf(tx), after ?? null, limit])
