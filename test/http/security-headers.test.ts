import { beforeAll, describe, expect, test } from 'vitest'
import { newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'
import { answersIn, type RawAnswer, rawRequest, sendRaw } from './support/raw-http.js'

const bank = useHttpBank()
beforeAll(() => openCustomers(bank()))

// Written down once more and not taken from the code: a header that an upgrade of helmet drops or changes is seen here.
const always = {
  'cache-control': 'no-store',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
}
const ofData = { ...always, 'content-security-policy': "default-src 'none';frame-ancestors 'none'" }
const ofPages = {
  ...always,
  'content-security-policy':
    "default-src 'none';frame-ancestors 'none';script-src 'self';style-src 'self' 'unsafe-inline';img-src 'self' data:;connect-src 'self';base-uri 'none';form-action 'none'",
}

const posting = JSON.stringify(transfer({ from: 'alice', to: 'bob' }))
const token = () => `Authorization: Bearer ${bank().token('alpha', 'admin')}`
const json = 'Content-Type: application/json'
const last = 'Connection: close'

/** The headers of an answer, names in lower case. A name that stands twice has both values. */
function headersOf({ head }: RawAnswer): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of head.split('\r\n').slice(1)) {
    const [name = '', value = ''] = line.split(/: (.*)/)
    const known = headers[name.toLowerCase()]
    headers[name.toLowerCase()] = known === undefined ? value : `${known}, ${value}`
  }
  return headers
}

async function answerTo(bytes: string | Buffer): Promise<RawAnswer> {
  const [answer, ...others] = answersIn(await sendRaw(bank().port, bytes))
  expect(others).toEqual([])
  return answer as RawAnswer
}

describe('every answer says that nothing may store, sniff, frame or run it:', () => {
  test.each<[what: string, status: number, bytes: () => string | Buffer]>([
    ['a read', 200, () => rawRequest('GET /v1/business-date', [token(), last])],
    ['a read of the headers alone', 200, () => rawRequest('HEAD /v1/business-date', [token(), last])],
    [
      'a command',
      201,
      () => rawRequest('POST /v1/postings', [token(), json, `Idempotency-Key: ${newKey()}`, last], posting),
    ],
    [
      'a rejection',
      422,
      () =>
        rawRequest(
          'POST /v1/postings',
          [token(), json, `Idempotency-Key: ${newKey()}`, last],
          posting.replaceAll('alice', 'nobody'),
        ),
    ],
    ['a body that is none', 400, () => rawRequest('POST /v1/batches', [token(), json, last], '{')],
    ['a body of another type', 415, () => rawRequest('POST /v1/batches', [token(), last], '{}')],
    ['a caller without a token', 401, () => rawRequest('GET /v1/accounts', [last])],
    ['another tenant', 403, () => rawRequest('GET /v1/accounts', [token(), 'X-Tenant-Id: beta', last])],
    ['an account that is not there', 404, () => rawRequest('GET /v1/accounts/nobody', [token(), last])],
    ['an unknown route', 404, () => rawRequest('GET /admin.php', [last])],
    ['a path that cannot be read', 400, () => rawRequest('GET /v1/accounts/%ff', [token(), last])],
    ['another method', 405, () => rawRequest('DELETE /v1/postings', [token(), last])],
    ['another method of a system page', 405, () => rawRequest('POST /metrics', [last])],
    ['the question what is allowed', 405, () => rawRequest('OPTIONS /v1/postings', [last])],
    ['the health', 200, () => rawRequest('GET /health/ready', [last])],
    ['the metrics', 200, () => rawRequest('GET /metrics', [last])],
    ['the OpenAPI document', 200, () => rawRequest('GET /openapi.json', [last])],
    ['what is no HTTP', 400, () => 'HELLO\r\n\r\n'],
    ['headers without end', 431, () => `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`],
  ])('%s', async (_what, status, bytes) => {
    const answer = await answerTo(bytes())
    expect(answer.status).toBe(status)
    expect(headersOf(answer)).toMatchObject(ofData)
  })

  test.each(['/docs', '/docs/problems', '/docs/start.js', '/docs/favicon-32x32.png'])(
    'the page %s, under the policy that it needs',
    async (path) => {
      const answer = await answerTo(rawRequest(`GET ${path}`, [last]))
      expect(answer.status).toBe(200)
      expect(headersOf(answer)).toMatchObject(ofPages)
    },
  )
})

test('no answer says what made it, or how long TLS must be used: who ends TLS says that', async () => {
  for (const path of ['/v1/business-date', '/docs', '/metrics', '/nothing']) {
    const headers = headersOf(await answerTo(rawRequest(`GET ${path}`, [token(), last])))
    expect(Object.keys(headers)).not.toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^(strict-transport-security|x-powered-by|server|etag)$/),
      ]),
    )
  }
})
