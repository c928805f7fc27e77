import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { useHttpBank } from './support/http-bank.js'
import { answersIn } from './support/raw-http.js'

const bank = useHttpBank()

/** Sends `first`, then a byte of `drop` every half second. What came back until the server hung up, and after how long. */
function drip(first: string, drop: string): Promise<{ text: string; seconds: number }> {
  const startedMs = Date.now()
  return new Promise((resolve) => {
    let text = ''
    const socket = connect(bank().port, '127.0.0.1', () => socket.write(first))
    const timer = setInterval(() => socket.write(drop), 500)
    socket.on('data', (chunk) => {
      text += chunk
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      clearInterval(timer)
      resolve({ text, seconds: (Date.now() - startedMs) / 1000 })
    })
  })
}

const head = 'POST /v1/postings HTTP/1.1\r\nHost: x\r\n'
const slow: [string, () => ReturnType<typeof drip>, number][] = [
  ['whose headers never end', () => drip(`${head}X-Slow: `, 'x'), 10],
  [
    'whose body never ends',
    () =>
      drip(
        `${head}Authorization: Bearer ${bank().token('alpha', 'admin')}\r\nContent-Type: application/json\r\nIdempotency-Key: slow\r\nContent-Length: 1000000\r\n\r\n{`,
        ' ',
      ),
    30,
  ],
]

test.concurrent.each(slow)(
  'a client %s is told that it was too slow, and its connection is free again',
  async (_what, send, seconds) => {
    const { text, seconds: took } = await send()
    expect(answersIn(text)[0]).toMatchObject({ status: 408 })
    expect(JSON.parse(answersIn(text)[0]?.body ?? '')).toMatchObject({ code: 'request_timeout', status: 408 })
    expect(took).toBeGreaterThanOrEqual(seconds - 1)
    expect(took).toBeLessThan(seconds + 10)
  },
  60_000,
)

test.concurrent('three hundred slow clients keep nobody else waiting', async () => {
  const sockets = Array.from({ length: 300 }, () =>
    connect(bank().port, '127.0.0.1', function (this: ReturnType<typeof connect>) {
      this.write('GET /v1/business-date HTTP/1.1\r\nX-Slow: ')
    }).on('error', () => {}),
  )
  try {
    await expect.poll(() => sockets.every((socket) => !socket.connecting)).toBe(true)
    expect((await bank().get('/v1/business-date')).status).toBe(200)
  } finally {
    for (const socket of sockets) socket.destroy()
  }
})
