import { describe, expect, test } from 'vitest'
import { type Answer, useHttpBank } from './support/http-bank.js'

const bank = useHttpBank()
const issue = (body: object, options = {}) => bank().post('/v1/api-keys', body, options)
const asToken = (token: string) => ({ as: 'none' as const, headers: { authorization: `Bearer ${token}` } })
const status = ({ status: code }: Answer) => code

describe('an API key', () => {
  test('is issued for roles, opens what they may, and shows its secret once', async () => {
    const { status: made, body } = await issue({ name: 'Überweisungen', roles: ['auditor', 'auditor'] })
    expect(made).toBe(201)
    expect(body).toMatchObject({
      name: 'Überweisungen',
      roles: ['auditor'],
      expiresAt: null,
      revokedAt: null,
      createdBy: expect.stringMatching(/^key:/),
    })
    expect(status(await bank().get('/v1/audit-events', asToken(body.token)))).toBe(200)
    expect(status(await bank().post('/v1/postings', {}, asToken(body.token)))).toBe(403)
    const listed = await bank().get('/v1/api-keys?limit=1000')
    const [found] = listed.body.data.filter(({ keyId }: { keyId: string }) => keyId === body.keyId)
    expect(found).toMatchObject({ name: 'Überweisungen', roles: ['auditor'] })
    expect(listed.text).not.toContain(body.token.split('_')[3])
  })

  test('says when it was last used', async () => {
    const { body } = await issue({ name: 'x', roles: ['auditor'] })
    const used = async () =>
      (await bank().get('/v1/api-keys?limit=1000')).body.data.find(
        ({ keyId }: { keyId: string }) => keyId === body.keyId,
      ).lastUsedAt
    expect(await used()).toBeNull()
    await bank().get('/v1/business-date', asToken(body.token))
    await expect.poll(used).toMatch(/^\d{4}-\d\d-\d\dT/)
  })

  test('expires', async () => {
    const expiresAt = new Date(Date.now() - 1_000).toISOString()
    const { body } = await issue({ name: 'x', roles: ['auditor'], expiresAt })
    expect(status(await bank().get('/v1/business-date', asToken(body.token)))).toBe(401)
  })

  test('is revoked for good, and a second time changes nothing', async () => {
    const { body } = await issue({ name: 'x', roles: ['auditor'] })
    const path = `/v1/api-keys/${body.keyId}/revoke`
    const revoked = await bank().post(path, undefined)
    expect(revoked.body).toMatchObject({ keyId: body.keyId, revokedAt: expect.any(String) })
    expect((await bank().post(path, undefined)).body).toEqual(revoked.body)
    expect(status(await bank().get('/v1/business-date', asToken(body.token)))).toBe(401)
  })

  test('of another tenant is not there', async () => {
    const { body } = await issue({ name: 'x', roles: ['auditor'] }, { tenant: 'beta' })
    const answers = await Promise.all(
      [body.keyId, 'nothing'].map((keyId) => bank().post(`/v1/api-keys/${keyId}/revoke`, undefined)),
    )
    const [theirs, nobodys] = answers.map(({ body: { correlationId: _, ...said } }) => said)
    expect(theirs).toEqual(nobodys)
    expect(answers.map(status)).toEqual([404, 404])
    expect(status(await bank().get('/v1/business-date', asToken(body.token)))).toBe(200)
  })

  test('issued and revoked stands in the audit trail', async () => {
    const headers = { 'x-correlation-id': 'keys-audited' }
    const { body } = await issue({ name: 'x', roles: ['auditor'] }, { headers })
    await bank().post(`/v1/api-keys/${body.keyId}/revoke`, undefined, { headers })
    const { data } = (await bank().get('/v1/audit-events?correlationId=keys-audited')).body
    expect(data).toMatchObject([
      { action: 'issue_api_key', object: body.keyId, outcome: 'accepted', client: 'admin' },
      { action: 'revoke_api_key', object: body.keyId, outcome: 'accepted' },
    ])
  })

  test.each<[string, object, string, string]>([
    ['without a name', { roles: ['auditor'] }, '/name', 'required'],
    ['without roles', { name: 'x', roles: [] }, '/roles', 'required'],
    ['with a role there is none of', { name: 'x', roles: ['root'] }, '/roles/0', 'wrong_type'],
    [
      'with a date in words',
      { name: 'x', roles: ['auditor'], expiresAt: 'never' },
      '/expiresAt',
      'date_malformed',
    ],
    [
      'with a secret of the caller’s',
      { name: 'x', roles: ['auditor'], secret: 'y' },
      '/secret',
      'unknown_field',
    ],
    ['whose name breaks a line', { name: 'x\ny', roles: ['auditor'] }, '/name', 'wrong_type'],
  ])('%s is refused', async (_what, body, pointer, code) => {
    const answer = await issue(body)
    expect([answer.status, answer.body.code]).toEqual([400, 'malformed_request'])
    expect(answer.body.errors).toMatchObject([{ pointer, code }])
  })
})
