import type { Unproved } from '@plinth/evidence'
import { z } from 'zod'
import type { Exchange, Reply } from './exchange.js'
import { describedProblem } from './operations.js'
import { notFound, type RequestRefused, refuse } from './problem.js'
import type { Route } from './route.js'

type Operation = Route['operation']

/** An operation that answers 404 with these codes. */
export const unproved = (operation: Operation, codes: string): Operation => ({
  ...operation,
  responses: { ...operation.responses, '404': describedProblem(`${codes}; see Retry-After.`) },
})

/** A note is a text: whoever asks for one by Accept gets its bytes. */
export const orText = (
  operation: Operation,
  answer: z.ZodType,
  codes = '`not_yet_checkpointed`',
): Operation => ({
  ...operation,
  responses: {
    ...unproved(operation, codes).responses,
    '200': {
      description: 'In the form that Accept asks for.',
      content: { 'application/json': { schema: answer }, 'text/plain': { schema: z.string() } },
    },
  },
})

/** Of what will be there in a moment. */
export const notYet = (detail = 'There is no checkpoint of so many entries yet.'): RequestRefused =>
  refuse('not_yet_checkpointed', detail)

/** Why nothing is proved; `detail` says what is not there yet. */
export const refusalOf = (unproved: Unproved, detail?: string): RequestRefused =>
  unproved === 'not_found' ? notFound() : notYet(detail)

/** JSON, or the text alone where Accept asks for it. */
export function inForm({ request }: Exchange, body: object, text: string): Reply {
  const headers = { Vary: 'Accept' }
  if (request.accepts(['application/json', 'text/plain']) !== 'text/plain')
    return { status: 200, body, headers }
  return { status: 200, body, text, headers: { ...headers, 'Content-Type': 'text/plain; charset=utf-8' } }
}
