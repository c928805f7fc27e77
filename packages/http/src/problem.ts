import { type RejectionCode, rejectionCodes } from '@plinth/kernel'
import type { FieldError, Malformed, MalformedCode } from './malformed.js'

/** Every `code` that an answer of Plinth can carry (contract §6), with its HTTP status. */
export type ProblemCode =
  | MalformedCode
  | RejectionCode
  | 'unauthenticated'
  | 'forbidden'
  | 'tenant_mismatch'
  | 'not_found'
  | 'not_yet_checkpointed'
  | 'method_not_allowed'
  | 'request_timeout'
  | 'idempotency_in_progress'
  | 'eod_running'
  | 'body_too_large'
  | 'unsupported_media_type'
  | 'idempotency_key_reused'
  | 'linked_command_failed'
  | 'rate_limited'
  | 'headers_too_large'
  | 'internal_error'
  | 'unavailable'
  | 'outcome_unknown'

const rejectionStatuses = Object.fromEntries(rejectionCodes.map((code) => [code, 422])) as Record<
  RejectionCode,
  422
>

export const statusByCode: Readonly<Record<ProblemCode, number>> = {
  malformed_json: 400,
  malformed_request: 400,
  idempotency_key_missing: 400,
  idempotency_key_malformed: 400,
  cursor_malformed: 400,
  entry_unbalanced: 422,
  unauthenticated: 401,
  forbidden: 403,
  tenant_mismatch: 403,
  not_found: 404,
  not_yet_checkpointed: 404,
  method_not_allowed: 405,
  request_timeout: 408,
  idempotency_in_progress: 409,
  eod_running: 409,
  body_too_large: 413,
  unsupported_media_type: 415,
  idempotency_key_reused: 422,
  linked_command_failed: 422,
  rate_limited: 429,
  headers_too_large: 431,
  internal_error: 500,
  unavailable: 503,
  outcome_unknown: 503,
  ...rejectionStatuses,
}

/** Says when to ask again, in seconds: a failover takes some, a queue drains in less. */
const retryAfterSeconds: Partial<Readonly<Record<ProblemCode, number>>> = {
  idempotency_in_progress: 1,
  rate_limited: 1,
  not_yet_checkpointed: 1,
  unavailable: 2,
  outcome_unknown: 2,
}

/** An error as every answer shows it: RFC 9457. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: ProblemCode
  readonly correlationId: string
  readonly errors?: readonly FieldError[]
  /** What the contract adds for some codes: `available`, `required`, `firstDifference` … */
  readonly [member: string]: unknown
}

export interface Fault {
  readonly code: ProblemCode
  readonly detail: string
  readonly errors?: readonly FieldError[]
  readonly members?: Readonly<Record<string, string>>
}

export function problemOf({ code, detail, errors, members }: Fault, correlationId: string): Problem {
  return {
    // Served by every Plinth at /docs/problems, so that the link leads to the version that answered.
    type: `/docs/problems#${code}`,
    title: titleOf(code),
    status: statusByCode[code],
    detail,
    code,
    ...members,
    correlationId,
    ...(errors !== undefined && errors.length > 0 ? { errors } : {}),
  }
}

/** `insufficient_funds` is "Insufficient funds". */
export const titleOf = (code: ProblemCode): string => {
  const words = code.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Headers that go with a code wherever it is answered. */
export function headersOf(code: ProblemCode): Record<string, string> {
  const seconds = retryAfterSeconds[code]
  if (seconds !== undefined) return { 'Retry-After': String(seconds) }
  return code === 'unauthenticated' ? { 'WWW-Authenticate': 'Bearer' } : {}
}

/** Thrown at the edge to answer an error from wherever it is found. Nothing below the edge knows it. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused'
  constructor(
    readonly fault: Fault,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(fault.detail)
  }
}

export const refuse = (code: ProblemCode, detail: string): RequestRefused =>
  new RequestRefused({ code, detail })

export const refuseMalformed = ({ code, detail, errors }: Malformed): RequestRefused =>
  new RequestRefused({ code, detail, errors })

// One sentence and one body for what is missing and for what another tenant has: they must not differ.
export const notFound = (): RequestRefused => refuse('not_found', 'There is nothing here by that name.')
