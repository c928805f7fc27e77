import type { Exchange, Wire } from './exchange.js'
import type { KeptCommand } from './kept-commands.js'
import type { components } from './openapi-types.js'
import type { Outcome, Problem } from './outcome.js'
import { type Backoff, waited, waitMs } from './patience.js'

type RecordedCommand = components['schemas']['RecordedCommand']

/** How patiently a command is pursued. */
export interface Pursuit {
  readonly wire: Wire
  readonly backoff: Backoff
  /** When the last attempt begins at the latest, in milliseconds since 1970. */
  readonly deadlineMs: number
  /** How long one attempt waits for its answer. */
  readonly attemptMs: number
  readonly signal?: AbortSignal | undefined
}

/**
 * Sends a command until its outcome is known or the deadline is there. Each attempt has the same key and content, so however
 * many copies arrive, one takes effect, and every later one is answered what the first was.
 */
export async function sendCommand(
  command: KeptCommand,
  pursuit: Pursuit,
  sentBefore: boolean,
): Promise<Outcome> {
  const { key, path, body, correlationId, causationId } = command
  const headers = {
    'idempotency-key': key,
    'x-correlation-id': correlationId,
    ...(causationId !== undefined && { 'x-causation-id': causationId }),
  }
  return await pursue(key, pursuit, sentBefore, (timeoutMs) =>
    pursuit.wire({ method: 'POST', path, headers, body, timeoutMs, signal: pursuit.signal }),
  )
}

/** Asks until it is known what stands under the key; what has nothing recorded is burned, and never will have. */
export async function abandonCommand(key: string, pursuit: Pursuit): Promise<Outcome> {
  const path = `/v1/commands/${encodeURIComponent(key)}/abandon`
  return await pursue(key, pursuit, true, async (timeoutMs) => {
    const exchange = await pursuit.wire({ method: 'POST', path, timeoutMs, signal: pursuit.signal })
    return exchange.kind === 'result' ? exchangeOf(exchange.body as RecordedCommand) : exchange
  })
}

/** What is recorded for the key, if anything is by now. Answers undefined when nothing is: a copy may still be on its way. */
export async function lookForCommand(key: string, pursuit: Pursuit): Promise<Outcome | undefined> {
  const path = `/v1/commands/${encodeURIComponent(key)}`
  let nothing = false
  const outcome = await pursue(key, pursuit, true, async (timeoutMs) => {
    const exchange = await pursuit.wire({ method: 'GET', path, timeoutMs, signal: pursuit.signal })
    nothing = exchange.kind === 'problem' && exchange.problem.code === 'not_found'
    return exchange.kind === 'result' ? exchangeOf(exchange.body as RecordedCommand) : exchange
  })
  return nothing ? undefined : outcome
}

/** The answer that a recorded command was given, as if it came again. */
function exchangeOf({ status, body }: RecordedCommand): Exchange {
  if (status < 300) return { kind: 'result', status, body, replayed: true }
  return { kind: 'problem', problem: body as unknown as Problem, replayed: true, retryAfterMs: 0 }
}

async function pursue(
  key: string,
  { backoff, deadlineMs, attemptMs, signal }: Pursuit,
  sentBefore: boolean,
  attempt: (timeoutMs: number) => Promise<Exchange>,
): Promise<Outcome> {
  let maybeDone = sentBefore
  let reason = 'there was no time to send it'
  for (let attempts = 1; Date.now() < deadlineMs && !signal?.aborted; attempts += 1) {
    // An attempt that begins before the deadline is given a moment: cut off at once it would only leave a doubt.
    const exchange = await attempt(Math.max(50, Math.min(attemptMs, deadlineMs - Date.now())))
    const verdict = verdictOf(key, exchange)
    if (verdict.kind !== 'again') {
      // That this copy was refused says nothing about the copies before it.
      if (verdict.kind !== 'refused' || !maybeDone || isOfAnotherCommand(verdict.code)) return verdict
      return { kind: 'unknown', key, maybeDone, reason: `${verdict.code}: ${verdict.detail}` }
    }
    maybeDone ||= verdict.maybeDone
    reason = verdict.reason
    if (!(await waited(waitMs(attempts, verdict.retryAfterMs, backoff), { deadlineMs, signal }))) break
  }
  return { kind: 'unknown', key, maybeDone, reason }
}

/** To be asked again, and whether this copy may have taken effect. */
interface Again {
  readonly kind: 'again'
  readonly maybeDone: boolean
  readonly reason: string
  readonly retryAfterMs: number
}

/** Codes of 422 that are not recorded. */
const notRecorded = new Set(['entry_unbalanced', 'idempotency_key_reused', 'linked_command_failed'])

// Another command has this key for ever, so no copy of ours took effect or ever will.
const isOfAnotherCommand = (code: string): boolean => code === 'idempotency_key_reused'

function verdictOf(key: string, exchange: Exchange): Exclude<Outcome, { kind: 'unknown' }> | Again {
  if (exchange.kind === 'lost') {
    const { reason, maybeSent, retryAfterMs } = exchange
    return { kind: 'again', maybeDone: maybeSent, reason, retryAfterMs }
  }
  if (exchange.kind === 'result') {
    const { status, body, replayed } = exchange
    return { kind: 'accepted', key, status, body, replayed }
  }
  const { problem, replayed, retryAfterMs } = exchange
  const { status, code, detail } = problem
  if (status === 422 && !notRecorded.has(code))
    return { kind: 'rejected', key, code, detail, problem, replayed }
  const reason = `${code}: ${detail}`
  const again = (maybeDone: boolean): Again => ({ kind: 'again', maybeDone, reason, retryAfterMs })
  // Plinth says of these that nothing was done; anything else of the kind it cannot say.
  if (code === 'unavailable' || code === 'rate_limited') return again(false)
  if (status >= 500 || code === 'idempotency_in_progress') return again(true)
  return { kind: 'refused', key, status, code, detail, problem }
}
