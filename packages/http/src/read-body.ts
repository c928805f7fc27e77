import type { IncomingMessage } from 'node:http'
import { isMalformed } from './malformed.js'
import { parseJson } from './parse-json.js'
import { refuse, refuseMalformed } from './problem.js'

// Contract §3.
export const bodyBytesMax = 1024 * 1024
export const batchBytesMax = 8 * 1024 * 1024

// Whoever sends a little too much hears why; whoever sends without end is cut off.
const discardedBytesMax = 32 * 1024 * 1024

/** The client went away before its request was whole: nobody is left to answer. */
export class ClientGone extends Error {
  override readonly name = 'ClientGone'
}

/** The JSON value of a request's body. */
export async function readJsonBody(request: IncomingMessage, bytesMax: number): Promise<unknown> {
  requireJson(request)
  const parsed = parseJson(await readBytes(request, bytesMax))
  if (isMalformed(parsed)) throw refuseMalformed(parsed)
  return parsed.value
}

const jsonType = /^application\/(?:[a-z0-9.+-]+\+)?json *(?:; *charset *= *"?utf-8"? *)?$/i

function requireJson({ headers }: IncomingMessage): void {
  if (!jsonType.test(headers['content-type'] ?? '')) {
    throw refuse('unsupported_media_type', 'The body is JSON: Content-Type: application/json.')
  }
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') {
    throw refuse('unsupported_media_type', 'The body comes as it is, without a Content-Encoding.')
  }
}

function readBytes(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const tooLarge = () => reject(refuse('body_too_large', `The body has more than ${bytesMax} bytes.`))
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= bytesMax) chunks.push(chunk)
      else {
        chunks.length = 0
        if (size > discardedBytesMax) tooLarge()
      }
    })
    request.on('end', () => {
      if (size > bytesMax) tooLarge()
      else resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size))
    })
    request.on('close', () => {
      // An error is dear to make, and after `end` nobody would hear it.
      if (!request.readableEnded) reject(new ClientGone('the connection closed before the body was whole'))
    })
    request.on('error', () => reject(new ClientGone('the connection broke before the body was whole')))
  })
}
