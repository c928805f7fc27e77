import type { Instant } from '@plinth/kernel'

/** That something happened, for others to be told later. Its position is dense per tenant (ADR 0003). */
export interface OutboxEvent {
  readonly position: number
  /** UUIDv7; constant over every delivery. */
  readonly eventId: string
  /** E.g. `plinth.journal_entry.posted.v1`. */
  readonly type: string
  /** The id of what it happened to. */
  readonly subject: string
  readonly occurredAt: Instant
  readonly correlationId: string
  readonly causationId: string | undefined
  /** What happened; undefined where the subject is immutable and says it itself (a journal entry). */
  readonly data: object | undefined
}
