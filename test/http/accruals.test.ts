import { beforeAll, describe, expect, test } from 'vitest'
import { useHttpBank } from './support/http-bank.js'
import { launch, openProductChart, parameters } from './support/http-products.js'

const bank = useHttpBank()

const { creditTiers: _, debitTiers: __, eligibility: ___, ...plain } = parameters
const outside = { parameters: { ...plain, fees: [], overdraftLimit: '0', interestEngine: 'external' } }

beforeAll(async () => {
  await openProductChart(bank())
  await launch(bank(), 'OUTSIDE', outside)
  await launch(bank(), 'SAVINGS', { parameters: { ...parameters, fees: [], eligibility: [] } })
  for (const [accountId, productCode] of [
    ['alice', 'OUTSIDE'],
    ['bob', 'SAVINGS'],
  ])
    expect((await bank().post('/v1/accounts', { accountId, name: accountId, productCode })).status).toBe(201)
  for (const glCode of ['5100', '2900']) {
    const internal = { accountId: `GL:${glCode}:EUR`, name: glCode, glCode, currency: 'EUR', unlimited: true }
    expect((await bank().post('/v1/accounts', internal)).status).toBe(201)
  }
  const { body } = await bank().post('/v1/eod-runs', { date: '2026-11-20' })
  expect(body.dayStatus).toBe('closed')
})

const line = (side: string, accountId: string, more: object = {}) => ({
  ...{ side, accountId, amount: '1.20', currency: 'EUR' },
  ...more,
})
const accrual = (more: object = {}, onPayable: object = { accruesFor: 'alice' }) => ({
  ...{ transactionCode: 'ENGINE', kind: 'accrual' },
  lines: [line('debit', 'GL:5100:EUR'), line('credit', 'GL:2900:EUR', onPayable)],
  ...more,
})

describe('an accrual of an engine outside', () => {
  test('is posted by an operator, once for its key, alone or in a batch', async () => {
    const posted = await bank().post('/v1/postings', accrual(), { as: 'operator', key: 'engine-1' })
    expect([posted.status, posted.body.kind]).toEqual([201, 'accrual'])
    const again = await bank().post('/v1/postings', accrual(), { as: 'operator', key: 'engine-1' })
    expect([again.status, again.body]).toEqual([201, posted.body])
    const commands = [{ type: 'post', idempotencyKey: 'engine-2', ...accrual() }]
    const batch = await bank().post('/v1/batches', { atomicity: 'independent', commands }, { as: 'operator' })
    expect(batch.body.summary).toEqual({ succeeded: 1, replayed: 0, rejected: 0 })
    const reversal = await bank().post(`/v1/journal-entries/${posted.body.journalEntryId}/reversals`, {
      reason: 'x',
    })
    expect([reversal.status, reversal.body.code, reversal.body.condition]).toEqual([
      422,
      'condition_failed',
      'kind',
    ])
  })

  test('is not for whoever may post only, in a batch neither', async () => {
    expect((await bank().post('/v1/postings', accrual(), { as: 'payments' })).status).toBe(403)
    const commands = [{ type: 'post', idempotencyKey: 'engine-3', ...accrual() }]
    const batch = await bank().post('/v1/batches', { atomicity: 'independent', commands }, { as: 'payments' })
    expect(batch.body.results[0].status).toBe(403)
  })

  test.each<[what: string, body: object, pointer: string, code: string]>([
    ['says of no account that it accrues', accrual({}, {}), '/kind', 'wrong_type'],
    ['is of another kind', accrual({ kind: 'fee' }), '/kind', 'wrong_type'],
    ['is of no kind', accrual({ kind: undefined }), '/lines/1/accruesFor', 'unknown_field'],
    ['is an advice', accrual({ advice: true, reason: 'x' }), '/advice', 'unknown_field'],
    [
      'is of as much as there is',
      accrual({}, { accruesFor: 'alice', amount: 'all' }),
      '/lines/1/accruesFor',
      'wrong_type',
    ],
  ])('that %s is malformed', async (_what, body, pointer, code) => {
    const answer = await bank().post('/v1/postings', body, { as: 'operator' })
    expect(answer.status).toBe(400)
    expect(answer.body.errors).toContainEqual(expect.objectContaining({ pointer, code }))
  })

  test('is refused for an account that the bank accrues itself', async () => {
    const answer = await bank().post('/v1/postings', accrual({}, { accruesFor: 'bob' }), { as: 'operator' })
    expect([answer.body.code, answer.body.condition]).toEqual(['condition_failed', 'interestEngine'])
  })
})

test('a closing says what stands in its way, amount by amount, and a dry run settles nothing', async () => {
  const close = { status: 'closed', reason: 'gone' }
  const dry = await bank().post('/v1/accounts/alice/status', close, { headers: { 'Plinth-Dry-Run': 'true' } })
  const left = { posted: '0.00', held: '0.00', accruedCredit: '2.40', accruedDebit: '0.00' }
  expect([dry.status, dry.body]).toMatchObject([422, { code: 'account_not_empty', currency: 'EUR', ...left }])
  const refused = await bank().post('/v1/accounts/alice/status', close)
  expect(refused.body).toMatchObject({ ...left, posted: '2.40', accruedCredit: '0.00' })
})

test('a product whose interest comes from outside has no tiers', async () => {
  const draft = {
    effectiveFrom: '2026-12-01',
    parameters: { ...outside.parameters, creditTiers: parameters.creditTiers },
  }
  const answer = await bank().post('/v1/products/OUTSIDE/versions', draft, { as: 'product_manager' })
  expect(answer.body.errors).toContainEqual(
    expect.objectContaining({ pointer: '/parameters/creditTiers', code: 'wrong_type' }),
  )
})
