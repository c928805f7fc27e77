import type { Tx } from '@plinth/db'
import {
  optionalTextArray,
  plainArray,
  repeatedTextArray,
  type Statement,
  sqlDoor,
  tenantOf,
  textArray,
} from '@plinth/db/sql'
import type { Instant } from '@plinth/kernel'
import type { AuditEvent } from '../domain/audit-event.js'
import { auditColumns, toAuditEvent } from './audit-rows.js'
import type { AuditTables } from './tables.js'

const sql = sqlDoor<AuditTables>('audit')

// Roles travel as one array literal per event: unnest would flatten an array of arrays.
const insertEvents: Statement = {
  name: 'audit.insert_events',
  text: `insert into audit.audit_event
      (tenant_id, audit_event_id, occurred_at, subject, roles, action, object, outcome, code, idempotency_key,
       correlation_id, causation_id, client, on_behalf_of, origin)
    select $1, k.audit_event_id, coalesce($2, (select plinth.posted_at())), coalesce(k.subject, ($4::text[])[1]),
           coalesce(k.roles, ($5::text[])[1])::text[], coalesce(k.action, ($6::text[])[1]), k.object,
           coalesce(k.outcome, ($8::text[])[1]), k.code, k.idempotency_key, coalesce(k.correlation_id, ($11::text[])[1]),
           k.causation_id, nullif(coalesce(k.client, ($13::text[])[1]), ''),
           nullif(coalesce(k.on_behalf_of, ($14::text[])[1]), ''), nullif(coalesce(k.origin, ($15::text[])[1]), '')
      from unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                  $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[])
        as k (audit_event_id, subject, roles, action, object, outcome, code, idempotency_key, correlation_id, causation_id,
              client, on_behalf_of, origin)`,
}

/**
 * Records what happened at one moment, in the transaction in which it did. Without `occurredAt` that is the moment at which
 * the transaction took its numbers from the journal's head.
 */
export function recordAuditEvents(
  tx: Tx,
  events: readonly Omit<AuditEvent, 'occurredAt'>[],
  occurredAt?: Instant,
): void {
  if (events.length === 0) return
  sql.send(tx, insertEvents, [
    tenantOf(tx),
    occurredAt,
    plainArray(events.map(({ auditEventId }) => auditEventId)),
    repeatedTextArray(events.map(({ subject }) => subject)),
    repeatedTextArray(events.map(({ roles }) => textArray(roles))),
    repeatedTextArray(events.map(({ action }) => action)),
    optionalTextArray(events.map(({ object }) => object)),
    repeatedTextArray(events.map(({ outcome }) => outcome)),
    optionalTextArray(events.map(({ code }) => code)),
    optionalTextArray(events.map(({ idempotencyKey }) => idempotencyKey)),
    repeatedTextArray(events.map(({ correlationId }) => correlationId)),
    optionalTextArray(events.map(({ causationId }) => causationId)),
    // Empty stands for none, so that these repeat too.
    repeatedTextArray(events.map(({ client }) => client ?? '')),
    repeatedTextArray(events.map(({ onBehalfOf }) => onBehalfOf ?? '')),
    repeatedTextArray(events.map(({ origin }) => origin ?? '')),
  ])
}

export interface AuditPage {
  readonly filter: {
    readonly subject?: string | undefined
    readonly action?: string | undefined
    readonly object?: string | undefined
    readonly outcome?: string | undefined
    readonly correlationId?: string | undefined
  }
  readonly order: 'asc' | 'desc'
  readonly limit: number
  /** The id of the last event of the page before. */
  readonly after?: string | undefined
}

/** Audit events by id, which is by time. */
export async function listAuditEvents(
  tx: Tx,
  { filter, order, limit, after }: AuditPage,
): Promise<AuditEvent[]> {
  let query = sql.build
    .selectFrom('audit.audit_event')
    .select(auditColumns)
    .where('tenant_id', '=', tenantOf(tx))
    .orderBy('audit_event_id', order)
    .limit(limit)
  if (after !== undefined) query = query.where('audit_event_id', order === 'asc' ? '>' : '<', after)
  if (filter.subject !== undefined) query = query.where('subject', '=', filter.subject)
  if (filter.action !== undefined) query = query.where('action', '=', filter.action)
  if (filter.object !== undefined) query = query.where('object', '=', filter.object)
  if (filter.outcome !== undefined) query = query.where('outcome', '=', filter.outcome)
  if (filter.correlationId !== undefined) query = query.where('correlation_id', '=', filter.correlationId)
  return (await sql.rows(tx, query)).map(toAuditEvent)
}
