import type { Span } from '@plinth/telemetry'
import type { Request, RequestHandler, Response } from 'express'
import { type Edge, Exchange, type Reply } from './exchange.js'
import { factsOfCommand } from './log-facts.js'
import { headersOf, type ProblemCode, problemOf, type RequestRefused, statusByCode } from './problem.js'
import { ClientGone } from './read-body.js'
import { isDenial, recordDenied } from './record-denied.js'
import { faultToTell } from './run-command.js'
import { securityHeaders } from './security-headers.js'

/** What is answered: its template, and its name in the OpenAPI document if it has one. */
export interface Answered {
  readonly route: string
  readonly operationId?: string | undefined
}

/** Answers a request by `handle`, whatever becomes of it, and writes the one line about it. */
export const respondWith =
  (edge: Edge, answered: Answered, handle: (exchange: Exchange) => Promise<Reply>): RequestHandler =>
  (request, response) => {
    void respond(edge, { ...answered, request, response }, handle)
  }

interface Call extends Answered {
  readonly request: Request
  readonly response: Response
}

async function respond(
  edge: Edge,
  call: Call,
  handle: (exchange: Exchange) => Promise<Reply>,
): Promise<void> {
  const startedMs = performance.now()
  const exchange = new Exchange(edge, call.request)
  const { correlationId } = exchange.correlation
  const { tracing } = edge.database.telemetry
  const span = tracing?.open(`${call.request.method} ${call.route}`, {
    traceparent: call.request.headers.traceparent as string | undefined,
    kind: 'server',
    facts: { method: call.request.method, route: call.route, correlationId },
  })
  let reply: Reply | undefined
  try {
    reply = await (tracing === undefined ? handle(exchange) : tracing.within(span, () => handle(exchange)))
    if (reply.stream === undefined) send(call.response, reply, correlationId)
    else stream(exchange, call.response, reply, reply.stream)
  } catch (error) {
    reply = refusal(exchange, error)
    if (isDenial(reply?.code))
      await recordDenied(exchange, [
        { action: call.operationId ?? call.route, code: reply?.code as ProblemCode },
      ])
    if (reply === undefined) call.response.destroy()
    else send(call.response, reply, correlationId)
  }
  note(exchange, call, { reply, durationMs: performance.now() - startedMs, span })
}

/** The answer to a failure; none where nobody is left to hear it. */
function refusal({ edge, correlation }: Exchange, error: unknown): Reply | undefined {
  if (error instanceof ClientGone) return undefined
  const { correlationId } = correlation
  const fault = faultToTell(edge, error, correlationId)
  const { code } = fault
  const headers = { ...headersOf(code), ...(error as Partial<RequestRefused>).headers }
  return { status: statusByCode[code], body: problemOf(fault, correlationId), code, headers }
}

function send(
  response: Response,
  { status, body, text = JSON.stringify(body), code, headers }: Reply,
  correlationId: string,
): void {
  response.writeHead(status, {
    ...securityHeaders,
    'Content-Type': code === undefined ? 'application/json' : 'application/problem+json',
    'Content-Length': Buffer.byteLength(text),
    'X-Correlation-Id': correlationId,
    ...headers,
  })
  response.end(text)
}

/** Begins an answer that goes on behind this, and looks after its end: it is told of twice, when it begins and when it ends. */
function stream(
  { edge, request, correlation }: Exchange,
  response: Response,
  { status, headers }: Reply,
  write: NonNullable<Reply['stream']>,
): void {
  const { correlationId } = correlation
  response.writeHead(status, { ...securityHeaders, 'X-Correlation-Id': correlationId, ...headers })
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  response.flushHeaders()
  write(response).then(
    () => {
      response.end()
      edge.logger.info({ correlationId }, 'stream ended')
    },
    (error: unknown) => {
      // The headers are gone: that it broke off is all that can be said.
      response.destroy()
      faultToTell(edge, error, correlationId)
    },
  )
}

interface Noted {
  readonly reply: Reply | undefined
  readonly durationMs: number
  readonly span: Span | undefined
}

/** Counts a request, ends its span, and writes its line: one each, whatever is in it. */
function note(exchange: Exchange, { route, request }: Call, { reply, durationMs, span }: Noted): void {
  const { edge, correlation, caller, command, summary } = exchange
  const { metrics, logger, logToken } = edge
  const { method } = request
  // 499: the client was gone, as other servers write it.
  const status = reply?.status ?? 499
  const seconds = durationMs / 1000
  metrics.requestAnswered({ method, route, status, seconds })
  if (command !== undefined) {
    metrics.commandTook({ type: command.command.type, outcome: command.outcome, seconds })
    span?.note({ command: command.command.type, outcome: command.outcome })
  }
  span?.note({ status, code: reply?.code, ...(caller && { tenant: caller.tenant.tenantId }) })
  span?.end()
  if (!logger.isLevelEnabled('info')) return
  logger.info(
    {
      method,
      route,
      status,
      code: reply?.code,
      durationMs: Math.round(durationMs * 1000) / 1000,
      tenantId: caller?.tenant.tenantId,
      correlationId: correlation.correlationId,
      causationId: correlation.causationId,
      traceId: span?.traceId,
      ...(command && factsOfCommand(command, logToken)),
      ...summary,
    },
    'answered',
  )
}
