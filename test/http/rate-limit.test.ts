import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, test } from 'vitest'
import { type Answer, transfer, useHttpBank } from './support/http-bank.js'

const share = 50
const bank = useHttpBank({ requestsPerSecond: share })
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
