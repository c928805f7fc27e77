import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'

/** What becomes of a request on its way to Plinth and back. */
export const faults = [
  'lost on the way there',
  'answer lost',
  'answer cut short',
  'answer late',
  'arrives late',
  'arrives twice',
  'gateway error',
  'busy',
] as const
export type Fault = (typeof faults)[number]

/** Stands between a client and Plinth. */
export interface FaultProxy {
  readonly url: string
  /** How often each fault was done. */
  readonly done: Map<Fault, number>
  /** Asked for every request: what is to happen to it, if anything. */
  plan(next: (request: { readonly method: string; readonly path: string }) => Fault | undefined): void
  /** Where Plinth is now. */
  target(url: string): void
  /** Resolves when no copy of a request is on its way any more. */
  quiet(): Promise<void>
  close(): Promise<void>
}

interface Copy {
  readonly status: number
  readonly headers: Record<string, string>
  readonly text: string
}

/** `lateMs`: longer than the client waits for an answer. */
export async function openFaultProxy(plinth: string, lateMs: number): Promise<FaultProxy> {
  let target = plinth
  let next: Parameters<FaultProxy['plan']>[0] = () => undefined
  const done = new Map<Fault, number>()
  const onTheirWay = new Set<Promise<unknown>>()
  const follow = <T>(work: Promise<T>): Promise<T> => {
    const whole = work.finally(() => onTheirWay.delete(whole))
    onTheirWay.add(whole)
    whole.catch(() => {})
    return whole
  }
  const server = createServer((request, response) => {
    follow(pass(request, response)).catch(() => response.destroy())
  })

  async function pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? 'GET'
    const path = request.url ?? '/'
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const forward = () => follow(copyTo(target, request, Buffer.concat(chunks)))
    const fault = next({ method, path })
    if (fault !== undefined) done.set(fault, (done.get(fault) ?? 0) + 1)
    switch (fault) {
      case 'lost on the way there':
        return void response.destroy()
      case 'answer lost':
        await forward()
        return void response.destroy()
      case 'answer cut short':
        return cutShort(response, await forward())
      case 'answer late': {
        const answer = await forward()
        await sleep(lateMs)
        return give(response, answer)
      }
      case 'arrives late':
        response.destroy()
        await sleep(lateMs)
        return void (await forward())
      case 'arrives twice': {
        const [answer] = await Promise.all([forward(), forward()])
        return give(response, answer)
      }
      case 'gateway error':
        await forward()
        return give(response, { status: 502, headers: {}, text: '<h1>Bad Gateway</h1>' })
      case 'busy':
        return give(response, { status: 503, headers: { 'retry-after': '0' }, text: 'busy' })
      default:
        return give(response, await forward())
    }
  }
  return await opened(server, {
    done,
    plan: (wanted) => {
      next = wanted
    },
    target: (url) => {
      target = url
    },
    quiet: async () => {
      while (onTheirWay.size > 0) await Promise.allSettled(onTheirWay)
    },
  })
}

async function opened(server: Server, rest: Omit<FaultProxy, 'url' | 'close'>): Promise<FaultProxy> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    ...rest,
    url: `http://127.0.0.1:${(server.address() as { port: number }).port}`,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function copyTo(target: string, request: IncomingMessage, body: Buffer): Promise<Copy> {
  const { host: _, connection: __, 'content-length': ___, ...headers } = request.headers
  const answer = await fetch(target + request.url, {
    method: request.method as string,
    headers: headers as Record<string, string>,
    ...(request.method === 'POST' && { body: new Uint8Array(body) }),
  })
  const told = ['content-type', 'idempotency-replayed', 'retry-after'].flatMap((name) => {
    const value = answer.headers.get(name)
    return value === null ? [] : [[name, value]]
  })
  return { status: answer.status, headers: Object.fromEntries(told), text: await answer.text() }
}

function give(response: ServerResponse, { status, headers, text }: Copy): void {
  response.writeHead(status, headers)
  response.end(text)
}

/** Half of the body, and then the connection is gone. */
function cutShort(response: ServerResponse, { status, headers, text }: Copy): void {
  response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(text)) })
  response.write(text.slice(0, text.length / 2), () => response.destroy())
}
