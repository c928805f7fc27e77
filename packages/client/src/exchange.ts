import type { Problem } from './outcome.js'
import { isProblem } from './read-answer.js'

/** One request of HTTP. */
export interface Request {
  readonly method: 'GET' | 'POST'
  /** With its query, below the base URL. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly timeoutMs: number
  readonly signal?: AbortSignal | undefined
}

/** What came back of one request. */
export type Exchange =
  | { readonly kind: 'result'; readonly status: number; readonly body: unknown; readonly replayed: boolean }
  | {
      readonly kind: 'problem'
      readonly problem: Problem
      readonly replayed: boolean
      readonly retryAfterMs: number
    }
  /** No answer of Plinth's: none at all, half of one, or one of something in between. */
  | {
      readonly kind: 'lost'
      readonly reason: string
      readonly maybeSent: boolean
      readonly retryAfterMs: number
    }

/** Sends requests to one Plinth with one token. */
export type Wire = (request: Request) => Promise<Exchange>

// These say that no connection came about, so nothing was sent.
const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** A wire to the Plinth at `url`. The token is asked for with each request, since one that expires is renewed. */
export function openWire(url: string, token: string | (() => string | Promise<string>)): Wire {
  const base = url.replace(/\/+$/, '')
  return async ({ method, path, headers, body, timeoutMs, signal }) => {
    const ending = [AbortSignal.timeout(timeoutMs), ...(signal === undefined ? [] : [signal])]
    const authorization = `Bearer ${typeof token === 'string' ? token : await token()}`
    let maybeSent = false
    try {
      if (signal?.aborted) return lost('the caller ended it', false)
      maybeSent = true
      const response = await fetch(base + path, {
        method,
        headers: {
          authorization,
          accept: 'application/json',
          ...headers,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.any(ending),
        redirect: 'manual',
      })
      return read(response, await response.text())
    } catch (error) {
      return lost(reasonOf(error), maybeSent && !neverConnected.has(codeOf(error)))
    }
  }
}

const lost = (reason: string, maybeSent: boolean, retryAfterMs = 0): Exchange => ({
  kind: 'lost',
  reason,
  maybeSent,
  retryAfterMs,
})

function read(response: Response, text: string): Exchange {
  const retryAfterMs = retryAfterMsOf(response.headers.get('retry-after'))
  const body = parsed(text)
  const replayed = response.headers.get('idempotency-replayed') === 'true'
  if (response.ok && body !== undefined) return { kind: 'result', status: response.status, body, replayed }
  if (isProblem(body) && body.status === response.status) {
    return { kind: 'problem', problem: body, replayed, retryAfterMs }
  }
  // A gateway's own page, or one cut short: what Plinth did is not known from it.
  return lost(`an answer with status ${response.status} that is not Plinth's`, true, retryAfterMs)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Seconds or a date, as RFC 9110 has it, in milliseconds from now. */
export function retryAfterMsOf(header: string | null): number {
  if (header === null) return 0
  const ms = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now()
  return Number.isFinite(ms) ? Math.max(0, ms) : 0
}

function codeOf(error: unknown): string {
  const cause = (error as { cause?: { code?: unknown; errors?: readonly { code?: unknown }[] } }).cause
  return String(cause?.code ?? cause?.errors?.[0]?.code ?? '')
}

function reasonOf(error: unknown): string {
  const { name, message, cause } = error as { name?: string; message?: string; cause?: { message?: string } }
  if (name === 'TimeoutError') return 'no answer in time'
  if (name === 'AbortError') return 'the caller ended it'
  return cause?.message || message || 'the connection failed'
}
