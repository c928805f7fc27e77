import type { components } from './openapi-types.js'

/** What Plinth answers instead of a result: RFC 9457 with a stable `code`. */
export type Problem = components['schemas']['Problem']

/** What became of a command. Whatever happens on the way, it is one of these; none is thrown away. */
export type Outcome<Body = unknown> = Accepted<Body> | Rejected | Refused | Unknown

/** It stands in the books, and this is its answer for ever. */
export interface Accepted<Body = unknown> {
  readonly kind: 'accepted'
  readonly key: string
  readonly status: number
  readonly body: Body
  /** It took effect when an earlier copy arrived. */
  readonly replayed: boolean
}

/** Understood and refused for a business reason. Recorded, final for its key; `command_abandoned` of a key that was given up. */
export interface Rejected {
  readonly kind: 'rejected'
  readonly key: string
  readonly code: string
  readonly detail: string
  readonly problem: Problem
  readonly replayed: boolean
}

/** Nothing was done and nothing recorded: malformed, not permitted, or the key is another command's. A mistake to mend. */
export interface Refused {
  readonly kind: 'refused'
  readonly key: string
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly problem: Problem
}

/** Nobody knows yet. The command stays kept: `recover` sends it again, `look` asks for it, `abandon` ends it either way. */
export interface Unknown {
  readonly kind: 'unknown'
  readonly key: string
  /** False: no copy can have reached Plinth, so nothing was done so far. */
  readonly maybeDone: boolean
  readonly reason: string
}

/** The result of an accepted command; anything else is thrown as `NotAccepted`, for callers that have nothing better to do. */
export function acceptedBody<Body>(outcome: Outcome<Body>): Body {
  if (outcome.kind === 'accepted') return outcome.body
  throw new NotAccepted(outcome)
}

/** A command that was not accepted, where only acceptance was expected. */
export class NotAccepted extends Error {
  override readonly name = 'NotAccepted'
  constructor(readonly outcome: Rejected | Refused | Unknown) {
    super(
      outcome.kind === 'unknown'
        ? `outcome unknown: ${outcome.reason}`
        : `${outcome.code}: ${outcome.detail}`,
    )
  }
}

/** A read, or a call that is no command, that Plinth refused. */
export class PlinthProblem extends Error {
  override readonly name = 'PlinthProblem'
  readonly status: number
  readonly code: string
  constructor(readonly problem: Problem) {
    super(`${problem.code}: ${problem.detail}`)
    this.status = problem.status
    this.code = problem.code
  }
}

/** Plinth could not be asked, or did not answer in time. Of a read: ask again; of a call that is no command: look what it did. */
export class PlinthUnavailable extends Error {
  override readonly name = 'PlinthUnavailable'
}
