import { connect, type Socket } from 'node:net'

/**
 * One HTTP/1.1 connection that asks and waits. A load generator shares the machine with what it measures, so it does no more
 * than write a prepared request and find the end of the answer.
 */
export interface HttpConnection {
  /** Sends a POST and answers its status and body. */
  post(path: string, headers: string, body: string): Promise<{ status: number; body: string }>
  /** Sends a GET and answers its status and body. */
  get(path: string, headers: string): Promise<{ status: number; body: string }>
  close(): void
}

export async function openHttpConnection(port: number): Promise<HttpConnection> {
  const socket = await connected(port)
  let received = ''
  let waiting: ((answer: { status: number; body: string }) => void) | undefined
  let failed: ((error: Error) => void) | undefined
  socket.setEncoding('latin1')
  socket.on('data', (chunk: string) => {
    received += chunk
    const answer = wholeAnswer(received)
    if (answer === undefined) return
    received = ''
    waiting?.(answer)
  })
  socket.on('error', (error) => failed?.(error))
  socket.on('close', () => failed?.(new Error('the server closed the connection')))
  const send = (request: string): Promise<{ status: number; body: string }> =>
    new Promise((resolve, reject) => {
      waiting = resolve
      failed = reject
      socket.write(request)
    })
  return {
    post: (path, headers, body) => {
      const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n${headers}`
      return send(`${head}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`)
    },
    get: (path, headers) => send(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n`),
    close: () => socket.destroy(),
  }
}

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket))
    socket.once('error', reject)
  })
}

function wholeAnswer(received: string): { status: number; body: string } | undefined {
  const headEnd = received.indexOf('\r\n\r\n')
  if (headEnd < 0) return undefined
  const length = /\r\ncontent-length: (\d+)/i.exec(received.slice(0, headEnd))
  if (length === null) throw new Error('the server answers with a Content-Length')
  const body = received.slice(headEnd + 4)
  return body.length < Number(length[1]) ? undefined : { status: Number(received.slice(9, 12)), body }
}
