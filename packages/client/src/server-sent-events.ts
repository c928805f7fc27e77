/** One message of a stream, its lines of data put together; none where only the id moved on. */
export interface ServerSentEvent {
  readonly id: string | undefined
  readonly data: string
}

/** The messages of a stream as the HTML standard has them. `heard` is told whatever comes, heartbeats too. */
export async function* serverSentEvents(
  body: ReadableStream<Uint8Array>,
  heard: () => void,
): AsyncGenerator<ServerSentEvent> {
  let id: string | undefined
  let told: string | undefined
  let data: string[] = []
  for await (const line of linesOf(body, heard)) {
    if (line === '') {
      if (data.length > 0 || id !== told) yield { id, data: data.join('\n') }
      told = id
      data = []
      continue
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') data.push(value)
    if (field === 'id') id = value
  }
}

async function* linesOf(body: ReadableStream<Uint8Array>, heard: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let rest = ''
  for await (const chunk of body as unknown as AsyncIterable<Uint8Array>) {
    heard()
    rest += decoder.decode(chunk, { stream: true })
    // A carriage return at the end of a chunk may be half of a line's end.
    const lines = rest.split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop() ?? ''
    yield* lines
  }
}
