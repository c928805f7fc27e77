import { beforeAll, describe, expect, test } from 'vitest'
import { newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
beforeAll(() => openCustomers(bank()))

describe('POST /v1/postings', () => {
  test('answers 201 with the entry as the contract writes it', async () => {
    const answer = await bank().post('/v1/postings', {
      transactionCode: 'TRANSFER',
      description: 'rent',
      valueDate: '2026-11-20',
      lines: [
        { accountId: 'alice', side: 'debit', amount: '100.00', currency: 'EUR' },
        { accountId: 'bob', side: 'credit', amount: '100.00', currency: 'EUR' },
      ],
      metadata: { orderId: 'A-17' },
    })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('content-type')).toBe('application/json')
    expect(answer.body).toMatchObject({
      status: 'posted',
      kind: 'posting',
      transactionCode: 'TRANSFER',
      description: 'rent',
      bookingDate: '2026-11-20',
      valueDate: '2026-11-20',
      lines: [
        {
          lineNo: 1,
          accountId: 'alice',
          side: 'debit',
          amount: '100.00',
          currency: 'EUR',
          balanceAfter: '400.00',
          accountVersion: 2,
        },
        {
          lineNo: 2,
          accountId: 'bob',
          side: 'credit',
          amount: '100.00',
          currency: 'EUR',
          balanceAfter: '100.00',
          accountVersion: 1,
        },
      ],
      metadata: { orderId: 'A-17' },
    })
    const read = await bank().get(`/v1/journal-entries/${answer.body.journalEntryId}`)
    expect(read.text).toBe(answer.text)
  })

  test('answers a known key with the same bytes and says so', async () => {
    const key = newKey()
    const body = transfer({ from: 'alice', to: 'bob', amount: '1.50' })
    const first = await bank().post('/v1/postings', body, { key })
    const again = await bank().post(
      '/v1/postings',
      { ...transfer({ from: 'alice', to: 'bob', amount: '1.5' }) },
      { key },
    )
    expect(first.headers.get('idempotency-replayed')).toBeNull()
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect([again.status, again.text]).toEqual([201, first.text])
    const quoted = await bank().post('/v1/postings', body, { key: `"${key}"` })
    expect(quoted.text).toBe(first.text)
  })

  test('refuses a key that belongs to another command and says where they differ', async () => {
    const key = newKey()
    await bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob' }), { key })
    const other = await bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob', amount: '2.00' }), {
      key,
    })
    expect(other.status).toBe(422)
    expect(other.body).toMatchObject({ code: 'idempotency_key_reused', firstDifference: '/lines/0/amount' })
  })

  test('records a rejection with its facts and its correlation id, and replays it', async () => {
    const key = newKey()
    const body = transfer({ from: 'bob', to: 'alice', amount: '10000.00' })
    const first = await bank().post('/v1/postings', body, {
      key,
      headers: { 'x-correlation-id': 'matter-1' },
    })
    expect(first.status).toBe(422)
    expect(first.headers.get('content-type')).toBe('application/problem+json')
    expect(first.body).toMatchObject({
      code: 'insufficient_funds',
      status: 422,
      accountId: 'bob',
      required: '10000.00',
      correlationId: 'matter-1',
    })
    expect(first.body.available).toMatch(/^\d+\.\d\d$/)
    const again = await bank().post('/v1/postings', body, {
      key,
      headers: { 'x-correlation-id': 'matter-2' },
    })
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect([again.status, again.text]).toEqual([first.status, first.text])
    const recorded = await bank().get(`/v1/commands/${encodeURIComponent(key)}`)
    expect(recorded.body).toMatchObject({ idempotencyKey: key, type: 'post', status: 422, body: first.body })
  })

  test('takes the correlation id from a trace where none is given', async () => {
    const trace = '0af7651916cd43dd8448eb211c80319c'
    const headers = { traceparent: `00-${trace}-b7ad6b7169203331-01`, 'x-causation-id': 'cause-1' }
    const answer = await bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob' }), { headers })
    expect(answer.body).toMatchObject({ correlationId: trace, causationId: 'cause-1' })
  })

  test('rehearses a command without recording it', async () => {
    const key = newKey()
    const headers = { 'plinth-dry-run': 'true' }
    const before = await bank().get('/v1/accounts/alice/balance')
    const rehearsed = await bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob' }), {
      key,
      headers,
    })
    expect(rehearsed.status).toBe(201)
    expect(rehearsed.headers.get('plinth-dry-run')).toBe('true')
    expect((await bank().get(`/v1/commands/${key}`)).status).toBe(404)
    expect((await bank().get('/v1/accounts/alice/balance')).text).toBe(before.text)
  })

  test('executes a hundred requests with one key once', async () => {
    const key = newKey()
    const body = transfer({ from: 'alice', to: 'bob' })
    const answers = await Promise.all(
      Array.from({ length: 100 }, () => bank().post('/v1/postings', body, { key })),
    )
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null)).toHaveLength(1)
  })
})
