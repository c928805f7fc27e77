import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import type { Instant } from '@plinth/kernel'
import type { AuditEvent } from '../domain/audit-event.js'
import { type AuditRow, auditColumns, toAuditEvent } from './audit-rows.js'
import type { AuditTables } from './tables.js'

const sql = sqlDoor<AuditTables>('audit')
const columns = auditColumns.join(', ')

/** Where a list by time goes on. */
export interface AuditPlace {
  readonly occurredAt: Instant
  readonly auditEventId: string
}

// Word for word the condition of the index audit_without_entry: only so is it found to serve.
export const withoutEntry: Statement = {
  name: 'audit.journey_without_entry',
  text: `select ${columns} from audit.audit_event
    where tenant_id = $1 and correlation_id = $2
      and (outcome <> 'accepted' or action not in ('post', 'reverse', 'correct', 'clear_suspense_item', 'capture_hold'))
      and (occurred_at, audit_event_id) > ($3::timestamptz, $4::uuid)
    order by occurred_at, audit_event_id limit $5`,
}

const beforeAll: AuditPlace = {
  occurredAt: '1970-01-01T00:00:00.000Z' as Instant,
  auditEventId: '00000000-0000-0000-0000-000000000000',
}

/** What of a correlation made no journal entry: the rejected, the denied and everything that is not posted. By time. */
export async function readAuditEventsWithoutEntry(
  tx: Tx,
  page: {
    readonly correlationId: string
    readonly after?: AuditPlace | undefined
    readonly limit: number
  },
): Promise<AuditEvent[]> {
  const { occurredAt, auditEventId } = page.after ?? beforeAll
  const values = [tenantOf(tx), page.correlationId, occurredAt, auditEventId, page.limit]
  return (await sql.run<AuditRow>(tx, withoutEntry, values)).map(toAuditEvent)
}

const madeWith: Statement = {
  name: 'audit.journey_made_with',
  text: `select e.* from unnest($2::uuid[], $3::uuid[]) as k (from_id, to_id)
    cross join lateral (
      select ${columns} from audit.audit_event
       where tenant_id = $1 and audit_event_id >= k.from_id and audit_event_id < k.to_id
         and string_to_array(object, ' ') && $4::text[] offset 0) e`,
}

/**
 * The events of what these ids were made for: entries, holds, proposals. A command's ids are made at once, one after the other,
 * and begin with the milliseconds of that moment; so its audit event stands beside them in its key, and no index by object is
 * needed. Where a process stood still between two ids the second look goes further.
 */
export async function readAuditEventsMadeWith(tx: Tx, ids: readonly string[]): Promise<AuditEvent[]> {
  if (ids.length === 0) return []
  const found = await lookAround(tx, ids, narrowMs)
  const known = new Set(found.flatMap(({ object = '' }) => object.split(' ')))
  const missing = ids.filter((id) => !known.has(id))
  if (missing.length === 0) return found
  const farther = await lookAround(tx, missing, wideMs)
  return [...new Map([...found, ...farther].map((event) => [event.auditEventId, event])).values()]
}

// At 20 000 commands a second the first look reads some hundred rows for an id.
const narrowMs = 20
const wideMs = 3_000

async function lookAround(tx: Tx, ids: readonly string[], aroundMs: number): Promise<AuditEvent[]> {
  const windows = windowsAround(ids.map(millisecondsOf), aroundMs)
  const rows = await sql.run<AuditRow>(tx, madeWith, [
    tenantOf(tx),
    plainArray(windows.map(({ fromMs }) => firstIdOf(fromMs))),
    plainArray(windows.map(({ toMs }) => firstIdOf(toMs))),
    textArray(ids),
  ])
  return rows.map(toAuditEvent)
}

const millisecondsOf = (uuid: string): number => Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16)

const lastMs = 0xffff_ffff_ffff

function firstIdOf(ms: number): string {
  const text = Math.min(ms, lastMs).toString(16).padStart(12, '0')
  return `${text.slice(0, 8)}-${text.slice(8)}-0000-0000-000000000000`
}

/** Windows that touch are one, so that nothing is read twice. */
function windowsAround(moments: readonly number[], aroundMs: number): { fromMs: number; toMs: number }[] {
  const windows: { fromMs: number; toMs: number }[] = []
  for (const ms of moments.toSorted((a, b) => a - b)) {
    const last = windows.at(-1)
    const fromMs = Math.max(0, ms - aroundMs)
    if (last !== undefined && fromMs <= last.toMs) last.toMs = ms + aroundMs
    else windows.push({ fromMs, toMs: ms + aroundMs })
  }
  return windows
}

export const causedBy: Statement = {
  name: 'audit.journey_caused_by',
  text: `select e.* from unnest($2::text[]) as k (cause)
    cross join lateral (
      select ${columns} from audit.audit_event
       where tenant_id = $1 and causation_id = k.cause order by occurred_at, audit_event_id limit $3 offset 0) e`,
}

/** What was done because of these: whatever the callers named as cause. At most `limit` for each, the earliest. */
export async function readAuditEventsCausedBy(
  tx: Tx,
  causes: readonly string[],
  limit: number,
): Promise<AuditEvent[]> {
  if (causes.length === 0) return []
  const rows = await sql.run<AuditRow>(tx, causedBy, [tenantOf(tx), textArray(causes), limit])
  return rows.map(toAuditEvent)
}
