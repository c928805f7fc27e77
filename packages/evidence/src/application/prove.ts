import type { Tx } from '@plinth/db'
import { type Currencies, type EntryId, invariant, type TenantId } from '@plinth/kernel'
import { readEntry } from '@plinth/ledger'
import { renderEntry } from '@plinth/ledger/domain'
import type { EntryProof } from '../domain/check-proof.js'
import { evidenceOf, leafOf, openingsOf, type Wanted } from '../domain/entry-evidence.js'
import { consistencyRanges, inclusionRanges, type LeafRange } from '../domain/merkle-tree.js'
import { rangeHash, storedFor } from '../domain/stored-nodes.js'
import type { EvidenceStore } from './ports.js'

/** What cannot be proved yet, or at all. */
export type Unproved = 'not_found' | 'not_yet_checkpointed'

export interface ProofRequest {
  readonly tenantId: TenantId
  readonly entryId: EntryId
  readonly wanted: Wanted
  readonly currencies: Currencies
}

/**
 * The proof that an entry is under the last checkpoint. Fails if the entry is not what was sealed: then somebody has changed the
 * books behind Plinth's back, and nothing is proved from them.
 */
export const proveEntryWith =
  (store: EvidenceStore) =>
  async (tx: Tx, { tenantId, entryId, wanted, currencies }: ProofRequest): Promise<EntryProof | Unproved> => {
    const entry = await readEntry(tx, entryId)
    if (entry === undefined) return 'not_found'
    const checkpoint = await store.readLatest(tx)
    if (checkpoint === undefined || checkpoint.treeSize < entry.entryNo) return 'not_yet_checkpointed'
    const { treeSize, note } = checkpoint
    const leafIndex = entry.entryNo - 1
    const ranges = inclusionRanges(leafIndex, { from: 0, to: treeSize })
    const [[sealed], hashes] = await Promise.all([
      store.readSealed(tx, { after: leafIndex, limit: 1, lines: 1 }),
      hashesOf(store, tx, ranges),
    ])
    invariant(sealed?.entryNo === entry.entryNo, 'what a checkpoint is of is sealed', { entryId })
    const rendered = renderEntry(entry, currencies)
    const evidence = evidenceOf(tenantId, rendered, sealed.salts)
    invariant(leafOf(evidence).equals(sealed.leaf), 'an entry is what was sealed', { entryId })
    const openings = openingsOf(rendered, sealed.salts, wanted)
    const erased = sealed.salts.details === undefined ? { erased: ['details'] as const } : {}
    return { evidence, openings, ...erased, leafIndex, treeSize, hashes, checkpoint: note }
  }

/** That the tree of the first `from` entries is the beginning of that of the first `to`. */
export interface ConsistencyProof {
  readonly from: number
  readonly to: number
  /** Base64. */
  readonly hashes: readonly string[]
}

export const proveConsistencyWith =
  (store: EvidenceStore) =>
  async (
    tx: Tx,
    { from, to }: { from: number; to: number | undefined },
  ): Promise<ConsistencyProof | Unproved> => {
    const latest = await store.readLatest(tx)
    const until = to ?? latest?.treeSize ?? 0
    if (latest === undefined || Math.max(from, until) > latest.treeSize) return 'not_yet_checkpointed'
    const ranges = consistencyRanges(from, { from: 0, to: until })
    return { from, to: until, hashes: await hashesOf(store, tx, ranges) }
  }

async function hashesOf(store: EvidenceStore, tx: Tx, ranges: readonly LeafRange[]): Promise<string[]> {
  const stored = await store.readNodes(tx, storedFor(ranges))
  return ranges.map((range) => rangeHash(range, stored).toString('base64'))
}
