import type { Instant, TenantId } from '@plinth/kernel'
import type { EventType, OutboxEvent } from '@plinth/outbox'

/**
 * An event as everybody outside reads it: CloudEvents 1.0 in JSON, with three extensions. It never changes: the same event is
 * the same text in the feed, the stream and every sink.
 */
export interface CloudEvent {
  readonly specversion: '1.0'
  /** Constant over every delivery: a consumer that has seen it leaves it. */
  readonly id: string
  readonly type: EventType
  readonly source: string
  /** The id of what it happened to. */
  readonly subject: string
  readonly time: Instant
  readonly datacontenttype: 'application/json'
  readonly dataschema: string
  /** Dense per tenant: 1, 2, 3 … */
  readonly position: number
  readonly correlationid: string
  readonly causationid: string | undefined
  readonly data: object
}

/** An event and its text, which is the same wherever it is told. */
export interface RenderedEvent {
  readonly event: CloudEvent
  readonly text: string
}

/** The name of the schema of a type's data; `serve` answers it under /schemas/events. */
export const schemaNameOf = (type: EventType): string => `urn:plinth:event-schema:${type}`

/** `data` is what happened, as the API answers it. */
export const cloudEventOf = (tenantId: TenantId, event: OutboxEvent, data: object): CloudEvent => ({
  specversion: '1.0',
  id: event.eventId,
  type: event.type,
  source: `/tenants/${tenantId}`,
  subject: event.subject,
  time: event.occurredAt,
  datacontenttype: 'application/json',
  dataschema: schemaNameOf(event.type),
  position: event.position,
  correlationid: event.correlationId,
  causationid: event.causationId,
  data,
})
