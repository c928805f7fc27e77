import { describe, expect, test } from 'vitest'
import { canaries, type Kind, leaksIn, learn, learnPasswords, learnTokensIn } from './leaks.js'

const secretPart = 'a1B2c3D4'.repeat(8)
const token = `plk_alpha_0123456789abcdef_${secretPart}`
const jwt = `${['{"alg":"EdDSA"}', '{"sub":"erika","plinth_tenant":"alpha"}'].map((text) => Buffer.from(text).toString('base64url')).join('.')}.c2lnbmF0dXJlLW9mLWEtdG9rZW4`
const password = 'p/ss "w"\\ö+rd 123'
const key = Buffer.from('00ff80c0e0f0f8fcfeff0102030405060708090a0b0c0d0e0f10111213141516', 'hex')

learnTokensIn(`Authorization: Bearer ${token}\nAuthorization: Bearer ${jwt}`)
learnPasswords(`postgres://plinth:${encodeURIComponent(password)}@localhost/bank`)
learn('secret', key)
const webhookSecret = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwzzzzzzzzzzz='
learnTokensIn(`{"secret":"whsec_${webhookSecret}"}`)

const planted: [what: string, kind: Kind, secret: string][] = [
  ['a token’s secret', 'token', secretPart],
  ['a JWT’s claims', 'token', jwt.split('.')[1] as string],
  ['a JWT’s signature', 'token', jwt.split('.')[2] as string],
  ['a webhook’s secret', 'token', webhookSecret.slice(0, -1)],
  ['a password', 'secret', password],
  ['a card number', 'body', canaries.cardNumber],
  ['an IBAN', 'body', canaries.iban],
  ['a description', 'body', canaries.description],
  ['metadata', 'body', canaries.metadata],
]

describe.each(planted)('%s is found', (_what, kind, secret) => {
  test.each<[form: string, text: string]>([
    ['as it is', secret],
    ['in JSON', JSON.stringify({ secret })],
    ['in JSON in JSON', JSON.stringify({ inside: JSON.stringify({ secret }) })],
    ['in a URL', `https://bank.example/?q=${encodeURIComponent(secret)}&n=1`],
    ['in a form', new URLSearchParams({ q: secret }).toString()],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64 behind one byte', Buffer.from(`:${secret}:`).toString('base64')],
    ['in base64url behind two bytes', Buffer.from(`::${secret}`).toString('base64url')],
    ['in hexadecimal', Buffer.from(`x${secret}`).toString('hex')],
    ['in a Buffer in JSON', JSON.stringify(Buffer.from(secret))],
    ['in an error', String(new Error(`no such thing: ${secret}`).stack)],
  ])('%s', (_form, text) => {
    const kinds = leaksIn(`{"level":30,"msg":"${text}"}`).map((leak) => leak.split(' ')[0])
    expect([...new Set(kinds)]).toEqual([kind])
  })
})

test.each(['hex', 'base64', 'base64url'] as const)('a key of the process is found in %s', (encoding) => {
  expect(leaksIn(`key=${key.toString(encoding)};`)).toEqual([expect.stringMatching('^secret in ')])
})

test('a token that nobody told of is found by its shape', () => {
  const other = token.replaceAll('a1B2', 'z9Y8').replace('alpha', 'gamma')
  expect(leaksIn(`token ${other}`)).toHaveLength(1)
  const otherJwt = ['{"alg":"none"}', '{"sub":"otto"}', 'another signature']
    .map((text) => Buffer.from(text).toString('base64url'))
    .join('.')
  expect(leaksIn(`token ${otherJwt}`)).toHaveLength(1)
})

test('an output that may show a kind may show that kind only', () => {
  const text = `${token} ${password} ${canaries.iban}`
  expect(leaksIn(text, ['token', 'body'])).toEqual([expect.stringMatching('^secret in ')])
  expect(leaksIn(text, ['token', 'secret', 'body'])).toEqual([])
})

test('what only resembles a secret is none', () => {
  expect(leaksIn(`plk_alpha_0123456789abcdef ${secretPart.slice(1)} 4111 1111 DE8937`)).toEqual([])
})
