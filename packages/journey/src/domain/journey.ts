import type { AuditEvent, AuditPlace } from '@plinth/audit'
import type { HoldHistory } from '@plinth/holds'
import type { Instant } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/ledger'
import type { Consumer, OutboxEvent } from '@plinth/outbox'
import type { CommandOutcome } from '@plinth/posting'
import type { SuspenseHistory } from '@plinth/suspense'
import type { Proposal } from '@plinth/tenancy'
import type { EventDelivery } from '@plinth/webhooks'

/**
 * Everything that was read of a journey: what belongs to its correlation, and of others what touches the same holds, suspense
 * items, proposals and entries, or was caused by it.
 */
export interface JourneyMaterial {
  readonly correlationId: string
  readonly entries: readonly JournalEntry[]
  readonly auditEvents: readonly AuditEvent[]
  readonly commands: readonly CommandOutcome[]
  readonly holds: readonly HoldHistory[]
  readonly suspense: readonly SuspenseHistory[]
  readonly proposals: readonly Proposal[]
  readonly events: readonly OutboxEvent[]
  /** What became of these events at webhooks. */
  readonly deliveries: readonly EventDelivery[]
  /** Who passes events on, without webhooks that are disabled. */
  readonly consumers: readonly Consumer[]
  /** What the steps name as their causes, as far as it is known here. */
  readonly causes: readonly Cause[]
  /** By the database's clock. */
  readonly readAt: Instant
  /** Where to read on, if the journey has more than is read at once. */
  readonly more: JourneyPlace | undefined
}

/** How far the entries and the audit events of a journey were read. */
export interface JourneyPlace {
  readonly entryNo: number
  readonly audit: AuditPlace | undefined
}

/** What an id may turn out to be, in the order in which it is tried. */
export const foundAs = [
  'correlation',
  'idempotency_key',
  'entry',
  'hold',
  'suspense_item',
  'proposal',
  'event',
  'account',
] as const
export type FoundAs = (typeof foundAs)[number]

/** Something that a step names as its cause; without a correlation it is nothing that Plinth knows. */
export interface Cause {
  readonly causationId: string
  readonly foundAs: FoundAs | undefined
  readonly correlationId: string | undefined
}

/** In the order in which they are shown where they have one moment: what was asked, what it did, who is told, who was. */
export const stepKinds = [
  'command',
  'entry',
  'hold',
  'suspense_item',
  'proposal',
  'audit_event',
  'event',
  'delivery',
] as const
export type StepKind = (typeof stepKinds)[number]

/** One thing that happened. */
export interface JourneyStep {
  readonly at: Instant
  readonly kind: StepKind
  /** The key of a command, else the id of the thing. */
  readonly id: string
  /** Of which journey it is; null where nothing says it. */
  readonly correlationId: string | null
  readonly causationId?: string
  readonly outcome?: 'accepted' | 'rejected' | 'denied'
  /** Why not. */
  readonly code?: string
  /** In a few words, for people. */
  readonly what: string
  readonly details: object
}

/** Something that is not finished. */
export interface OpenMatter {
  readonly kind: 'hold' | 'proposal' | 'suspense_item' | 'event' | 'delivery'
  readonly id: string
  readonly since: Instant
  readonly what: string
}

/** Where a journey stands. */
export interface Standing {
  /** `refused`: everything that was asked was rejected or denied. */
  readonly state: 'open' | 'done' | 'refused'
  /** One line. */
  readonly summary: string
  readonly open: readonly OpenMatter[]
  /** Whether all of the journey was looked at, or as much of it as is read at once. */
  readonly whole: boolean
}
