import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { afterAll } from 'vitest'

/** A request as a receiver got it. */
export interface Received {
  readonly path: string
  readonly id: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what an event says, whatever it is.
  readonly event: any
}

/** Answers a request: a status, with headers, or whatever it likes to do with the response. */
export type Behaviour =
  | number
  | { readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | ((response: ServerResponse, request: Received) => void)

/** A program of somebody else's that takes events over HTTP, on this machine. */
export interface Receiver {
  readonly url: string
  /** In the order in which they came. */
  readonly received: Received[]
  /** How the next requests are answered, one each; those behind as `otherwise`. */
  answers(...behaviours: Behaviour[]): void
  otherwise(choose: (request: Received) => Behaviour): void
  /** The positions that came, each time they came. */
  positions(): number[]
}

/** Whether the published library of Standard Webhooks takes it, at the time it says. */
export function isSigned({ headers, body }: Received, secret: string): boolean {
  try {
    new Webhook(secret).verify(body, headers as Record<string, string>)
    return true
  } catch {
    return false
  }
}

/** Opens receivers that close when the tests of the file are over. */
export function useReceivers(): () => Promise<Receiver> {
  const open: ReturnType<typeof createServer>[] = []
  afterAll(async () => {
    for (const server of open) {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    }
  })
  return async () => {
    const received: Received[] = []
    let planned: Behaviour[] = []
    let otherwise: (request: Received) => Behaviour = () => 204
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        const got = receivedOf(request, Buffer.concat(chunks).toString('utf8'))
        received.push(got)
        behave(planned.shift() ?? otherwise(got), response, got)
      })
    })
    open.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
      received,
      answers: (...behaviours) => {
        planned = behaviours
      },
      otherwise: (choose) => {
        otherwise = choose
      },
      positions: () => received.map(({ event }) => event.position),
    }
  }
}

const receivedOf = (request: IncomingMessage, body: string): Received => ({
  path: request.url ?? '',
  id: String(request.headers['webhook-id']),
  headers: request.headers,
  body,
  event: JSON.parse(body),
})

function behave(behaviour: Behaviour, response: ServerResponse, request: Received): void {
  if (typeof behaviour === 'function') {
    behaviour(response, request)
    return
  }
  const { status, headers } = typeof behaviour === 'number' ? { status: behaviour, headers: {} } : behaviour
  response.writeHead(status, headers).end()
}
