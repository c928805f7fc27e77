import { createServer, type RequestListener, type Server, STATUS_CODES } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { headersOf, type ProblemCode, problemOf, statusByCode } from './problem.js'
import { securityHeaders } from './security-headers.js'
import { uuidV7 } from './uuid-v7.js'

/** Another program listens on the port. */
export class PortTaken extends Error {
  override readonly name = 'PortTaken'
}

export interface Listening {
  readonly server: Server
  readonly port: number
  /** Takes no more connections, lets requests at work finish for at most ten seconds, then cuts what is left. */
  close(): Promise<void>
}

// Slow senders hold a connection and nothing else; these bound for how long, and how many there are.
const headersTimeoutMs = 10_000
const requestTimeoutMs = 30_000
const headerBytesMax = 16 * 1024
const connectionsMax = 2_048
// Longer than the 60 s after which load balancers drop idle connections: they should be the ones to close.
const keepAliveMs = 65_000
const closeGraceMs = 10_000
const closePollMs = 50

/** Serves an app. Port 0 takes any free one. */
export function listen(
  app: RequestListener,
  { port, host }: { port: number; host?: string },
): Promise<Listening> {
  const server = createServer(
    {
      headersTimeout: headersTimeoutMs,
      requestTimeout: requestTimeoutMs,
      keepAliveTimeout: keepAliveMs,
      maxHeaderSize: headerBytesMax,
      // The app refuses it, with a reason.
      requireHostHeader: false,
      connectionsCheckingInterval: 2_000,
    },
    app,
  )
  server.maxConnections = connectionsMax
  server.on('clientError', answerClientError)
  // An expectation that we do not know is no reason to refuse: the request says what it wants.
  server.on('checkExpectation', app)
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(plainly(error, port)))
    server.listen(port, host, () => {
      const { port: taken } = server.address() as AddressInfo
      resolve({ server, port: taken, close: () => closeGracefully(server) })
    })
  })
}

function plainly(error: NodeJS.ErrnoException, port: number): Error {
  if (error.code !== 'EADDRINUSE') return error
  return new PortTaken(
    `Port ${port} is in use by another program, perhaps another Plinth. Stop that one, or choose a port: PLINTH_PORT=4001.`,
  )
}

async function closeGracefully(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  // A connection becomes idle when its request is answered; nothing else would tell its client to go.
  const poll = setInterval(() => server.closeIdleConnections(), closePollMs)
  const cut = setTimeout(() => server.closeAllConnections(), closeGraceMs)
  server.closeIdleConnections()
  await closed
  clearInterval(poll)
  clearTimeout(cut)
}

const codeByError: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

const detailOf: Partial<Readonly<Record<ProblemCode, string>>> = {
  headers_too_large: `The headers have more than ${headerBytesMax} bytes.`,
  request_timeout: 'The request did not arrive in time.',
}

/** What is no HTTP never becomes a request, so the app cannot answer it. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  // Nobody to hear it, or an answer is already on its way.
  if (!socket.writable || error.code === 'ECONNRESET' || midAnswer(socket)) {
    socket.destroy()
    return
  }
  const code = codeByError[error.code ?? ''] ?? 'malformed_request'
  const status = statusByCode[code]
  const detail = detailOf[code] ?? 'This is not a request that HTTP allows.'
  const body = JSON.stringify(problemOf({ code, detail }, uuidV7()))
  const headers = {
    ...securityHeaders,
    ...headersOf(code),
    'Content-Type': 'application/problem+json',
    'Content-Length': String(Buffer.byteLength(body)),
    Connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`)
}

/** Whether an answer of an earlier request is under way on the connection: bytes of ours would end up inside it. */
function midAnswer(socket: Socket): boolean {
  const { _httpMessage: message } = socket as {
    _httpMessage?: { headersSent: boolean; writableFinished: boolean }
  }
  return message?.headersSent === true && !message.writableFinished
}
