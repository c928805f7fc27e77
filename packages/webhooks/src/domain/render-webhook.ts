import type { Instant } from '@plinth/kernel'
import { circuitOpensAt } from './retry-schedule.js'
import type { Delivery, Webhook } from './webhook.js'

/** How far a webhook is with the events of its tenant. */
export interface WebhookProgress {
  /** The last event that was settled; it waits for those behind. */
  readonly position: number
  /** Events behind it, of whatever type. */
  readonly lag: number
  readonly deadLetters: number
}

/** `open`: too many attempts failed in a row, and nothing is sent for a while; `half_open`: the next attempt finds out. */
export function circuitOf(
  { failuresInARow, nextAttemptAt }: Webhook,
  now: Instant,
): 'closed' | 'open' | 'half_open' {
  if (failuresInARow < circuitOpensAt) return 'closed'
  return nextAttemptAt !== undefined && now < nextAttemptAt ? 'open' : 'half_open'
}

/** A webhook as it is answered: never its secrets. */
export const renderWebhook = (webhook: Webhook & WebhookProgress, now: Instant) => ({
  webhookId: webhook.webhookId,
  url: webhook.url,
  description: webhook.description,
  eventTypes: webhook.eventTypes,
  status: webhook.status,
  disabledReason: webhook.disabledReason ?? null,
  disabledAt: webhook.disabledAt ?? null,
  circuit: circuitOf(webhook, now),
  failuresInARow: webhook.failuresInARow,
  failingSince: webhook.failingSince ?? null,
  nextAttemptAt: webhook.nextAttemptAt ?? null,
  position: webhook.position,
  lag: webhook.lag,
  deadLetters: webhook.deadLetters,
  createdAt: webhook.createdAt,
  createdBy: webhook.createdBy,
})

/** A delivery as it is answered. */
export const renderDelivery = ({ responseStatus, failure, ...delivery }: Delivery) => ({
  position: delivery.position,
  eventId: delivery.eventId,
  type: delivery.type,
  status: delivery.status,
  attempts: delivery.attempts,
  replays: delivery.replays,
  firstAttemptAt: delivery.firstAttemptAt,
  lastAttemptAt: delivery.lastAttemptAt,
  responseStatus: responseStatus ?? null,
  failure: failure ?? null,
})
