import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import { type BusinessDate, type Instant, invariant } from '@plinth/kernel'
import type { RunStore } from '../application/ports.js'
import type { Run, RunId, RunStatus } from '../domain/run.js'
import type { EodTables } from './tables.js'

const sql = sqlDoor<EodTables>('eod')

// A transaction of a run takes well under a second; whoever shows no sign of life for so long is gone.
const lease = `interval '30 seconds'`

const columns = `run_id, business_date, next_date, status, cut_off_entry_no, cut_off_at, started_by, correlation_id, finished_at,
  failed_step, failure, lease_owner, lease_since, lease_until, lease_epoch`

type Row = Omit<EodTables['eod.run'], 'tenant_id'>

function toRun(row: Row): Run {
  const { cut_off_entry_no: cutOffEntryNo, cut_off_at: cutOffAt, failed_step: step, failure: reason } = row
  invariant(cutOffEntryNo !== null && cutOffAt !== null, 'a run was cut off when it is read', {
    runId: row.run_id,
  })
  return {
    runId: row.run_id as RunId,
    businessDate: row.business_date as BusinessDate,
    nextDate: row.next_date as BusinessDate,
    status: row.status as RunStatus,
    cutOffEntryNo,
    cutOffAt: cutOffAt as Instant,
    startedBy: row.started_by,
    correlationId: row.correlation_id,
    finishedAt: (row.finished_at ?? undefined) as Instant | undefined,
    failure: step === null || reason === null ? undefined : { step, reason },
    lease: {
      owner: row.lease_owner,
      since: row.lease_since as Instant,
      until: row.lease_until as Instant,
      epoch: row.lease_epoch,
    },
  }
}

const insert: Statement = {
  name: 'eod.insert_run',
  text: `insert into eod.run (tenant_id, run_id, business_date, next_date, status, started_by, correlation_id, lease_owner,
      lease_since, lease_until, lease_epoch)
    values ($1, $2, $3, $4, 'running', $5, $6, $7, clock_timestamp(), clock_timestamp() + ${lease}, 1)`,
}

const noteCutOff: Statement = {
  name: 'eod.note_cut_off',
  text: 'update eod.run set cut_off_entry_no = $3, cut_off_at = $4 where tenant_id = $1 and run_id = $2',
}

const read = (name: string, where: string): Statement => ({
  name: `eod.read_${name}`,
  text: `select ${columns} from eod.run where tenant_id = $1 and ${where}`,
})
const byId = read('run', 'run_id = $2')
const open = read('open_run', `status <> 'completed'`)
const upTo = read('run_up_to', 'business_date <= $2 order by business_date desc limit 1')

async function readOne(
  tx: Tx,
  statement: Statement,
  values: readonly unknown[] = [],
): Promise<Run | undefined> {
  const [row] = await sql.run<Row>(tx, statement, [tenantOf(tx), ...values])
  return row && toRun(row)
}

// Whoever works on the run holds its row: it is not waited for, unless it is to be taken away by force.
const claim = (force: boolean): Statement => ({
  name: force ? 'eod.take_over' : 'eod.claim',
  text: `with free as (
      select run_id from eod.run where tenant_id = $1 and run_id = $2 and status <> 'completed'
         ${force ? '' : `and (lease_until <= clock_timestamp() or status = 'failed')`}
         for no key update ${force ? '' : 'skip locked'})
    update eod.run r
       set status = 'running', failed_step = null, failure = null, lease_owner = $3, lease_since = clock_timestamp(),
           lease_until = clock_timestamp() + ${lease}, lease_epoch = lease_epoch + 1
      from free where r.tenant_id = $1 and r.run_id = free.run_id
    returning ${columns.replaceAll('run_id', 'r.run_id')}`,
})
const claims = { mild: claim(false), forced: claim(true) }

// The row stays locked until the transaction ends: who is slow is not overtaken in the middle of it.
const renew: Statement = {
  name: 'eod.renew',
  text: `update eod.run set lease_until = clock_timestamp() + ${lease}
    where tenant_id = $1 and run_id = $2 and lease_epoch = $3 and status = 'running'`,
}

const release: Statement = {
  name: 'eod.release',
  text: `update eod.run set lease_until = clock_timestamp(), status = case when $4::text is null then status else 'failed' end,
           failed_step = $4, failure = $5
    where tenant_id = $1 and run_id = $2 and lease_epoch = $3 and status = 'running'`,
}

const complete: Statement = {
  name: 'eod.complete',
  text: `update eod.run set status = 'completed', finished_at = clock_timestamp(), lease_until = clock_timestamp()
    where tenant_id = $1 and run_id = $2 and status = 'running'`,
}

export const runStore: RunStore = {
  insertRun: async (tx, { runId, businessDate, nextDate, startedBy, correlationId, owner }) => {
    const values = [tenantOf(tx), runId, businessDate, nextDate, startedBy, correlationId, owner]
    await sql.change(tx, insert, values)
  },
  noteCutOff: async (tx, runId, { firstEntryNo, postedAt }) => {
    await sql.change(tx, noteCutOff, [tenantOf(tx), runId, firstEntryNo - 1, postedAt])
  },
  readOpenRun: (tx) => readOne(tx, open),
  readRun: (tx, runId) => readOne(tx, byId, [runId]),
  readRunUpTo: (tx, businessDate) => readOne(tx, upTo, [businessDate]),
  claim: (tx, runId, { owner, force }) => readOne(tx, force ? claims.forced : claims.mild, [runId, owner]),
  renew: async (tx, { runId, epoch }) => (await sql.change(tx, renew, [tenantOf(tx), runId, epoch])) === 1,
  release: async (tx, { runId, epoch }, failure) => {
    await sql.change(tx, release, [
      tenantOf(tx),
      runId,
      epoch,
      failure?.step ?? null,
      failure?.reason ?? null,
    ])
  },
  complete: async (tx, runId) => {
    const changed = await sql.change(tx, complete, [tenantOf(tx), runId])
    invariant(changed === 1, 'a run that is completed was running', { runId })
  },
}

/** Which runs of a tenant, by business date. */
export interface RunPage {
  readonly order?: 'asc' | 'desc'
  readonly limit?: number
  /** A business date. */
  readonly after?: BusinessDate | undefined
}

export async function listRuns(tx: Tx, { order = 'asc', limit = 100, after }: RunPage = {}): Promise<Run[]> {
  let query = sql.build
    .selectFrom('eod.run')
    .select([
      ...(['run_id', 'business_date', 'next_date', 'status', 'cut_off_entry_no', 'cut_off_at'] as const),
      ...(['started_by', 'correlation_id', 'finished_at', 'failed_step', 'failure'] as const),
      ...(['lease_owner', 'lease_since', 'lease_until', 'lease_epoch'] as const),
    ])
    .where('tenant_id', '=', tenantOf(tx))
    .orderBy('business_date', order)
    .limit(limit)
  if (after !== undefined) query = query.where('business_date', order === 'asc' ? '>' : '<', after)
  return (await sql.rows(tx, query)).map(toRun)
}
