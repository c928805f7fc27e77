import { beforeAll, describe, expect, test } from 'vitest'
import { newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'
import { answersIn, rawRequest, sendRaw } from './support/raw-http.js'

const bank = useHttpBank()
beforeAll(() => openCustomers(bank()))

const body = JSON.stringify(transfer({ from: 'alice', to: 'bob' }))
const token = () => `Authorization: Bearer ${bank().token('alpha', 'admin')}`
const last = 'Connection: close'
const codeOf = (text: string): string => JSON.parse(text).code

/** A posting of that key whose framing is in `framing`, and behind it what a second reader would take for another request. */
const posting = (key: string, framing: string, sent = body): string =>
  [
    'POST /v1/postings HTTP/1.1',
    'Host: plinth',
    token(),
    'Content-Type: application/json',
    `Idempotency-Key: ${key}`,
    framing,
    '',
    sent,
  ].join('\r\n')
const length = `Content-Length: ${body.length}`
const chunk = `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
const smuggled = () => rawRequest('GET /v1/business-date', [token(), last]).toString()

test.each([
  ['a length', length, body],
  ['chunks', 'Transfer-Encoding: chunked', chunk],
])('a request with %s is carried out, and so is the one behind it', async (_what, framing, sent) => {
  const key = newKey()
  const answers = answersIn(await sendRaw(bank().port, posting(key, framing, sent) + smuggled()))
  expect(answers.map(({ status }) => status)).toEqual([201, 200])
  expect((await bank().get(`/v1/commands/${key}`)).status).toBe(200)
})

describe('a request of which two readers could make two is refused, not carried out, and nothing behind it is answered:', () => {
  test.each<[what: string, framing: string, sent?: string]>([
    ['a length and chunks', `${length}\r\nTransfer-Encoding: chunked`, chunk],
    ['chunks and a length', `Transfer-Encoding: chunked\r\nContent-Length: 4`, chunk],
    ['two lengths', `${length}\r\nContent-Length: 0`],
    ['the same length twice', `${length}\r\n${length}`],
    ['a list of lengths', `Content-Length: ${body.length}, ${body.length}`],
    ['a length with a sign', `Content-Length: +${body.length}`],
    ['a length below zero', 'Content-Length: -1'],
    ['a length in hexadecimal', 'Content-Length: 0x10'],
    ['a length that no number holds', 'Content-Length: 18446744073709551617'],
    ['chunks that are not last', 'Transfer-Encoding: chunked, identity', chunk],
    ['an encoding that nobody knows', 'Transfer-Encoding: xchunked', chunk],
    ['a header over two lines', `X-Note: a\r\n b\r\n${length}`],
    ['a length behind a folded line', `X-Note: a\r\n Content-Length: 0\r\n${length}`],
    ['a space before the colon', `${length}\r\nTransfer-Encoding : chunked`],
    ['a name with a tab', `${length}\r\nX\tNote: a`],
    ['a line feed alone', `${length}\nX-Note: a`],
    ['a carriage return inside a value', `${length}\r\nX-Note: a\rTransfer-Encoding: chunked`],
    ['NUL in a value', `${length}\r\nX-Note: a\0b`],
    ['a chunk size that is none', 'Transfer-Encoding: chunked', `zz\r\n${body}\r\n0\r\n\r\n`],
    ['a chunk size with a sign', 'Transfer-Encoding: chunked', `+${chunk}`],
    ['a chunk that is longer than it says', 'Transfer-Encoding: chunked', `5\r\n${body}\r\n0\r\n\r\n`],
    [
      'chunk extensions without end',
      'Transfer-Encoding: chunked',
      chunk.replace('\r\n', `;${'x'.repeat(20_000)}\r\n`),
    ],
    ['a chunk size without end', 'Transfer-Encoding: chunked', `${'f'.repeat(40)}\r\n${body}\r\n0\r\n\r\n`],
  ])('%s', async (_what, framing, sent) => {
    const key = newKey()
    const answers = answersIn(await sendRaw(bank().port, posting(key, framing, sent) + smuggled()))
    expect(answers.map(({ status }) => status)).toEqual([400])
    expect(codeOf(answers[0]?.body ?? '')).toBe('malformed_request')
    expect((await bank().get(`/v1/commands/${key}`)).status).toBe(404)
  })
})

describe('a request in the words of', () => {
  test.each([
    'GET /v1/business-date HTTP/2.0',
    'GET /v1/business-date HTTP/1.2',
    'GET /v1/business-date HTTPS/1.1',
    'get /v1/business-date HTTP/1.1',
    'GET  /v1/business-date  extra HTTP/1.1',
    'BREW /v1/postings HTTP/1.1',
  ])('%j is none of HTTP/1.1 and refused', async (line) => {
    const [answer, ...more] = answersIn(await sendRaw(bank().port, `${line}\r\nHost: x\r\n\r\n${smuggled()}`))
    expect([answer?.status, more]).toEqual([400, []])
    expect(codeOf(answer?.body ?? '')).toBe('malformed_request')
  })

  test('a proxy gets no tunnel and no answer', async () => {
    expect(await sendRaw(bank().port, 'CONNECT bank.example:443 HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('')
  })

  test.each(['h2c', 'websocket'])('an upgrade to %s is answered as if it had not asked', async (protocol) => {
    const headers = [token(), `Upgrade: ${protocol}`, 'Connection: Upgrade, close']
    const [answer] = answersIn(await sendRaw(bank().port, rawRequest('GET /v1/business-date', headers)))
    expect(answer?.status).toBe(200)
  })
})

describe('a path is taken as it is written, never tidied:', () => {
  test.each([
    '//v1/business-date',
    '/v1//business-date',
    '/v1/./business-date',
    '/v1/x/../business-date',
    '/%2e%2e/v1/business-date',
    '/v1/%2e%2e/v1/business-date',
    '/v1%2fbusiness-date',
    '/v1\\business-date',
    '/v1/business-date%00',
    '/v1/business-date;x=1',
    '/docs/..%2f..%2fpackage.json',
    '/docs/%2e%2e/package.json',
    '/docs/../../../../etc/passwd',
    '*',
    'business-date',
  ])('GET %s leads nowhere', async (path) => {
    const bytes = rawRequest(`GET ${path}`, [token(), last])
    const [answer] = answersIn(await sendRaw(bank().port, bytes))
    expect([400, 404]).toContain(answer?.status)
    expect(['malformed_request', 'not_found']).toContain(codeOf(answer?.body ?? ''))
  })
})

describe('what a header claims is not believed:', () => {
  const claims = {
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-host': 'bank.example',
    'x-forwarded-proto': 'https',
    'x-real-ip': '203.0.113.7',
    'true-client-ip': '203.0.113.7',
    forwarded: 'for=203.0.113.7;host=bank.example',
  }

  test('the audit trail names the address of the connection', async () => {
    const headers = { ...claims, 'x-correlation-id': 'spoofed-origin' }
    expect((await bank().post('/v1/postings', body, { headers })).status).toBe(201)
    const denied = await bank().get('/v1/audit-events', { as: 'payments', headers })
    expect(denied.status).toBe(403)
    const { body: found } = await bank().get('/v1/audit-events?correlationId=spoofed-origin')
    const origins = found.data.map(({ outcome, origin }: Record<string, string>) => [outcome, origin])
    expect(origins).toEqual([
      ['accepted', '127.0.0.1'],
      ['denied', '127.0.0.1'],
    ])
  })

  test('no answer takes a host from the request', async () => {
    for (const path of ['/openapi.json', '/docs', '/v1/nothing', '/v1/accounts']) {
      const headers = [token(), ...Object.entries(claims).map(([name, value]) => `${name}: ${value}`), last]
      const bytes = rawRequest(`GET ${path}`, headers)
        .toString()
        .replace('Host: plinth', 'Host: evil.example')
      const text = await sendRaw(bank().port, bytes)
      expect(text).toMatch(/^HTTP\/1\.1 (200|404)/)
      expect(text).not.toMatch(/evil\.example|bank\.example|203\.0\.113\.7/)
    }
  })

  test.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override'])(
    '%s does not make another method of a read',
    async (name) => {
      const key = newKey()
      const headers = [token(), `${name}: POST`, 'Content-Type: application/json', `Idempotency-Key: ${key}`]
      const [answer] = answersIn(
        await sendRaw(bank().port, rawRequest('GET /v1/postings?_method=POST', [...headers, last], body)),
      )
      expect(answer?.status).toBe(405)
      expect((await bank().get(`/v1/commands/${key}`)).status).toBe(404)
    },
  )

  test('X-Original-URL and X-Rewrite-URL lead to no other path', async () => {
    const headers = [token(), 'X-Original-URL: /v1/accounts', 'X-Rewrite-URL: /v1/accounts', last]
    const [answer] = answersIn(await sendRaw(bank().port, rawRequest('GET /v1/business-date', headers)))
    expect(JSON.parse(answer?.body ?? '')).toHaveProperty('businessDate')
  })
})

describe('a body in an encoding is refused unread:', () => {
  test.each(['gzip', 'deflate', 'br', 'zstd', 'gzip, identity', 'x-unknown'])('%s', async (encoding) => {
    const answer = await bank().post('/v1/postings', body, { headers: { 'content-encoding': encoding } })
    expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_media_type'])
  })

  test.each<[what: string, sent: Buffer]>([
    ['UTF-16', Buffer.from(`\ufeff${body}`, 'utf16le')],
    ['overlong UTF-8', Buffer.from('7b22c0af223a317d', 'hex')],
    ['a surrogate in UTF-8', Buffer.from('7b22eda080223a317d', 'hex')],
    ['UTF-8 that breaks off', Buffer.from('7b22e282', 'hex')],
    ['NUL behind it', Buffer.from(`${body}\0`)],
  ])('%s is no JSON', async (_what, sent) => {
    const answer = await bank().post('/v1/postings', sent)
    expect([answer.status, answer.body.code]).toEqual([400, 'malformed_json'])
  })
})

test('none of this was our fault', () => {
  expect(bank().logLines.filter((line) => line.includes('"fault"'))).toEqual([])
})
