import { type BusinessDate, parseBusinessDate } from '@plinth/kernel'
import { listExtracts, readGlExtract } from '@plinth/reconciliation'
import { renderGlExtractCsv } from '@plinth/reconciliation/domain'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { listOf } from '../answer-schemas.js'
import { date } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { readOperation } from '../operations.js'
import { notFound } from '../problem.js'
import { pageOf, pageParameters, readQuery } from '../query.js'
import { glExtract, glExtractHead } from '../reconciliation-schemas.js'
import type { Route } from '../route.js'

const listQuery = z.strictObject(pageParameters)
const readOneOperation = readOperation({
  operationId: 'readGlExtract',
  summary: 'What every GL account came to on a closed day, the same bytes for ever, as JSON or CSV',
  path: z.object({ date }),
  answer: glExtract,
})

export const glExtractRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/gl-extracts',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'listGlExtracts',
      summary: 'The days that have a GL extract, by date',
      query: listQuery,
      answer: listOf(glExtractHead),
    }),
    handle: list,
  },
  {
    method: 'get',
    path: '/v1/gl-extracts/{date}',
    permission: 'read_books',
    operation: {
      ...readOneOperation,
      responses: {
        ...readOneOperation.responses,
        '200': {
          description: 'The extract, as it was made when the day was closed.',
          content: { 'application/json': { schema: glExtract }, 'text/csv': { schema: z.string() } },
        },
      },
    },
    handle: readOne,
  },
]

async function list(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, listQuery)
  const page = pageOf<BusinessDate, typeof query>(exchange, principal, { list: 'gl-extracts', query })
  const { order, limit, after } = page
  const found = await exchange.edge.database.read(principal.tenant.tenantId, (tx) =>
    listExtracts(tx, { order, limit, after }),
  )
  return page.reply(
    found,
    ({ businessDate }) => businessDate,
    (head) => head,
  )
}

async function readOne(exchange: Exchange, { tenant, currencies }: Principal): Promise<Reply> {
  readQuery(exchange, z.strictObject({}))
  const businessDate = parseBusinessDate(exchange.param('date'))
  if (businessDate === undefined) throw notFound()
  const body = await exchange.edge.database.read(tenant.tenantId, (tx) =>
    readGlExtract(tx, { businessDate, currencies }),
  )
  if (body === undefined) throw notFound()
  if (exchange.request.accepts(['application/json', 'text/csv']) !== 'text/csv')
    return { status: 200, body, headers: { Vary: 'Accept' } }
  const headers = { 'Content-Type': 'text/csv; charset=utf-8', Vary: 'Accept' }
  return { status: 200, body, text: renderGlExtractCsv(body), headers }
}
