import { beforeAll, expect, test } from 'vitest'
import { type Answer, newKey, openCustomers, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
beforeAll(async () => {
  await openCustomers(bank())
  const suspense = {
    accountId: 'suspense',
    name: 'Suspense',
    glCode: '2000',
    currency: 'EUR',
    unlimited: true,
  }
  expect((await bank().post('/v1/accounts', suspense)).status).toBe(201)
})

const payment = (amount: string, to = 'nobody') => ({
  transactionCode: 'SEPA-IN',
  endToEndId: 'e-1',
  lines: [
    { accountId: 'cash', side: 'debit', amount, currency: 'EUR' },
    { accountId: to, side: 'credit', amount, currency: 'EUR', fallbackAccountId: 'suspense' },
  ],
})
const itemOf = async (entryId: string): Promise<Answer['body']> => {
  const { body } = await bank().get('/v1/suspense-items?status=open&order=desc&accountId=suspense')
  return body.data.find(({ journalEntryId }: { journalEntryId: string }) => journalEntryId === entryId)
}

test('a payment for nobody is posted, listed as waiting, and cleared by an operator', async () => {
  const paid = await bank().post('/v1/postings', payment('12.5'), { as: 'payments' })
  expect([paid.status, paid.body.lines[1]]).toEqual([
    201,
    expect.objectContaining({
      accountId: 'suspense',
      amount: '12.50',
      divertedFrom: 'nobody',
      divertedBecause: 'account_not_found',
    }),
  ])
  const item = await itemOf(paid.body.journalEntryId)
  expect(item).toMatchObject({
    status: 'open',
    lineNo: 2,
    accountId: 'suspense',
    intendedAccountId: 'nobody',
    because: 'account_not_found',
    amount: '12.50',
    remaining: '12.50',
  })
  const path = `/v1/suspense-items/${item.suspenseItemId}`
  const key = newKey()
  const clearing = { accountId: 'bob', reason: 'a typo in the IBAN', valueDate: 'original' }
  expect((await bank().post(`${path}/clear`, clearing, { as: 'payments' })).status).toBe(403)
  const cleared = await bank().post(`${path}/clear`, clearing, { as: 'operator', key })
  expect([cleared.status, cleared.body]).toEqual([
    201,
    expect.objectContaining({ kind: 'suspense_clearing', transactionCode: 'SEPA-IN', endToEndId: 'e-1' }),
  ])
  expect((await bank().get(path)).body).toMatchObject({
    status: 'cleared',
    cleared: '12.50',
    remaining: '0.00',
  })
  expect((await bank().post(`${path}/clear`, clearing, { as: 'operator', key })).text).toBe(cleared.text)
  const again = await bank().post(`${path}/clear`, clearing, { as: 'operator' })
  expect([again.status, again.body.code, again.body.condition]).toEqual([422, 'condition_failed', 'open'])
})

test('an item that is not there is 404 to a reader and a recorded rejection to who clears it', async () => {
  const path = '/v1/suspense-items/01999999-89ab-7def-8123-456789abcdef'
  expect((await bank().get(path)).status).toBe(404)
  expect((await bank().get('/v1/suspense-items/x')).status).toBe(404)
  const clearing = { accountId: 'bob', reason: 'r' }
  const answer = await bank().post(`${path}/clear`, clearing)
  expect([answer.status, answer.body.code]).toEqual([422, 'condition_failed'])
  const malformed = await bank().post('/v1/suspense-items/x/clear', clearing)
  expect([malformed.status, malformed.body.code]).toEqual([400, 'malformed_request'])
  expect((await bank().post(`${path}/clear`, { accountId: 'bob' })).body.errors).toMatchObject([
    { pointer: '/reason', code: 'required' },
  ])
})

test('the list is paged, and filtered by what happened and for whom', async () => {
  for (const amount of ['1.00', '2.00', '3.00']) await bank().post('/v1/postings', payment(amount, 'no-one'))
  const path = '/v1/suspense-items?intendedAccountId=no-one&limit=2'
  const first = await bank().get(path)
  const second = await bank().get(`${path}&cursor=${encodeURIComponent(first.body.nextCursor)}`)
  const amounts = [...first.body.data, ...second.body.data].map(({ amount }: { amount: string }) => amount)
  expect([amounts, second.body.nextCursor]).toEqual([['1.00', '2.00', '3.00'], null])
  expect((await bank().get('/v1/suspense-items?status=returned')).body.data).toEqual([])
  expect((await bank().get('/v1/suspense-items?status=gone')).status).toBe(400)
})

test('a sweep takes what there is, and a cheque is held until its day', async () => {
  const line = (accountId: string, side: string, more: object) => ({
    accountId,
    side,
    currency: 'EUR',
    ...more,
  })
  const cheque = await bank().post('/v1/postings', {
    transactionCode: 'CHEQUE',
    lines: [
      line('cash', 'debit', { amount: '40.00' }),
      line('bob', 'credit', { amount: '40.00', availableFrom: '2026-12-24' }),
    ],
  })
  expect([cheque.status, cheque.body.lines[1].availableFrom]).toEqual([201, '2026-12-24'])
  const { data } = (await bank().get('/v1/holds?accountId=bob&status=active')).body
  expect(data[0].clears).toEqual({
    journalEntryId: cheque.body.journalEntryId,
    lineNo: 2,
    availableFrom: '2026-12-24',
  })
  const before = (await bank().get('/v1/accounts/bob/balance')).body
  const sweep = {
    transactionCode: 'SWEEP',
    lines: [line('bob', 'debit', { amount: 'all' }), line('alice', 'credit', { amount: 'all' })],
  }
  const swept = await bank().post('/v1/postings', sweep)
  expect(swept.body.lines[0].amount).toBe(before.available)
  const none = await bank().post('/v1/postings', sweep)
  expect([none.status, none.body.code, none.body.available]).toEqual([422, 'nothing_available', '0.00'])
})
