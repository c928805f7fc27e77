import { readVerifierKeys } from '@plinth/evidence'
import { checkBalance, parseBalances, parseVerifier, type Verifier } from '@plinth/evidence/domain'
import { currenciesWith, type TenantId } from '@plinth/kernel'
import { beforeAll, describe, expect, test } from 'vitest'
import { signDays } from '../evidence/balance-bank.js'
import { openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
const proofOf = (accountId: string, query = '') =>
  bank().get(`/v1/accounts/${accountId}/balance-proof${query}`)

beforeAll(async () => {
  await openCustomers(bank())
  await bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob', amount: '1.00' }))
})

test.each(['/v1/customer-balances', '/v1/accounts/alice/balance-proof'])(
  '%s is not there before a day is closed and signed',
  async (path) => {
    const { status, body, headers } = await bank().get(path)
    expect([status, body.code, headers.get('retry-after')]).toEqual([404, 'not_yet_checkpointed', '1'])
  },
)

describe('of a day that is signed', () => {
  beforeAll(async () => {
    const closed = await bank().post('/v1/eod-runs', { date: '2026-11-20' }, { as: 'operator' })
    expect(closed.status).toBe(201)
    const tenantId = 'alpha' as TenantId
    await signDays({ tenantId, database: bank().database, currencies: currenciesWith({ GOLD: 4 }) })
  })

  test('the totals are answered, signed, and as the trial balance has them', async () => {
    const { status, body } = await bank().get('/v1/customer-balances', { as: 'auditor' })
    expect([status, body.businessDate, Object.keys(body)]).toEqual([
      ...[200, '2026-11-20'],
      ['businessDate', 'totals', 'madeAt', 'note'],
    ])
    const trial = await bank().get('/v1/trial-balance?date=2026-11-20', { as: 'auditor' })
    const { creditBalances, debitBalances } = trial.body.rows.find(
      (row: { glCode: string; currency: string }) => row.glCode === '2000' && row.currency === 'EUR',
    )
    expect(body.totals).toMatchObject([{ currency: 'EUR', creditBalances, debitBalances }])
    expect(parseBalances(body.note)).toMatchObject({
      ...{ origin: 'ledger.test/alpha', businessDate: '2026-11-20' },
      totals: [{ accounts: body.totals[0].accounts, creditBalances, debitBalances }],
    })
    const alone = await bank().get('/v1/customer-balances?date=2026-11-20', {
      headers: { accept: 'text/plain' },
    })
    expect(alone.text).toBe(body.note)
  })

  test('each customer’s balance is proved to be in them, to the bank’s own services and to auditors', async () => {
    const verifier = parseVerifier(
      (await bank().database.read('alpha' as TenantId, readVerifierKeys))[0] ?? '',
    ) as Verifier
    const { posted: balance } = (await bank().get('/v1/accounts/alice/balance')).body
    for (const as of ['payments', 'auditor'] as const) {
      const { status, body, text } = await bank().get('/v1/accounts/alice/balance-proof?date=2026-11-20', {
        as,
      })
      expect([status, body.creditBalance, body.debitBalance]).toEqual([200, balance, '0.00'])
      expect(checkBalance(text, [verifier])).toMatchObject({ sound: true, origin: 'ledger.test/alpha' })
      expect(text).not.toMatch(/"bob"|secret/)
    }
  })

  test.each([
    ['/v1/accounts/cash/balance-proof', 404, 'not_found'],
    ['/v1/accounts/nobody/balance-proof', 404, 'not_found'],
    ['/v1/accounts/-/balance-proof', 404, 'not_found'],
    ['/v1/accounts/alice/balance-proof?date=2026-11-19', 404, 'not_found'],
    ['/v1/accounts/alice/balance-proof?date=2026-11-21', 404, 'not_yet_checkpointed'],
    ['/v1/accounts/alice/balance-proof?date=today', 400, 'malformed_request'],
    ['/v1/accounts/alice/balance-proof?at=1', 400, 'malformed_request'],
    ['/v1/customer-balances?date=2026-11-19', 404, 'not_found'],
    ['/v1/customer-balances?date=2026-11-21', 404, 'not_yet_checkpointed'],
  ])('%s is answered %i %s', async (path, status, code) => {
    const answer = await bank().get(path)
    expect([answer.status, answer.body.code]).toEqual([status, code])
  })

  test('another tenant sees nothing of it', async () => {
    const answer = await proofOf('alice')
    expect(answer.status).toBe(200)
    const { status } = await bank().get('/v1/accounts/alice/balance-proof', { tenant: 'beta' })
    expect(status).toBe(404)
  })
})
