import { compareAnchors } from '@plinth/evidence'
import { originOf, signRestoration } from '@plinth/evidence/domain'
import { beforeAll, expect, test } from 'vitest'
import { signCheckpoint } from '../../packages/evidence/src/domain/checkpoint.js'
import { type Bank, useBank } from '../support/bank.js'
import { brokenOf, host, keyOf, newSigner, notesOf, report, seal, signer } from './sealed-bank.js'

const openBank = useBank()
let bank: Bank
let origin: string

beforeAll(async () => {
  bank = await openBank()
  origin = originOf(host, bank.tenantId)
  await bank.open('alice')
  await bank.fund('alice', '1.00')
  await bank.fund('alice', '2.00')
  await seal(bank)
  await bank.fund('alice', '3.00')
})

const compared = (...anchors: string[]) =>
  bank.database.read(bank.tenantId, (tx) =>
    compareAnchors(tx, { tenantId: bank.tenantId, anchors, trusted: [keyOf(bank)] }),
  )
const of = (treeSize: number, by = signer): string =>
  signCheckpoint({ origin, treeSize, root: Buffer.alloc(32, 7) }, by)

test('books agree with their own checkpoints, and with a place that holds nothing yet', async () => {
  expect(await compared()).toEqual({ state: 'nothing_kept', anchored: 0, sealed: 2, entries: 3 })
  const own = await notesOf(bank)
  expect(await compared(...own)).toEqual({ state: 'agrees', anchored: 2, sealed: 2, entries: 3 })
})

test('a checkpoint of more entries than are sealed says that some are missing, also where as many stand unsealed', async () => {
  expect(await compared(of(9))).toEqual({ state: 'behind', anchored: 9, sealed: 2, entries: 3 })
  expect((await compared(of(3))).state).toBe('behind')
})

test('another checkpoint of as many is no backup: the books differ', async () => {
  expect((await compared(of(2))).state).toBe('differs')
  expect((await compared(of(1))).state).toBe('differs')
})

test('what nobody trusted has signed says nothing of the books, neither a checkpoint nor a restoration', async () => {
  const stranger = newSigner()
  expect((await compared(of(9, stranger))).state).toBe('nothing_kept')
  const forged = signRestoration({ origin, keptSize: 2, givenUpSize: 9 }, stranger)
  expect((await compared(of(9), forged)).state).toBe('behind')
})

test('verify passes over what was given up by a trusted restoration, and finds what a forged one gives up', async () => {
  const own = await notesOf(bank)
  const restored = { origin, keptSize: 2, givenUpSize: 9 }
  const accepted = [...own, of(9), signRestoration(restored, signer)]
  expect(brokenOf(await report(bank, { anchors: accepted }))).toEqual({})
  const forged = await report(bank, { anchors: [...own, of(9), signRestoration(restored, newSigner())] })
  expect(Object.keys(brokenOf(forged))).toEqual(['anchors_agree'])
})
