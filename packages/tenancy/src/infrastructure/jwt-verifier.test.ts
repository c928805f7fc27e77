import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  type JWK,
  type JWTPayload,
  SignJWT,
  UnsecuredJWT,
} from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type JwtAlgorithm, jwtAlgorithms } from '../domain/jwt.js'
import { openJwtVerifier } from './jwt-verifier.js'
import { KeysUnavailable } from './key-set.js'

const issuer = 'https://id.bank.example'
const audience = 'plinth'
const nowMs = Date.parse('2026-11-21T12:00:00Z')
const now = nowMs / 1000

interface Signer {
  readonly alg: string
  readonly kid: string
  readonly privateKey: Awaited<ReturnType<typeof generateKeyPair>>['privateKey']
  readonly jwk: JWK
}
async function newSigner(alg: string, kid: string): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { alg, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), alg, kid, use: 'sig' } }
}

/** Claims to add or, undefined, to leave out. */
type Changed = { readonly [name: string]: unknown }

const claims: JWTPayload = {
  iss: issuer,
  aud: audience,
  sub: 'payment-service',
  exp: now + 300,
  plinth_tenant: 'demo',
  plinth_roles: ['payments'],
}
const sign = (signer: Signer, changed: Changed = {}, header: object = {}): Promise<string> =>
  new SignJWT(JSON.parse(JSON.stringify({ ...claims, ...changed })) as JWTPayload)
    .setProtectedHeader({ alg: signer.alg, kid: signer.kid, ...header })
    .sign(signer.privateKey)

const folder = mkdtempSync(join(tmpdir(), 'plinth-jwt-'))
afterAll(() => rmSync(folder, { recursive: true }))
let files = 0
function keyFile(...signers: Signer[]): string {
  files += 1
  const path = join(folder, `${files}.json`)
  writeFileSync(path, JSON.stringify({ keys: signers.map(({ jwk }) => jwk) }))
  return path
}
const verifierWith = (keys: URL | string, algorithms: readonly JwtAlgorithm[] = jwtAlgorithms) =>
  openJwtVerifier({ issuer, audience, algorithms, keys, internalKeys: true })

const signers = new Map<string, Signer>()
let signer: Signer
let verify: ReturnType<typeof openJwtVerifier>
beforeAll(async () => {
  for (const alg of jwtAlgorithms) signers.set(alg, await newSigner(alg, `key-${alg}`))
  signer = signers.get('ES256') as Signer
  verify = verifierWith(keyFile(...signers.values()))
})

describe('a token', () => {
  test.each(jwtAlgorithms)('signed with %s proves its tenant, subject and roles', async (alg) => {
    const token = await sign(signers.get(alg) as Signer)
    expect(await verify(token, nowMs)).toEqual({
      tenantId: 'demo',
      subject: 'jwt:payment-service',
      roles: ['payments'],
    })
  })

  test.each<[string, Changed]>([
    ['for several audiences', { aud: ['others', audience] }],
    ['that expired within a minute', { exp: now - 59 }],
    ['that begins within a minute', { nbf: now + 59 }],
  ])('%s is taken', async (_what, changed) => {
    expect(await verify(await sign(signer, changed), nowMs)).toBeDefined()
  })

  test.each<[string, Changed, object]>([
    [
      'names its client',
      { client_id: 'app', azp: 'other' },
      { subject: 'jwt:payment-service', client: 'app' },
    ],
    ['names its authorised party', { azp: 'portal' }, { client: 'portal' }],
    [
      'was made for an actor is that actor’s, on behalf of its subject',
      { sub: 'erika', act: { sub: 'robot' } },
      { subject: 'jwt:robot', onBehalfOf: 'jwt:erika' },
    ],
  ])('that %s', async (_what, changed, expected) => {
    expect(await verify(await sign(signer, changed), nowMs)).toMatchObject(expected)
  })

  test('with roles that nobody knows has the others', async () => {
    const token = await sign(signer, { plinth_roles: ['auditor', 'superuser', 7, 'auditor '] })
    expect((await verify(token, nowMs))?.roles).toEqual(['auditor'])
  })

  test.each<[string, Changed]>([
    ['of another issuer', { iss: 'https://id.other.example' }],
    ['without an issuer', { iss: undefined }],
    ['for another audience', { aud: 'others' }],
    ['for nobody', { aud: undefined }],
    ['that expired', { exp: now - 61 }],
    ['that never expires', { exp: undefined }],
    ['that expires in words', { exp: 'never' }],
    ['that is not yet good', { nbf: now + 61 }],
    ['without a subject', { sub: undefined }],
    ['whose subject would break a line', { sub: 'a\nb' }],
    ['whose subject is long', { sub: 'a'.repeat(256) }],
    ['without a tenant', { plinth_tenant: undefined }],
    ['for several tenants', { plinth_tenant: ['demo', 'other'] }],
    ['whose tenant is no tenant id', { plinth_tenant: "demo' or '1'='1" }],
    ['with an actor that has no name', { act: {} }],
    ['without roles', { plinth_roles: undefined }],
    ['whose roles are a text', { plinth_roles: 'admin' }],
  ])('%s is refused', async (_what, changed) => {
    expect(await verify(await sign(signer, changed), nowMs)).toBeUndefined()
  })

  test.each(['', 'x', 'a.b.c', '..', 'eyJhbGciOiJub25lIn0.e30.'])(
    'that is none is refused: %j',
    async (token) => {
      expect(await verify(token, nowMs)).toBeUndefined()
    },
  )

  test('whose signature, claims or header were changed is refused', async () => {
    const [header, payload, signature] = (await sign(signer)).split('.') as [string, string, string]
    const admin = Buffer.from(JSON.stringify({ ...claims, plinth_roles: ['admin'] })).toString('base64url')
    const otherKid = Buffer.from(JSON.stringify({ alg: 'ES256', kid: 'key-EdDSA' })).toString('base64url')
    for (const forged of [
      [header, admin, signature],
      [otherKid, payload, signature],
      [header, payload, `${signature.slice(0, -4)}AAAA`],
      [header, payload, ''],
    ])
      expect(await verify(forged.join('.'), nowMs)).toBeUndefined()
  })

  test('without a signature is refused', async () => {
    expect(await verify(new UnsecuredJWT(claims).encode(), nowMs)).toBeUndefined()
  })

  test('signed with a public key as if it were a shared secret is refused', async () => {
    const rsa = await generateKeyPair('RS256', { extractable: true })
    const jwk = { ...(await exportJWK(rsa.publicKey)), alg: 'RS256', kid: 'rsa' }
    const secret = new TextEncoder().encode(await exportSPKI(rsa.publicKey))
    const token = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'rsa' }).sign(secret)
    const withRsa = verifierWith(keyFile({ ...signer, jwk }))
    expect(await withRsa(token, nowMs)).toBeUndefined()
  })

  test('signed with an algorithm that is not allowed here is refused, with a key that is there', async () => {
    const withAll = keyFile(...signers.values())
    const token = await sign(signers.get('RS256') as Signer)
    expect(await verifierWith(withAll, ['EdDSA', 'ES256'])(token, nowMs)).toBeUndefined()
    const ps256 = await newSigner('PS256', 'ps')
    expect(await verifierWith(keyFile(ps256))(await sign(ps256), nowMs)).toBeUndefined()
  })

  test('signed by a stranger who brings the key along is refused', async () => {
    const stranger = await newSigner('ES256', 'key-ES256')
    for (const header of [
      { jwk: stranger.jwk },
      { jku: 'https://stranger.example/keys' },
      { x5u: 'https://stranger.example/cert' },
      { kid: '../../../../etc/passwd' },
      { kid: "' or 1=1 --" },
      { kid: undefined },
    ])
      expect(await verify(await sign(stranger, {}, header), nowMs)).toBeUndefined()
  })

  test.each([
    ['at+jwt', true],
    ['application/at+jwt', true],
    ['JWT', true],
    ['logout+jwt', false],
    ['dpop+jwt', false],
  ])('of the type %s is taken: %s', async (typ, taken) => {
    expect((await verify(await sign(signer, {}, { typ }), nowMs)) !== undefined).toBe(taken)
  })
})

describe('a token whose text says two things', () => {
  /** A text for a text: JSON.stringify would say each name once. Signed by hand, so that nothing tidies it. */
  async function signText(header: string, payload: string): Promise<string> {
    const coded = [header, payload].map((text) => Buffer.from(text).toString('base64url')).join('.')
    const { privateKey } = signers.get('EdDSA') as Signer
    const signature = await crypto.subtle.sign(
      'Ed25519',
      privateKey as Parameters<typeof crypto.subtle.sign>[1],
      Buffer.from(coded),
    )
    return `${coded}.${Buffer.from(signature).toString('base64url')}`
  }
  const header = '{"alg":"EdDSA","kid":"key-EdDSA"}'
  const payload = JSON.stringify(claims)
  const with_ = (text: string, more: string): string => `${text.slice(0, -1)},${more}}`

  test('is taken when it says each thing once', async () => {
    expect(await verify(await signText(header, payload), nowMs)).toBeDefined()
    const colons = with_(payload, '"note":"a:b, \\"c\\": {d: e}","deep":[{"sub":"x"},{"sub":"y"}]')
    expect(await verify(await signText(header, colons), nowMs)).toBeDefined()
  })

  test.each<[string, string, string]>([
    ['its tenant twice', header, with_(payload, '"plinth_tenant":"demo"')],
    ['its roles twice', header, with_(payload, '"plinth_roles":["payments"]')],
    ['its subject twice, once escaped', header, with_(payload, '"s\\u0075b":"payment-service"')],
    ['its expiry twice', header, with_(payload, `"exp":${now + 300}`)],
    ['its actor’s name twice', header, with_(payload, '"act":{"sub":"a","sub":"robot"}')],
    ['its algorithm twice', with_(header, '"alg":"EdDSA"'), payload],
    ['its key id twice', `{"kid":"other",${header.slice(1)}`, payload],
    ['deeper things than anybody reads', header, with_(payload, `"x":${'['.repeat(20)}${']'.repeat(20)}`)],
  ])('is refused when it says %s', async (_what, headerText, payloadText) => {
    expect(await verify(await signText(headerText, payloadText), nowMs)).toBeUndefined()
  })
})

describe('keys in a file', () => {
  test('are read again when it changes, and kept while it cannot be read', async () => {
    const [old, young] = [await newSigner('ES256', 'old'), await newSigner('ES256', 'young')]
    const path = keyFile(old)
    const verifyFrom = verifierWith(path)
    const [oldToken, youngToken] = [await sign(old), await sign(young)]
    const takes = async (token: string, atMs: number) => (await verifyFrom(token, atMs)) !== undefined
    expect([await takes(oldToken, nowMs), await takes(youngToken, nowMs)]).toEqual([true, false])
    writeFileSync(path, '{"keys": [')
    utimesSync(path, new Date(1_000), new Date(1_000))
    expect(await takes(oldToken, nowMs + 6_000)).toBe(true)
    writeFileSync(path, JSON.stringify({ keys: [young.jwk] }))
    utimesSync(path, new Date(2_000), new Date(2_000))
    expect([await takes(oldToken, nowMs + 12_000), await takes(youngToken, nowMs + 12_000)]).toEqual([
      false,
      true,
    ])
  })

  test('that are not there are told of when the server starts', () => {
    expect(() => verifierWith(join(folder, 'none.json'))).toThrow(KeysUnavailable)
  })
})

describe('keys at a URL', () => {
  let server: Server
  let served: { status: number; body: string; headers?: Record<string, string> }
  let asked = 0
  let url: URL
  beforeAll(async () => {
    server = createServer((_request, response) => {
      asked += 1
      response.writeHead(served.status, served.headers).end(served.body)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`)
  })
  afterAll(() => new Promise((resolve) => server.close(resolve)))
  const serve = (...with_: Signer[]) => {
    served = { status: 200, body: JSON.stringify({ keys: with_.map(({ jwk }) => jwk) }) }
    asked = 0
  }

  test('are asked for once, and again in the background when ten minutes are over', async () => {
    const next = await newSigner('ES256', 'next')
    serve(signer)
    const verifyFrom = verifierWith(url)
    for (let at = 0; at < 5; at += 1) expect(await verifyFrom(await sign(signer), nowMs)).toBeDefined()
    expect(asked).toBe(1)
    serve(next)
    const laterMs = nowMs + 601_000
    const late = { exp: now + 1_000 }
    // The first is served from what is remembered; the new keys are there for those who come after.
    expect(await verifyFrom(await sign(signer, late), laterMs)).toBeDefined()
    await expect.poll(() => asked).toBe(1)
    await expect.poll(async () => await verifyFrom(await sign(next, late), laterMs)).toBeDefined()
    expect(await verifyFrom(await sign(signer, late), laterMs)).toBeUndefined()
  })

  test('that are unknown make it ask again, but not each time', async () => {
    serve(signer)
    const verifyFrom = verifierWith(url)
    const stranger = await newSigner('ES256', 'stranger')
    for (let at = 0; at < 20; at += 1) expect(await verifyFrom(await sign(stranger), nowMs)).toBeUndefined()
    expect(asked).toBe(1)
  })

  test('that cannot be had do not make a good token a bad one, and are soon not asked for any more', async () => {
    served = { status: 500, body: '' }
    asked = 0
    const verifyFrom = verifierWith(url)
    const token = await sign(signer)
    for (let at = 0; at < 10; at += 1)
      await expect(verifyFrom(token, nowMs)).rejects.toBeInstanceOf(KeysUnavailable)
    expect(asked).toBe(3)
  })

  test('that were had are kept for a day while they cannot be had again', async () => {
    serve(signer)
    const verifyFrom = verifierWith(url)
    const token = await sign(signer, { exp: now + 200_000 })
    expect(await verifyFrom(token, nowMs)).toBeDefined()
    served = { status: 500, body: '' }
    expect(await verifyFrom(token, nowMs + 3_600_000)).toBeDefined()
    await expect(verifyFrom(token, nowMs + 86_500_000)).rejects.toBeInstanceOf(KeysUnavailable)
  })

  test.each([
    ['somewhere else', { status: 302, body: '', headers: { location: 'http://169.254.169.254/' } }],
    ['a page', { status: 200, body: '<html>' }],
    ['too much', { status: 200, body: `{"keys": [], "x": "${'x'.repeat(1_100_000)}"}` }],
  ])('that lead to %s are none', async (_what, answer) => {
    served = answer
    await expect(verifierWith(url)(await sign(signer), nowMs)).rejects.toBeInstanceOf(KeysUnavailable)
  })

  test.each([
    'http://127.0.0.1/',
    'https://127.0.0.1/',
    'https://[::1]/',
    'https://169.254.169.254/',
    'https://10.0.0.1/',
    'https://localhost/',
  ])('are not looked for in the internal network: %s', async (href) => {
    const inside = new URL(href)
    inside.port = url.port
    asked = 0
    const verifyFrom = openJwtVerifier({
      issuer,
      audience,
      algorithms: jwtAlgorithms,
      keys: inside,
      internalKeys: false,
    })
    const error = await verifyFrom(await sign(signer), nowMs).catch((thrown: Error) => thrown)
    expect(error).toBeInstanceOf(KeysUnavailable)
    expect(String((error as Error).cause)).toMatch(/not an https URL|not allowed/)
    expect(asked).toBe(0)
  })
})
