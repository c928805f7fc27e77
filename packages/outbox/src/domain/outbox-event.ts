import type { Instant } from '@plinth/kernel'
import type { EventType } from './event-type.js'

/** That something happened, for others to be told later. Its position is dense per tenant (ADR 0003). */
export interface OutboxEvent {
  readonly position: number
  /** UUIDv7; constant over every delivery. */
  readonly eventId: string
  readonly type: EventType
  /** The id of what it happened to. */
  readonly subject: string
  readonly occurredAt: Instant
  readonly correlationId: string
  readonly causationId: string | undefined
  /** What happened; undefined where the subject is immutable and says it itself (a journal entry). */
  readonly data: object | undefined
}
