import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { parseCheckpoint, signCheckpoint, splitNotes } from './checkpoint.js'
import { leafHash } from './merkle-tree.js'
import {
  encodeVerifier,
  parseNote,
  parseVerifier,
  signedBy,
  signerOf,
  type Verifier,
  verifierOf,
} from './signed-note.js'

// The example of golang.org/x/mod/sumdb/note, from which C2SP's signed notes come.
const peter = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
const text =
  'If you think cryptography is the answer to your problem,\nthen you don\u2019t know what your problem is.\n'.replace(
    '\u2019',
    "'",
  )
const note = `${text}
\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=
`
const known = (key: string): Verifier => {
  const verifier = parseVerifier(key)
  if (verifier === undefined) throw new Error(`no key: ${key}`)
  return verifier
}
const signedByPeter = (given: string): boolean => {
  const parsed = parseNote(given)
  return parsed !== undefined && signedBy(parsed, [known(peter)]) !== undefined
}

describe('the published note', () => {
  test('is verified with its key, which is written as it was read', () => {
    expect(signedByPeter(note)).toBe(true)
    expect(encodeVerifier(known(peter))).toBe(peter)
  })

  test.each([
    ['another word', note.replace('answer', 'answers')],
    ['another signature', note.replace('x08go/ZJ', 'x08go/ZK')],
    ['another key id', note.replace('x08go', 'x08gp')],
    ['another name', note.replace('PeterNeumann', 'Mallory')],
    ['no signature', `${text}\n`],
    ['no line feed at its end', note.slice(0, -1)],
  ])('with %s is refused', (_what, given) => {
    expect(signedByPeter(given)).toBe(false)
  })

  test.each([
    peter.replace('c74f20a3', 'c74f20a4'),
    peter.replace('PeterNeumann', 'Mallory'),
    peter.replace('+ARpc', '+Ahpc'),
    peter.slice(0, -1),
  ])('a key that is not its own id is none: %s', (key) => {
    expect(parseVerifier(key)).toBeUndefined()
  })
})

describe('a checkpoint', () => {
  const signer = signerOf(generateKeyPairSync('ed25519').privateKey)
  const body = { origin: 'localhost/demo', treeSize: 120, root: leafHash('x') }
  const signed = signCheckpoint(body, signer)

  test('is origin, size and root, signed under the name of the origin', () => {
    expect(signed.split('\n')).toEqual([
      ...['localhost/demo', '120', body.root.toString('base64'), ''],
      ...[expect.stringMatching(/^\u2014 localhost\/demo [A-Za-z0-9+/=]{92}$/), ''],
    ])
    const parsed = parseCheckpoint(signed)
    expect(parsed).toMatchObject(body)
    expect(parsed && signedBy(parsed.note, [verifierOf('localhost/demo', signer.publicKey)])).toBeDefined()
    const stranger = signerOf(generateKeyPairSync('ed25519').privateKey)
    expect(
      parsed && signedBy(parsed.note, [verifierOf('localhost/demo', stranger.publicKey)]),
    ).toBeUndefined()
  })

  test.each([
    ['a size that is none', signed.replace('\n120\n', '\n0120\n')],
    ['a root of another length', signed.replace(body.root.toString('base64'), 'AAAA')],
    ['another line', signed.replace('\n120\n', '\n120\n7\n')],
    ['nothing', ''],
  ])('with %s is none', (_what, given) => {
    expect(parseCheckpoint(given)).toBeUndefined()
  })

  test('many behind each other are told apart', () => {
    const other = signCheckpoint({ ...body, treeSize: 121 }, signer)
    expect(splitNotes(signed + other + signed)).toEqual([signed, other, signed])
    expect(splitNotes('')).toEqual([])
    expect(splitNotes(`${signed}rubbish`)).toEqual([signed, 'rubbish'])
  })
})
