import { readState } from '@plinth/account'
import type { BusinessDate } from '@plinth/kernel'
import {
  listStatements,
  makeStatement,
  readStatementPage,
  type StatementPage,
  type StoredStatement,
} from '@plinth/reconciliation'
import {
  renderCamt053,
  renderCsv,
  renderStatement,
  renderStatementPage,
  renderText,
  unfitForCamt053,
} from '@plinth/reconciliation/domain'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { keptStatement, listOf, statementPage } from '../answer-schemas.js'
import { accountId, date } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { fieldError, malformedFields } from '../malformed.js'
import { actionOperation, readOperation } from '../operations.js'
import { notFound, refuseMalformed } from '../problem.js'
import { pageOf, pageParameters, readQuery, wholeNumber } from '../query.js'
import { bodyBytesMax, readJsonBody } from '../read-body.js'
import { malformedBySchema } from '../read-fields.js'
import { requireCorrelation } from '../request-headers.js'
import type { Route } from '../route.js'
import { contextOf } from '../run-command.js'
import { uuidV7 } from '../uuid-v7.js'
import { accountInPath } from './accounts.js'

const makeBody = z
  .strictObject(
    { to: date.meta({ description: 'The last day; closed, and behind the last statement.' }) },
    { error: 'wrong_type' },
  )
  .meta({ id: 'StatementRequest' })
const listQuery = z.strictObject(pageParameters)
const pageQuery = z.strictObject({
  page: wholeNumber
    .refine((page) => page >= 1, { error: 'wrong_type' })
    .optional()
    .meta({ description: 'From 1, the default; the answer says how many there are.' }),
})

const readOneOperation = readOperation({
  operationId: 'readNumberedStatement',
  summary: 'A page of a numbered statement, the same bytes for ever, in the form that Accept asks for',
  path: z.object({ accountId, statementNo: wholeNumber }),
  query: pageQuery,
  answer: statementPage,
})

// Beside JSON, which is answered to whoever takes anything, or none of these.
const forms: Readonly<Record<string, (page: StatementPage) => string>> = {
  'text/plain': renderText,
  'text/csv': renderCsv,
  'application/xml': camt053,
}
const text = z.string()

export const statementsRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/accounts/{accountId}/statements',
    permission: 'make_statements',
    operation: actionOperation({
      operationId: 'makeStatement',
      summary: 'Make and number the statement up to a closed day; asked again, it is the same one',
      path: z.object({ accountId }),
      body: makeBody,
      status: 200,
      answer: keptStatement,
    }),
    handle: make,
  },
  {
    method: 'get',
    path: '/v1/accounts/{accountId}/statements',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'listNumberedStatements',
      summary: 'The numbered statements of an account, without their lines',
      path: z.object({ accountId }),
      query: listQuery,
      answer: listOf(keptStatement),
    }),
    handle: list,
  },
  {
    method: 'get',
    path: '/v1/accounts/{accountId}/statements/{statementNo}',
    permission: 'read_books',
    operation: {
      ...readOneOperation,
      responses: {
        ...readOneOperation.responses,
        '200': {
          description: 'The statement, as it was when it was made. XML is an ISO 20022 camt.053.001.08.',
          content: {
            'application/json': { schema: statementPage },
            'text/plain': { schema: text },
            'text/csv': { schema: text },
            'application/xml': { schema: text },
          },
        },
      },
    },
    handle: readOne,
  },
]

const render = ({ statement, checksum }: StoredStatement, { currencies }: Principal) => {
  const decimals = currencies.decimalsOf(statement.currency) as number
  return { ...renderStatement({ ...statement, decimals }), checksum }
}

// A statement of a very long time takes some seconds to add up.
const patienceMs = 60_000

async function make(exchange: Exchange, principal: Principal): Promise<Reply> {
  const { edge, correlation, request } = exchange
  requireCorrelation(correlation)
  const id = accountInPath(exchange)
  const value = await readJsonBody(request, bodyBytesMax)
  const parsed = makeBody.safeParse(value)
  if (!parsed.success) throw refuseMalformed(malformedBySchema(parsed.error, value))
  const { tenantId } = principal.tenant
  const made = await edge.database.transaction(
    { tenantId, lane: 'batch', deadlineMs: edge.now() + patienceMs, repeatable: true },
    (tx) =>
      makeStatement(tx, {
        accountId: id,
        to: parsed.data.to as BusinessDate,
        currencies: principal.currencies,
        asker: { ...contextOf(exchange, principal), auditEventId: uuidV7() },
      }),
  )
  if (made.outcome === 'no_account') throw notFound()
  if (made.outcome === 'refused')
    throw refuseMalformed(malformedFields([fieldError(['to'], 'date_malformed', made.detail)]))
  return { status: 200, body: render(made.stored, principal) }
}

async function list(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, listQuery)
  const id = accountInPath(exchange)
  const page = pageOf<number, typeof query>(exchange, principal, { list: `statements ${id}`, query })
  const { order, limit, after } = page
  const found = await exchange.edge.database.read(principal.tenant.tenantId, async (tx) => {
    if ((await readState(tx, id)) === undefined) throw notFound()
    return await listStatements(tx, { accountId: id, order, limit, after })
  })
  return page.reply(
    found,
    ({ statement }) => statement.statementNo,
    (stored) => render(stored, principal),
  )
}

async function readOne(exchange: Exchange, { tenant, currencies }: Principal): Promise<Reply> {
  const { page = 1 } = readQuery(exchange, pageQuery)
  const id = accountInPath(exchange)
  const named = exchange.param('statementNo')
  if (!/^[1-9][0-9]{0,8}$/.test(named)) throw notFound()
  const found = await exchange.edge.database.read(tenant.tenantId, (tx) =>
    readStatementPage(tx, { accountId: id, statementNo: Number(named), page, currencies }),
  )
  if (found === undefined) throw notFound()
  const wanted = exchange.request.accepts(['application/json', ...Object.keys(forms)])
  const form = forms[wanted || '']
  const body = renderStatementPage(found)
  if (form === undefined) return { status: 200, body, headers: { Vary: 'Accept' } }
  const headers = { 'Content-Type': `${wanted}; charset=utf-8`, Vary: 'Accept' }
  return { status: 200, body, text: form(found), headers }
}

function camt053(page: StatementPage): string {
  const unfit = unfitForCamt053(page)
  if (unfit === undefined) return renderCamt053(page)
  throw refuseMalformed(malformedFields([fieldError(['Accept'], unfit.code, unfit.detail)]))
}
