import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Begun,
  EodFailed,
  EodRefused,
  EodRunning,
  listRuns,
  type RunId,
  readRun,
  readRunReport,
  readRunUpTo,
} from '@plinth/eod'
import { renderRun, renderRunReport } from '@plinth/eod/domain'
import { type BusinessDate, parseUuid } from '@plinth/kernel'
import { type RehearsedExtract, readRehearsedExtract } from '@plinth/reconciliation'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { eodRun, listOf } from '../answer-schemas.js'
import { date, flag } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { fieldError, malformedFields } from '../malformed.js'
import { actionOperation, describedProblem, readOperation } from '../operations.js'
import { notFound, refuseMalformed } from '../problem.js'
import { pageOf, pageParameters, readQuery } from '../query.js'
import { bodyBytesMax, readJsonBody } from '../read-body.js'
import { malformedBySchema } from '../read-fields.js'
import { eodRunReport } from '../reconciliation-schemas.js'
import { isDryRun, requireCorrelation } from '../request-headers.js'
import type { Route } from '../route.js'
import { contextOf } from '../run-command.js'

const runBody = z
  .strictObject(
    {
      date: date.meta({
        description: 'The last day to close. Days before it that are not closed yet come first.',
      }),
    },
    { error: 'wrong_type' },
  )
  .meta({ id: 'EodRunRequest' })
const resumeBody = z
  .strictObject(
    {
      takeOver: flag
        .optional()
        .meta({ description: 'Do not wait for the lease of whoever had it: they are gone for sure.' }),
    },
    { error: 'wrong_type' },
  )
  .meta({ id: 'EodResumeRequest' })
const listQuery = z.strictObject(pageParameters)
const path = z.object({ runId: z.string() })

const running = { '409': describedProblem('`eod_running`: somebody else is at it, and since when.') }
const runOperation = actionOperation({
  operationId: 'runEod',
  summary: 'Close days up to a date; one that is closed already is answered as it is',
  body: runBody,
  status: 201,
  answer: eodRunReport,
  dryRun: true,
})
const resumeOperation = actionOperation({
  operationId: 'resumeEod',
  summary: 'Go on with the day that was begun, then try again what was set aside',
  body: resumeBody,
  status: 200,
  answer: eodRunReport,
})

export const eodRunRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/eod-runs',
    permission: 'run_eod',
    operation: {
      ...runOperation,
      responses: {
        ...runOperation.responses,
        '200': {
          description: 'Closed already, or a rehearsal.',
          content: { 'application/json': { schema: eodRunReport } },
        },
        ...running,
      },
    },
    handle: run,
  },
  {
    method: 'post',
    path: '/v1/eod-runs/resume',
    permission: 'run_eod',
    operation: {
      ...resumeOperation,
      responses: {
        ...resumeOperation.responses,
        '404': describedProblem('`not_found`: no day was ever begun.'),
        ...running,
      },
    },
    handle: resume,
  },
  {
    method: 'get',
    path: '/v1/eod-runs',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'listEodRuns',
      summary: 'The days that were closed or are closing, by date',
      query: listQuery,
      answer: listOf(eodRun),
    }),
    handle: list,
  },
  {
    method: 'get',
    path: '/v1/eod-runs/{runId}',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'readEodRun',
      summary: 'How far the end of a day has come, and what came of it',
      path,
      answer: eodRunReport,
    }),
    handle: read,
  },
]

// Most days of small banks are closed by then; whoever waits for a larger one asks for its run.
const answerAfterMs = 5_000

async function run(exchange: Exchange, principal: Principal): Promise<Reply> {
  requireCorrelation(exchange.correlation)
  const rehearsal = isDryRun(exchange.request.headers)
  const asked = (await readBody(exchange, runBody)).date as BusinessDate
  const request = requestOf(exchange, principal)
  const { engine } = exchange.edge.eod
  try {
    if (rehearsal) {
      const { currencies } = principal
      let rehearsed: RehearsedExtract | undefined
      const report = await engine.rehearse(principal, {
        ...{ ...request, date: asked },
        rehearsed: async (tx, { run: { businessDate } }) => {
          rehearsed = await readRehearsedExtract(tx, { businessDate, currencies })
        },
      })
      const body = { ...renderRunReport(report, currencies), ...rehearsed }
      return { status: 200, body, headers: { 'Plinth-Dry-Run': 'true' } }
    }
    const begun = await engine.begin(principal, { ...request, date: asked })
    if (begun.run === undefined) return await closedAlready(exchange, principal, asked)
    await untilAnswered(exchange, begun)
    return { status: 201, body: await reportOf(exchange, principal, begun.run.runId) }
  } catch (error) {
    if (!(error instanceof EodRefused)) throw error
    throw refuseMalformed(malformedFields([fieldError(['date'], 'date_malformed', error.message)]))
  }
}

async function resume(exchange: Exchange, principal: Principal): Promise<Reply> {
  requireCorrelation(exchange.correlation)
  const { takeOver = false } = await readBody(exchange, resumeBody)
  const begun = await exchange.edge.eod.engine.resume(principal, {
    ...requestOf(exchange, principal),
    takeOver,
  })
  await untilAnswered(exchange, begun)
  const last = begun.run ?? (await runUpTo(exchange, principal, begun.businessDate))
  if (last === undefined) throw notFound()
  return { status: 200, body: await reportOf(exchange, principal, last.runId) }
}

/** The day goes on behind the answer; what becomes of it stands in its run, and in the log if it fails. */
async function untilAnswered({ edge, correlation }: Exchange, begun: Begun): Promise<void> {
  const work = begun.finish().catch((error: unknown) => {
    if (error instanceof EodFailed || error instanceof EodRunning) return
    edge.logger.error(
      { err: error, correlationId: correlation.correlationId },
      'an end of day was interrupted',
    )
  })
  edge.eod.follow(work)
  const waiting = new AbortController()
  await Promise.race([work, sleep(answerAfterMs, undefined, { signal: waiting.signal })])
  waiting.abort()
}

const requestOf = (exchange: Exchange, principal: Principal) => {
  const { logger, eod } = exchange.edge
  return {
    operator: contextOf(exchange, principal),
    stopped: () => eod.stopping(),
    failed: (error: unknown, where: { step: string; accountId?: string }) =>
      logger.error({ err: error, ...where }, 'a step of the end of day failed'),
  }
}

async function readBody<Schema extends z.ZodType>(
  exchange: Exchange,
  schema: Schema,
): Promise<z.output<Schema>> {
  const value = await readJsonBody(exchange.request, bodyBytesMax)
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw refuseMalformed(malformedBySchema(parsed.error, value))
  return parsed.data
}

/** A day off is closed with the business date before it. */
async function closedAlready(exchange: Exchange, principal: Principal, asked: BusinessDate): Promise<Reply> {
  const found = await runUpTo(exchange, principal, asked)
  if (found !== undefined) return { status: 200, body: await reportOf(exchange, principal, found.runId) }
  const detail = `There were no books on ${asked}.`
  throw refuseMalformed(malformedFields([fieldError(['date'], 'date_malformed', detail)]))
}

const runUpTo = ({ edge }: Exchange, { tenant }: Principal, day: BusinessDate) =>
  edge.database.read(tenant.tenantId, (tx) => readRunUpTo(tx, day))

async function reportOf(
  { edge }: Exchange,
  { tenant, currencies }: Principal,
  runId: RunId,
): Promise<object> {
  return renderRunReport(
    await edge.database.read(tenant.tenantId, (tx) => readRunReport(tx, runId)),
    currencies,
  )
}

async function read(exchange: Exchange, principal: Principal): Promise<Reply> {
  readQuery(exchange, z.strictObject({}))
  const runId = parseUuid(exchange.param('runId')) as RunId | undefined
  if (runId === undefined) throw notFound()
  const found = await exchange.edge.database.read(principal.tenant.tenantId, (tx) => readRun(tx, runId))
  if (found === undefined) throw notFound()
  return { status: 200, body: await reportOf(exchange, principal, runId) }
}

async function list(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, listQuery)
  const page = pageOf<BusinessDate, typeof query>(exchange, principal, { list: 'eod-runs', query })
  const { order, limit, after } = page
  const found = await exchange.edge.database.read(principal.tenant.tenantId, (tx) =>
    listRuns(tx, { order, limit, after }),
  )
  return page.reply(found, ({ businessDate }) => businessDate, renderRun)
}
