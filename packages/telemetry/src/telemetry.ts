import type { Tracing } from './tracing.js'

/** Why an answer is not that of a command run now: it is known, known as another, being worked on, or was just won by another. */
export type IdempotencyHit = 'replayed' | 'reused' | 'in_progress' | 'race'

/**
 * What a process tells while it works. All of it is counted in memory: a call takes about as long as adding two numbers, and
 * none of them fails. Every text is one of few: a lane, a code, a SQLSTATE.
 */
export interface Telemetry {
  /** Undefined: nobody asked for traces, and nothing of them is loaded. */
  readonly tracing: Tracing | undefined
  /** A transaction came to its end, with all its attempts. */
  transactionEnded(transaction: {
    lane: string
    outcome: 'done' | 'unavailable' | 'unknown' | 'failed'
    seconds: number
  }): void
  /** It is run again, because of a SQLSTATE, `overtaken` or `connection_lost`. */
  transactionRepeated(transaction: { lane: string; reason: string }): void
  /** How long it was until a connection was free. */
  connectionTaken(connection: { lane: string; seconds: number }): void
  /** Commands left the queue in one transaction; `waitedSeconds` is how long the first of them had stood there. */
  batchEnded(batch: { lane: string; commands: number; waitedSeconds: number; seconds: number }): void
  /** From asking for row locks to having them: the round trip, and whoever was in front. */
  lockTaken(lock: { lock: 'balances' | 'head'; seconds: number }): void
  /** A command was answered for the first time. */
  commandAnswered(command: { type: string; outcome: string; code: string }): void
  /** From a request’s headers to the answer of the one command in it. */
  commandTook(command: { type: string; outcome: string; seconds: number }): void
  idempotencyHit(kind: IdempotencyHit): void
  /** Somebody was told that nobody knows whether their command took effect. */
  outcomeUnknown(): void
  /** A round of something that is done again and again for a tenant. */
  choreEnded(chore: { chore: string; outcome: 'done' | 'failed'; items: number; seconds: number }): void
  /** An event reached a consumer so long after it was recorded. */
  eventDelivered(event: { sink: string; seconds: number }): void
}

const nothing = (): void => {}

/** Nobody listens. */
export const silent: Telemetry = {
  tracing: undefined,
  transactionEnded: nothing,
  transactionRepeated: nothing,
  connectionTaken: nothing,
  batchEnded: nothing,
  lockTaken: nothing,
  commandAnswered: nothing,
  commandTook: nothing,
  idempotencyHit: nothing,
  outcomeUnknown: nothing,
  choreEnded: nothing,
  eventDelivered: nothing,
}

/** Seconds since a moment of `performance.now()`. */
export const secondsSince = (startedMs: number): number => (performance.now() - startedMs) / 1000
