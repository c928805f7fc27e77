import { type Instant, instantOf } from '@plinth/kernel'
import {
  attemptsMax,
  type Chance,
  cooldownMs,
  longFailureMs,
  replayAttemptsMax,
  retryAfterMsMax,
  retryDelayMs,
} from './retry-schedule.js'
import type { AttemptFailure, AttemptOutcome, Delivery, WebhookHealth } from './webhook.js'

/** What an attempt makes of the event's delivery and of the webhook. */
export interface AfterAttempt {
  readonly delivery: Delivery
  readonly health: WebhookHealth
  /** Nothing keeps the next event waiting: this one was delivered, or given up. */
  readonly settled: boolean
}

/** An attempt: of which event, what was known of it before, and what came of it. */
export interface Attempt {
  readonly event: { readonly position: number; readonly eventId: string; readonly type: string }
  /** Undefined: it was the first. */
  readonly before: Delivery | undefined
  readonly outcome: AttemptOutcome
  readonly nowMs: number
}

/** Decides what follows an attempt (ADR 0028). */
export function afterAttempt(health: WebhookHealth, attempt: Attempt, chance: Chance): AfterAttempt {
  const { outcome } = attempt
  const failure = failureOf(outcome)
  const delivery = attempted(attempt, failure)
  if (failure === undefined)
    return { delivery: { ...delivery, status: 'delivered' }, health: recovered(health), settled: true }

  const now = instantOf(attempt.nowMs)
  const failing = {
    ...health,
    failuresInARow: health.failuresInARow + 1,
    failingSince: health.failingSince ?? now,
  }
  if (outcome.kind === 'answered' && outcome.status === 410)
    return { delivery, health: disabled(failing, 'gone', now), settled: false }
  if (attempt.nowMs - Date.parse(failing.failingSince) >= longFailureMs)
    return { delivery, health: disabled(failing, 'long_failure', now), settled: false }

  const replaying = delivery.status === 'replaying'
  const givenUp = delivery.attempts >= (replaying ? replayAttemptsMax : attemptsMax)
  // The next event is tried at once: it finds out whether the one given up was to blame, or the receiver.
  const waitMs = givenUp
    ? 0
    : Math.max(retryDelayMs(delivery.attempts, chance), cooldownMs(failing.failuresInARow, chance))
  const nextAttemptAt = instantOf(attempt.nowMs + Math.max(waitMs, askedToWaitMs(outcome)))
  return {
    delivery: givenUp ? { ...delivery, status: 'dead_lettered' } : delivery,
    health: { ...failing, nextAttemptAt },
    settled: givenUp,
  }
}

/** Undefined: delivered. A receiver that wants the event elsewhere has not taken it. */
export function failureOf(outcome: AttemptOutcome): AttemptFailure | undefined {
  if (outcome.kind === 'failed') return outcome.failure
  if (outcome.status >= 200 && outcome.status < 300) return undefined
  return outcome.status >= 300 && outcome.status < 400 ? 'redirect' : 'status'
}

function attempted(
  { event, before, outcome, nowMs }: Attempt,
  failure: AttemptFailure | undefined,
): Delivery {
  const now = instantOf(nowMs)
  return {
    position: event.position,
    eventId: event.eventId,
    type: event.type,
    status: before?.status ?? 'failing',
    attempts: (before?.attempts ?? 0) + 1,
    replays: before?.replays ?? 0,
    firstAttemptAt: before?.firstAttemptAt ?? now,
    lastAttemptAt: now,
    responseStatus: outcome.kind === 'answered' ? outcome.status : undefined,
    failure,
  }
}

const recovered = (health: WebhookHealth): WebhookHealth => ({
  ...health,
  failuresInARow: 0,
  failingSince: undefined,
  nextAttemptAt: undefined,
})

const disabled = (health: WebhookHealth, reason: 'gone' | 'long_failure', now: Instant): WebhookHealth => ({
  ...health,
  status: 'disabled',
  disabledReason: reason,
  disabledAt: now,
  nextAttemptAt: undefined,
})

// RFC 9110 lets a receiver say when with these two; elsewhere the header means something else.
const askedToWaitMs = (outcome: AttemptOutcome): number =>
  outcome.kind === 'answered' && (outcome.status === 429 || outcome.status === 503)
    ? Math.min(outcome.retryAfterMs ?? 0, retryAfterMsMax)
    : 0
