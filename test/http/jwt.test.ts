import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCustomers, transfer, useHttpBank } from './support/http-bank.js'

// The token is made here by hand, so that nothing of what reads it makes it.
const folder = mkdtempSync(join(tmpdir(), 'plinth-keys-'))
afterAll(() => rmSync(folder, { recursive: true }))
const { publicKey, privateKey } = generateKeyPairSync('ed25519')
const settings = {
  issuer: 'https://id.bank.example',
  audience: 'plinth',
  algorithms: ['EdDSA'],
  internalKeys: true,
} as const

const coded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
function tokenOf(claims: object): string {
  const inOneMinute = Math.floor(Date.now() / 1000) + 60
  const body = { iss: settings.issuer, aud: settings.audience, sub: 'erika', exp: inOneMinute, ...claims }
  const signed = `${coded({ alg: 'EdDSA', kid: 'bank' })}.${coded(body)}`
  const key = createPrivateKey({ key: privateKey.export({ format: 'jwk' }), format: 'jwk' })
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`
}
const as = (claims: object) => ({
  as: 'none' as const,
  headers: { authorization: `Bearer ${tokenOf(claims)}` },
})
const erika = { plinth_tenant: 'alpha', plinth_roles: ['payments'] }

const bank = useHttpBank({
  jwt: async () => {
    const keys = join(folder, 'keys.json')
    writeFileSync(keys, JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'bank' }] }))
    return { ...settings, keys }
  },
})
beforeAll(() => openCustomers(bank()))

describe('the bearer of a token of the issuer', () => {
  test('posts, and stands in the audit trail by name', async () => {
    const answer = await bank().post('/v1/postings', transfer({ from: 'alice', to: 'bob' }), as(erika))
    expect(answer.status).toBe(201)
    const { body } = await bank().get('/v1/audit-events?subject=jwt:erika')
    expect(body.data).toMatchObject([{ action: 'post', roles: ['payments'], outcome: 'accepted' }])
  })

  test('may do what the roles of the token may, and no more', async () => {
    expect((await bank().get('/v1/accounts/alice', as(erika))).status).toBe(200)
    expect((await bank().get('/v1/audit-events', as(erika))).body.code).toBe('forbidden')
    const auditor = { ...erika, plinth_roles: ['auditor'] }
    expect((await bank().get('/v1/audit-events', as(auditor))).status).toBe(200)
    const nobody = { ...erika, plinth_roles: ['superuser'] }
    expect((await bank().get('/v1/business-date', as(nobody))).body.code).toBe('forbidden')
  })

  test('reaches the tenant of the token and no other', async () => {
    const stranger = { ...erika, plinth_tenant: 'beta' }
    expect((await bank().get('/v1/accounts/alice', as(stranger))).body.code).toBe('not_found')
    const headers = { ...as(erika).headers, 'x-tenant-id': 'beta' }
    expect((await bank().get('/v1/accounts/alice', { as: 'none', headers })).body.code).toBe(
      'tenant_mismatch',
    )
  })

  test.each<[string, object]>([
    ['of a tenant that does not exist', { ...erika, plinth_tenant: 'gamma' }],
    ['for another audience', { ...erika, aud: 'others' }],
    ['that expired', { ...erika, exp: Math.floor(Date.now() / 1000) - 120 }],
  ])('%s is nobody', async (_what, claims) => {
    const { status, body } = await bank().get('/v1/business-date', as(claims))
    expect([status, body.code, body.detail]).toEqual([
      401,
      'unauthenticated',
      'A valid bearer token is needed.',
    ])
  })
})

describe('while the issuer cannot be asked for its keys', () => {
  let server: Server
  beforeAll(async () => {
    server = createServer((_request, response) => response.writeHead(500).end())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))
  const cutOff = useHttpBank({
    jwt: async () => ({
      ...settings,
      keys: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    }),
  })

  test('a token is neither good nor bad, and API keys are as good as ever', async () => {
    const answer = await cutOff().get('/v1/business-date', as(erika))
    expect([answer.status, answer.body.code]).toEqual([503, 'unavailable'])
    expect(answer.headers.get('retry-after')).toBe('2')
    expect((await cutOff().get('/v1/business-date')).status).toBe(200)
  })
})
