import type { ApprovalMatter, Role } from '@plinth/tenancy'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, newKey, openCustomers, transfer, useHttpBank } from './support/http-bank.js'

// Alpha demands a second person for everything it can; beta, like the demo, for nothing.
const matters: ApprovalMatter[] = [
  'admin_api_keys',
  'unlimited_accounts',
  'limit_increases',
  'unfreezing',
  'manual_postings',
  'reversals',
]
const bank = useHttpBank()
beforeAll(async () => {
  for (const tenant of ['alpha', 'beta']) {
    await openCustomers(bank(), tenant)
    await bank().post(
      '/v1/accounts/bob/status',
      { status: 'frozen', reason: 'an order' },
      { as: 'operator', tenant },
    )
  }
  const switched = await bank().post('/v1/settings', { approvals: matters, reason: 'four eyes' })
  expect(switched.status).toBe(200)
})

const propose = (
  command: object,
  options: { as?: Role; key?: string; headers?: Record<string, string> } = {},
) => bank().post('/v1/proposals', { command, reason: 'a test' }, { as: 'operator', ...options })
const decide = (
  { body }: Answer,
  verdict: 'approve' | 'reject' | 'withdraw',
  { as = 'approver', ...options }: { as?: Role; key?: string; payload?: object; tenant?: string } = {},
) =>
  bank().post(`/v1/proposals/${body.proposalId}/${verdict}`, options.payload ?? {}, {
    as,
    ...(options.key !== undefined && { key: options.key }),
    ...(options.tenant !== undefined && { tenant: options.tenant }),
  })
const codeOf = ({ status, body }: Answer): string =>
  body.code === undefined ? `${status}` : `${status} ${body.code}`
const manual = (amount = '1.00') => ({
  ...transfer({ from: 'alice', to: 'cash', amount }),
  transactionCode: 'MANUAL',
})

/** What needs two people: the call that one of them makes, the same as a proposal, and what shows that it was done. */
const cases: [string, { path: string; body: object; command: object; done(): Promise<boolean> }][] = [
  [
    'an unlimited account',
    {
      path: '/v1/accounts',
      body: { accountId: 'vault', name: 'Vault', glCode: '1000', currency: 'EUR', unlimited: true },
      command: {
        type: 'open_account',
        accountId: 'vault',
        name: 'Vault',
        glCode: '1000',
        currency: 'EUR',
        unlimited: true,
      },
      done: async () => (await bank().get('/v1/accounts/vault')).status === 200,
    },
  ],
  [
    'a higher limit',
    {
      path: '/v1/accounts/alice/terms',
      body: { overdraftLimit: '100.00' },
      command: { type: 'change_terms', accountId: 'alice', overdraftLimit: '100' },
      done: async () => (await bank().get('/v1/accounts/alice')).body.overdraftLimit === '100.00',
    },
  ],
  [
    'lifting a freeze',
    {
      path: '/v1/accounts/bob/status',
      body: { status: 'open', reason: 'lifted' },
      command: { type: 'set_status', accountId: 'bob', status: 'open', reason: 'lifted' },
      done: async () => (await bank().get('/v1/accounts/bob')).body.status === 'open',
    },
  ],
  [
    'a manual posting',
    {
      path: '/v1/postings',
      body: manual(),
      command: { type: 'post', ...manual() },
      done: async () => (await bank().get('/v1/journal-entries?transactionCode=MANUAL')).body.data.length > 0,
    },
  ],
]

describe.each(cases)('%s', (_, { path, body, command, done }) => {
  test('is done by nobody alone, whatever their role, and the attempt is audited', async () => {
    const correlationId = newKey()
    const key = newKey()
    for (const as of ['operator', 'admin'] as const) {
      const headers = { 'x-correlation-id': correlationId }
      const answer = await bank().post(path, body, { as, key, headers })
      expect(codeOf(answer)).toBe('403 forbidden')
      expect(answer.body.detail).toContain('POST /v1/proposals')
    }
    const item = { ...command, idempotencyKey: key }
    const batch = await bank().post(
      '/v1/batches',
      { atomicity: 'independent', commands: [item] },
      { as: 'admin' },
    )
    expect(batch.body.results[0]).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    expect(await done()).toBe(false)
    expect((await bank().get(`/v1/commands/${key}`)).status).toBe(404)
    const { body: trail } = await bank().get(`/v1/audit-events?correlationId=${correlationId}`)
    expect(trail.data).toMatchObject([
      { outcome: 'denied', code: 'forbidden' },
      { outcome: 'denied', code: 'forbidden' },
    ])
  })

  test('is done when one proposes it and another approves', async () => {
    const proposed = await propose(command)
    expect(codeOf(proposed)).toBe('201')
    expect(proposed.body).toMatchObject({ status: 'pending', madeBy: expect.stringMatching(/^key:/) })
    expect(proposed.body.payload).toMatchObject(command)
    expect(await done()).toBe(false)
    const { payloadHash } = proposed.body
    const key = newKey()
    const approved = await decide(proposed, 'approve', { key, payload: { payloadHash, comment: 'seen' } })
    expect(approved.status).toBe(200)
    expect(approved.body).toMatchObject({ status: 'approved', comment: 'seen', result: { body: {} } })
    expect([200, 201]).toContain(approved.body.result.status)
    expect(await done()).toBe(true)
    const again = await decide(proposed, 'approve', { key, payload: { payloadHash, comment: 'seen' } })
    expect(again.headers.get('idempotency-replayed')).toBe('true')
    expect(again.text).toBe(approved.text)
  })

  test('needs nobody else in a tenant that does not ask for it', async () => {
    const answer = await bank().post(path, body, { as: 'operator', tenant: 'beta' })
    expect([200, 201]).toContain(answer.status)
  })
})

test('a reversal above what one may take back alone is done when another approves', async () => {
  const alone = await bank().post('/v1/settings', { reversalsAlone: { EUR: '5' }, reason: 'small ones' })
  expect(codeOf(alone)).toBe('403 forbidden')
  const settings = { type: 'change_settings', reversalsAlone: { EUR: '5' }, reason: 'small ones' }
  const changed = await decide(await propose(settings, { as: 'admin' }), 'approve')
  expect(changed.body.result.body).toMatchObject({ reversalsAlone: { EUR: '5.00' } })
  const posted = await bank().post('/v1/postings', transfer({ from: 'cash', to: 'alice', amount: '5.01' }))
  const { journalEntryId } = posted.body
  const path = `/v1/journal-entries/${journalEntryId}/reversals`
  expect(codeOf(await bank().post(path, { reason: 'a mistake' }))).toBe('403 forbidden')
  const part = ['1', '2'].map((lineNo) => ({ lineNo: Number(lineNo), amount: '0.01' }))
  expect(codeOf(await bank().post(path, { reason: 'a cent', lines: part }))).toBe('201')
  const rest = part.map(({ lineNo }) => ({ lineNo, amount: '5.00' }))
  expect(codeOf(await bank().post(path, { reason: 'the rest', lines: rest }))).toBe('201')

  const second = await bank().post('/v1/postings', transfer({ from: 'cash', to: 'alice', amount: '5.01' }))
  const proposed = await propose({
    type: 'reverse',
    journalEntryId: second.body.journalEntryId,
    reason: 'a mistake',
  })
  const approved = await decide(proposed, 'approve')
  expect(approved.body.result).toMatchObject({
    status: 201,
    body: { kind: 'reversal', reverses: second.body.journalEntryId },
  })
})

describe('a proposal', () => {
  test('is not decided by its maker, and that is recorded', async () => {
    const proposed = await propose({ type: 'post', ...manual() }, { as: 'admin' })
    const key = newKey()
    expect(codeOf(await decide(proposed, 'approve', { as: 'admin', key }))).toBe('422 self_approval')
    expect((await bank().get(`/v1/commands/${key}`)).body).toMatchObject({
      type: 'decide_proposal',
      status: 422,
    })
    expect(codeOf(await decide(proposed, 'reject', { as: 'admin' }))).toBe('422 self_approval')
    expect(codeOf(await decide(proposed, 'approve'))).toBe('200')
  })

  test('is decided once', async () => {
    const proposed = await propose({ type: 'post', ...manual() })
    expect((await decide(proposed, 'reject', { payload: { comment: 'no' } })).body).toMatchObject({
      status: 'rejected',
      comment: 'no',
    })
    expect(codeOf(await decide(proposed, 'approve'))).toBe('422 status_transition_invalid')
    expect(codeOf(await decide(proposed, 'withdraw', { as: 'operator' }))).toBe(
      '422 status_transition_invalid',
    )
    expect((await bank().get(`/v1/proposals/${proposed.body.proposalId}`)).body.status).toBe('rejected')
  })

  test('is taken back by its maker and by nobody else', async () => {
    const proposed = await propose({ type: 'post', ...manual() })
    expect(codeOf(await decide(proposed, 'withdraw', { as: 'payments' }))).toBe('403 forbidden')
    expect((await decide(proposed, 'withdraw', { as: 'operator' })).body.status).toBe('withdrawn')
    expect(codeOf(await decide(proposed, 'approve'))).toBe('422 status_transition_invalid')
  })

  test('is not approved as something that was not read', async () => {
    const proposed = await propose({ type: 'post', ...manual() })
    const payload = { payloadHash: '0'.repeat(64) }
    expect(codeOf(await decide(proposed, 'approve', { payload }))).toBe('422 condition_failed')
  })

  test('expires', async () => {
    const expiresAt = new Date(Date.now() + 1_500).toISOString()
    const body = { command: { type: 'post', ...manual() }, reason: 'in haste', expiresAt }
    const proposed = await bank().post('/v1/proposals', body, { as: 'operator' })
    expect(proposed.status).toBe(201)
    const path = `/v1/proposals/${proposed.body.proposalId}`
    await expect.poll(async () => (await bank().get(path)).body.status, { timeout: 5_000 }).toBe('expired')
    expect(codeOf(await decide(proposed, 'approve'))).toBe('422 command_expired')
    const late = await bank().post('/v1/proposals', body, { as: 'operator' })
    expect(codeOf(late)).toBe('422 command_expired')
  })

  test('of what would be refused now is refused with its code', async () => {
    expect(codeOf(await propose({ type: 'post', ...manual('999999.00') }))).toBe('422 insufficient_funds')
  })

  test('whose command is refused later stays, with nothing of it done, and may be approved again', async () => {
    await bank().post('/v1/postings', transfer({ from: 'cash', to: 'alice', amount: '300.00' }))
    const { available } = (await bank().get('/v1/accounts/alice/balance')).body
    const proposed = await propose({ type: 'post', ...manual(available) })
    await bank().post('/v1/postings', transfer({ from: 'alice', to: 'cash', amount: '1.00' }))
    const key = newKey()
    const refused = await decide(proposed, 'approve', { key })
    expect(codeOf(refused)).toBe('422 insufficient_funds')
    expect((await decide(proposed, 'approve', { key })).text).toBe(refused.text)
    expect((await bank().get(`/v1/proposals/${proposed.body.proposalId}`)).body.status).toBe('pending')
    await bank().post('/v1/postings', transfer({ from: 'cash', to: 'alice', amount: '1.00' }))
    expect(codeOf(await decide(proposed, 'approve'))).toBe('200')
    await bank().post('/v1/postings', transfer({ from: 'cash', to: 'alice', amount: available }))
  })

  test('of two who approve at once runs once', async () => {
    const proposed = await propose({ type: 'post', ...manual('2.00') })
    const answers = await Promise.all([
      decide(proposed, 'approve'),
      decide(proposed, 'approve'),
      decide(proposed, 'approve', { as: 'admin' }),
      decide(proposed, 'reject', { as: 'admin' }),
    ])
    const decided = answers.filter(({ status }) => status === 200)
    expect(decided).toHaveLength(1)
    expect(answers.filter((answer) => codeOf(answer) === '422 status_transition_invalid')).toHaveLength(3)
  })

  test('needs the permission for what is proposed', async () => {
    const vault = { type: 'open_account', name: 'x', glCode: '1000', currency: 'EUR', unlimited: true }
    expect(codeOf(await propose(vault, { as: 'payments' }))).toBe('403 forbidden')
  })

  test('hears of all that is malformed in its command', async () => {
    const answer = await propose({ type: 'post', idempotencyKey: 'x', transactionCode: 'MANUAL', lines: [] })
    expect(answer.body.errors).toMatchObject([
      { pointer: '/command/idempotencyKey', code: 'unknown_field' },
      { pointer: '/command/lines', code: 'too_few_lines' },
    ])
  })

  test('of another tenant is none', async () => {
    const proposed = await propose({ type: 'post', ...manual() })
    const path = `/v1/proposals/${proposed.body.proposalId}`
    expect(codeOf(await bank().get(path, { tenant: 'beta' }))).toBe('404 not_found')
    expect(codeOf(await decide(proposed, 'approve', { tenant: 'beta' }))).toBe('404 not_found')
  })

  test('stands in a list, by status', async () => {
    const proposed = await propose({ type: 'post', ...manual() })
    const ids = async (query: string) =>
      (await bank().get(`/v1/proposals?${query}`, { as: 'approver' })).body.data.map(
        ({ proposalId }: { proposalId: string }) => proposalId,
      )
    expect((await ids('order=desc&limit=1'))[0]).toBe(proposed.body.proposalId)
    expect(await ids('status=pending&limit=1000')).toContain(proposed.body.proposalId)
    expect(await ids('status=approved&limit=1000')).not.toContain(proposed.body.proposalId)
  })

  test('leaves the maker and the decider in the audit trail, and in the entry’s own event both', async () => {
    const headers = { 'x-correlation-id': newKey() }
    const proposed = await propose({ type: 'post', ...manual() }, { headers })
    const approval = await bank().post(
      `/v1/proposals/${proposed.body.proposalId}/approve`,
      {},
      { as: 'approver', headers },
    )
    const { body } = await bank().get(`/v1/audit-events?correlationId=${headers['x-correlation-id']}`)
    const maker = proposed.body.madeBy
    expect(body.data).toMatchObject([
      { action: 'propose', object: proposed.body.proposalId, subject: maker, roles: ['operator'] },
      { action: 'decide_proposal', object: proposed.body.proposalId, roles: ['approver'] },
      {
        action: 'post',
        object: approval.body.result.body.journalEntryId,
        roles: ['approver'],
        onBehalfOf: maker,
      },
    ])
  })
})

describe('an API key that may decide or administer', () => {
  const asToken = (token: string) => ({ as: 'none' as const, headers: { authorization: `Bearer ${token}` } })

  test.each(['admin', 'approver'])(
    'as %s opens nothing until another has approved it',
    async (role) => {
      const made = await bank().post('/v1/api-keys', { name: 'second', roles: [role] })
      expect(made.status).toBe(202)
      const { token, keyId, proposal } = made.body
      expect((await bank().get('/v1/business-date', asToken(token))).status).toBe(401)
      expect(JSON.stringify(proposal)).not.toContain('secretHash')
      const answer = { ...made, body: proposal }
      expect(codeOf(await decide(answer, 'approve', { as: 'admin' }))).toBe('422 self_approval')
      expect(codeOf(await decide(answer, 'approve'))).toBe('200')
      const fresh = await bank().get('/v1/api-keys?limit=1000')
      expect(fresh.body.data).toContainEqual(
        expect.objectContaining({ keyId, roles: [role], revokedAt: null }),
      )
      // A wrong token is remembered for as long as a right one.
      const opened = async () => (await bank().get('/v1/business-date', asToken(token))).status
      await expect.poll(opened, { timeout: 8_000 }).toBe(200)
    },
    15_000,
  )

  test('with other roles is made at once', async () => {
    expect((await bank().post('/v1/api-keys', { name: 'x', roles: ['payments'] })).status).toBe(201)
  })

  test('is made at once where nobody asks for a second person', async () => {
    const options = { tenant: 'beta' }
    expect((await bank().post('/v1/api-keys', { name: 'x', roles: ['admin'] }, options)).status).toBe(201)
  })
})

test('nobody switches the second person off alone', async () => {
  const off = { approvals: [], reason: 'in my way' }
  expect(codeOf(await bank().post('/v1/settings', off))).toBe('403 forbidden')
  expect(codeOf(await bank().post('/v1/transaction-codes', { code: 'X', name: 'x' }))).toBe('403 forbidden')
  const proposed = await propose({ type: 'change_settings', ...off }, { as: 'admin' })
  expect(codeOf(await decide(proposed, 'approve', { as: 'admin' }))).toBe('422 self_approval')
  expect((await bank().get('/v1/settings')).body.approvals.sort()).toEqual([...matters].sort())
})
