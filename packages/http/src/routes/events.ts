import { type FeedPage, type FeedQuestion, parseTypeFilter } from '@plinth/events'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { cloudEvent } from '../answer-events.js'
import { visibleTypes } from '../event-permissions.js'
import type { Exchange, Reply } from '../exchange.js'
import { fieldError, malformedFields } from '../malformed.js'
import { readOperation } from '../operations.js'
import { refuse, refuseMalformed } from '../problem.js'
import { pageParameters, readQuery, wholeNumber } from '../query.js'
import type { Route } from '../route.js'
import { eventsPerPage, streamEvents } from '../stream-events.js'

// Shorter than proxies wait for an answer.
const waitSecondsMax = 30
const limitDefault = 100

const eventsQuery = z.strictObject({
  after: wholeNumber.optional().meta({
    description:
      'Events behind this position; absent: from the first. Of a stream Last-Event-ID comes before it.',
  }),
  limit: pageParameters.limit,
  types: z
    .string()
    .max(2_000, { error: 'too_long' })
    .transform((text, context) => {
      const types = parseTypeFilter(text)
      if (types !== undefined) return types
      context.addIssue({ code: 'custom', message: 'wrong_type' })
      return z.NEVER
    })
    .optional()
    .meta({
      override: { type: 'string' },
      description:
        'Types of events, separated by commas; `plinth.account.*`: all that begin so. One that names none is refused. Absent: all that the caller may read.',
      example: 'plinth.hold.*,plinth.journal_entry.posted.v1',
    }),
  wait: wholeNumber
    .refine((seconds) => seconds <= waitSecondsMax, { error: 'wrong_type' })
    .optional()
    .meta({
      override: { type: 'integer', minimum: 0, maximum: waitSecondsMax },
      description: 'So many seconds are waited for the first event, if there is none.',
    }),
})

const page = z.object({
  data: z.array(cloudEvent),
  nextAfter: z.int().meta({
    description: 'The last position that was looked at, whatever fitted: `after` of the next request.',
  }),
})

const described = readOperation({
  operationId: 'listEvents',
  summary: 'Events in the order of their positions: a page of them, or a stream that goes on',
  query: eventsQuery,
  answer: page,
})

export const eventRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/events',
    permission: 'read_books',
    operation: {
      ...described,
      responses: {
        ...described.responses,
        '200': {
          description:
            'In the form that Accept asks for. Of a stream each event has its position as `id` and the CloudEvent as `data`; an `id` alone says how far was looked.',
          content: {
            'application/json': { schema: page },
            'text/event-stream': { schema: z.string() },
          },
        },
      },
    },
    handle: answerEvents,
  },
]

async function answerEvents(exchange: Exchange, principal: Principal): Promise<Reply> {
  const { after = 0, limit = limitDefault, wait = 0, types: asked } = readQuery(exchange, eventsQuery)
  const types = visibleTypes(principal, asked)
  if (types?.length === 0)
    throw refuse('forbidden', 'None of the caller’s roles may read events of these types.')
  const { request, edge } = exchange
  const { tenantId } = principal.tenant
  if (request.accepts(['application/json', 'text/event-stream']) === 'text/event-stream') {
    const question = { after: lastEventId(exchange) ?? after, limit: eventsPerPage, types }
    const first = await edge.events.feed(tenantId, question)
    requireThere(question.after, first, 'after')
    return streamEvents(exchange, principal, { question, first })
  }
  const question = { after, limit, types }
  let found = await edge.events.feed(tenantId, question)
  requireThere(after, found, 'after')
  if (wait > 0 && found.events.length === 0)
    found = await waitForFirst(exchange, principal, { question, found, waitMs: wait * 1000 })
  const { events, nextAfter } = found
  // The texts of events are shared, so the body is put together from them.
  const text = `{"data":[${events.map((each) => each.text).join(',')}],"nextAfter":${nextAfter}}`
  return { status: 200, body: {}, text, headers: { Vary: 'Accept', 'Cache-Control': 'no-store' } }
}

/** What a client read last, as it says when it connects again. */
function lastEventId({ request }: Exchange): number | undefined {
  const header = request.headers['last-event-id']
  if (header === undefined || header === '') return undefined
  const read = wholeNumber.safeParse(header)
  if (read.success) return read.data
  throw refuseMalformed(malformedFields([fieldError(['Last-Event-ID'], 'wrong_type')]))
}

/** Whoever has read more than there is waits for nothing: of another tenant, or of books that were restored from a backup. */
function requireThere(after: number, { last }: FeedPage, name: string): void {
  if (after <= last) return
  const detail = `There is no event ${after} yet: the last is ${last}.`
  throw refuseMalformed(malformedFields([fieldError([name], 'wrong_type', detail)]))
}

/** Waits until there is an event that fits, or the time is up, or nobody listens any more. */
async function waitForFirst(
  { edge, request }: Exchange,
  { tenant }: Principal,
  { question, found, waitMs }: { question: FeedQuestion; found: FeedPage; waitMs: number },
): Promise<FeedPage> {
  const { tenantId } = tenant
  const { feed, tail, enter, stopping } = edge.events
  const leave = enter(tenantId)
  const ended = new AbortController()
  const end = (): void => ended.abort()
  request.socket.once('close', end)
  stopping.addEventListener('abort', end)
  if (request.socket.destroyed) end()
  const untilMs = performance.now() + waitMs
  try {
    let page = found
    while (page.events.length === 0 && !ended.signal.aborted) {
      const ms = untilMs - performance.now()
      if (ms <= 0) break
      const behind = page.nextAfter < page.last
      if (!behind && !(await tail.waitBehind(tenantId, page.nextAfter, { signal: ended.signal, ms }))) break
      page = await feed(tenantId, { ...question, after: page.nextAfter })
    }
    return page
  } finally {
    request.socket.off('close', end)
    stopping.removeEventListener('abort', end)
    leave()
  }
}
