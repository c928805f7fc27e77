import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import type { AccountId, Instant } from '@plinth/kernel'
import type { SetAsideStore } from '../application/ports.js'
import type { RunId, SetAside } from '../domain/run.js'
import type { EodTables } from './tables.js'

const sql = sqlDoor<EodTables>('eod')

const insert: Statement = {
  name: 'eod.set_aside',
  text: `insert into eod.set_aside (tenant_id, run_id, account_id, step, code, detail, set_aside_at, attempts, tried_at)
    values ($1, $2, $3, $4, $5, $6, clock_timestamp(), 1, clock_timestamp())`,
}

const read = (name: string, rest: string): Statement => ({
  name: `eod.read_${name}`,
  text: `select run_id, account_id, step, code, detail, set_aside_at, attempts, settled_at from eod.set_aside
    where tenant_id = $1 and ${rest}`,
})
const ofRun = read('set_aside', 'run_id = $2 order by account_id')
const unsettled = read(
  'unsettled',
  `settled_at is null and run_id = coalesce($2::uuid, run_id) order by run_id, account_id`,
)
const locked = read(
  'to_retry',
  'run_id = $2 and account_id = $3 and settled_at is null for no key update skip locked',
)

const settle: Statement = {
  name: 'eod.settle',
  text: `update eod.set_aside set attempts = attempts + 1, tried_at = clock_timestamp(), settled_at = clock_timestamp()
    where tenant_id = $1 and run_id = $2 and account_id = $3`,
}

const noteFailure: Statement = {
  name: 'eod.note_failure',
  text: `update eod.set_aside set attempts = attempts + 1, tried_at = clock_timestamp(), step = $4, code = $5, detail = $6
    where tenant_id = $1 and run_id = $2 and account_id = $3 and settled_at is null`,
}

interface Row {
  readonly run_id: string
  readonly account_id: string
  readonly step: string
  readonly code: string
  readonly detail: string
  readonly set_aside_at: Instant
  readonly attempts: number
  readonly settled_at: Instant | null
}

const toSetAside = ({ step, code, detail, attempts, ...row }: Row): SetAside => ({
  runId: row.run_id as RunId,
  accountId: row.account_id as AccountId,
  ...{ step, code, detail, attempts },
  setAsideAt: row.set_aside_at,
  settledAt: row.settled_at ?? undefined,
})

export const setAsideStore: SetAsideStore = {
  insertSetAside: async (tx, { runId, accountId, step, code, detail }) => {
    await sql.change(tx, insert, [tenantOf(tx), runId, accountId, step, code, detail])
  },
  readSetAside: async (tx, runId) => (await sql.run<Row>(tx, ofRun, [tenantOf(tx), runId])).map(toSetAside),
  readUnsettled: async (tx, runId) =>
    (await sql.run<Row>(tx, unsettled, [tenantOf(tx), runId ?? null])).map(toSetAside),
  lockUnsettled: async (tx, { runId, accountId }) => {
    const [row] = await sql.run<Row>(tx, locked, [tenantOf(tx), runId, accountId])
    return row && toSetAside(row)
  },
  settle: (tx, { runId, accountId }) => sql.send(tx, settle, [tenantOf(tx), runId, accountId]),
  noteFailure: async (tx, { runId, accountId, step, code, detail }) => {
    await sql.change(tx, noteFailure, [tenantOf(tx), runId, accountId, step, code, detail])
  },
}
