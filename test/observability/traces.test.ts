import { beforeAll, describe, expect, test } from 'vitest'
import { plinth } from '../cli/plinth-process.js'
import type { ReceivedSpan } from './otlp-receiver.js'
import { newKey, openAccounts, transfer, useWatchedBank } from './watched-bank.js'

const bank = useWatchedBank()
beforeAll(() => openAccounts(bank()))

const traceId = (at: number): string => at.toString(16).padStart(32, 'a')
const parentId = 'b7ad6b7169203331'
const traceparent = (trace: string, flags = '01') => ({ traceparent: `00-${trace}-${parentId}-${flags}` })
const inTime = { timeout: 10_000, interval: 100 }

const spansOf = (trace: string): ReceivedSpan[] =>
  bank().receiver.spans.filter((span) => span.traceId === trace)
const named = (spans: readonly ReceivedSpan[], name: string) => spans.find((span) => span.name === name)

async function traceOf(trace: string, last = 'POST /v1/postings'): Promise<ReceivedSpan[]> {
  await expect.poll(() => named(spansOf(trace), last)?.name, inTime).toBe(last)
  // Those inside of it have ended before, and travelled in the same parcel or the one in front.
  return spansOf(trace)
}

describe('a posting that comes with a traceparent', () => {
  test('is traced through HTTP, the engine and the database, as a part of the caller’s trace', async () => {
    const answer = await bank().post(
      '/v1/postings',
      transfer('cust:alice', 'cust:bob', '12.34'),
      traceparent(traceId(1)),
    )
    expect(answer.status).toBe(201)
    const spans = await traceOf(traceId(1))
    const request = named(spans, 'POST /v1/postings')
    expect(request).toMatchObject({
      service: 'plinth-serve',
      parentSpanId: parentId,
      kind: 2,
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/v1/postings',
        'http.response.status_code': 201,
        'plinth.tenant': 'watched',
        'plinth.command': 'post',
        'plinth.outcome': 'accepted',
      },
    })
    const inside = (name: string, parent: ReceivedSpan | undefined) => {
      const span = named(spans, name)
      expect([name, span?.parentSpanId]).toEqual([name, parent?.spanId])
      expect(span?.startMs).toBeGreaterThanOrEqual(parent?.startMs ?? Number.NaN)
      // The beginnings are read from one clock; how long a span took, each from its own steady one.
      expect(span?.endMs).toBeLessThanOrEqual((parent?.endMs ?? Number.NaN) + 1)
      return span
    }
    const batch = inside('posting batch', request)
    expect(batch?.attributes).toMatchObject({ 'plinth.lane': 'online', 'plinth.commands': 1 })
    const transaction = inside('transaction online', batch)
    inside('decide', transaction)
    inside('account.lock_balances', transaction)
    inside('COMMIT', transaction)
    expect(named(spans, 'account.lock_balances')).toMatchObject({
      kind: 3,
      attributes: { 'db.system.name': 'postgresql', 'db.query.summary': 'account.lock_balances' },
    })
  })

  test('is not traced where the caller’s trace is not sampled', async () => {
    await bank().post(
      '/v1/postings',
      transfer('cust:alice', 'cust:bob', '1.00'),
      traceparent(traceId(2), '00'),
    )
    await bank().post('/v1/postings', transfer('cust:alice', 'cust:bob', '1.00'), traceparent(traceId(3)))
    await traceOf(traceId(3))
    expect(spansOf(traceId(2))).toEqual([])
  })

  test.each([
    ['of zeros', `00-${'0'.repeat(32)}-${parentId}-01`],
    ['that is cut off', `00-${traceId(4)}-b7ad`],
    ['that is none', 'x'],
  ])('begins a trace of its own behind a header %s', async (_what, header) => {
    const { length } = bank().receiver.spans
    const answer = await bank().post('/v1/postings', transfer('cust:alice', 'cust:bob', '1.00'), {
      traceparent: header,
    })
    expect(answer.status).toBe(201)
    await expect
      .poll(
        () =>
          bank()
            .receiver.spans.slice(length)
            .map(({ name }) => name),
        inTime,
      )
      .toContain('POST /v1/postings')
    const request = named(bank().receiver.spans.slice(length), 'POST /v1/postings')
    expect(request?.parentSpanId ?? '').toBe('')
  })
})

test('a transaction that carries commands of several requests names each of them, and each names it', async () => {
  const traces = Array.from({ length: 40 }, (_, at) => traceId(100 + at))
  const answers = await Promise.all(
    traces.map((trace) =>
      bank().post('/v1/postings', transfer('cust:alice', 'cust:bob', '1.00'), traceparent(trace)),
    ),
  )
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]))
  for (const trace of traces) await traceOf(trace)
  const { spans } = bank().receiver
  const requests = new Map(
    spans
      .filter(({ name, traceId: trace }) => name === 'POST /v1/postings' && traces.includes(trace))
      .map((span) => [span.spanId, span]),
  )
  const batches = spans.filter((span) => span.name === 'posting batch' && traces.includes(span.traceId))
  const carried = batches.map(({ attributes }) => Number(attributes['plinth.commands']))
  expect(carried.reduce((sum, commands) => sum + commands, 0)).toBe(traces.length)
  expect(Math.max(...carried)).toBeGreaterThan(1)
  for (const batch of batches) {
    const links = batch.links ?? []
    expect(links).toHaveLength(Number(batch.attributes['plinth.commands']) - 1)
    expect(requests.has(batch.parentSpanId ?? '')).toBe(true)
    for (const { spanId } of links)
      expect(requests.get(spanId)?.links).toContainEqual(expect.objectContaining({ spanId: batch.spanId }))
  }
})

test('a rejection says its code, and a read its transaction', async () => {
  const refused = await bank().post(
    '/v1/postings',
    transfer('cust:bob', 'vault:cash', '999999.00'),
    traceparent(traceId(5)),
  )
  expect(refused.body.code).toBe('insufficient_funds')
  const spans = await traceOf(traceId(5))
  expect(named(spans, 'POST /v1/postings')?.attributes).toMatchObject({
    'http.response.status_code': 422,
    'plinth.code': 'insufficient_funds',
    'plinth.outcome': 'rejected',
  })
  await bank().get('/v1/accounts/cust:bob/balance')
  await expect
    .poll(() => named(bank().receiver.spans, 'GET /v1/accounts/{accountId}/balance')?.name, inTime)
    .toBeDefined()
  const read = named(bank().receiver.spans, 'GET /v1/accounts/{accountId}/balance') as ReceivedSpan
  expect(named(spansOf(read.traceId), 'transaction read')?.parentSpanId).toBe(read.spanId)
})

test('the end of a day is traced step by step, inside of who asked for it', async () => {
  const answer = await bank().post('/v1/eod-runs', { date: '2026-11-20' }, traceparent(traceId(6)))
  expect(answer.body.run?.status ?? answer.body.status).toBe('completed')
  const spans = await traceOf(traceId(6), 'POST /v1/eod-runs')
  const steps = spans.filter(({ name }) => name.startsWith('eod '))
  expect(steps.map(({ attributes }) => attributes['plinth.eod_step'])).toContain('control_totals')
  expect(new Set(steps.map(({ attributes }) => attributes['plinth.business_date']))).toEqual(
    new Set(['2026-11-20']),
  )
  for (const step of steps)
    expect(
      spans.some(({ name, parentSpanId }) => name === 'transaction batch' && parentSpanId === step.spanId),
    ).toBe(true)
})

test('the worker traces what it found to do, and nothing of the rounds in which there was nothing', async () => {
  await expect.poll(() => named(bank().receiver.spans, 'seal entries')?.name, inTime).toBeDefined()
  const sealing = named(bank().receiver.spans, 'seal entries') as ReceivedSpan
  expect(sealing.service).toBe('plinth-worker')
  const ofWorker = bank().receiver.spans.filter(({ service }) => service === 'plinth-worker')
  const roots = ofWorker.filter(({ parentSpanId }) => !parentSpanId)
  expect(new Set(roots.map(({ name }) => name))).toEqual(new Set(['seal entries']))
})

test('no span holds an amount, an account, a name or a key', async () => {
  const key = newKey()
  await bank().post('/v1/postings', transfer('cust:alice', 'cust:bob', '43.21'), {
    'idempotency-key': key,
    ...traceparent(traceId(7)),
  })
  await traceOf(traceId(7))
  const { receiver } = bank()
  for (const told of [key, 'secret-key', '43.21', '7654.32', 'cust:alice', 'vault:cash'])
    expect([told, receiver.text().includes(told)]).toEqual([told, false])
  // Minor units by chance stand in any timestamp, but not in what a span says.
  const said = receiver.spans.flatMap(({ name, attributes }) => [
    name,
    ...Object.values(attributes).map(String),
  ])
  expect(said).toContain('posting batch')
  expect(said.filter((text) => /4321|765432/.test(text))).toEqual([])
})

test('a command of the command line loads nothing of OpenTelemetry where nobody takes traces', async () => {
  const { code, stderr } = await plinth(['tenant', 'create', 'untold'], {
    PLINTH_DATABASE_URL: bank().adminUrl,
    NODE_DEBUG: 'module',
  })
  const loaded = [...stderr.matchAll(/load "[^"]*node_modules\/((?:@[^/]+\/)?[^/]+)\//g)].map(
    ([, name]) => name,
  )
  expect([code, loaded.includes('pg')]).toEqual([0, true])
  expect(loaded.filter((name) => name?.startsWith('@opentelemetry/') || name === 'prom-client')).toEqual([])
})
