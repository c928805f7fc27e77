import { beforeAll, describe, expect, test } from 'vitest'
import { openCustomers, useHttpBank } from './support/http-bank.js'
import { approveRate, dealInDollars, exchangePosting } from './support/http-fx.js'

const bank = useHttpBank()
const day = '2026-11-20'
const dollar = { currency: 'USD', date: day, rate: '0.9000', source: 'ECB' }

beforeAll(() => openCustomers(bank()))

const submit = (rates: unknown, options = {}) =>
  bank().post('/v1/rates', { rates }, { as: 'operator', ...options })

describe('rates', () => {
  test('are submitted together, decided by somebody else, and listed with their history', async () => {
    const yen = { ...dollar, currency: 'JPY', rate: '0.0061' }
    const made = await submit([dollar, yen])
    expect(made.status).toBe(200)
    expect(made.body.data).toEqual([
      {
        ...{ currency: 'USD', baseCurrency: 'EUR', date: day, version: 1, rate: '0.9', source: 'ECB' },
        ...{
          status: 'submitted',
          submittedBy: expect.stringMatching(/^key:/),
          submittedAt: expect.any(String),
        },
      },
      expect.objectContaining({ currency: 'JPY', rate: '0.0061' }),
    ])
    const again = await submit([dollar, yen])
    expect([again.status, again.text]).toEqual([200, made.text])
    const keys = [
      { currency: 'JPY', date: day, version: 1 },
      { currency: 'USD', date: day, version: 1 },
    ]
    const approved = await bank().post('/v1/rates/approve', { rates: keys }, { as: 'approver' })
    expect([approved.status, approved.body.data.map((rate: { status: string }) => rate.status)]).toEqual([
      ...[200, ['approved', 'approved']],
    ])
    const second = (await submit([{ ...dollar, rate: '0.95' }])).body.data[0]
    expect(second.version).toBe(2)
    const refusal = { rates: [{ currency: 'USD', date: day, version: 2 }], reason: 'a slip of the pen' }
    const rejected = await bank().post('/v1/rates/reject', refusal, { as: 'approver' })
    expect(rejected.body.data[0]).toMatchObject({
      ...{ status: 'rejected', reason: 'a slip of the pen', decidedBy: expect.stringMatching(/^key:/) },
    })
    const page = await bank().get('/v1/rates?limit=2', { as: 'payments' })
    expect(page.body.data.map((rate: { currency: string }) => rate.currency)).toEqual(['JPY', 'USD'])
    const rest = await bank().get(`/v1/rates?limit=2&cursor=${page.body.nextCursor}`)
    expect(rest.body).toMatchObject({ data: [{ currency: 'USD', version: 2 }], nextCursor: null })
    const filtered = await bank().get(`/v1/rates?currency=USD&status=approved&dateFrom=${day}&dateTo=${day}`)
    expect(filtered.body.data.map((rate: { rate: string }) => rate.rate)).toEqual(['0.9'])
  })

  test('are not decided by who submitted them, nor twice, nor if they are not there', async () => {
    const date = '2026-11-19'
    await submit([{ ...dollar, date }], { as: 'admin' })
    const decide = (version: number, verdict = 'approve', as: 'admin' | 'approver' = 'admin') =>
      bank().post(
        `/v1/rates/${verdict}`,
        { rates: [{ currency: 'USD', date, version }], ...(verdict === 'reject' && { reason: 'no' }) },
        { as },
      )
    expect(await decide(1)).toMatchObject({ status: 422, body: { code: 'self_approval' } })
    expect(await decide(9)).toMatchObject({ status: 404, body: { code: 'not_found' } })
    expect((await decide(1, 'approve', 'approver')).status).toBe(200)
    expect(await decide(1, 'reject', 'approver')).toMatchObject({
      ...{ status: 422, body: { code: 'status_transition_invalid' } },
    })
    const audit = (await bank().get('/v1/audit-events?action=approve_rate&outcome=rejected')).body.data
    expect(audit).toMatchObject([{ object: `USD ${date} 1`, code: 'self_approval' }])
  })

  test.each([
    ['no rates', [], '/rates', 'required'],
    ['a number', [{ ...dollar, rate: 0.9 }], '/rates/0/rate', 'amount_not_a_string'],
    ['an exponent', [{ ...dollar, rate: '9e-1' }], '/rates/0/rate', 'amount_malformed'],
    ['nothing', [{ ...dollar, rate: '0.00' }], '/rates/0/rate', 'amount_zero'],
    [
      '19 decimals',
      [{ ...dollar, rate: '0.0000000000000000001' }],
      '/rates/0/rate',
      'amount_too_many_decimals',
    ],
    ['19 digits', [{ ...dollar, rate: '1000000000000000000' }], '/rates/0/rate', 'amount_too_large'],
    ['the base currency', [{ ...dollar, currency: 'EUR' }], '/rates/0/currency', 'currency_unknown'],
    [
      'an unknown currency',
      [dollar, { ...dollar, currency: 'XYZ' }],
      '/rates/1/currency',
      'currency_unknown',
    ],
    ['no day', [{ ...dollar, date: '2026-02-30' }], '/rates/0/date', 'date_malformed'],
    ['no source', [{ ...dollar, source: '' }], '/rates/0/source', 'required'],
    ['a day twice', [dollar, { ...dollar, rate: '0.8' }], '/rates/1', 'wrong_type'],
  ])('of %s are malformed', async (_what, rates, pointer, code) => {
    const { status, body } = await submit(rates)
    expect([status, body.code, body.errors[0].pointer, body.errors[0].code]).toEqual([
      ...[400, 'malformed_request', pointer, code],
    ])
  })

  test.each([
    ['reject', { rates: [{ currency: 'USD', date: day, version: 1 }] }, '/reason', 'required'],
    ['approve', { rates: [{ currency: 'USD', date: day, version: 0 }] }, '/rates/0/version', 'wrong_type'],
    [
      'approve',
      { rates: Array(2).fill({ currency: 'USD', date: day, version: 1 }) },
      '/rates/1',
      'wrong_type',
    ],
  ])('that are to be decided as %s %j are malformed', async (verdict, asked, pointer, code) => {
    const { status, body } = await bank().post(`/v1/rates/${verdict}`, asked, { as: 'approver' })
    expect([status, body.errors[0].pointer, body.errors[0].code]).toEqual([400, pointer, code])
  })
})

describe('an exchange of currencies', () => {
  beforeAll(() => dealInDollars(bank(), 'ECB'))

  test('that does not balance in each currency is no entry', async () => {
    const { lines, ...posting } = exchangePosting({
      from: 'alice',
      euros: '9.00',
      to: 'alice-usd',
      dollars: '10.00',
    })
    const { status, body } = await bank().post('/v1/postings', { ...posting, lines: lines.slice(0, 3) })
    expect([status, body.code]).toEqual([422, 'entry_unbalanced'])
  })

  test('shows in the trial balance what it comes to in the base currency', async () => {
    const { body } = await bank().get(`/v1/trial-balance?date=${day}`)
    const nets = body.rows
      .filter(({ glCode, currency }: Record<string, string>) => currency === 'USD' || glCode === '1991')
      .map(({ glCode, currency, net, baseNet }: Record<string, string>) => [glCode, currency, net, baseNet])
    expect(nets).toEqual([
      ['1990', 'USD', '10.00', '9.00'],
      ['1991', 'EUR', '-9.10', '-9.10'],
      ['2000', 'USD', '10.00', '9.00'],
    ])
    const { debits, credits, rounding } = body.base
    expect([rounding, body.base.withoutRate]).toEqual(['0.00', []])
    expect(debits).toBe(credits)
    expect(body.base.rates).toEqual([{ currency: 'USD', rate: '0.9', date: day, version: 3 }])
  })

  test('has no base figures on days without a rate', async () => {
    const { body } = await bank().get('/v1/trial-balance?date=2026-11-30')
    const dollars = body.rows.filter(({ currency }: { currency: string }) => currency === 'USD')
    expect(dollars.map(({ baseNet }: { baseNet: string | null }) => baseNet)).toEqual([null, null])
    expect(body.base).toEqual({
      ...{ currency: 'EUR', debits: null, credits: null, rounding: null, withoutRate: ['USD'], rates: [] },
    })
  })

  test('is revalued by the end of day, which says what has no rate', async () => {
    await approveRate(bank(), { currency: 'USD', rate: '0.92' })
    const { body } = await bank().post('/v1/eod-runs', { date: day }, { as: 'operator' })
    expect(body.steps.find(({ name }: { name: string }) => name === 'revalue')).toMatchObject({
      counts: { positions: 1, posted: 1 },
    })
    expect(body.setAside).toEqual([])
    const entries = (await bank().get('/v1/journal-entries?kind=revaluation')).body.data
    expect(entries).toMatchObject([
      {
        ...{ kind: 'revaluation', transactionCode: 'REVALUATION', bookingDate: day, valueDate: day },
        description: 'Revaluation of USD at 0.92',
        metadata: { currency: 'USD', rate: '0.92', rateDate: day, rateVersion: '4' },
        lines: [
          { accountId: 'GL:5990:EUR', side: 'debit', amount: '0.10' },
          { accountId: 'FX:COUNTERVALUE:USD', side: 'credit', amount: '0.10' },
        ],
      },
    ])
    await bank().post('/v1/eod-runs', { date: '2026-11-24' }, { as: 'operator' })
    const [last] = (await bank().get('/v1/eod-runs?order=desc&limit=1')).body.data
    expect((await bank().get(`/v1/eod-runs/${last.runId}`)).body.setAside).toMatchObject([
      { accountId: 'FX:POSITION:USD', step: 'revalue', code: 'condition_failed' },
    ])
  })
})
