import { beforeAll, describe, expect, test } from 'vitest'
import { asAdmin } from '../support/database-admin.js'
import { openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
const operator = { as: 'operator' } as const
const cost = (more: object = {}) => ({
  transactionCode: 'COST',
  lines: [
    { accountId: 'rent', side: 'debit', amount: '4.00', currency: 'EUR' },
    { accountId: 'alice', side: 'credit', amount: '4.00', currency: 'EUR' },
  ],
  ...more,
})

beforeAll(async () => {
  await openCustomers(bank())
  const made = [
    await bank().post('/v1/gl-accounts', { code: '3200', name: 'Retained earnings', type: 'equity' }),
    await bank().post('/v1/gl-accounts', { code: '5100', name: 'Rent', type: 'expense' }),
    await bank().post('/v1/accounts', {
      accountId: 'rent',
      name: 'Rent',
      glCode: '5100',
      currency: 'EUR',
      unlimited: true,
    }),
    await bank().post('/v1/postings', cost()),
  ]
  expect(made.map(({ status }) => status)).toEqual([201, 201, 201, 201])
  await asAdmin(bank().adminUrl, (admin) =>
    admin.query("update ledger.journal_head set business_date = '2027-01-04' where tenant_id = 'alpha'"),
  )
})

const rent = async (query: string) => {
  const { status, body } = await bank().get(`/v1/trial-balance?${query}`)
  expect(status).toBe(200)
  return body.rows.find(({ glCode }: { glCode: string }) => glCode === '5100')?.net
}

describe('a posting into the thirteenth period', () => {
  test('is for operators, alone and in a batch', async () => {
    const body = cost({ period: '2026-13' })
    const refused = await bank().post('/v1/postings', body, { as: 'payments' })
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
    const command = { type: 'post', idempotencyKey: 'of-a-batch', ...body }
    const batch = { atomicity: 'independent', commands: [command] }
    expect((await bank().post('/v1/batches', batch, { as: 'payments' })).body.results[0].status).toBe(403)
    const posted = await bank().post('/v1/postings', body, operator)
    expect([posted.status, posted.body.period, posted.body.bookingDate]).toEqual([
      201,
      '2026-13',
      '2027-01-04',
    ])
    expect((await bank().get(`/v1/journal-entries/${posted.body.journalEntryId}`)).body).toEqual(posted.body)
    expect((await bank().post('/v1/batches', batch, operator)).body.results[0].body.period).toBe('2026-13')
    const back = { reason: 'twice', period: '2026-13' }
    const reversals = `/v1/journal-entries/${posted.body.journalEntryId}/reversals`
    expect((await bank().post(reversals, back, { as: 'payments' })).status).toBe(403)
    expect((await bank().post(reversals, back, operator)).body.period).toBe('2026-13')
  })

  test('is listed by it, and ordinary ones by their months', async () => {
    const of = async (period: string) =>
      (await bank().get(`/v1/journal-entries?period=${period}`)).body.data.map(
        (each: { period: string }) => each.period,
      )
    expect(await of('2026-13')).toEqual(['2026-13', '2026-13', '2026-13'])
    expect(await of('2027-01')).toEqual([])
    expect(new Set(await of('2026-11'))).toEqual(new Set(['2026-11']))
  })

  test.each(['2026-12', '2026-14', '2026', '26-13', 202613, ''])('must name one: %j', async (period) => {
    const { status, body } = await bank().post('/v1/postings', cost({ period }), operator)
    expect([status, body.errors?.[0].pointer]).toEqual([400, '/period'])
  })

  test('that is not open is period_closed', async () => {
    const { status, body } = await bank().post('/v1/postings', cost({ period: '2027-13' }), operator)
    expect([status, body.code, body.period]).toEqual([422, 'period_closed', '2027-13'])
  })
})

describe('the end of a year', () => {
  const close = (year: unknown, options = {}) =>
    bank().post('/v1/year-ends', { year }, { ...operator, ...options })

  test('wants a GL account for the result', async () => {
    const refused = await close(2026)
    expect([refused.status, refused.body.code]).toEqual([422, 'condition_failed'])
    const settings = { retainedEarningsGlCode: '3200', reason: 'year end' }
    const changed = await bank().post('/v1/settings', settings)
    expect([changed.status, changed.body.retainedEarningsGlCode]).toEqual([200, '3200'])
  })

  test('is rehearsed, done once, and read', async () => {
    const rehearsed = await close(2026, { headers: { 'plinth-dry-run': 'true' } })
    expect([rehearsed.status, rehearsed.headers.get('plinth-dry-run')]).toEqual([200, 'true'])
    expect(rehearsed.body).toMatchObject({
      ...{ status: 'open', results: [{ currency: 'EUR', result: '-8.00' }] },
      lines: [
        { glCode: '5100', currency: 'EUR', side: 'credit', amount: '8.00' },
        { glCode: '3200', currency: 'EUR', side: 'debit', amount: '8.00' },
      ],
    })
    expect((await bank().get('/v1/year-ends/2026')).body).toMatchObject({ status: 'open' })
    const closed = await close(2026)
    expect(closed.body).toMatchObject({ year: 2026, status: 'final', results: [{ result: '-8.00' }] })
    expect((await close(2026)).body).toEqual(closed.body)
    expect((await bank().get('/v1/year-ends/2026')).body).toEqual(closed.body)
    expect((await bank().get('/v1/year-ends')).body).toEqual({ data: [closed.body], nextCursor: null })
    const { body } = await bank().get(`/v1/journal-entries/${closed.body.results[0].journalEntryIds[0]}`)
    expect(body).toMatchObject({ kind: 'year_end_close', period: '2026-13', valueDate: '2026-12-31' })
  })

  test('leaves a trial balance with and without it', async () => {
    expect([await rent('period=2026-13'), await rent('period=2026-13&yearEndClose=without')]).toEqual([
      '0.00',
      '8.00',
    ])
    expect(await rent('date=2027-01-04&yearEndClose=without')).toBe('8.00')
    expect((await bank().get('/v1/trial-balance?period=2026-13&yearEndClose=without')).body).toMatchObject({
      ...{ period: '2026-13', date: '2026-12-31', by: 'booking', yearEndClose: 'without' },
    })
    for (const [query, pointer] of [
      ['period=2026-13&date=2026-12-31', '/date'],
      ['period=2026-13&by=value', '/by'],
      ['period=2026-00', '/period'],
      ['yearEndClose=maybe', '/yearEndClose'],
    ])
      expect((await bank().get(`/v1/trial-balance?${query}`)).body.errors?.[0].pointer).toBe(pointer)
  })

  test('refuses whatever comes into it later', async () => {
    const late = await bank().post('/v1/postings', cost({ period: '2026-13' }), operator)
    expect([late.status, late.body.code]).toEqual([422, 'period_closed'])
    const valued = transfer({ from: 'alice', to: 'bob', amount: '1.00' })
    const back = await bank().post('/v1/postings', { ...valued, valueDate: '2026-12-31' })
    expect([back.status, back.body.code]).toEqual([422, 'period_closed'])
  })

  test.each([2026.5, '2026', 0, 12_345, undefined])('of %j is malformed', async (year) => {
    expect((await close(year)).status).toBe(400)
  })

  test('of a year without books, and of another tenant, is not found', async () => {
    expect((await bank().get('/v1/year-ends/2025')).status).toBe(404)
    expect((await bank().get('/v1/year-ends/soon')).status).toBe(404)
    expect((await bank().get('/v1/year-ends/2026', { tenant: 'beta' })).body.status).toBe('open')
    expect((await bank().get('/v1/year-ends', { tenant: 'beta' })).body.data).toEqual([])
  })
})
