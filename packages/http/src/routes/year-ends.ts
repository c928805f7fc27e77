import { EodRefused, listYearEnds, openYearEnds, readYearEnd } from '@plinth/eod'
import { renderYearEnd } from '@plinth/eod/domain'
import { readHead } from '@plinth/ledger'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { decimal, listOf } from '../answer-schemas.js'
import { glCode, period, side } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { actionOperation, describedProblem, readOperation } from '../operations.js'
import { notFound, refuse, refuseMalformed } from '../problem.js'
import { pageOf, pageParameters, readQuery } from '../query.js'
import { bodyBytesMax, readJsonBody } from '../read-body.js'
import { malformedBySchema } from '../read-fields.js'
import { isDryRun, requireCorrelation } from '../request-headers.js'
import type { Route } from '../route.js'
import { contextOf } from '../run-command.js'
import { uuidV7 } from '../uuid-v7.js'

const yearMax = 9998
const wrong = { error: 'wrong_type' }
const body = z
  .strictObject({ year: z.int(wrong).min(1, wrong).max(yearMax, wrong).meta({ example: 2026 }) }, wrong)
  .meta({ id: 'YearEndRequest' })
const listQuery = z.strictObject(pageParameters)
const path = z.object({ year: z.string() })

const yearEnd = z
  .object({
    year: z.int(),
    period,
    status: z.enum(['open', 'closing', 'final']),
    retainedEarningsGlCode: z.string().optional(),
    begunAt: z.string().meta({ format: 'date-time' }).optional(),
    begunBy: z.string().optional(),
    correlationId: z.string().optional(),
    finalAt: z.string().meta({ format: 'date-time' }).nullable().optional(),
    results: z.array(
      z.object({
        currency: z.string(),
        result: decimal.meta({ description: 'Income less expense.' }),
        journalEntryIds: z.array(z.string().meta({ format: 'uuid' })),
      }),
    ),
    lines: z
      .array(z.object({ glCode, currency: z.string(), side, amount: decimal }))
      .optional()
      .meta({ description: 'Of a rehearsal: what would be posted.' }),
  })
  .meta({ id: 'YearEnd' })

const closeOperation = actionOperation({
  operationId: 'closeYear',
  summary:
    'Close income and expense of a year into the retained earnings; one that is final is answered as it is',
  body,
  status: 200,
  answer: yearEnd,
  dryRun: true,
})

export const yearEndRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/year-ends',
    permission: 'close_years',
    operation: {
      ...closeOperation,
      responses: {
        ...closeOperation.responses,
        '422': describedProblem(
          '`condition_failed`: the year cannot be closed, or not yet; why says `detail`.',
        ),
      },
    },
    handle: close,
  },
  {
    method: 'get',
    path: '/v1/year-ends',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'listYearEnds',
      summary: 'The years that are final or being closed, in order',
      query: listQuery,
      answer: listOf(yearEnd),
    }),
    handle: list,
  },
  {
    method: 'get',
    path: '/v1/year-ends/{year}',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'readYearEnd',
      summary: 'How a year stands, and what came of its end',
      path,
      answer: yearEnd,
    }),
    handle: read,
  },
]

async function close(exchange: Exchange, principal: Principal): Promise<Reply> {
  requireCorrelation(exchange.correlation)
  const rehearsal = isDryRun(exchange.request.headers)
  const value = await readJsonBody(exchange.request, bodyBytesMax)
  const parsed = body.safeParse(value)
  if (!parsed.success) throw refuseMalformed(malformedBySchema(parsed.error, value))
  const { year } = parsed.data
  const years = openYearEnds({ database: exchange.edge.database, newId: uuidV7 })
  try {
    const report = rehearsal
      ? await years.rehearse(principal, year)
      : await years.close(principal, { year, operator: contextOf(exchange, principal) })
    const headers = rehearsal ? { 'Plinth-Dry-Run': 'true' } : {}
    return { status: 200, body: renderYearEnd(report, principal.currencies), headers }
  } catch (error) {
    if (error instanceof EodRefused) throw refuse('condition_failed', error.message)
    throw error
  }
}

async function list(exchange: Exchange, principal: Principal): Promise<Reply> {
  const { tenant, currencies } = principal
  const query = readQuery(exchange, listQuery)
  const page = pageOf<number, typeof query>(exchange, principal, { list: 'year-ends', query })
  const { order, limit, after = order === 'asc' ? 0 : yearMax + 1 } = page
  const reports = await exchange.edge.database.read(tenant.tenantId, async (tx) => {
    const ascending = (await listYearEnds(tx)).filter(({ year }) =>
      order === 'asc' ? year > after : year < after,
    )
    const found = (order === 'asc' ? ascending : ascending.toReversed()).slice(0, limit)
    return await Promise.all(found.map(({ year }) => readYearEnd(tx, year)))
  })
  return page.reply(
    reports,
    ({ year }) => year,
    (report) => renderYearEnd(report, currencies),
  )
}

async function read(exchange: Exchange, { tenant, currencies }: Principal): Promise<Reply> {
  readQuery(exchange, z.strictObject({}))
  const text = exchange.param('year')
  const year = /^[1-9][0-9]{0,3}$/.test(text) ? Number(text) : undefined
  if (year === undefined) throw notFound()
  const report = await exchange.edge.database.read(tenant.tenantId, async (tx) => {
    const found = await readYearEnd(tx, year)
    // Of a year without books there is nothing to say.
    return found.yearEnd === undefined && year <= (await readHead(tx)).finalYear ? undefined : found
  })
  if (report === undefined) throw notFound()
  return { status: 200, body: renderYearEnd(report, currencies) }
}
