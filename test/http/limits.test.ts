import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
beforeAll(async () => {
  await openCustomers(bank())
  await openCustomers(bank(), 'beta')
  await bank().post('/v1/accounts', {
    ...{ accountId: 'carol', name: 'Carol', glCode: '2000', currency: 'EUR', productCode: 'YOUTH' },
    overdraftLimit: '500.00',
  })
})

type Options = Parameters<ReturnType<typeof bank>['post']>[2]
const set = (limit: object, options: Options = {}) =>
  bank().post('/v1/limits', { currency: 'EUR', reason: 'a test', ...limit }, options)
const list = async (query = '', options: Options = {}) =>
  (await bank().get(`/v1/limits${query}`, options)).body
const spend = (from: string, amount: string, transactionCode = 'TRANSFER') =>
  bank().post('/v1/postings', { ...transfer({ from, to: 'bob', amount }), transactionCode })
const codeOf = ({ status, body }: Answer): string =>
  body.code === undefined ? `${status}` : `${status} ${body.code}`

describe('POST /v1/limits', () => {
  test('sets a limit of an account, which the next posting hears of with what is left', async () => {
    const made = await set({
      accountId: 'alice',
      transactionCode: 'CARD',
      perDay: { amount: '50', count: 2 },
    })
    expect([made.status, made.body]).toEqual([
      200,
      {
        ...{ scope: 'account', accountId: 'alice', transactionCode: 'CARD', currency: 'EUR' },
        perDay: { amount: '50.00', count: 2 },
      },
    ])
    expect(codeOf(await spend('alice', '30.00', 'CARD'))).toBe('201')
    const refused = await spend('alice', '20.01', 'CARD')
    expect(refused.status).toBe(422)
    expect(refused.body).toMatchObject({
      ...{ code: 'limit_exceeded', accountId: 'alice', scope: 'account', transactionCode: 'CARD' },
      ...{
        period: 'day',
        measure: 'amount',
        limit: '50.00',
        used: '30.00',
        left: '20.00',
        required: '20.01',
      },
    })
    expect(refused.body.detail).toBe(
      'Account alice has 20.00 EUR left to spend this day with CARD; 20.01 is asked for.',
    )
  })

  test('answers the same key with the same limit, is audited, and told in the feed', async () => {
    const key = newKey()
    const limit = { accountId: 'alice', transactionCode: 'RENT', perPosting: { amount: '7.5' } }
    const headers = { 'x-correlation-id': newKey() }
    const first = await set(limit, { key, headers })
    const again = await set({ ...limit, perPosting: { amount: '7.50' } }, { key })
    expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([first.text, 'true'])
    expect(codeOf(await set({ ...limit, perPosting: { amount: '8' } }, { key }))).toBe(
      '422 idempotency_key_reused',
    )
    const { body } = await bank().get(`/v1/audit-events?correlationId=${headers['x-correlation-id']}`)
    expect(body.data).toMatchObject([{ action: 'set_limit', object: 'alice', outcome: 'accepted' }])
  })

  test('is for operators; limits of products and of the tenant are an admin’s to set, also in a batch', async () => {
    const own = { accountId: 'alice', transactionCode: 'OWN', perPosting: { amount: '1' } }
    expect(codeOf(await set(own, { as: 'payments' }))).toBe('403 forbidden')
    expect(codeOf(await set(own, { as: 'operator' }))).toBe('200')
    const common = [
      { productCode: 'OTHER', perPosting: { amount: '1' } },
      { transactionCode: 'OTHER', perPosting: { amount: '1' } },
    ]
    for (const limit of common) {
      expect(codeOf(await set(limit, { as: 'operator' }))).toBe('403 forbidden')
      const item = {
        type: 'set_limit',
        idempotencyKey: newKey(),
        currency: 'EUR',
        reason: 'a test',
        ...limit,
      }
      const commands = { atomicity: 'independent', commands: [item] }
      const batch = (as: 'operator' | 'admin') => bank().post('/v1/batches', commands, { as })
      expect((await batch('operator')).body.results).toMatchObject([{ status: 403 }])
      expect((await batch('admin')).body.results).toMatchObject([{ status: 200 }])
    }
  })

  test('can be proposed by one and approved by another', async () => {
    const command = {
      type: 'set_limit',
      accountId: 'alice',
      currency: 'EUR',
      perMonth: { count: 1000 },
      reason: 'x',
    }
    const proposal = await bank().post('/v1/proposals', { command, reason: 'a test' }, { as: 'operator' })
    expect(proposal.status).toBe(201)
    const approved = await bank().post(
      `/v1/proposals/${proposal.body.proposalId}/approve`,
      {},
      { as: 'approver' },
    )
    expect(approved.body.result).toMatchObject({
      status: 200,
      body: { scope: 'account', perMonth: { count: 1000 } },
    })
  })

  test.each<[object, string, string]>([
    [{ accountId: 'alice', productCode: 'YOUTH' }, '/productCode', 'unknown_field'],
    [{ currency: 'XXL', perPosting: { amount: '1' } }, '/currency', 'currency_unknown'],
    [{ currency: undefined, perPosting: { amount: '1' } }, '/currency', 'required'],
    [{ perPosting: { amount: '1.001' } }, '/perPosting/amount', 'amount_too_many_decimals'],
    [{ perPosting: { amount: 1 } }, '/perPosting/amount', 'amount_not_a_string'],
    [{ perPosting: {} }, '/perPosting/amount', 'required'],
    [{ perPosting: { amount: '1', count: 1 } }, '/perPosting/count', 'unknown_field'],
    [{ perDay: {} }, '/perDay', 'required'],
    [{ perDay: { amount: '-1' } }, '/perDay/amount', 'amount_malformed'],
    [{ perMonth: { count: 1.5 } }, '/perMonth/count', 'wrong_type'],
    [{ perMonth: { count: -1 } }, '/perMonth/count', 'wrong_type'],
    [{ perMonth: { count: 1_000_000_001 } }, '/perMonth/count', 'too_long'],
    [{ perMonth: 'none' }, '/perMonth', 'wrong_type'],
    [{ transactionCode: '' }, '/transactionCode', 'id_malformed'],
    [{ reason: '' }, '/reason', 'required'],
    [{ perWeek: { count: 1 } }, '/perWeek', 'unknown_field'],
  ])('refuses %j', async (limit, pointer, code) => {
    const answer = await set(limit)
    expect([answer.status, answer.body.errors]).toMatchObject([400, [{ pointer, code }]])
  })

  test('refuses accounts that are not there, unlimited or in another currency, each with its code', async () => {
    const limit = { perPosting: { amount: '1' } }
    expect(codeOf(await set({ ...limit, accountId: 'nobody' }))).toBe('422 account_not_found')
    expect((await set({ ...limit, accountId: 'cash' })).body).toMatchObject({
      ...{ code: 'condition_failed', condition: 'limited' },
    })
    expect(codeOf(await set({ ...limit, accountId: 'alice', currency: 'JPY' }))).toBe('422 currency_mismatch')
  })
})

describe('GET /v1/limits', () => {
  const yen = { currency: 'JPY' }
  beforeAll(async () => {
    const at = (limit: object) => set(limit, { tenant: 'beta' })
    await at({ accountId: 'bob', perPosting: { amount: '9.00' } })
    await at({ accountId: 'alice', perDay: { amount: '100.00', count: 3 }, perMonth: { amount: '150.00' } })
    await at({ accountId: 'alice', transactionCode: 'CARD', perDay: { count: 1 } })
    await at({ productCode: 'YOUTH', perDay: { count: 5 } })
    await at({ ...yen, perPosting: { amount: '1000' } })
    await at({ transactionCode: 'CARD', perMonth: { amount: '80.00' } })
  })
  const beta = { tenant: 'beta', as: 'auditor' } as const
  const nameOf = (limit: Record<string, string>): string =>
    [limit.scope, limit.accountId ?? limit.productCode, limit.transactionCode, limit.currency].join(' ')
  const all = [
    ...['account alice  EUR', 'account alice CARD EUR', 'account bob  EUR', 'product YOUTH  EUR'],
    ...['tenant   JPY', 'tenant  CARD EUR'],
  ]

  test('lists limits of accounts, of products and of the tenant, a page at a time, either way', async () => {
    for (const [order, expected] of [
      ['asc', all],
      ['desc', all.toReversed()],
    ] as const) {
      for (const limit of [1, 2, 4, 100]) {
        const found: string[] = []
        let cursor = ''
        do {
          const page = await list(`?order=${order}&limit=${limit}${cursor}`, beta)
          expect(page.data.length).toBeLessThanOrEqual(limit)
          found.push(...page.data.map(nameOf))
          cursor = page.nextCursor === null ? '' : `&cursor=${encodeURIComponent(page.nextCursor)}`
        } while (cursor !== '')
        expect(found).toEqual(expected)
      }
    }
  })

  test('filters by product and by code', async () => {
    expect((await list('?productCode=YOUTH', beta)).data.map(nameOf)).toEqual(['product YOUTH  EUR'])
    expect((await list('?transactionCode=CARD', beta)).data.map(nameOf)).toEqual([
      ...['account alice CARD EUR', 'tenant  CARD EUR'],
    ])
    expect(await list('?accountId=nobody', beta)).toEqual({ data: [], nextCursor: null })
    expect((await list('?accountId=cash', beta)).data).toEqual([])
  })

  test('of an account has those that apply to it, with what it has used and has left', async () => {
    const before = await list('?accountId=alice', beta)
    expect(before.data).toMatchObject([
      { perDay: { used: { amount: '0.00', count: 0 }, left: { amount: '100.00', count: 3 } } },
      { transactionCode: 'CARD', perDay: { left: { count: 1 } } },
      { scope: 'tenant', perMonth: { left: { amount: '80.00' } } },
    ])
    const pay = { ...transfer({ from: 'alice', to: 'bob', amount: '30.00' }), transactionCode: 'CARD' }
    await bank().post('/v1/postings', pay, { tenant: 'beta' })
    const hold = { accountId: 'alice', amount: '20.00', currency: 'EUR', transactionCode: 'RENT' }
    const placed = await bank().post('/v1/holds', hold, { tenant: 'beta' })
    expect(placed.body.transactionCode).toBe('RENT')
    const { data } = await list('?accountId=alice', beta)
    expect(data).toEqual([
      {
        ...{ scope: 'account', accountId: 'alice', currency: 'EUR' },
        perDay: {
          ...{ amount: '100.00', count: 3, used: { amount: '50.00', count: 2 } },
          left: { amount: '50.00', count: 1 },
        },
        perMonth: { amount: '150.00', used: { amount: '50.00', count: 2 }, left: { amount: '100.00' } },
      },
      {
        ...{ scope: 'account', accountId: 'alice', transactionCode: 'CARD', currency: 'EUR' },
        perDay: { count: 1, used: { amount: '30.00', count: 1 }, left: { count: 0 } },
      },
      {
        ...{ scope: 'tenant', transactionCode: 'CARD', currency: 'EUR' },
        perMonth: { amount: '80.00', used: { amount: '30.00', count: 1 }, left: { amount: '50.00' } },
      },
    ])
    expect((await list('?accountId=alice&transactionCode=CARD', beta)).data).toHaveLength(2)
  })

  test('of an account that no limit has counted yet has what it spent this month all the same', async () => {
    await spend('carol', '12.00')
    await set({ productCode: 'YOUTH', perMonth: { amount: '40.00' } })
    const { data } = await list('?accountId=carol')
    expect(data.find(({ scope }: { scope: string }) => scope === 'product')).toMatchObject({
      ...{
        productCode: 'YOUTH',
        perMonth: { used: { amount: '12.00', count: 1 }, left: { amount: '28.00' } },
      },
    })
    expect(codeOf(await spend('carol', '28.01'))).toBe('422 limit_exceeded')
  })

  test('is not another tenant’s', async () => {
    const { data } = await list('?limit=1000')
    expect(data.map(nameOf)).not.toContain('account bob  EUR')
  })

  test('stands in the versions of the settings where it is not an account’s', async () => {
    const { body } = await bank().get('/v1/settings/versions?order=desc&limit=1', { tenant: 'beta' })
    expect(body.data[0].limits.map(nameOf)).toEqual([
      'product YOUTH  EUR',
      'tenant   JPY',
      'tenant  CARD EUR',
    ])
  })
})
