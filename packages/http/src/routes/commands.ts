import { type IdempotencyKey, parseIdempotencyKey } from '@plinth/kernel'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { recordedCommand } from '../answer-schemas.js'
import { idempotencyKey } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { actionOperation, readOperation } from '../operations.js'
import { notFound, refuse } from '../problem.js'
import { readQuery } from '../query.js'
import { requireCorrelation } from '../request-headers.js'
import type { Route } from '../route.js'
import { answerOf, contextOf, stamp } from '../run-command.js'

export const commandRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/commands/{key}',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'readCommand',
      summary: 'What is recorded for an idempotency key: the way out of an unknown outcome',
      path: z.object({ key: idempotencyKey }),
      answer: recordedCommand,
    }),
    handle: readRecorded,
  },
  {
    method: 'post',
    path: '/v1/commands/{key}/abandon',
    permission: 'post',
    operation: actionOperation({
      operationId: 'abandonCommand',
      summary:
        'What is recorded for a key, or if nothing is, that nothing ever will: a delayed copy cannot take effect',
      path: z.object({ key: idempotencyKey }),
      status: 200,
      answer: recordedCommand,
    }),
    handle: abandon,
  },
]

/** Takes the key as a command does, so it waits for one that is under way and finds what that recorded. */
async function abandon(exchange: Exchange, principal: Principal): Promise<Reply> {
  const { edge, correlation } = exchange
  requireCorrelation(correlation)
  const key = parseIdempotencyKey(exchange.param('key'))
  if (key === undefined)
    throw refuse('idempotency_key_malformed', 'A key has 1 to 255 visible ASCII characters.')
  const submission = stamp({ key, command: { type: 'abandon' } }, principal, contextOf(exchange, principal))
  const outcome = await edge.posting.submit(principal, submission)
  if (outcome.kind === 'failed') throw outcome.error
  return await answerRecorded(exchange, principal, key)
}

async function readRecorded(exchange: Exchange, principal: Principal): Promise<Reply> {
  readQuery(exchange, z.strictObject({}))
  const key = parseIdempotencyKey(exchange.param('key'))
  if (key === undefined) throw notFound()
  return await answerRecorded(exchange, principal, key)
}

async function answerRecorded(
  { edge, correlation }: Exchange,
  principal: Principal,
  key: IdempotencyKey,
): Promise<Reply> {
  const recorded = await edge.posting.recorded(principal, key)
  if (recorded === undefined) throw notFound()
  const { answer, decidedAt, businessDate } = recorded
  const { status, body } = answerOf(
    edge,
    { kind: 'answered', replayed: true, answer },
    correlation.correlationId,
  )
  return {
    status: 200,
    body: { idempotencyKey: key, type: answer.type, status, decidedAt, businessDate, body },
  }
}
