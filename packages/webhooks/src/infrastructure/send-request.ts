import { type LookupAddress, type LookupOptions, lookup } from 'node:dns'
import http, { type IncomingMessage } from 'node:http'
import https from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import type { SendRequest, WebhookRequest } from '../application/ports.js'
import { mayReach, type Network } from '../domain/reachable-address.js'
import { retryAfterMsOf } from '../domain/retry-after.js'
import type { AttemptOutcome } from '../domain/webhook.js'
import { isWebhookUrl } from '../domain/webhook-url.js'

/** The address that a name leads to is not one to which events are sent. */
class AddressRefused extends Error {
  override readonly name = 'AddressRefused'
}

export interface SenderOptions {
  /** Internal networks that the operator lets webhooks into. */
  readonly networks: readonly Network[]
  /** For the whole of it, from the name to the answer. */
  readonly timeoutMs?: number
}

const timeoutMsDefault = 10_000
// Of an answer only the status counts. Beyond this the connection is closed.
const answerBytesMax = 16 * 1024

/**
 * Sends requests of webhooks. Each goes over a connection of its own, whose address was tested when its name was looked up, and
 * goes to that address: a name that leads elsewhere a moment later leads nowhere. Redirects are answers.
 */
export const openSender =
  ({ networks, timeoutMs = timeoutMsDefault }: SenderOptions): SendRequest =>
  (request) =>
    new Promise((resolve) => {
      const url = new URL(request.url)
      const reach = { networks, plain: url.protocol === 'http:' }
      const host = url.hostname.replace(/^\[|\]$/g, '')
      if (!isWebhookUrl(request.url) || (isIP(host) !== 0 && !mayReach(host, reach))) {
        resolve({ kind: 'failed', failure: 'address_refused' })
        return
      }
      exchange(url, request, { lookup: guardedLookup(reach), timeoutMs }, resolve)
    })

function exchange(
  url: URL,
  { headers, body }: WebhookRequest,
  { lookup: guarded, timeoutMs }: { lookup: LookupFunction; timeoutMs: number },
  resolve: (outcome: AttemptOutcome) => void,
): void {
  const signal = AbortSignal.timeout(timeoutMs)
  const { request: open } = url.protocol === 'https:' ? https : http
  // A connection is not kept for the next event: its address would not be tested again, and it may be half closed.
  const options = { method: 'POST', agent: false, lookup: guarded, signal } as const
  const request = open(url, {
    ...options,
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
  })
  let answered: AttemptOutcome | undefined
  request.on('response', (response) => {
    const outcome: AttemptOutcome = {
      kind: 'answered',
      status: response.statusCode as number,
      retryAfterMs: retryAfterMsOf(response.headers['retry-after'], Date.now()),
    }
    answered = outcome
    discard(response, () => {
      request.destroy()
      resolve(outcome)
    })
  })
  // What breaks while an answer is read away changes nothing about it.
  request.on('error', (error) =>
    resolve(answered ?? { kind: 'failed', failure: failureOfError(error, signal) }),
  )
  request.end(body)
}

/** Reads an answer away, up to its bound, its end or the end of the time. */
function discard(response: IncomingMessage, done: () => void): void {
  let bytes = 0
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > answerBytesMax) done()
  })
  response.on('end', done)
  response.on('error', done)
  response.on('close', done)
}

const guardedLookup =
  (reach: Parameters<typeof mayReach>[1]): LookupFunction =>
  (hostname, options: LookupOptions, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const [first] = addresses ?? []
      if (error !== null) callback(error, [])
      // One that is refused refuses them all: whoever mixes them is up to something.
      else if (first === undefined || addresses.some(({ address }) => !mayReach(address, reach)))
        callback(new AddressRefused(`${hostname} leads to an address that is refused`), [])
      else if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }

function failureOfError(
  error: NodeJS.ErrnoException,
  signal: AbortSignal,
): Extract<AttemptOutcome, { kind: 'failed' }>['failure'] {
  if (error instanceof AddressRefused) return 'address_refused'
  if (signal.aborted) return 'timeout'
  const { code = '' } = error
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'name_unknown'
  return /CERT|SELF_SIGNED|UNABLE_TO_|^ERR_TLS|^ERR_SSL/.test(code)
    ? 'certificate_refused'
    : 'connection_failed'
}
