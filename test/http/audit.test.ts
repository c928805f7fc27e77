import { beforeAll, describe, expect, test } from 'vitest'
import { newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
beforeAll(() => openCustomers(bank()))

let asked = 0
/** A correlation id of its own, by which its audit events are found again. */
const traced = () => {
  asked += 1
  return { 'x-correlation-id': `audit-test-${asked}` }
}
async function eventsOf(headers: { 'x-correlation-id': string }, tenant = 'alpha'): Promise<unknown[]> {
  const { body } = await bank().get(`/v1/audit-events?correlationId=${headers['x-correlation-id']}`, {
    tenant,
  })
  return body.data
}

describe('the audit trail says', () => {
  test('who did what through which client and from where', async () => {
    const headers = traced()
    const { body } = await bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob' }), {
      as: 'payments',
      headers,
    })
    expect(await eventsOf(headers)).toMatchObject([
      {
        subject: expect.stringMatching(/^key:[0-9a-f]+$/),
        roles: ['payments'],
        client: 'payments',
        origin: '127.0.0.1',
        action: 'post',
        object: body.journalEntryId,
        outcome: 'accepted',
      },
    ])
  })

  test.each([
    ['post', 'auditor', 'postings', transfer({ from: 'alice', to: 'bob' })],
    ['createGlAccount', 'payments', 'gl-accounts', { code: '9', name: 'x', type: 'asset' }],
    // The route is open to payments; an unlimited account is not.
    ['openAccount', 'payments', 'accounts', { name: 'x', glCode: '1000', currency: 'EUR', unlimited: true }],
  ] as const)('who tried %s and may not', async (action, as, path, body) => {
    const headers = traced()
    expect((await bank().post(`/v1/${path}`, body, { as, headers })).status).toBe(403)
    expect(await eventsOf(headers)).toMatchObject([
      { action, roles: [as], client: as, origin: '127.0.0.1', outcome: 'denied', code: 'forbidden' },
    ])
  })

  test('who tried to read what the role may not', async () => {
    const headers = traced()
    expect((await bank().get('/v1/audit-events', { as: 'payments', headers })).status).toBe(403)
    expect(await eventsOf(headers)).toMatchObject([{ action: 'listAuditEvents', outcome: 'denied' }])
  })

  test('in the caller’s own books who asked for another tenant', async () => {
    const headers = { ...traced(), 'x-tenant-id': 'beta' }
    expect((await bank().get('/v1/accounts', { headers })).status).toBe(403)
    expect(await eventsOf(headers)).toMatchObject([
      { action: 'listAccounts', outcome: 'denied', code: 'tenant_mismatch' },
    ])
    expect(await eventsOf(headers, 'beta')).toEqual([])
  })

  test('which commands of a batch were denied, beside those that were not', async () => {
    const headers = traced()
    const commands = [
      { type: 'post', idempotencyKey: newKey(), ...transfer({ from: 'alice', to: 'bob' }) },
      { type: 'set_status', idempotencyKey: newKey(), accountId: 'alice', status: 'frozen', reason: 'x' },
    ]
    await bank().post('/v1/batches', { atomicity: 'independent', commands }, { as: 'payments', headers })
    expect(await eventsOf(headers)).toMatchObject([
      { action: 'post', outcome: 'accepted' },
      { action: 'set_status', outcome: 'denied', code: 'forbidden' },
    ])
  })

  test('nothing of who has no token, whatever tenant they name', async () => {
    const headers = traced()
    expect((await bank().get('/v1/accounts', { as: 'none', headers })).status).toBe(401)
    const forged = { ...headers, authorization: 'Bearer plk_alpha_0123456789abcdef_'.padEnd(99, 'a') }
    expect((await bank().get('/v1/accounts', { as: 'none', headers: forged })).status).toBe(401)
    expect(await eventsOf(headers)).toEqual([])
  })
})
