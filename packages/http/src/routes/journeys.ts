import { type PlacedStep, readJourney } from '@plinth/journey'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import type { Exchange, Reply } from '../exchange.js'
import { journey } from '../journey-schemas.js'
import { readOperation } from '../operations.js'
import { notFound } from '../problem.js'
import { pageOf, pageParameters, readQuery } from '../query.js'
import type { Route } from '../route.js'

const { limit, cursor } = pageParameters
const query = z.strictObject({ limit, cursor })
const path = z.object({
  correlationId: z.string().meta({ description: 'What came as X-Correlation-Id, or was made in its place.' }),
})

export const journeyRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/journeys/{correlationId}',
    permission: 'read_journeys',
    operation: readOperation({
      operationId: 'readJourney',
      summary:
        'Everything that belongs to one correlation, in the order in which it happened, and where it stands',
      path,
      query,
      answer: journey,
    }),
    handle: read,
  },
]

// What a header takes (request-headers.ts): nothing else is ever recorded.
const correlationForm = /^[\x21-\x7e]{1,128}$/

async function read(exchange: Exchange, principal: Principal): Promise<Reply> {
  const asked = readQuery(exchange, query)
  const correlationId = exchange.param('correlationId')
  if (!correlationForm.test(correlationId)) throw notFound()
  const page = pageOf<string, typeof asked>(exchange, principal, {
    list: `journey ${correlationId}`,
    query: asked,
  })
  const found = await exchange.edge.database.read(principal.tenant.tenantId, (tx) =>
    readJourney(tx, principal.currencies, { correlationId, limit: page.limit, after: page.after }),
  )
  if (found === undefined) throw notFound()
  const { steps, causes, standing, related } = found
  const { items, nextCursor } = page.cut<PlacedStep>(steps, ({ place }) => place)
  return {
    status: 200,
    body: {
      correlationId,
      standing,
      causes: causes.map(({ causationId, foundAs = null, correlationId: of = null }) => ({
        causationId,
        foundAs,
        correlationId: of,
      })),
      related,
      data: items.map(({ place: _, ...step }) => step),
      nextCursor,
    },
  }
}
