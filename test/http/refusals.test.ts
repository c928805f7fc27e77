import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'
import { answersIn, rawRequest, sendRaw } from './support/raw-http.js'

const bank = useHttpBank()
let entryNoBefore = 0
beforeAll(async () => {
  await openCustomers(bank())
  entryNoBefore = await lastEntryNo()
})

async function lastEntryNo(): Promise<number> {
  const { body } = await bank().get('/v1/journal-entries?order=desc&limit=1')
  return body.data[0].entryNo
}

const body = transfer({ from: 'alice', to: 'bob' })
const auth = () => `Authorization: Bearer ${bank().token('alpha', 'admin')}`

/** What every error looks like (RFC 9457 and contract §3). */
function expectProblem(
  { status, headers, body: problem }: Answer,
  expected: { status: number; code: string },
): void {
  expect([status, problem?.code]).toEqual([expected.status, expected.code])
  expect(headers.get('content-type')).toBe('application/problem+json')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(problem).toMatchObject({
    type: `/docs/problems#${expected.code}`,
    title: expect.any(String),
    status: expected.status,
    detail: expect.any(String),
    correlationId: headers.get('x-correlation-id'),
  })
  expect(JSON.stringify(problem)).not.toMatch(/node_modules|\bat .*\.[jt]s:|select |constraint|ledger\./i)
}

describe('a body is refused', () => {
  const long = 'x'.repeat(1024 * 1024)
  test.each<[what: string, body: string | Buffer, status: number, code: string]>([
    ['empty', '', 400, 'malformed_json'],
    ['with garbage behind it', `${JSON.stringify(body)}x`, 400, 'malformed_json'],
    ['with a byte order mark', `\ufeff${JSON.stringify(body)}`, 400, 'malformed_json'],
    [
      'in broken UTF-8',
      Buffer.concat([Buffer.from('{"transactionCode":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
      400,
      'malformed_json',
    ],
    ['2000 levels deep', '['.repeat(2000) + ']'.repeat(2000), 400, 'malformed_json'],
    ['with a name twice', '{"transactionCode":"A","transactionCode":"B","lines":[]}', 400, 'malformed_json'],
    ['with __proto__', '{"__proto__":{"polluted":1}}', 400, 'malformed_json'],
    ['with constructor', '{"constructor":{"prototype":{"polluted":1}}}', 400, 'malformed_json'],
    [
      'with half a surrogate pair',
      JSON.stringify({ ...body, description: 'a' }).replace('"a"', '"\\ud800"'),
      400,
      'malformed_json',
    ],
    ['with NUL', JSON.stringify({ ...body, description: '\0' }), 400, 'malformed_json'],
    [
      'of a hundred thousand members',
      `{${Array.from({ length: 100_000 }, (_, n) => `"${n}":1`).join(',')}}`,
      400,
      'malformed_request',
    ],
    [
      'of 10 001 lines',
      JSON.stringify({ ...body, lines: Array(10_001).fill(body.lines[0]) }),
      400,
      'malformed_request',
    ],
    ['of a byte more than a mebibyte', JSON.stringify({ ...body, description: long }), 413, 'body_too_large'],
    [
      'that is unbalanced',
      JSON.stringify({ ...body, lines: [body.lines[0], body.lines[0]] }),
      422,
      'entry_unbalanced',
    ],
  ])('%s', async (_, sent, status, code) => {
    const key = newKey()
    expectProblem(await bank().post('/v1/postings', sent, { key }), { status, code })
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    expect((await bank().get(`/v1/commands/${key}`)).status).toBe(404)
  })

  test('with the place and the code of each fault', async () => {
    const lines = [{ accountId: 'alice', side: 'debit', amount: 1, currency: 'EUR' }, body.lines[1]]
    const answer = await bank().post('/v1/postings', { ...body, lines, note: 'x' })
    expect(answer.body.errors).toEqual([
      { pointer: '/lines/0/amount', code: 'amount_not_a_string', detail: expect.any(String) },
      { pointer: '/note', code: 'unknown_field', detail: expect.any(String) },
    ])
  })

  test.each([
    ['text', { 'content-type': 'text/plain' }],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['JSON in another encoding', { 'content-type': 'application/json; charset=utf-16' }],
    ['compressed', { 'content-type': 'application/json', 'content-encoding': 'gzip' }],
  ])('as %s', async (_, headers) => {
    const sent = 'content-encoding' in headers ? gzipSync(JSON.stringify(body)) : JSON.stringify(body)
    expectProblem(await bank().post('/v1/postings', sent, { headers }), {
      status: 415,
      code: 'unsupported_media_type',
    })
  })

  test('and JSON of any common spelling is taken', async () => {
    for (const type of [
      'application/json; charset=utf-8',
      'application/json;charset="UTF-8"',
      'APPLICATION/JSON',
    ]) {
      const answer = await bank().post('/v1/postings', body, {
        headers: { 'content-type': type, 'plinth-dry-run': 'true' },
      })
      expect(answer.status).toBe(201)
    }
  })
})

describe('a key is refused', () => {
  test('when it is missing', async () => {
    const answer = await bank().post('/v1/postings', body, { key: undefined })
    expectProblem(answer, { status: 400, code: 'idempotency_key_missing' })
  })

  test.each(['', 'a b', 'a, b', '"abc', 'é', 'k'.repeat(256)])('when it is %j', async (key) => {
    const answer = await bank().post('/v1/postings', body, { key })
    expectProblem(answer, { status: 400, code: 'idempotency_key_malformed' })
  })

  test('when there are two', async () => {
    const headers = [
      auth(),
      'Content-Type: application/json',
      'Idempotency-Key: a',
      'Idempotency-Key: b',
      'Connection: close',
    ]
    const [answer] = answersIn(
      await sendRaw(bank().port, rawRequest('POST /v1/postings', headers, JSON.stringify(body))),
    )
    expect([answer?.status, JSON.parse(answer?.body ?? '').code]).toEqual([400, 'idempotency_key_malformed'])
  })
})

describe('headers are refused', () => {
  test.each([
    ['a correlation id with a space', { 'x-correlation-id': 'a b' }],
    ['a long causation id', { 'x-causation-id': 'c'.repeat(129) }],
    ['another word than true', { 'plinth-dry-run': 'yes' }],
  ])('for %s', async (_, headers) => {
    const answer = await bank().post('/v1/postings', body, {
      headers: headers as unknown as Record<string, string>,
    })
    expectProblem(answer, { status: 400, code: 'malformed_request' })
  })
})

describe('a caller is refused', () => {
  test('without a token, with a broken one and with one that opens nothing', async () => {
    const wrong = bank()
      .token('alpha', 'admin')
      .replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    for (const authorization of [
      undefined,
      'Basic x',
      'Bearer',
      'Bearer x',
      `Bearer ${wrong}`,
      `Bearer ${'x'.repeat(9_000)}`,
    ]) {
      const answer = await bank().get('/v1/business-date', {
        as: 'none',
        headers: authorization ? { authorization } : {},
      })
      expectProblem(answer, { status: 401, code: 'unauthenticated' })
      expect(answer.headers.get('www-authenticate')).toBe('Bearer')
    }
  })

  test('when it names another tenant than its token', async () => {
    const answer = await bank().get('/v1/business-date', { headers: { 'x-tenant-id': 'beta' } })
    expectProblem(answer, { status: 403, code: 'tenant_mismatch' })
    expect((await bank().get('/v1/business-date', { headers: { 'x-tenant-id': 'alpha' } })).status).toBe(200)
  })

  test.each([
    ['an auditor who posts', 'auditor', '/v1/postings', body],
    [
      'payments that open an unlimited account',
      'payments',
      '/v1/accounts',
      { name: 'x', glCode: '1000', currency: 'EUR', unlimited: true },
    ],
    [
      'payments that freeze an account',
      'payments',
      '/v1/accounts/alice/status',
      { status: 'frozen', reason: 'x' },
    ],
    ['payments that change terms', 'payments', '/v1/accounts/alice/terms', { overdraftLimit: '1' }],
    [
      'payments that change the chart',
      'payments',
      '/v1/gl-accounts',
      { code: '9', name: 'x', type: 'asset' },
    ],
    ['an approver who posts', 'approver', '/v1/batches', { atomicity: 'independent', commands: [] }],
  ] as const)('%s', async (_, as, path, sent) => {
    expectProblem(await bank().post(path, sent, { as }), { status: 403, code: 'forbidden' })
  })

  test('who reads what its role may not', async () => {
    expectProblem(await bank().get('/v1/audit-events', { as: 'payments' }), {
      status: 403,
      code: 'forbidden',
    })
    expectProblem(await bank().get('/v1/accounts', { as: 'approver' }), { status: 403, code: 'forbidden' })
    expect((await bank().get('/v1/gl-accounts', { as: 'approver' })).status).toBe(200)
  })
})

describe('a path is refused', () => {
  test.each([
    '/v1/nothing',
    '//v1/postings',
    '/V1/business-date',
    '/v1/business-date/',
    '/v1/accounts/no-such',
    '/v1/accounts/a%00b',
    '/v1/accounts/a%20b/balance',
    '/v1/accounts/no-such/statement',
    '/v1/accounts/..%2f..%2fmetrics',
    '/v1/journal-entries/7',
    '/v1/journal-entries/00000000-0000-7000-8000-000000000000',
    '/v1/commands/no-such',
    '/v1/commands/a%00',
  ])('GET %s with 404', async (path) => {
    const [answer] = answersIn(
      await sendRaw(bank().port, rawRequest(`GET ${path}`, [auth(), 'Connection: close'])),
    )
    expect([answer?.status, JSON.parse(answer?.body ?? '').code]).toEqual([404, 'not_found'])
  })

  test('with a broken percent-encoding', async () => {
    const answer = await bank().get('/v1/accounts/%zz')
    expectProblem(answer, { status: 400, code: 'malformed_request' })
  })

  test.each([
    ['GET', '/v1/postings', 'POST'],
    ['DELETE', '/v1/accounts/alice', 'GET, HEAD'],
    ['PUT', '/v1/accounts', 'POST, GET, HEAD'],
    ['OPTIONS', '/v1/postings', 'POST'],
    ['POST', '/health/live', 'GET, HEAD'],
  ])('%s %s with 405 and what is allowed', async (method, path, allow) => {
    const [answer] = answersIn(
      await sendRaw(bank().port, rawRequest(`${method} ${path}`, ['Connection: close'])),
    )
    expect(answer?.status).toBe(405)
    expect(answer?.head).toContain(`Allow: ${allow}\r\n`)
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: 'method_not_allowed', status: 405 })
  })

  test('TRACE with 405, and a method override means nothing', async () => {
    const traced = await sendRaw(
      bank().port,
      'TRACE /v1/postings HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    )
    expect(answersIn(traced)[0]?.status).toBe(405)
    const overridden = await bank().get('/v1/accounts/alice', {
      headers: { 'x-http-method-override': 'DELETE' },
    })
    expect(overridden.status).toBe(200)
  })
})

describe('what another tenant has', () => {
  const without = ({ body: problem }: Answer) => ({ ...problem, correlationId: undefined })

  test('is not there, in the same words as what nobody has', async () => {
    const { body: entry } = await bank().post('/v1/postings', body, { key: 'key-of-alpha' })
    entryNoBefore += 1
    for (const [theirs, nobodys] of [
      ['/v1/accounts/alice', '/v1/accounts/nobody'],
      ['/v1/accounts/alice/balance', '/v1/accounts/nobody/balance'],
      ['/v1/accounts/alice/statement', '/v1/accounts/nobody/statement'],
      [
        `/v1/journal-entries/${entry.journalEntryId}`,
        '/v1/journal-entries/00000000-0000-7000-8000-000000000000',
      ],
      ['/v1/commands/key-of-alpha', '/v1/commands/key-of-nobody'],
    ] as const) {
      const [found, missing] = [
        await bank().get(theirs, { tenant: 'beta' }),
        await bank().get(nobodys, { tenant: 'beta' }),
      ]
      expectProblem(found, { status: 404, code: 'not_found' })
      expect(without(found)).toEqual(without(missing))
    }
    const lists = ['/v1/accounts', '/v1/journal-entries', '/v1/gl-accounts', '/v1/audit-events']
    for (const path of lists) expect((await bank().get(path, { tenant: 'beta' })).body.data).toEqual([])
    const filtered = await bank().get('/v1/journal-entries?accountId=alice', { tenant: 'beta' })
    expect(filtered.body.data).toEqual([])
  })

  test('cannot be posted to, and its keys are free', async () => {
    const answer = await bank().post('/v1/postings', body, { tenant: 'beta', key: 'key-of-alpha' })
    expectProblem(answer, { status: 422, code: 'account_not_found' })
  })
})

test('none of this wrote an entry, or was our fault', async () => {
  expect(await lastEntryNo()).toBe(entryNoBefore)
  expect(bank().logLines.filter((line) => line.includes('"fault"'))).toEqual([])
})

test('the log has a line for each request, and none of a token, key or body', async () => {
  const key = 'canary-key'
  await bank().post(
    '/v1/postings',
    { ...body, description: 'canary-text' },
    { key, headers: { 'x-correlation-id': 'c-log' } },
  )
  const lines = bank().logLines.filter((line) => line.includes('c-log'))
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0] as string)).toMatchObject({
    method: 'POST',
    route: '/v1/postings',
    status: 201,
    tenantId: 'alpha',
  })
  expect(bank().logLines.join()).not.toMatch(/canary-|plk_/)
})
