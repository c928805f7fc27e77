import { parseJson } from '@plinth/http'
import { type FileLine, malformedLine } from './file-line.js'

// The limit of a request's body (contract §3).
const lineBytesMax = 1024 * 1024
const newline = 0x0a
const carriageReturn = 0x0d
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/**
 * The lines of a JSON Lines file, in order; blank ones are left out but counted. Works on bytes, so that a line which is not
 * UTF-8 is refused instead of mended, and holds one line at a time; one that is too long is skipped without being held.
 */
export async function* readJsonLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileLine> {
  let held: Buffer[] = []
  let heldBytes = 0
  let lineNo = 0
  let bytesRead = 0

  function endLine(piece: Buffer): FileLine | undefined {
    lineNo += 1
    const tooLong = heldBytes + piece.length > lineBytesMax
    const whole = tooLong ? piece : held.length === 0 ? piece : Buffer.concat([...held, piece])
    held = []
    heldBytes = 0
    if (tooLong) return tooLongLine(lineNo, bytesRead)
    const bytes = trimmed(whole, lineNo === 1)
    if (isBlank(bytes)) return undefined
    return { lineNo, original: () => bytes.toString('utf8'), read: parseJson(bytes), bytesRead }
  }

  for await (const chunk of chunks) {
    let from = 0
    for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
      bytesRead += at + 1 - from
      const line = endLine(chunk.subarray(from, at))
      from = at + 1
      if (line !== undefined) yield line
    }
    const rest = chunk.subarray(from)
    bytesRead += rest.length
    heldBytes += rest.length
    if (heldBytes <= lineBytesMax) held.push(rest)
    else held = []
  }
  const last = heldBytes > 0 ? endLine(Buffer.alloc(0)) : undefined
  if (last !== undefined) yield last
}

const tooLongLine = (lineNo: number, bytesRead: number): FileLine => ({
  lineNo,
  original: () => '',
  read: malformedLine('malformed_request', `The line is longer than ${lineBytesMax} bytes.`),
  bytesRead,
})

function trimmed(bytes: Buffer, first: boolean): Buffer {
  const from = first && bytes.subarray(0, 3).equals(byteOrderMark) ? 3 : 0
  return bytes.subarray(from, bytes.at(-1) === carriageReturn ? -1 : undefined)
}

const isBlank = (bytes: Buffer): boolean =>
  bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === carriageReturn)
