import { generateKeyPairSync } from 'node:crypto'
import { type EvidenceReport, proveEntry, sealEntries, verifyEvidence } from '@plinth/evidence'
import {
  type EntryProof,
  originOf,
  type Signer,
  signerOf,
  type Verifier,
  verifierOf,
  type Wanted,
} from '@plinth/evidence/domain'
import type { EntryId } from '@plinth/kernel'
import type { Bank } from '../support/bank.js'
import { currencies } from '../support/commands.js'

export const host = 'ledger.test'
export const newSigner = (): Signer => signerOf(generateKeyPairSync('ed25519').privateKey)
export const signer = newSigner()

/** The key of a bank's checkpoints. */
export const keyOf = ({ tenantId }: Bank, of: Signer = signer): Verifier =>
  verifierOf(originOf(host, tenantId), of.publicKey)

/** Seals what is there, as the worker does, and answers how many entries that were. */
export async function seal({ database, tenantId }: Bank, of: Signer = signer): Promise<number> {
  let entries = 0
  for (;;) {
    const deadlineMs = Date.now() + 30_000
    const sealed = await database.transaction(
      { tenantId, lane: 'batch', deadlineMs, repeatable: true },
      (tx) => sealEntries(tx, { tenantId, currencies, signer: of, host }),
    )
    entries += sealed.entries
    if (!sealed.more) return entries
  }
}

export const report = (
  bank: Bank,
  outside: { trusted?: readonly Verifier[] | undefined; anchors?: readonly string[] } = {},
): Promise<EvidenceReport> =>
  bank.database.read(bank.tenantId, (tx) =>
    verifyEvidence(tx, {
      tenantId: bank.tenantId,
      currencies,
      trusted: [keyOf(bank)],
      anchors: undefined,
      ...outside,
    }),
  )

/** The first finding of each rule that is broken. */
export const brokenOf = ({ rules }: EvidenceReport) =>
  Object.fromEntries(rules.flatMap(({ rule, first }) => (first === undefined ? [] : [[rule, first]])))

export const prove = (bank: Bank, entryId: string, wanted: Wanted = 'nothing') =>
  bank.database.read(bank.tenantId, (tx) =>
    proveEntry(tx, { tenantId: bank.tenantId, entryId: entryId as EntryId, wanted, currencies }),
  )

/** The proof, which there must be. */
export async function provedOf(bank: Bank, entryId: string, wanted?: Wanted): Promise<EntryProof> {
  const proof = await prove(bank, entryId, wanted)
  if (typeof proof === 'string') throw new Error(`no proof: ${proof}`)
  return proof
}

export const notesOf = async ({ rows, tenantId }: Bank): Promise<string[]> =>
  (
    await rows<{ note: string }>(
      'select note from evidence.checkpoint where tenant_id = $1 order by tree_size',
      [tenantId],
    )
  ).map(({ note }) => note)

export const entryIdsOf = async ({ rows, tenantId }: Bank): Promise<string[]> =>
  (
    await rows<{ entry_id: string }>(
      'select entry_id from ledger.journal_entry where tenant_id = $1 order by entry_no',
      [tenantId],
    )
  ).map((row) => row.entry_id)
