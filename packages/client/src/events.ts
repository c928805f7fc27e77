import { openWire } from './exchange.js'
import { PlinthProblem } from './outcome.js'
import { type Backoff, waited, waitMs } from './patience.js'
import { isProblem } from './read-answer.js'
import { serverSentEvents } from './server-sent-events.js'

/** A CloudEvent of the feed. Positions are dense in a tenant: 1, 2, 3 … in the order in which things were committed. */
export interface PlinthEvent<Data = unknown> {
  readonly specversion?: string
  /** The same however often it is delivered. */
  readonly id: string
  readonly type: string
  readonly source: string
  readonly subject: string
  readonly time: string
  readonly position: number
  readonly data: Data
}

/** Which events, from where, and how they come. */
export interface EventsWanted {
  /** The position of the last event that was dealt with; 0: from the beginning. The caller keeps it. */
  readonly after: number
  /** Such as `plinth.hold.*`; absent: all. */
  readonly types?: readonly string[]
  /** By one stream of server-sent events, or (default) page by page, each request waiting for something to happen. */
  readonly stream?: boolean
  /** How long a request for a page waits for something to happen (default 20 s). */
  readonly waitSeconds?: number
  /** Ends the iteration. */
  readonly signal?: AbortSignal
  /** Told when all up to a position was looked at, also where nothing fitted `types`. */
  lookedUpTo?(position: number): void
}

type Source = { readonly url: string; readonly token: string | (() => string | Promise<string>) }
type Paced = EventsWanted & { readonly backoff: Backoff }

// Plinth's streams have a heartbeat every few seconds; one that says nothing for so long is dead.
const silenceMsMax = 60_000

/** Events after a position, in order, without end: a lost connection is made again behind the last event. */
export function eventsOf(
  url: string,
  token: string | (() => string | Promise<string>),
  wanted: Paced,
): AsyncIterable<PlinthEvent> {
  return wanted.stream ? streamed({ url, token }, wanted) : paged({ url, token }, wanted)
}

async function* paged({ url, token }: Source, wanted: Paced): AsyncGenerator<PlinthEvent> {
  const { types, waitSeconds = 20, signal, backoff } = wanted
  const wire = openWire(url, token)
  let after = wanted.after
  let failures = 0
  while (!signal?.aborted) {
    const query = new URLSearchParams({ after: String(after), limit: '500', wait: String(waitSeconds) })
    if (types !== undefined) query.set('types', types.join())
    const timeoutMs = waitSeconds * 1000 + 15_000
    const exchange = await wire({ method: 'GET', path: `/v1/events?${query}`, timeoutMs, signal })
    if (exchange.kind === 'result') {
      failures = 0
      const page = exchange.body as { data: readonly PlinthEvent[]; nextAfter: number }
      for (const event of page.data) {
        if (signal?.aborted) return
        yield event
      }
      after = page.nextAfter
      wanted.lookedUpTo?.(after)
      continue
    }
    if (exchange.kind === 'problem' && isFinal(exchange.problem.status))
      throw new PlinthProblem(exchange.problem)
    failures += 1
    await waited(waitMs(failures, exchange.retryAfterMs, backoff), {
      deadlineMs: Number.POSITIVE_INFINITY,
      signal,
    })
  }
}

// Others pass: a server that starts again, a limit that is reached, a database that is away.
const isFinal = (status: number): boolean => status < 500 && status !== 429

async function* streamed(source: Source, wanted: Paced): AsyncGenerator<PlinthEvent> {
  const { signal, backoff } = wanted
  let after = wanted.after
  let failures = 0
  while (!signal?.aborted) {
    const ending = new AbortController()
    const end = () => ending.abort()
    signal?.addEventListener('abort', end, { once: true })
    let silence = setTimeout(end, silenceMsMax)
    const heard = (): void => {
      clearTimeout(silence)
      silence = setTimeout(end, silenceMsMax)
    }
    try {
      for await (const message of serverSentEvents(await open(source, wanted, after, ending.signal), heard)) {
        failures = 0
        if (message.id !== undefined && /^\d+$/.test(message.id)) after = Number(message.id)
        if (message.data !== '') yield JSON.parse(message.data) as PlinthEvent
        wanted.lookedUpTo?.(after)
      }
    } catch (error) {
      if (error instanceof PlinthProblem) throw error
    } finally {
      clearTimeout(silence)
      signal?.removeEventListener('abort', end)
      ending.abort()
    }
    failures += 1
    await waited(waitMs(failures, 0, backoff), { deadlineMs: Number.POSITIVE_INFINITY, signal })
  }
}

async function open(
  { url, token }: Source,
  { types }: Paced,
  after: number,
  signal: AbortSignal,
): Promise<ReadableStream<Uint8Array>> {
  const query = new URLSearchParams({ after: String(after), ...(types && { types: types.join() }) })
  const response = await fetch(`${url.replace(/\/+$/, '')}/v1/events?${query}`, {
    headers: {
      authorization: `Bearer ${typeof token === 'string' ? token : await token()}`,
      accept: 'text/event-stream',
      'last-event-id': String(after),
    },
    signal,
  })
  if (response.ok && response.body !== null) return response.body
  const body: unknown = await response.json().catch(() => undefined)
  if (isProblem(body) && isFinal(response.status)) throw new PlinthProblem(body)
  throw new Error(`no stream: status ${response.status}`)
}
