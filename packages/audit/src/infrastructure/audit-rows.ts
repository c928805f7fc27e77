import type { IdempotencyKey, Instant } from '@plinth/kernel'
import type { AuditEvent } from '../domain/audit-event.js'
import type { AuditTables } from './tables.js'

export const auditColumns = [
  'audit_event_id',
  'occurred_at',
  'subject',
  'roles',
  'action',
  'object',
  'outcome',
  'code',
  'idempotency_key',
  'correlation_id',
  'causation_id',
  'client',
  'on_behalf_of',
  'origin',
] as const

export type AuditRow = Pick<AuditTables['audit.audit_event'], (typeof auditColumns)[number]>

export const toAuditEvent = (row: AuditRow): AuditEvent => ({
  auditEventId: row.audit_event_id,
  occurredAt: row.occurred_at as Instant,
  subject: row.subject,
  roles: row.roles,
  action: row.action,
  object: row.object ?? undefined,
  outcome: row.outcome as AuditEvent['outcome'],
  code: row.code ?? undefined,
  idempotencyKey: (row.idempotency_key as IdempotencyKey | null) ?? undefined,
  correlationId: row.correlation_id,
  causationId: row.causation_id ?? undefined,
  client: row.client ?? undefined,
  onBehalfOf: row.on_behalf_of ?? undefined,
  origin: row.origin ?? undefined,
})
