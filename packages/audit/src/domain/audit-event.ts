import type { IdempotencyKey, Instant } from '@plinth/kernel'

/** Who did or tried what, when, and how it ended. Written in the transaction of the change; never altered. */
export interface AuditEvent {
  /** UUIDv7, so that events sort by time. */
  readonly auditEventId: string
  readonly occurredAt: Instant
  /** The API key or the token's subject. */
  readonly subject: string
  readonly roles: readonly string[]
  /** The application that the subject used: an API key's name, a token's client. */
  readonly client?: string | undefined
  /** Who let the subject act for them, as the token says. */
  readonly onBehalfOf?: string | undefined
  /** The network address the request came from; undefined on the command line. */
  readonly origin?: string | undefined
  /** A command's type, or another action's name. */
  readonly action: string
  /** What it was done to, e.g. an account's or an entry's id. */
  readonly object: string | undefined
  readonly outcome: 'accepted' | 'rejected' | 'denied'
  /** Why not, a code of contract §6. */
  readonly code: string | undefined
  readonly idempotencyKey: IdempotencyKey | undefined
  readonly correlationId: string
  readonly causationId: string | undefined
}
