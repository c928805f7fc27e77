import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { signCheckpoint } from './checkpoint.js'
import { parseRestoration, readKeptAnchors, signRestoration } from './kept-anchors.js'
import { signerOf, verifierOf } from './signed-note.js'

const newSigner = () => signerOf(generateKeyPairSync('ed25519').privateKey)
const [signer, stranger] = [newSigner(), newSigner()]
const origin = 'ledger.test/bank'
const verifiers = [verifierOf(origin, signer.publicKey)]
const checkpoint = (treeSize: number, of = signer, at = origin) =>
  signCheckpoint({ origin: at, treeSize, root: Buffer.alloc(32, treeSize) }, of)
const restored = (keptSize: number, givenUpSize: number, of = signer, at = origin) =>
  signRestoration({ origin: at, keptSize, givenUpSize }, of)
const kept = (...notes: string[]) => readKeptAnchors(notes, { tenantId: 'bank', verifiers })
const sizes = (...notes: string[]) => [...kept(...notes).standing.keys()]

describe('what was kept outside', () => {
  test('a restoration gives up what was kept in front of it of more entries, and nothing else', () => {
    expect(sizes(checkpoint(10), checkpoint(20), checkpoint(30), restored(20, 30))).toEqual([10, 20])
    expect(sizes(checkpoint(10), restored(10, 30), checkpoint(20))).toEqual([10, 20])
    expect(sizes(checkpoint(40), restored(20, 30))).toEqual([40])
    expect(sizes(checkpoint(10), restored(0, 10))).toEqual([])
  })

  test('a restoration that somebody else has signed gives up nothing, and is found', () => {
    const forged = kept(checkpoint(30), restored(20, 30, stranger))
    expect([...forged.standing.keys()]).toEqual([30])
    expect(forged.faults).toEqual([{ at: 1, expected: 'the signature of a trusted key', found: 'none' }])
  })

  test('what another tenant gave up is that tenant’s', () => {
    expect(sizes(checkpoint(30), restored(20, 30, signer, 'ledger.test/other'))).toEqual([30])
  })

  test('a note that says anything else is a fault, and a restoration is no checkpoint', () => {
    expect(kept('nonsense\n').faults).toEqual([{ at: 0, expected: 'a checkpoint', found: 'something else' }])
    const text = restored(20, 30)
    expect(parseRestoration(text)).toMatchObject({ origin, keptSize: 20, givenUpSize: 30 })
    expect(parseRestoration(text.replace('20\n', '020\n'))).toBeUndefined()
    expect(parseRestoration(checkpoint(3))).toBeUndefined()
  })
})
