import { connect } from 'node:net'
import { createHttpApp, listen, PortTaken } from '@plinth/http/server'
import { beforeAll, describe, expect, test } from 'vitest'
import { newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'
import { answersIn, rawRequest, sendRaw } from './support/raw-http.js'
import { openWatchedLog } from './support/watched-edge.js'

const bank = useHttpBank()
beforeAll(() => openCustomers(bank()))

const posting = JSON.stringify(transfer({ from: 'alice', to: 'bob' }))
const headersFor = (key: string) => [
  `Authorization: Bearer ${bank().token('alpha', 'admin')}`,
  'Content-Type: application/json',
  `Idempotency-Key: ${key}`,
]

describe('the wire', () => {
  test('takes requests behind one another on one connection and answers them in order', async () => {
    const one = rawRequest('POST /v1/postings', headersFor(newKey()), posting)
    const two = rawRequest('GET /v1/business-date', headersFor(newKey()))
    const three = rawRequest('POST /v1/postings', [...headersFor(newKey()), 'Connection: close'], posting)
    const answers = answersIn(await sendRaw(bank().port, Buffer.concat([one, two, three])))
    expect(answers.map(({ status }) => status)).toEqual([201, 200, 201])
    expect(JSON.parse(answers[1]?.body ?? '')).toHaveProperty('businessDate')
  })

  test.each([
    [
      'two lengths',
      'POST /v1/postings HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!',
    ],
    [
      'a length beside chunks',
      'POST /v1/postings HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n',
    ],
    ['a line that is none', 'HELLO\r\n\r\n'],
    ['a control character in a header', 'GET /health/live HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n'],
  ])('refuses %s and hangs up', async (_, bytes) => {
    const answers = answersIn(await sendRaw(bank().port, bytes))
    expect(answers).toHaveLength(1)
    expect(answers[0]).toMatchObject({ status: 400 })
    expect(answers[0]?.head).toMatch(/application\/problem\+json[\s\S]*Connection: close/)
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ code: 'malformed_request', status: 400 })
  })

  test('refuses a request without a host', async () => {
    const [answer] = answersIn(
      await sendRaw(bank().port, 'GET /v1/business-date HTTP/1.1\r\nConnection: close\r\n\r\n'),
    )
    expect([answer?.status, JSON.parse(answer?.body ?? '').code]).toEqual([400, 'malformed_request'])
  })

  test('refuses headers without end with 431', async () => {
    const many = Array.from({ length: 10_000 }, (_, n) => `X-${n}: ${n}\r\n`).join('')
    const answers = answersIn(
      await sendRaw(bank().port, `GET /health/live HTTP/1.1\r\nHost: x\r\n${many}\r\n`),
    )
    expect(answers[0]?.status).toBe(431)
    expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ code: 'headers_too_large' })
  })

  test('finishes a command whose client has gone', async () => {
    const key = newKey()
    await new Promise<void>((resolve) => {
      const socket = connect(bank().port, '127.0.0.1', () => {
        socket.write(rawRequest('POST /v1/postings', headersFor(key), posting), () => {
          setTimeout(() => {
            socket.resetAndDestroy()
            resolve()
          }, 1)
        })
      })
    })
    await expect.poll(async () => (await bank().get(`/v1/commands/${key}`)).status).toBe(200)
  })

  test('forgets a request that never became whole', async () => {
    const key = newKey()
    const bytes = rawRequest('POST /v1/postings', headersFor(key), posting)
    await sendRaw(bank().port, bytes.subarray(0, bytes.length - 5), 100)
    expect((await bank().get(`/v1/commands/${key}`)).status).toBe(404)
    expect(bank().logLines.filter((line) => line.includes('"fault"'))).toEqual([])
  })
})

describe('the server', () => {
  const appOf = () =>
    createHttpApp({
      database: bank().database,
      posting: {
        submit: slow,
        submitTogether: slow,
        submitBatch: slow,
        rehearse: slow,
        recorded: slow,
        queued: () => ({ online: 0, batch: 0 }),
      },
      authenticate: () => Promise.resolve(undefined),
      logger: openWatchedLog().logger,
      cursorSecret: Buffer.alloc(32),
    })
  const slow = () => Promise.reject(new Error('not asked'))

  test('says plainly that its port is taken', async () => {
    const taken = listen(appOf(), { port: bank().port, host: '127.0.0.1' })
    await expect(taken).rejects.toThrow(PortTaken)
    await expect(taken).rejects.toThrow(`Port ${bank().port} is in use by another program`)
  })

  test('answers what it has begun before it closes, and takes nothing new', async () => {
    let finish = () => {}
    const begun = new Promise<void>((started) => {
      const serving = listen(
        (_request, response) => {
          finish = () => response.end('done')
          started()
        },
        { port: 0, host: '127.0.0.1' },
      )
      void serving.then((listening) => {
        servers.push(listening)
        answers.push(fetch(`http://127.0.0.1:${listening.port}/`).then((response) => response.text()))
      })
    })
    await begun
    const closed = servers[0]?.close()
    await expect(fetch(`http://127.0.0.1:${servers[0]?.port}/`)).rejects.toThrow()
    finish()
    expect(await answers[0]).toBe('done')
    await closed
  })
  const servers: Awaited<ReturnType<typeof listen>>[] = []
  const answers: Promise<string>[] = []
})
