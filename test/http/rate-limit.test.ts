import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { type Answer, transfer, useHttpBank } from './support/http-bank.js'

const share = 50
const bank = useHttpBank({ requestsPerSecond: share })
const open = useHttpBank()
// Each test in seconds of its own.
beforeEach(() => sleep(1_100))

const limited = (answers: readonly Answer[]): number => answers.filter(({ status }) => status === 429).length
const many = (count: number, ask: () => Promise<Answer>): Promise<Answer[]> =>
  Promise.all(Array.from({ length: count }, ask))

test('a caller with too many requests in a second is told to wait, and another is served', async () => {
  const asked = many(3 * share, () => bank().get('/v1/business-date', { as: 'payments' }))
  const answers = await asked
  expect(limited(answers)).toBeGreaterThan(0)
  expect(limited(answers)).toBeLessThanOrEqual(2 * share)
  const refused = answers.find(({ status }) => status === 429) as Answer
  expect(refused.body).toMatchObject({ status: 429, code: 'rate_limited' })
  expect(refused.headers.get('retry-after')).toBe('1')
  expect((await bank().get('/v1/business-date', { as: 'auditor' })).status).toBe(200)
  expect((await bank().get('/v1/business-date', { as: 'payments', tenant: 'beta' })).status).toBe(200)
  await sleep(1_100)
  expect((await bank().get('/v1/business-date', { as: 'payments' })).status).toBe(200)
})

test('a command that comes too early has claimed no key', async () => {
  await many(3 * share, () => bank().get('/v1/business-date', { as: 'payments' }))
  const body = transfer({ from: 'nobody', to: 'no-one' })
  const early = await bank().post('/v1/postings', body, { as: 'payments', key: 'early' })
  expect(early.status).toBe(429)
  expect((await bank().get('/v1/commands/early', { as: 'auditor' })).status).toBe(404)
})

test('denied attempts count for many, because each is written down', async () => {
  const answers: number[] = []
  for (let at = 0; at < 3; at += 1)
    answers.push((await bank().get('/v1/audit-events', { as: 'operator' })).status)
  expect(answers).toEqual([403, 429, 429])
})

describe('an address whose tokens open nothing', () => {
  // As many a second as the code says; written down once more.
  const failures = 20
  const madeUp = () => `plk_alpha_${randomBytes(8).toString('hex')}_${randomBytes(32).toString('hex')}`
  const ask = (token: string, headers: Record<string, string> = {}): Promise<Answer> =>
    open().get('/v1/business-date', {
      as: 'none',
      headers: { authorization: `Bearer ${token}`, ...headers },
    })
  /** Counts the answers to `count` made-up tokens at once, by status. */
  async function flood(count: number): Promise<Record<number, number>> {
    const statuses: Record<number, number> = {}
    for (const { status } of await many(count, () => ask(madeUp())))
      statuses[status] = (statuses[status] ?? 0) + 1
    return statuses
  }
  async function newTokens(count: number): Promise<string[]> {
    const made = await many(count, () => open().post('/v1/api-keys', { name: 'new', roles: ['auditor'] }))
    return made.map(({ body }) => body.token)
  }

  test('is told to wait, and the database is asked about twenty of its tokens a second and no more', async () => {
    const before = open().lookUps()
    expect(await flood(200)).toEqual({ 401: failures, 429: 200 - failures })
    expect(open().lookUps() - before).toBe(failures)
    const refused = await ask(madeUp())
    expect(refused.body).toMatchObject({ status: 429, code: 'rate_limited' })
    expect(refused.headers.get('retry-after')).toBe('1')
    await sleep(1_100)
    expect((await ask(madeUp())).status).toBe(401)
  })

  test('holds up nobody there who has opened something before, even long after that is forgotten', async () => {
    const [known = ''] = await newTokens(1)
    expect((await ask(known)).status).toBe(200)
    // Longer than an answer for a token is remembered, so that the database is asked again in the middle of the flood.
    await sleep(5_100)
    await flood(40)
    const before = open().lookUps()
    const answers = await many(50, () => ask(known))
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    expect(open().lookUps() - before).toBe(1)
    expect((await ask(madeUp())).status).toBe(429)
  })

  test('is not one that brings many good tokens at once', async () => {
    const tokens = await newTokens(3 * failures)
    const answers = await Promise.all(tokens.map((token) => ask(token)))
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
  })

  test('is the address of the connection, whatever a header says', async () => {
    await flood(failures)
    const claimed = { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=203.0.113.7' }
    expect((await ask(madeUp(), claimed)).status).toBe(429)
    const elsewhere = await new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${madeUp()}` }
      const options = { localAddress: '127.0.0.2', port: open().port, path: '/v1/business-date', headers }
      request({ host: '127.0.0.1', ...options }, (answer) => resolve(answer.resume().statusCode))
        .on('error', reject)
        .end()
    })
    expect(elsewhere).toBe(401)
  })

  test('is not one that brings no token at all', async () => {
    const answers = await many(3 * failures, () => open().get('/v1/business-date', { as: 'none' }))
    expect(answers.filter(({ status }) => status !== 401)).toEqual([])
  })
})
