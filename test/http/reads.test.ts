import { beforeAll, describe, expect, test } from 'vitest'
import { newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
beforeAll(async () => {
  await openCustomers(bank())
  for (const amount of ['10.00', '20.00', '30.00', '40.00']) {
    await bank().post('/v1/postings', {
      ...transfer({ from: 'alice', to: 'bob', amount }),
      reference: `ref-${amount}`,
    })
  }
  await openCustomers(bank(), 'beta')
})

describe('accounts', () => {
  test('are opened, read, changed and blocked', async () => {
    const opened = await bank().post('/v1/accounts', {
      accountId: 'carol',
      name: 'Carol',
      glCode: '2000',
      currency: 'JPY',
      customerId: 'C-1',
      overdraftLimit: '1000',
      metadata: { tier: 'gold' },
    })
    expect(opened.status).toBe(201)
    expect(opened.body).toEqual({
      accountId: 'carol',
      name: 'Carol',
      glCode: '2000',
      currency: 'JPY',
      normalSide: 'credit',
      customerId: 'C-1',
      overdraftLimit: '1000',
      unlimited: false,
      status: 'open',
      blockDebits: false,
      blockCredits: false,
      metadata: { tier: 'gold' },
    })
    expect((await bank().get('/v1/accounts/carol')).text).toBe(opened.text)
    const terms = await bank().post('/v1/accounts/carol/terms', { name: 'Carol C.', overdraftLimit: '2000' })
    expect([terms.status, terms.body.name, terms.body.overdraftLimit]).toEqual([200, 'Carol C.', '2000'])
    const blocked = await bank().post('/v1/accounts/carol/status', {
      status: 'open',
      blockDebits: true,
      reason: 'court order',
    })
    expect([blocked.status, blocked.body.blockDebits]).toEqual([200, true])
    const missing = await bank().post('/v1/accounts/nobody/status', { status: 'frozen', reason: 'x' })
    expect([missing.status, missing.body.code]).toEqual([422, 'account_not_found'])
    const malformed = await bank().post('/v1/accounts/no%20body/status', { status: 'frozen', reason: 'x' })
    expect([malformed.status, malformed.body.errors[0]]).toMatchObject([
      400,
      { pointer: '/accountId', code: 'id_malformed' },
    ])
  })

  test('get an id from Plinth where the caller gives none, the same again for the same key', async () => {
    const key = newKey()
    const body = { name: 'Nameless', glCode: '2000', currency: 'EUR' }
    const first = await bank().post('/v1/accounts', body, { key })
    expect(first.body.accountId).toMatch(/^[0-9a-f-]{36}$/)
    expect((await bank().post('/v1/accounts', body, { key })).text).toBe(first.text)
  })

  test('are listed with filters', async () => {
    const listed = await bank().get('/v1/accounts?glCode=1000')
    expect(listed.body).toMatchObject({ data: [{ accountId: 'cash', unlimited: true }], nextCursor: null })
    expect((await bank().get('/v1/accounts?customerId=%27%20or%201=1--')).body.data).toEqual([])
  })

  test('without a limit have nothing available, not zero', async () => {
    expect((await bank().get('/v1/accounts/cash/balance')).body).toEqual({
      accountId: 'cash',
      currency: 'EUR',
      posted: '500.00',
      held: '0.00',
      available: null,
      overdraftLimit: '0.00',
      debits: '500.00',
      credits: '0.00',
      version: 1,
      bookingDate: '2026-11-20',
    })
    expect((await bank().get('/v1/accounts/alice/balance')).body).toMatchObject({
      posted: '400.00',
      available: '400.00',
      version: 5,
    })
  })
})

interface StatementPage {
  opening: string
  lines: { side: string; amount: string }[]
  closing: string
  nextCursor: string | null
}

describe('a statement', () => {
  const minor = (text: string) => BigInt(text.replace('.', ''))

  test('shows opening, lines with their running balance, and closing', async () => {
    const { body } = await bank().get('/v1/accounts/alice/statement')
    expect(body).toMatchObject({
      accountId: 'alice',
      currency: 'EUR',
      from: '2026-11-20',
      to: '2026-11-20',
      opening: '0.00',
      closing: '400.00',
    })
    expect(body).toMatchObject({ provisional: true, nextCursor: null })
    expect(body.lines.map(({ runningBalance }: { runningBalance: string }) => runningBalance)).toEqual([
      '500.00',
      '490.00',
      '470.00',
      '440.00',
      '400.00',
    ])
    expect(body.lines[1]).toMatchObject({
      side: 'debit',
      amount: '10.00',
      reference: 'ref-10.00',
      accountVersion: 2,
      lineNo: 1,
    })
  })

  test('adds up on every page, and the pages join', async () => {
    let path: string | undefined = '/v1/accounts/alice/statement?limit=2'
    let [before, lines] = ['0.00', 0]
    while (path !== undefined) {
      const page: StatementPage = (await bank().get(path)).body
      expect(page.opening).toBe(before)
      const sum = page.lines.reduce(
        (total, { side, amount }) => total + (side === 'credit' ? minor(amount) : -minor(amount)),
        minor(page.opening),
      )
      expect(sum).toBe(minor(page.closing))
      before = page.closing
      lines += page.lines.length
      path = page.nextCursor ? `/v1/accounts/alice/statement?limit=2&cursor=${page.nextCursor}` : undefined
    }
    expect([lines, before]).toEqual([5, '400.00'])
  })

  test('of other days carries the balance over', async () => {
    const later = await bank().get('/v1/accounts/alice/statement?from=2026-11-21&to=2026-11-30')
    expect(later.body).toMatchObject({ opening: '400.00', lines: [], closing: '400.00', provisional: true })
    const earlier = await bank().get('/v1/accounts/alice/statement?from=2026-11-01&to=2026-11-19')
    expect(earlier.body).toMatchObject({ opening: '0.00', lines: [], closing: '0.00', provisional: false })
    const upside = await bank().get('/v1/accounts/alice/statement?from=2026-11-30&to=2026-11-01')
    expect([upside.status, upside.body.errors[0].pointer]).toEqual([400, '/from'])
  })
})

describe('lists', () => {
  const idsOf = (data: Record<string, string>[], id: string) => data.map((each) => each[id] as string)

  test.each([
    ['/v1/accounts', 'accountId'],
    ['/v1/gl-accounts', 'code'],
    ['/v1/journal-entries', 'entryNo'],
    ['/v1/audit-events', 'auditEventId'],
  ])('%s gives the same in pages, in both orders', async (path, id) => {
    for (const order of ['asc', 'desc']) {
      const whole = await bank().get(`${path}?order=${order}`)
      const paged: string[] = []
      let cursor = ''
      do {
        const { body } = await bank().get(`${path}?order=${order}&limit=2${cursor && `&cursor=${cursor}`}`)
        expect(body.data.length).toBeLessThanOrEqual(2)
        paged.push(...idsOf(body.data, id))
        cursor = body.nextCursor
      } while (cursor)
      expect(paged).toEqual(idsOf(whole.body.data, id))
      expect(paged.length).toBeGreaterThan(1)
    }
  })

  test('take a cursor only where it comes from', async () => {
    const { body } = await bank().get('/v1/journal-entries?limit=1')
    const cursor = body.nextCursor as string
    for (const [path, options] of [
      ['/v1/journal-entries?cursor=', { tenant: 'beta' }],
      ['/v1/journal-entries?order=desc&cursor=', {}],
      ['/v1/journal-entries?kind=posting&cursor=', {}],
      ['/v1/accounts?cursor=', {}],
      ['/v1/accounts/alice/statement?cursor=', {}],
      ['/v1/journal-entries?cursor=x', {}],
      ['/v1/journal-entries?cursor=A', {}],
    ] as const) {
      const answer = await bank().get(path + cursor, options)
      expect([answer.status, answer.body.code]).toEqual([400, 'cursor_malformed'])
    }
    expect((await bank().get(`/v1/journal-entries?limit=3&cursor=${cursor}`)).status).toBe(200)
  })

  test.each([
    ['limit=0', '/limit'],
    ['limit=1001', '/limit'],
    ['limit=-1', '/limit'],
    ['limit=1e9', '/limit'],
    ['limit=', '/limit'],
    ['limit=1&limit=2', '/limit'],
    ['order=up', '/order'],
    ['sort=amount', '/sort'],
    ['bookingDateFrom=yesterday', '/bookingDateFrom'],
    ['entryNoFrom=1.5', '/entryNoFrom'],
    ['entryNoFrom=99999999999999999999', '/entryNoFrom'],
    ['reference=a%00b', '/reference'],
    ['__proto__=x', '/__proto__'],
  ])('refuse ?%s', async (query, pointer) => {
    const answer = await bank().get(`/v1/journal-entries?${query}`)
    expect([answer.status, answer.body.code, answer.body.errors[0].pointer]).toEqual([
      400,
      'malformed_request',
      pointer,
    ])
  })

  test('of entries know all filters of the contract', async () => {
    const numbers = async (query: string): Promise<number[]> => {
      const { body } = await bank().get(`/v1/journal-entries?${query}`)
      return body.data.map(({ entryNo }: { entryNo: number }) => entryNo)
    }
    expect(await numbers('accountId=bob')).toEqual([2, 3, 4, 5])
    expect(await numbers('accountId=cash')).toEqual([1])
    expect(await numbers('reference=ref-20.00')).toEqual([3])
    expect(await numbers('entryNoFrom=2&entryNoTo=3')).toEqual([2, 3])
    expect(
      await numbers(
        'transactionCode=TRANSFER&kind=posting&bookingDateFrom=2026-11-20&bookingDateTo=2026-11-20&order=desc&limit=1',
      ),
    ).toEqual([5])
    expect(await numbers('valueDateFrom=2026-11-21')).toEqual([])
    expect(await numbers('valueDateTo=2026-11-19')).toEqual([])
    expect(await numbers('correlationId=none')).toEqual([])
    expect(await numbers('endToEndId=none')).toEqual([])
  })
})

describe('reports', () => {
  test('the trial balance is equal in total and rolled up by GL account', async () => {
    const { body } = await bank().get('/v1/trial-balance')
    expect(body).toMatchObject({
      date: '2026-11-20',
      by: 'booking',
      totals: [{ currency: 'EUR', debits: '600.00', credits: '600.00' }],
    })
    expect(body.rows).toEqual([
      {
        glCode: '1000',
        name: 'Cash',
        type: 'asset',
        normalSide: 'debit',
        postable: true,
        currency: 'EUR',
        debits: '500.00',
        credits: '0.00',
        net: '500.00',
        debitBalances: '500.00',
        creditBalances: '0.00',
        baseNet: '500.00',
      },
      expect.objectContaining({ glCode: '2000', debits: '100.00', credits: '600.00', net: '500.00' }),
    ])
    const before = await bank().get('/v1/trial-balance?date=2026-11-19&by=value')
    const base = { debits: '0.00', credits: '0.00', rounding: '0.00', withoutRate: [], rates: [] }
    expect(before.body).toEqual({
      ...{ date: '2026-11-19', by: 'value', rows: [], totals: [] },
      base: { currency: 'EUR', ...base },
    })
  })

  test('the audit trail says who did what and how it ended', async () => {
    const answer = await bank().post('/v1/postings', transfer({ from: 'alice', to: 'nobody' }), {
      headers: { 'x-correlation-id': 'audit-1' },
    })
    expect(answer.status).toBe(422)
    const { body } = await bank().get('/v1/audit-events?correlationId=audit-1', { as: 'auditor' })
    expect(body.data).toMatchObject([
      { action: 'post', outcome: 'rejected', code: 'account_not_found', roles: ['admin'] },
    ])
  })

  test('the business date is the tenant’s', async () => {
    expect((await bank().get('/v1/business-date')).body).toEqual({ businessDate: '2026-11-20' })
  })
})
