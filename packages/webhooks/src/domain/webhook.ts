import type { Brand, Instant } from '@plinth/kernel'

export type WebhookId = Brand<string, 'WebhookId'>

export const webhookStatuses = ['active', 'disabled'] as const
export type WebhookStatus = (typeof webhookStatuses)[number]

/** Why a webhook is disabled: somebody asked, its receiver said that it is gone, or nothing was delivered for days. */
export type DisabledReason = 'by_hand' | 'gone' | 'long_failure'

/** How a webhook does. All of it is in the database: a breaker in memory would forget, and two workers would have two. */
export interface WebhookHealth {
  readonly status: WebhookStatus
  readonly disabledReason: DisabledReason | undefined
  readonly disabledAt: Instant | undefined
  /** Attempts that failed since the last that did not, over all events. */
  readonly failuresInARow: number
  /** When the first of these was. */
  readonly failingSince: Instant | undefined
  /** Before that nothing is sent; undefined: at once. */
  readonly nextAttemptAt: Instant | undefined
}

/** Where events are sent. */
export interface Webhook extends WebhookHealth {
  readonly webhookId: WebhookId
  readonly url: string
  readonly description: string
  /** In full, or what they begin with and a star; none: every type. */
  readonly eventTypes: readonly string[]
  /** Rises whenever somebody changes it: an attempt under way then says nothing about what it has become. */
  readonly revision: number
  readonly createdAt: Instant
  readonly createdBy: string
}

export const deliveryStatuses = ['failing', 'delivered', 'dead_lettered', 'replaying'] as const
/**
 * What became of an event at a webhook. `failing`: tried, and tried again; `dead_lettered`: given up, for somebody to look
 * at; `replaying`: a dead letter that somebody sends again.
 */
export type DeliveryStatus = (typeof deliveryStatuses)[number]

/** An event that was sent to a webhook at least once. */
export interface Delivery {
  readonly position: number
  readonly eventId: string
  readonly type: string
  readonly status: DeliveryStatus
  /** Since the event was first sent, or was last asked to be sent again. */
  readonly attempts: number
  /** How often somebody asked. */
  readonly replays: number
  readonly firstAttemptAt: Instant
  readonly lastAttemptAt: Instant
  /** What the receiver answered last; undefined: nothing. */
  readonly responseStatus: number | undefined
  /** Why the last attempt failed; undefined: it did not. */
  readonly failure: AttemptFailure | undefined
}

/** What became of an event at one of the webhooks. */
export interface EventDelivery extends Delivery {
  readonly webhookId: WebhookId
}

/** In these words and no others: what a receiver or a resolver writes may be anything. */
export type AttemptFailure =
  | 'status'
  | 'redirect'
  | 'timeout'
  | 'address_refused'
  | 'name_unknown'
  | 'certificate_refused'
  | 'connection_failed'

/** What came of sending an event once. */
export type AttemptOutcome =
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfterMs: number | undefined }
  | {
      readonly kind: 'failed'
      readonly failure: Exclude<AttemptFailure, 'status' | 'redirect'>
    }
