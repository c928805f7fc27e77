import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
beforeAll(() => openCustomers(bank()))

const change = (changes: object, options = {}) =>
  bank().post('/v1/settings', { reason: 'a test', ...changes }, options)
const register = (code: object) => bank().post('/v1/transaction-codes', { name: 'x', ...code })
const post = (more: object = {}, options = {}) =>
  bank().post('/v1/postings', { ...transfer({ from: 'alice', to: 'bob', amount: '1.00' }), ...more }, options)
const codeOf = ({ status, body }: Answer): string =>
  body.code === undefined ? `${status}` : `${status} ${body.code}`
// What the edge remembers of a tenant is this old at most.
const remembered = { timeout: 8_000, interval: 200 }

describe('the settings of a tenant', () => {
  test('change by what is named, at once, and are kept in every version with who, when and why', async () => {
    const before = (await bank().get('/v1/settings', { as: 'payments' })).body
    expect(codeOf(await post({ valueDate: '2026-10-01' }))).toBe('201')
    const changed = await change({ valueDateDaysBack: 5, reason: 'the audit of October' })
    expect(changed.body).toEqual({ ...before, version: before.version + 1, valueDateDaysBack: 5 })
    expect(codeOf(await post({ valueDate: '2026-10-01' }))).toBe('422 value_date_out_of_window')
    const { entryNo } = (await post()).body
    await change({ valueDateDaysBack: null })
    expect(codeOf(await post({ valueDate: '2026-10-01' }))).toBe('201')
    const { body } = await bank().get('/v1/settings/versions?order=desc&limit=2', { as: 'auditor' })
    expect(body.data).toMatchObject([
      { version: before.version + 2, valueDateDaysBack: null, firstEntryNo: entryNo + 1 },
      {
        version: before.version + 1,
        valueDateDaysBack: 5,
        firstEntryNo: entryNo,
        changedBy: expect.stringMatching(/^key:/),
        reason: 'the audit of October',
      },
    ])
    expect(body.nextCursor).toEqual(expect.any(String))
  })

  test('are changed once by one key, and the change is audited', async () => {
    const key = newKey()
    const headers = { 'x-correlation-id': newKey() }
    const first = await change({ valueDateDaysAhead: 31 }, { key, headers })
    const again = await change({ valueDateDaysAhead: 31 }, { key })
    expect([again.text, again.headers.get('idempotency-replayed')]).toEqual([first.text, 'true'])
    const { body } = await bank().get(`/v1/audit-events?correlationId=${headers['x-correlation-id']}`)
    expect(body.data).toMatchObject([{ action: 'change_settings', object: `settings/${first.body.version}` }])
  })

  test('add currencies, which the edge knows within seconds and which keep their decimals', async () => {
    expect(codeOf(await change({ currencies: { MILES: 0 } }))).toBe('200')
    expect(codeOf(await change({ currencies: { MILES: 1 } }))).toBe('422 condition_failed')
    const open = async () =>
      codeOf(
        await bank().post('/v1/accounts', {
          accountId: 'miles',
          name: 'Miles',
          glCode: '2000',
          currency: 'MILES',
        }),
      )
    await expect.poll(open, remembered).toBe('201')
    const listed = await bank().get('/v1/currencies?limit=1000')
    expect(listed.body.data).toContainEqual({ code: 'MILES', decimals: 0, own: true })
    expect(listed.body.data).toContainEqual({ code: 'BHD', decimals: 3, own: false })
  }, 15_000)

  test('limit what one posting may move', async () => {
    await change({ postingLimits: [{ currency: 'EUR', perPosting: '50' }] })
    const refused = await post(transfer({ from: 'alice', to: 'bob', amount: '50.01' }))
    expect(refused.body).toMatchObject({ code: 'limit_exceeded', limit: '50.00', required: '50.01' })
    expect(codeOf(await post(transfer({ from: 'alice', to: 'bob', amount: '50.00' })))).toBe('201')
    await change({ postingLimits: [] })
    expect(codeOf(await post(transfer({ from: 'alice', to: 'bob', amount: '50.01' })))).toBe('201')
  })

  test.each([
    [{ valueDateDaysBack: -1 }, '/valueDateDaysBack', 'wrong_type'],
    [{ valueDateDaysAhead: 1.5 }, '/valueDateDaysAhead', 'wrong_type'],
    [{ currencies: { EUR: 2 } }, '/currencies/EUR', 'unknown_field'],
    [{ currencies: { gold: 2 } }, '/currencies/gold', 'id_malformed'],
    [{ currencies: { GEM: 19 } }, '/currencies/GEM', 'too_long'],
    [
      { postingLimits: [{ currency: 'XXL', perPosting: '1' }] },
      '/postingLimits/0/currency',
      'currency_unknown',
    ],
    [
      { postingLimits: [{ currency: 'EUR', perPosting: '1.001' }] },
      '/postingLimits/0/perPosting',
      'amount_too_many_decimals',
    ],
    [
      { postingLimits: [{ currency: 'EUR', perPosting: 1 }] },
      '/postingLimits/0/perPosting',
      'amount_not_a_string',
    ],
    [{ approvals: ['everything'] }, '/approvals/0', 'wrong_type'],
    [{ reason: '' }, '/reason', 'required'],
    [{ baseCurrency: 'USD' }, '/baseCurrency', 'unknown_field'],
    [{ version: 7 }, '/version', 'unknown_field'],
  ])('refuse %j', async (changes, pointer, code) => {
    const answer = await change(changes)
    expect([answer.status, answer.body.errors]).toMatchObject([400, [{ pointer, code }]])
  })
})

describe('transaction codes', () => {
  test('are registered, said anew, and listed', async () => {
    const made = await register({
      code: 'PAYOUT',
      roles: ['operator', 'operator'],
      debitGlTypes: ['liability'],
      bankTransactionCode: 'PMNT-ICDT-ESCT',
    })
    expect([made.status, made.body]).toEqual([
      201,
      {
        code: 'PAYOUT',
        name: 'x',
        roles: ['operator'],
        debitGlTypes: ['liability'],
        bankTransactionCode: 'PMNT-ICDT-ESCT',
        customerInitiated: true,
        active: true,
      },
    ])
    await register({ code: 'PAYOUT', name: 'Payout', active: false })
    const { body } = await bank().get('/v1/transaction-codes', { as: 'payments' })
    expect(body.data).toEqual([{ code: 'PAYOUT', name: 'Payout', customerInitiated: true, active: false }])
    expect(codeOf(await post({ transactionCode: 'PAYOUT' }))).toBe('422 condition_failed')
  })

  test('that are not registered are refused where the tenant is strict, and the refusal is recorded', async () => {
    await register({ code: 'TRANSFER' })
    await change({ strictTransactionCodes: true })
    const key = newKey()
    const refused = await post({ transactionCode: 'GUESS' }, { key })
    expect(refused.body).toMatchObject({ code: 'condition_failed', condition: 'registered' })
    expect((await post({ transactionCode: 'GUESS' }, { key })).headers.get('idempotency-replayed')).toBe(
      'true',
    )
    expect(codeOf(await post())).toBe('201')
    await change({ strictTransactionCodes: false })
    expect(codeOf(await post({ transactionCode: 'GUESS' }))).toBe('201')
  })

  test('say which GL accounts they may touch on which side', async () => {
    await register({ code: 'CASH-IN', debitGlTypes: ['asset'], creditGlTypes: ['liability'] })
    const cashIn = { transactionCode: 'CASH-IN' }
    expect(codeOf(await post({ ...transfer({ from: 'cash', to: 'alice' }), ...cashIn }))).toBe('201')
    const wrong = await post({ ...transfer({ from: 'alice', to: 'cash' }), ...cashIn })
    expect(wrong.body).toMatchObject({ code: 'condition_failed', condition: 'debit_gl_type' })
  })

  test('say who may post them, wherever they are posted', async () => {
    await register({ code: 'TELLER', roles: ['operator'] })
    const teller = { transactionCode: 'TELLER' }
    await expect
      .poll(async () => codeOf(await post(teller, { as: 'payments' })), remembered)
      .toBe('403 forbidden')
    const lines = { ...transfer({ from: 'alice', to: 'bob' }), ...teller }
    const item = { type: 'post', idempotencyKey: newKey(), ...lines }
    const batch = await bank().post(
      '/v1/batches',
      { atomicity: 'independent', commands: [item] },
      { as: 'payments' },
    )
    expect(batch.body.results[0].status).toBe(403)
    const proposal = { command: { type: 'post', ...lines }, reason: 'x' }
    expect(codeOf(await bank().post('/v1/proposals', proposal, { as: 'payments' }))).toBe('403 forbidden')
    await expect.poll(async () => codeOf(await post(teller, { as: 'operator' })), remembered).toBe('201')
  }, 30_000)

  test('of the bank’s own pass a dormant account', async () => {
    await register({ code: 'FEE', customerInitiated: false })
    await bank().post('/v1/accounts/alice/status', { status: 'dormant', reason: 'asleep' })
    expect(codeOf(await post())).toBe('422 account_dormant')
    expect(codeOf(await post({ transactionCode: 'FEE' }))).toBe('201')
    await bank().post('/v1/accounts/alice/status', { status: 'open', reason: 'awake' })
  })
})
