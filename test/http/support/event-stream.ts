import { connect, type Socket } from 'node:net'

export interface StreamedEvent {
  readonly id: number
  /** Undefined: an id alone. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what an event says, whatever it is.
  readonly event: any
}

/** Someone who follows /v1/events as a stream, as an EventSource does, and remembers what came. */
export interface Follower {
  readonly status: number
  readonly headers: Headers
  readonly seen: readonly StreamedEvent[]
  /** Only those with data. */
  events(): StreamedEvent[]
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>
  leave(): void
}

/** Connects to `url`; what it sees is there as it comes. */
export async function follow(url: string, headers: Readonly<Record<string, string>>): Promise<Follower> {
  const gone = new AbortController()
  const response = await fetch(url, {
    headers: { accept: 'text/event-stream', ...headers },
    signal: gone.signal,
  })
  const seen: StreamedEvent[] = []
  const read = async (): Promise<void> => {
    let text = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body ?? []) {
      text += decoder.decode(chunk, { stream: true })
      const blocks = text.split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) seen.push(...eventOf(block))
    }
  }
  const ended = read().catch(() => {})
  return {
    status: response.status,
    headers: response.headers,
    seen,
    events: () => seen.filter(({ event }) => event !== undefined),
    ended,
    leave: () => gone.abort(),
  }
}

function eventOf(block: string): StreamedEvent[] {
  const fields = new Map(
    block.split('\n').map((line) => [/^\w*/.exec(line)?.[0], line.replace(/^\w*: ?/, '')]),
  )
  const [id, data] = [fields.get('id'), fields.get('data')]
  return id === undefined
    ? []
    : [{ id: Number(id), event: data === undefined ? undefined : JSON.parse(data) }]
}

/** Someone who asks for the stream and then takes nothing. */
export function ignoreStream(port: number, token: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(
        `GET /v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${token}\r\n\r\n`,
      )
      socket.once('readable', () => resolve(socket))
    })
    socket.on('error', reject)
  })
}
