import { createHmac } from 'node:crypto'
import type { Database } from '@plinth/db'
import type { PostingEngine } from '@plinth/posting'
import type { Authenticate } from '@plinth/tenancy'
import type { WebhookDesk } from '@plinth/webhooks'
import express, { type ErrorRequestHandler, type Express } from 'express'
import type { Logger } from 'pino'
import { docsPages } from './docs-page.js'
import { type EodDesk, openEodDesk } from './eod-desk.js'
import { type EventDesk, openEventDesk } from './event-desk.js'
import { eventSchemaPages } from './event-schema-pages.js'
import type { Edge, Exchange, Reply } from './exchange.js'
import { openLogTokens } from './log-facts.js'
import { type Metrics, openMetrics } from './metrics.js'
import { sendMetrics } from './metrics-page.js'
import { describeApi } from './openapi.js'
import { notFound, RequestRefused, refuse } from './problem.js'
import { openRateLimit } from './rate-limit.js'
import { respondWith } from './respond.js'
import type { Route } from './route.js'
import { accountRoutes } from './routes/accounts.js'
import { apiKeyRoutes } from './routes/api-keys.js'
import { balanceRoutes } from './routes/balance.js'
import { batchRoutes } from './routes/batches.js'
import { commandRoutes } from './routes/commands.js'
import { customerBalanceRoutes } from './routes/customer-balances.js'
import { eodRunRoutes } from './routes/eod-runs.js'
import { eventRoutes } from './routes/events.js'
import { evidenceRoutes } from './routes/evidence.js'
import { glAccountRoutes } from './routes/gl-accounts.js'
import { glExtractRoutes } from './routes/gl-extracts.js'
import { holdRoutes } from './routes/holds.js'
import { journalEntryRoutes } from './routes/journal-entries.js'
import { journeyRoutes } from './routes/journeys.js'
import { limitRoutes } from './routes/limits.js'
import { postingRoutes } from './routes/postings.js'
import { productRoutes } from './routes/products.js'
import { proposalRoutes } from './routes/proposals.js'
import { rateRoutes } from './routes/rates.js'
import { reconciliationRoutes } from './routes/reconciliation-breaks.js'
import { reportRoutes } from './routes/reports.js'
import { settingsRoutes } from './routes/settings.js'
import { statementRoutes } from './routes/statement.js'
import { statementsRoutes } from './routes/statements.js'
import { suspenseItemRoutes } from './routes/suspense-items.js'
import { webhookRoutes } from './routes/webhooks.js'
import { yearEndRoutes } from './routes/year-ends.js'
import { docsSecurityHeaders } from './security-headers.js'
import { openTokenTries } from './token-tries.js'

export interface HttpAppOptions {
  readonly database: Database
  readonly posting: PostingEngine
  readonly authenticate: Authenticate
  readonly logger: Pick<Logger, 'info' | 'error' | 'isLevelEnabled'>
  /** Where the process counts; absent: in metrics of the edge's own. */
  readonly metrics?: Metrics
  /** Keys the tokens that stand for accounts and keys in the log; absent: one that follows from `cursorSecret`. */
  readonly logSecret?: Buffer | undefined
  /** Keys the seals of cursors; the same in every process that serves. At least 32 bytes. */
  readonly cursorSecret: Buffer
  /** At most so many of one caller, in this process. */
  readonly requestsPerSecond?: number
  /** Tokens of one address that may open nothing, in this process. */
  readonly failedTokensPerSecond?: number
  readonly now?: () => number
  /** Whoever makes it stops it; absent: it ends with the process. */
  readonly eod?: EodDesk
  /** As `eod`. */
  readonly events?: EventDesk
  /** Absent: nobody looks after webhooks here. */
  readonly webhooks?: WebhookDesk
}

/** Every call under /v1: the edge and the OpenAPI document read this one list. */
export const routes: readonly Route[] = [
  ...postingRoutes,
  ...batchRoutes,
  ...glAccountRoutes,
  ...accountRoutes,
  ...balanceRoutes,
  ...statementRoutes,
  ...statementsRoutes,
  ...journalEntryRoutes,
  ...evidenceRoutes,
  ...customerBalanceRoutes,
  ...holdRoutes,
  ...suspenseItemRoutes,
  ...commandRoutes,
  ...eventRoutes,
  ...reportRoutes,
  ...journeyRoutes,
  ...eodRunRoutes,
  ...yearEndRoutes,
  ...glExtractRoutes,
  ...reconciliationRoutes,
  ...rateRoutes,
  ...apiKeyRoutes,
  ...webhookRoutes,
  ...settingsRoutes,
  ...limitRoutes,
  ...productRoutes,
  ...proposalRoutes,
]

// More than one process can answer: by default a caller that runs wild is slowed down and no other is.
const requestsPerSecondDefault = 10_000

/** The whole REST edge. */
export function createHttpApp({
  now = Date.now,
  requestsPerSecond = requestsPerSecondDefault,
  authenticate,
  failedTokensPerSecond,
  eod,
  events,
  metrics = openMetrics(),
  logSecret,
  ...options
}: HttpAppOptions): Express {
  metrics.watch({ posting: options.posting, database: options.database })
  const edge: Edge = {
    ...options,
    eod: eod ?? openEodDesk(options.database),
    events: events ?? openEventDesk(options.database),
    now,
    rateLimit: openRateLimit(requestsPerSecond),
    checkToken: openTokenTries(authenticate, now, failedTokensPerSecond),
    metrics,
    logToken: openLogTokens(
      logSecret ?? createHmac('sha256', options.cursorSecret).update('plinth log').digest(),
    ),
  }
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.enable('case sensitive routing')
  app.enable('strict routing')
  mountRoutes(app, edge)
  mountSystemPages(app, edge)
  app.use(respondWith(edge, { route: 'unknown' }, () => Promise.reject(notFound())))
  const onError: ErrorRequestHandler = (error, request, response, next) =>
    respondWith(edge, { route: 'unknown' }, () => Promise.reject(error))(request, response, next)
  app.use(onError)
  return app
}

function mountRoutes(app: Express, edge: Edge): void {
  const methods = new Map<string, string[]>()
  for (const route of routes) {
    const { method, path, operation } = route
    app[method](
      inExpress(path),
      respondWith(edge, { route: path, operationId: operation.operationId }, admitting(route)),
    )
    methods.set(path, [...(methods.get(path) ?? []), ...(method === 'get' ? ['GET', 'HEAD'] : ['POST'])])
  }
  // Behind all routes of a path: whatever comes here has another method.
  for (const [path, allowed] of methods) {
    app.all(
      inExpress(path),
      respondWith(edge, { route: path }, () => Promise.reject(methodNotAllowed(allowed))),
    )
  }
}

const inExpress = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

const methodNotAllowed = (allowed: readonly string[]): RequestRefused => {
  const detail = `This path takes ${allowed.join(', ')}.`
  return new RequestRefused({ code: 'method_not_allowed', detail }, { Allow: allowed.join(', ') })
}

/** Whoever may not call a route gets no further than this. */
const admitting =
  ({ permission, handle }: Route) =>
  async (exchange: Exchange): Promise<Reply> => {
    const { headers, httpVersion } = exchange.request
    // HTTP/1.1 asks for it, and Node would refuse without saying why.
    if (headers.host === undefined && httpVersion === '1.1')
      throw refuse('malformed_request', 'The header Host is missing.')
    return await handle(exchange, await exchange.principal(permission))
  }

/** What stands outside /v1 and asks for no token. */
function mountSystemPages(app: Express, edge: Edge): void {
  let description: object | undefined
  const replies: Readonly<Record<string, (exchange: Exchange) => Promise<Reply>>> = {
    '/health/live': async () => ({ status: 200, body: { status: 'ok' } }),
    '/health/ready': async () => {
      if (!(await edge.database.answers())) throw refuse('unavailable', 'The database does not answer.')
      return { status: 200, body: { status: 'ok' } }
    },
    '/openapi.json': async () => {
      description ??= describeApi(routes)
      return { status: 200, body: description }
    },
    ...eventSchemaPages,
  }
  for (const [path, handle] of Object.entries(replies))
    app.get(path, respondWith(edge, { route: path }, handle))
  app.get('/metrics', (_request, response) => sendMetrics(edge.metrics, response))
  for (const [path, read] of Object.entries(docsPages)) {
    app.get(path, async (_request, response) => {
      const { contentType, content } = await read()
      response.writeHead(200, {
        ...docsSecurityHeaders,
        'Content-Type': contentType,
        'Content-Length': Buffer.byteLength(content),
      })
      response.end(content)
    })
  }
  for (const path of [...Object.keys(replies), '/metrics', ...Object.keys(docsPages)]) {
    app.all(
      path,
      respondWith(edge, { route: path }, () => Promise.reject(methodNotAllowed(['GET', 'HEAD']))),
    )
  }
}
