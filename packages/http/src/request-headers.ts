import type { IncomingHttpHeaders } from 'node:http'
import { type IdempotencyKey, parseIdempotencyKey } from '@plinth/kernel'
import { type Malformed, malformed } from './malformed.js'
import { refuse, refuseMalformed } from './problem.js'
import { uuidV7 } from './uuid-v7.js'

/** What a request belongs to, for whoever follows a matter through several systems. */
export interface Correlation {
  readonly correlationId: string
  readonly causationId: string | undefined
  /** A header that cannot be taken over; the request is refused for it once there is something to refuse. */
  readonly fault: string | undefined
}

const visibleId = /^[\x21-\x7e]{1,128}$/
const traceForm = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/

/** X-Correlation-Id, else the trace of `traceparent`, else a new one. */
export function correlationOf(headers: IncomingHttpHeaders): Correlation {
  const correlation = headers['x-correlation-id'] as string | undefined
  const causation = headers['x-causation-id'] as string | undefined
  const correlationFits = correlation === undefined || visibleId.test(correlation)
  const causationFits = causation === undefined || visibleId.test(causation)
  return {
    correlationId: (correlationFits ? correlation : undefined) ?? traceOf(headers.traceparent) ?? uuidV7(),
    causationId: causationFits ? causation : undefined,
    fault: !correlationFits ? 'X-Correlation-Id' : !causationFits ? 'X-Causation-Id' : undefined,
  }
}

const traceOf = (traceparent: string | string[] | undefined): string | undefined =>
  typeof traceparent === 'string' ? traceForm.exec(traceparent)?.[1] : undefined

/** Refuses a correlation header that cannot be taken over. */
export function requireCorrelation({ fault }: Correlation): void {
  if (fault !== undefined) throw refuse('malformed_request', `${fault} is 1 to 128 visible ASCII characters.`)
}

/** The Idempotency-Key of a command (contract §3), bare or as a string of RFC 8941. Two headers arrive joined by ", ". */
export function requireIdempotencyKey(headers: IncomingHttpHeaders): IdempotencyKey {
  const header = headers['idempotency-key'] as string | undefined
  if (header === undefined) {
    throw refuse(
      'idempotency_key_missing',
      'A command needs the header Idempotency-Key, so that it takes effect once.',
    )
  }
  const key = readIdempotencyKey(header)
  if (typeof key !== 'string') throw refuseMalformed(key)
  return key
}

// Any printable ASCII; quotes and backslashes only behind a backslash (RFC 8941 §3.3.3).
const quotedForm = /^"((?:[\x20-\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"$/

export function readIdempotencyKey(header: string): IdempotencyKey | Malformed {
  const text = header.startsWith('"') ? quotedForm.exec(header)?.[1]?.replace(/\\(["\\])/g, '$1') : header
  const key = text === undefined ? undefined : parseIdempotencyKey(text)
  return (
    key ??
    malformed(
      'idempotency_key_malformed',
      'One Idempotency-Key of 1 to 255 visible ASCII characters is needed.',
    )
  )
}

/** Plinth-Dry-Run: whether the command is only rehearsed. */
export function isDryRun(headers: IncomingHttpHeaders): boolean {
  const header = headers['plinth-dry-run']
  if (header === undefined || header === 'false') return false
  if (header !== 'true') throw refuse('malformed_request', 'Plinth-Dry-Run is true or false.')
  return true
}
