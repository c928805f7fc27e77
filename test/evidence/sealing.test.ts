import { proveConsistency, readLatestCheckpoint, sealEntries } from '@plinth/evidence'
import {
  checkProof,
  isConsistent,
  originOf,
  parseCheckpoint,
  type Signer,
  verifierOf,
} from '@plinth/evidence/domain'
import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { currencies, endOf, posting, transferOf } from '../support/commands.js'
import {
  brokenOf,
  entryIdsOf,
  host,
  keyOf,
  newSigner,
  notesOf,
  prove,
  provedOf,
  report,
  seal,
  signer,
} from './sealed-bank.js'

const openBank = useBank()

async function bankWith(entries: number): Promise<Bank> {
  const bank = await openBank()
  await bank.open('alice')
  await post(bank, entries)
  return bank
}

async function post(bank: Bank, entries: number): Promise<void> {
  if (entries === 0) return
  const commands = Array.from({ length: entries }, () =>
    transferOf({ from: 'cash', to: 'alice', amount: '1.00' }),
  )
  expect(new Set((await bank.batch(commands)).map(endOf))).toEqual(new Set(['accepted']))
}

/** A proof, to be changed. */
interface Loose {
  readonly evidence: object
  readonly openings: { value: object }[]
  readonly hashes: string[]
}

const consistency = (bank: Bank, from: number, to?: number) =>
  bank.database.read(bank.tenantId, (tx) => proveConsistency(tx, { from, to }))

describe('sealing', () => {
  test('goes on from the last checkpoint, and every entry is proved under every later one', async () => {
    const bank = await bankWith(1)
    for (const more of [0, 1, 14, 1, 16, 230]) {
      await post(bank, more)
      await seal(bank)
    }
    const ids = await entryIdsOf(bank)
    expect(ids).toHaveLength(263)
    for (const [at, id] of ids.entries()) {
      const proof = await provedOf(bank, id)
      expect([proof.leafIndex, proof.treeSize]).toEqual([at, 263])
      expect(checkProof(JSON.stringify(proof), [keyOf(bank)])).toMatchObject({ sound: true })
    }
    expect(brokenOf(await report(bank))).toEqual({})
  })

  test('takes some 20 000 lines at once, however few entries these are, and none twice', async () => {
    const bank = await bankWith(1)
    const long = posting([...Array.from({ length: 999 }, () => 'debit cash 1.00'), 'credit alice 999.00'])
    await bank.batch(Array.from({ length: 30 }, () => long))
    await post(bank, 5)
    expect(await seal(bank)).toBe(36)
    // One entry of two lines and 19 of 1000; one more would be too many.
    expect((await notesOf(bank)).map((note) => parseCheckpoint(note)?.treeSize)).toEqual([20, 36])
    expect(await report(bank)).toMatchObject({ sealed: 36, unsealed: 0 })
    expect(brokenOf(await report(bank))).toEqual({})
  })

  test('takes more than one transaction where there is much to seal, with a checkpoint each', async () => {
    const bank = await bankWith(2_600)
    expect(await seal(bank)).toBe(2_600)
    expect((await notesOf(bank)).map((note) => parseCheckpoint(note)?.treeSize)).toEqual([
      1_000, 2_000, 2_600,
    ])
    expect(await report(bank)).toMatchObject({ sealed: 2_600, unsealed: 0 })
    expect(brokenOf(await report(bank))).toEqual({})
  })

  test('of nothing makes no checkpoint', async () => {
    const bank = await bankWith(3)
    expect([await seal(bank), await seal(bank)]).toEqual([3, 0])
    expect(await notesOf(bank)).toHaveLength(1)
    await post(bank, 2)
    expect(await report(bank)).toMatchObject({ sealed: 3, unsealed: 2 })
  })

  test('by several at once, while entries are posted, seals each entry once and in order', async () => {
    const bank = await bankWith(1)
    const others = [bank.elsewhere(), bank.elsewhere()]
    let posting = true
    const sealers = [bank, ...others].map(async (each) => {
      let sealed = 0
      while (posting) sealed += await seal(each)
      return sealed + (await seal(each))
    })
    for (let round = 0; round < 25; round += 1) await post(bank, 20)
    posting = false
    const counts = await Promise.all(sealers)
    const all = counts.reduce((sum, count) => sum + count, 0) + (await seal(bank))
    expect(all).toBe(501)
    expect(await report(bank)).toMatchObject({ sealed: 501, unsealed: 0 })
    expect(brokenOf(await report(bank))).toEqual({})
  })

  test('leaves the entries to whoever is at them', async () => {
    const bank = await bankWith(1)
    await seal(bank)
    await post(bank, 3)
    const { tenantId } = bank
    const options = { tenantId, lane: 'batch', deadlineMs: Date.now() + 10_000 } as const
    const request = { tenantId, currencies, signer, host }
    await bank.database.transaction(options, async (tx) => {
      expect(await sealEntries(tx, request)).toEqual({ entries: 3, more: false })
      const other = await bank
        .elsewhere()
        .database.transaction(options, (beside) => sealEntries(beside, request))
      expect(other).toEqual({ entries: 0, more: false })
    })
    expect(await seal(bank)).toBe(0)
  })
})

describe('checkpoints', () => {
  test('each is shown to be the beginning of the next by its consistency proof', async () => {
    const bank = await bankWith(5)
    for (const more of [0, 1, 11, 40]) {
      await post(bank, more)
      await seal(bank)
    }
    const made = (await notesOf(bank)).flatMap((note) => parseCheckpoint(note) ?? [])
    expect(made.map(({ treeSize }) => treeSize)).toEqual([5, 6, 17, 57])
    for (const first of made) {
      for (const second of made.filter(({ treeSize }) => treeSize >= first.treeSize)) {
        const proof = await consistency(bank, first.treeSize, second.treeSize)
        if (typeof proof === 'string') throw new Error(proof)
        const hashes = proof.hashes.map((hash) => Buffer.from(hash, 'base64'))
        expect(isConsistent(first, second, hashes)).toBe(true)
      }
    }
    expect(await consistency(bank, 5)).toMatchObject({ from: 5, to: 57 })
    expect(await consistency(bank, 5, 58)).toBe('not_yet_checkpointed')
    expect(await consistency(bank, 58)).toBe('not_yet_checkpointed')
  })

  test('signed under an earlier origin are trusted with their key, and with no other', async () => {
    const bank = await bankWith(3)
    await seal(bank)
    const renamed = (of: Signer) => verifierOf(originOf('bank.example', bank.tenantId), of.publicKey)
    expect(brokenOf(await report(bank, { trusted: [renamed(signer)] }))).toEqual({})
    expect(brokenOf(await report(bank, { trusted: [renamed(newSigner())] }))).toHaveProperty(
      'checkpoints_stand',
    )
  })

  test('signed with another key later are trusted where both keys are', async () => {
    const bank = await bankWith(2)
    await seal(bank)
    await post(bank, 2)
    const next = newSigner()
    await seal(bank, next)
    const keys = [keyOf(bank), keyOf(bank, next)]
    expect(brokenOf(await report(bank, { trusted: keys }))).toEqual({})
    const fault = { row: { treeSize: 2 }, expected: 'the signature of a trusted key', found: 'none' }
    expect(brokenOf(await report(bank, { trusted: keys.slice(1) }))).toEqual({ checkpoints_stand: fault })
    // What the database itself names is believed only where nothing else is given.
    expect(brokenOf(await report(bank, { trusted: undefined }))).toEqual({})
    const latest = await bank.database.read(bank.tenantId, readLatestCheckpoint)
    expect(latest?.verifierKey).toContain(`${host}/${bank.tenantId}+`)
  })
})

describe('a proof', () => {
  test('opens nothing, one account’s lines, or all', async () => {
    const bank = await bankWith(1)
    await seal(bank)
    const [id = ''] = await entryIdsOf(bank)
    const partsOf = async (wanted: Parameters<typeof provedOf>[2]) =>
      (await provedOf(bank, id, wanted)).openings.map(({ part }) => part)
    expect(await partsOf('nothing')).toEqual([])
    expect(await partsOf({ accountId: 'alice' })).toEqual(['lines/1'])
    expect(await partsOf({ accountId: 'nobody' })).toEqual([])
    expect(await partsOf('all')).toEqual(['lines/0', 'lines/1', 'details'])
    // Whoever sees one line learns nothing of the other: neither account nor salt.
    const text = JSON.stringify(await provedOf(bank, id, { accountId: 'alice' }))
    expect(text).not.toContain('cash')
    const all = await provedOf(bank, id, 'all')
    for (const { part, salt } of all.openings) expect(text.includes(salt)).toBe(part === 'lines/1')
  })

  test('has a salt of its own for every part of every entry', async () => {
    const bank = await bankWith(3)
    await seal(bank)
    const ids = await entryIdsOf(bank)
    const proofs = await Promise.all(ids.map((id) => provedOf(bank, id, 'all')))
    const salts = proofs.flatMap(({ openings }) => openings.map(({ salt }) => salt))
    expect([salts.length, new Set(salts).size]).toEqual([9, 9])
    for (const salt of salts) expect(Buffer.from(salt, 'base64')).toHaveLength(16)
  })

  test('is there when a checkpoint is', async () => {
    const bank = await bankWith(1)
    const [id = ''] = await entryIdsOf(bank)
    expect(await prove(bank, id)).toBe('not_yet_checkpointed')
    await seal(bank)
    await post(bank, 1)
    const [, second = ''] = await entryIdsOf(bank)
    expect(await prove(bank, second)).toBe('not_yet_checkpointed')
    expect(await prove(bank, '01900000-0000-7000-8000-000000000000')).toBe('not_found')
    expect(await prove(bank, id)).toMatchObject({ treeSize: 1, hashes: [] })
  })

  test.each<[what: string, change: (proof: Loose) => void, fault: RegExp]>([
    [
      'an amount',
      ({ openings }) => Object.assign(openings[1]?.value ?? {}, { amount: '2.00' }),
      /lines\/1 is not what/,
    ],
    [
      'a salt',
      ({ openings }) => Object.assign(openings[0] ?? {}, { salt: 'AAAAAAAAAAAAAAAAAAAAAA==' }),
      /lines\/0 is not/,
    ],
    [
      'a line for another',
      ({ openings }) => Object.assign(openings[0] ?? {}, { part: 'lines/1' }),
      /lines\/1/,
    ],
    [
      'a part that is not there',
      ({ openings }) => Object.assign(openings[0] ?? {}, { part: 'lines/7' }),
      /no such part/,
    ],
    ['a date', ({ evidence }) => Object.assign(evidence, { valueDate: '2020-01-01' }), /not in the tree/],
    ['a kind', ({ evidence }) => Object.assign(evidence, { kind: 'reversal' }), /not in the tree/],
    ['another tenant', ({ evidence }) => Object.assign(evidence, { tenantId: 'bank-x' }), /another tenant/],
    ['another place', (proof) => Object.assign(proof, { leafIndex: 1 }), /another place/],
    ['another size', (proof) => Object.assign(proof, { treeSize: 4 }), /another size/],
    [
      'a hash',
      ({ hashes }) => Object.assign(hashes, { 0: Buffer.alloc(32).toString('base64') }),
      /not in the tree/,
    ],
    ['a hash too many', ({ hashes }) => hashes.push('AAAA'), /not in the tree/],
    ['another form', ({ evidence }) => Object.assign(evidence, { schema: 'plinth.entry/2' }), /form/],
    ['no list of openings', (proof) => Object.assign(proof, { openings: {} }), /no proof in the form/],
  ])('in which %s was changed is false', async (_what, change, fault) => {
    const bank = await bankWith(3)
    await seal(bank)
    const [id = ''] = await entryIdsOf(bank)
    const proof = await provedOf(bank, id, 'all')
    expect(checkProof(JSON.stringify(proof), [keyOf(bank)])).toMatchObject({ sound: true })
    change(proof as unknown as Loose)
    expect(checkProof(JSON.stringify(proof), [keyOf(bank)])).toEqual({
      sound: false,
      fault: expect.stringMatching(fault),
    })
  })

  test('signed by a stranger is false', async () => {
    const bank = await bankWith(1)
    await seal(bank)
    const [id = ''] = await entryIdsOf(bank)
    const text = JSON.stringify(await provedOf(bank, id))
    expect(checkProof(text, [keyOf(bank, newSigner())])).toEqual({
      sound: false,
      fault: expect.stringMatching(/not signed/),
    })
    expect(checkProof('{', [keyOf(bank)])).toMatchObject({ sound: false })
  })
})
