import { rolesWith } from '@plinth/tenancy'
import { z } from 'zod'
import {
  type CreateDocumentOptions,
  createDocument,
  type ZodOpenApiObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponsesObject,
} from 'zod-openapi'
import { describedProblem } from './operations.js'
import type { Route } from './route.js'

const answered = (description: string) => ({ '200': { description } })
const open = (operationId: string, summary: string, responses: ZodOpenApiResponsesObject) => ({
  get: { operationId, summary, security: [], responses },
})

// Outside /v1 and for everybody who can reach the port.
const systemPaths: ZodOpenApiPathsObject = {
  '/health/live': open('isLive', 'Whether the process runs', answered('It does.')),
  '/health/ready': open('isReady', 'Whether the database answers', {
    ...answered('It does.'),
    '503': describedProblem('`unavailable`'),
  }),
  '/schemas/events': open(
    'listEventSchemas',
    'The types of events and where their schemas are',
    answered('They are named.'),
  ),
  '/schemas/events/{type}.json': {
    get: {
      operationId: 'readEventSchema',
      summary: 'The JSON Schema of the data of a type of events',
      security: [],
      requestParams: { path: z.object({ type: z.string() }) },
      responses: { ...answered('JSON Schema 2020-12.'), '404': describedProblem('`not_found`') },
    },
  },
  '/metrics': open('readMetrics', 'What Plinth counts, for Prometheus', answered('Text of Prometheus.')),
}

const withPermission = ({ permission, operation }: Route) => ({
  ...operation,
  description: `Needs the permission \`${permission}\`: ${rolesWith(permission).join(', ')}.`,
})

// zod closes what an object of an answer may hold, and programs made from the document would refuse a field more.
const openAnswers: NonNullable<CreateDocumentOptions['override']> = ({ jsonSchema, io }) => {
  if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
}

/** The OpenAPI document of the routes: what they read is what it says, for both come from the same schemas. */
export function describeApi(routes: readonly Route[]): object {
  const paths: ZodOpenApiPathsObject = { ...systemPaths }
  for (const route of routes)
    paths[route.path] = { ...paths[route.path], [route.method]: withPermission(route) }
  const document: ZodOpenApiObject = {
    openapi: '3.1.0',
    info: {
      title: 'Plinth',
      version: '1',
      description: [
        'A double-entry core-banking ledger. Amounts are decimal strings, dates `YYYY-MM-DD`, instants RFC 3339 in UTC.',
        'Every command has an `Idempotency-Key`: the same key and command get the same answer, for ever.',
        'Answers may come to have more fields, and fields more values: pass over what you do not know.',
        'Errors are RFC 9457 problems with a stable `code`; /docs/problems lists them.',
      ].join('\n\n'),
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }],
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'An API key `plk_…`, or a JWT.' },
      },
    },
    paths,
  }
  return createDocument(document, { override: openAnswers })
}
