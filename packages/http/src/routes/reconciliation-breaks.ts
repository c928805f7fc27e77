import { parseUuid } from '@plinth/kernel'
import {
  type BreakId,
  explainBreak,
  listBreaks,
  listReconciliationRuns,
  type ReconciliationRunId,
  readBreak,
} from '@plinth/reconciliation'
import { breakStatuses, comparisonNames, renderBreak, renderBreakEvent } from '@plinth/reconciliation/domain'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { listOf } from '../answer-schemas.js'
import { name } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { actionOperation, describedProblem, readOperation } from '../operations.js'
import { notFound, refuse, refuseMalformed } from '../problem.js'
import { pageOf, pageParameters, readQuery } from '../query.js'
import { bodyBytesMax, readJsonBody } from '../read-body.js'
import { malformedBySchema } from '../read-fields.js'
import {
  reconciliationBreak,
  reconciliationBreakHistory,
  reconciliationRun,
} from '../reconciliation-schemas.js'
import { requireCorrelation } from '../request-headers.js'
import type { Route } from '../route.js'
import { contextOf } from '../run-command.js'
import { uuidV7 } from '../uuid-v7.js'

const breakQuery = z.strictObject({
  status: z.enum(breakStatuses, { error: 'wrong_type' }).optional(),
  comparison: z.enum([...comparisonNames], { error: 'wrong_type' }).optional(),
  ...pageParameters,
})
const runQuery = z.strictObject(pageParameters)
const path = z.object({ breakId: z.string() })
const explainBody = z
  .strictObject({ note: name(1000).meta({ description: 'Why it is there.' }) }, { error: 'wrong_type' })
  .meta({ id: 'BreakExplanation' })

const explaining = actionOperation({
  operationId: 'explainReconciliationBreak',
  summary: 'Say why a break is there: it counts no more as open until its figures change',
  path,
  body: explainBody,
  status: 200,
  answer: reconciliationBreak,
})
const refusedExplanation = { '422': describedProblem('`status_transition_invalid`: the break is closed.') }

export const reconciliationRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/reconciliation-breaks',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'listReconciliationBreaks',
      summary: 'What differs in the books, or did until it was right again, oldest first',
      query: breakQuery,
      answer: listOf(reconciliationBreak),
    }),
    handle: list,
  },
  {
    method: 'get',
    path: '/v1/reconciliation-breaks/{breakId}',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'readReconciliationBreak',
      summary: 'A break, and what became of it',
      path,
      answer: reconciliationBreakHistory,
    }),
    handle: readOne,
  },
  {
    method: 'post',
    path: '/v1/reconciliation-breaks/{breakId}/explain',
    permission: 'explain_breaks',
    operation: { ...explaining, responses: { ...explaining.responses, ...refusedExplanation } },
    handle: explain,
  },
  {
    method: 'get',
    path: '/v1/reconciliation-runs',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'listReconciliationRuns',
      summary: 'The comparisons of the books with themselves, and how much of what they compared differed',
      query: runQuery,
      answer: listOf(reconciliationRun),
    }),
    handle: listRuns,
  },
]

async function list(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, breakQuery)
  const page = pageOf<BreakId, typeof query>(exchange, principal, { list: 'reconciliation-breaks', query })
  const { filter, order, limit, after } = page
  const found = await exchange.edge.database.read(principal.tenant.tenantId, (tx) =>
    listBreaks(tx, { filter, order, limit, after }),
  )
  return page.reply(found, ({ breakId }) => breakId, renderBreak)
}

const breakInPath = (exchange: Exchange): BreakId => {
  const breakId = parseUuid(exchange.param('breakId'))
  if (breakId === undefined) throw notFound()
  return breakId as string as BreakId
}

async function readOne(exchange: Exchange, { tenant }: Principal): Promise<Reply> {
  readQuery(exchange, z.strictObject({}))
  const breakId = breakInPath(exchange)
  const known = await exchange.edge.database.read(tenant.tenantId, (tx) => readBreak(tx, breakId))
  if (known === undefined) throw notFound()
  return { status: 200, body: { ...renderBreak(known.found), events: known.events.map(renderBreakEvent) } }
}

const patienceMs = 10_000

async function explain(exchange: Exchange, principal: Principal): Promise<Reply> {
  const { edge, correlation, request } = exchange
  requireCorrelation(correlation)
  const breakId = breakInPath(exchange)
  const value = await readJsonBody(request, bodyBytesMax)
  const parsed = explainBody.safeParse(value)
  if (!parsed.success) throw refuseMalformed(malformedBySchema(parsed.error, value))
  const { tenantId } = principal.tenant
  const explained = await edge.database.transaction(
    { tenantId, lane: 'online', deadlineMs: edge.now() + patienceMs, repeatable: true },
    (tx) =>
      explainBreak(tx, {
        breakId,
        note: parsed.data.note,
        asker: { ...contextOf(exchange, principal), auditEventId: uuidV7() },
      }),
  )
  if (explained.outcome === 'no_break') throw notFound()
  if (explained.outcome === 'closed')
    throw refuse('status_transition_invalid', 'The break is closed: there is nothing left to explain.')
  return { status: 200, body: renderBreak(explained.explained) }
}

async function listRuns(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, runQuery)
  const page = pageOf<ReconciliationRunId, typeof query>(exchange, principal, {
    ...{ list: 'reconciliation-runs', query },
  })
  const { order, limit, after } = page
  const found = await exchange.edge.database.read(principal.tenant.tenantId, (tx) =>
    listReconciliationRuns(tx, { order, limit, after }),
  )
  return page.reply(
    found,
    ({ runId }) => runId,
    (run) => run,
  )
}
