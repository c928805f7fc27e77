import { connect } from 'node:net'
import { learnTokensIn } from '../../support/leaks.js'
import { inspectAnswer } from './watched-edge.js'

export interface RawAnswer {
  readonly status: number
  readonly head: string
  readonly body: string
}

/** Sends bytes as they are and answers all that came back until the server closed, or for as long as `waitMs`. */
export function sendRaw(port: number, bytes: string | Buffer, waitMs = 1_000): Promise<string> {
  learnTokensIn(bytes.toString())
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes))
    const end = () => {
      clearTimeout(timer)
      socket.destroy()
      const text = Buffer.concat(chunks).toString()
      for (const { head, body } of answersIn(text)) {
        const type = /^content-type: (\S+)$/im.exec(head)?.[1] ?? null
        inspectAnswer(`raw bytes, ${head.slice(0, 12)}`, { type, text: head + body })
      }
      resolve(text)
    }
    const timer = setTimeout(end, waitMs)
    socket.on('data', (chunk: Buffer) => chunks.push(chunk))
    socket.on('close', end)
    socket.on('error', end)
  })
}

/** The answers in what came back: each as long as its Content-Length says. */
export function answersIn(text: string): RawAnswer[] {
  const answers: RawAnswer[] = []
  let rest = text
  while (rest.startsWith('HTTP/1.1 ')) {
    const at = rest.indexOf('\r\n\r\n')
    const head = rest.slice(0, at)
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    const body = Buffer.from(rest.slice(at + 4))
      .subarray(0, length)
      .toString()
    answers.push({ status: Number(head.slice(9, 12)), head, body })
    rest = rest.slice(at + 4 + body.length)
  }
  return answers
}

/** A request line by line, with the length of its body. */
export function rawRequest(line: string, headers: readonly string[], body: string | Buffer = ''): Buffer {
  const bytes = Buffer.from(body as string)
  const head = [`${line} HTTP/1.1`, 'Host: plinth', ...headers, `Content-Length: ${bytes.length}`, '', '']
  return Buffer.concat([Buffer.from(head.join('\r\n'), 'latin1'), bytes])
}
