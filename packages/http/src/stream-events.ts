import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseUnavailable } from '@plinth/db'
import type { FeedPage, FeedQuestion } from '@plinth/events'
import type { TenantId } from '@plinth/kernel'
import type { Principal } from '@plinth/tenancy'
import type { Response } from 'express'
import type { EventDesk } from './event-desk.js'
import type { Exchange, Reply } from './exchange.js'

/** What a stream reads at once, and all that it holds in memory for a reader who is slow. */
export const eventsPerPage = 100

// A revoked or expired token closes its streams at most so much later, and what tokens are remembered for.
const admissionMs = 5_000
// Whoever takes nothing for so long has gone without a word, and its connection is cut.
const drainMs = 30_000
const againMs = 1_000
const outagesMax = 30

const streamHeaders = {
  'Content-Type': 'text/event-stream; charset=utf-8',
  'Cache-Control': 'no-store',
  Vary: 'Accept',
  // Asks a proxy not to gather what should go on at once.
  'X-Accel-Buffering': 'no',
}

interface Begun {
  readonly question: FeedQuestion
  /** The first page, read before the answer began so that it can still be refused. */
  readonly first: FeedPage
}

/** Answers events as server-sent events until the client, its token or the server goes. */
export function streamEvents(exchange: Exchange, principal: Principal, begun: Begun): Reply {
  const leave =
    exchange.request.method === 'HEAD' ? () => {} : exchange.edge.events.enter(principal.tenant.tenantId)
  return {
    status: 200,
    body: {},
    headers: streamHeaders,
    stream: async (response) => {
      try {
        await follow(exchange, { principal, response, ...begun })
      } finally {
        leave()
      }
    },
  }
}

async function follow(
  exchange: Exchange,
  { principal, response, question, first }: Begun & { principal: Principal; response: Response },
): Promise<void> {
  const { tenantId } = principal.tenant
  const { events } = exchange.edge
  const ended = new AbortController()
  const { signal } = ended
  const end = (): void => ended.abort()
  response.once('close', end)
  events.stopping.addEventListener('abort', end)
  // What happened before it was listened for.
  if (response.destroyed || events.stopping.aborted) end()
  const watching = watchToken(exchange, ended)
  try {
    await write(response, 'retry: 1000\n\n', signal)
    let page = first
    while (!signal.aborted) {
      for (const { event, text } of page.events)
        await write(response, `id: ${event.position}\ndata: ${text}\n\n`, signal)
      if (page.nextAfter === page.last) {
        const until = { signal, ms: events.heartbeatMs }
        const there = await events.tail.waitBehind(tenantId, page.nextAfter, until)
        // An id without data moves Last-Event-ID on, past what the filter left out.
        if (!there) await write(response, `id: ${page.nextAfter}\n\n`, signal)
      }
      page = await readOn(events, { tenantId, question: { ...question, after: page.nextAfter }, signal })
    }
  } finally {
    end()
    response.off('close', end)
    events.stopping.removeEventListener('abort', end)
    await watching
  }
}

/** The next page. A stream outlasts a failover of the database; a longer outage ends it. */
async function readOn(
  { feed }: EventDesk,
  { tenantId, question, signal }: { tenantId: TenantId; question: FeedQuestion; signal: AbortSignal },
): Promise<FeedPage> {
  for (let outages = 1; !signal.aborted; outages += 1) {
    try {
      return await feed(tenantId, question)
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable) || outages > outagesMax) throw error
    }
    await sleep(againMs, undefined, { signal }).catch(() => {})
  }
  return { events: [], nextAfter: question.after, last: question.after }
}

/** Ends the stream when its token opens it no longer. */
async function watchToken(exchange: Exchange, ended: AbortController): Promise<void> {
  const { signal } = ended
  while (!signal.aborted) {
    await sleep(admissionMs, undefined, { signal, ref: false }).catch(() => {})
    // Where it cannot be asked the stream is left alone: it reads nothing then either.
    const admitted = signal.aborted || (await exchange.isStillAdmitted('read_books').catch(() => true))
    if (!admitted) ended.abort()
  }
}

/** Writes, and waits until the reader has taken what was written before more is read. */
async function write(response: Response, text: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted || response.write(text)) return
  await new Promise<void>((resolve) => {
    const done = (): void => {
      clearTimeout(cut)
      response.off('drain', done)
      response.off('close', done)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cut = setTimeout(() => {
      response.destroy()
      done()
    }, drainMs)
    response.once('drain', done)
    response.once('close', done)
    signal.addEventListener('abort', done, { once: true })
  })
}
