import { parseIdempotencyKey } from '@plinth/kernel'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { recordedCommand } from '../answer-schemas.js'
import { idempotencyKey } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { readOperation } from '../operations.js'
import { notFound } from '../problem.js'
import { readQuery } from '../query.js'
import type { Route } from '../route.js'
import { answerOf } from '../run-command.js'

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
]

async function readRecorded(exchange: Exchange, principal: Principal): Promise<Reply> {
  const { edge, correlation } = exchange
  readQuery(exchange, z.strictObject({}))
  const key = parseIdempotencyKey(exchange.param('key'))
  const recorded = key && (await edge.posting.recorded(principal, key))
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
