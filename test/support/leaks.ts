import { afterAll, expect } from 'vitest'

/** What must not stand where it is not asked for. `secret`: passwords of the database and keys of the process. */
export type Kind = 'token' | 'secret' | 'body'

/**
 * What a customer might write into any text of a body: a card number, an account number, names. Tests put them into
 * descriptions, references, names and metadata; no log, audit event or problem may repeat them.
 */
export const canaries = {
  cardNumber: '4111111111111111',
  spacedCardNumber: '4111 1111 1111 1111',
  iban: 'DE89370400440532013000',
  description: 'canary-description Zoë "Q" O’Hara',
  reference: 'canary-reference',
  metadata: 'canary-metadata\\7',
} as const

/** A text of the tests' programs or database, and what of the above it may show. */
interface Output {
  readonly where: string
  readonly text: () => string
  readonly shows: readonly Kind[]
}

/** A secret by its bytes in hexadecimal: its kind, and how it may stand in a text. */
const known = new Map<string, { readonly kind: Kind; readonly forms: readonly string[] }>()
const outputs: Output[] = []
const findings: string[] = []

// Shorter ones are words that stand anywhere: the password "postgres" of a server somebody brought along.
const secretLengthMin = 12

/** From now on, a text or the bytes of a key must not be seen in any output that is not allowed to show them. */
export function learn(kind: Kind, secret: string | Buffer): void {
  if (secret.length < secretLengthMin) return
  const bytes = Buffer.from(secret as string)
  const name = bytes.toString('hex')
  if (known.has(name)) return
  const forms = [...(typeof secret === 'string' ? formsOfText(secret) : []), ...formsOfBytes(bytes)]
  known.set(name, { kind, forms: [...new Set(forms)] })
}

/** The passwords in database URLs, as they are and as the URL spells them. */
export function learnPasswords(...urls: readonly (string | undefined)[]): void {
  for (const url of urls) {
    if (url === undefined || !URL.canParse(url)) continue
    const { password } = new URL(url)
    learn('secret', decodeURIComponent(password))
    learn('secret', password)
  }
}

const apiTokens = /plk_[a-z0-9-]{1,32}_[a-z0-9]{8,32}_([A-Za-z0-9]{43,64})/g
/** Secrets of webhooks, and of their base64 what is no padding. */
const webhookSecrets = /whsec_([A-Za-z0-9+/]{32,})/g
const jsonWebTokens = /eyJ[\w-]{8,}\.([\w-]{8,})\.([\w-]{16,})/g

/** Learns the parts that matter of all tokens in a text: secrets of API keys and webhooks, JWTs' claims and signatures. */
export function learnTokensIn(text: string): void {
  for (const form of [apiTokens, webhookSecrets, jsonWebTokens])
    for (const [, ...parts] of text.matchAll(form)) for (const part of parts) learn('token', part)
}

/** Looks through an output when the tests of the file are over: whatever it says until then is seen. */
export function watch(where: string, text: () => string, shows: readonly Kind[] = []): void {
  outputs.push({ where, text, shows })
}

/** Looks through a text now. What it betrays fails the test file, whatever becomes of the test; answers how much it was. */
export function inspect(where: string, text: string, shows: readonly Kind[] = []): number {
  const found = leaksIn(text, shows).map((leak) => `${where}: ${leak}`)
  findings.push(...found)
  return found.length
}

/** What a text betrays: each with its kind and the words around it. */
export function leaksIn(text: string, shows: readonly Kind[] = []): string[] {
  const found: string[] = []
  for (const { kind, forms } of known.values()) {
    if (shows.includes(kind)) continue
    const needle = forms.find((form) => text.includes(form))
    if (needle !== undefined) found.push(`${kind} in ${around(text, text.indexOf(needle), needle.length)}`)
  }
  if (shows.includes('token')) return found
  // Tokens that nobody told us of.
  for (const form of [apiTokens, webhookSecrets, jsonWebTokens])
    for (const match of text.matchAll(form))
      found.push(`token in ${around(text, match.index, match[0].length)}`)
  return found
}

const around = (text: string, at: number, length: number): string =>
  JSON.stringify(text.slice(Math.max(0, at - 60), at + length + 20))

/** As it is, in JSON (and JSON in JSON), in a URL and in a form. */
function formsOfText(text: string): string[] {
  const inJson = JSON.stringify(text).slice(1, -1)
  const inForm = new URLSearchParams({ '': text }).toString().slice(1)
  return [text, inJson, JSON.stringify(inJson).slice(1, -1), encodeURIComponent(text), inForm]
}

/** In base64, in hexadecimal, and as JSON.stringify writes a Buffer. */
const formsOfBytes = (bytes: Buffer): string[] => [
  ...inBase64(bytes, 'base64'),
  ...inBase64(bytes, 'base64url'),
  bytes.toString('hex'),
  [...bytes].join(','),
]

/** Base64 of bytes that begin anywhere in a longer text: at each of three offsets, without the characters they share. */
const inBase64 = (bytes: Buffer, alphabet: 'base64' | 'base64url'): string[] =>
  [0, 1, 2].map((offset) => {
    const whole = Math.floor(((offset + bytes.length) * 8) / 6)
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString(alphabet)
    return text.slice(Math.ceil((offset * 8) / 6), whole)
  })

for (const text of Object.values(canaries)) learn('body', text)

// Registered when a test file first loads this, so it runs behind the file's other hooks: all programs have ended by then.
afterAll(() => {
  for (const { where, text, shows } of outputs) inspect(where, text(), shows)
  // A leak is often in every line; the first ones say enough.
  expect(findings.slice(0, 20), 'outputs of this file that hold what they must not').toEqual([])
})
