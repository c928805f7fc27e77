import { randomBytes } from 'node:crypto'
import type { Tx } from '@plinth/db'
import type { Currencies, TenantId } from '@plinth/kernel'
import { type JournalEntry, listEntries, readHead, readRunEnd } from '@plinth/ledger'
import { renderEntry } from '@plinth/ledger/domain'
import { originOf, signCheckpoint } from '../domain/checkpoint.js'
import { evidenceOf, leafOf, saltBytes } from '../domain/entry-evidence.js'
import { GrowingTree, type HashedNode, nodesOf } from '../domain/merkle-tree.js'
import { encodeVerifier, type Signer, verifierOf } from '../domain/signed-note.js'
import { isStored, storedFor, subtreeHash } from '../domain/stored-nodes.js'
import type { EvidenceStore, SealedEntry } from './ports.js'

export interface SealRequest {
  readonly tenantId: TenantId
  readonly currencies: Currencies
  readonly signer: Signer
  /** The host of the origin that checkpoints carry. */
  readonly host: string
}

/** What a transaction of the sealer did. */
export interface Sealed {
  readonly entries: number
  /** Whether there may be more at once. */
  readonly more: boolean
}

// A transaction of these takes some tenths of a second, whatever entries look like: those of the end of day have 1000 lines.
const entriesAtOnce = 1_000
const linesAtOnce = 20_000

/** How many entries of the tenant are not sealed yet. */
export const countUnsealedWith =
  (store: Pick<EvidenceStore, 'readTreeSize'>) =>
  async (tx: Tx): Promise<number> => {
    const [{ nextEntryNo }, treeSize] = await Promise.all([readHead(tx), store.readTreeSize(tx)])
    return nextEntryNo - 1 - treeSize
  }

/**
 * Seals the entries above the last checkpoint, as many as a transaction should, and signs a checkpoint of them. Numbers are dense
 * and committed in their order, so whatever is read from the first unsealed one on is complete. Whoever finds somebody else at
 * it seals nothing. `tx` must be repeatable: it finds out by itself what was sealed before.
 */
export const sealEntriesWith =
  (store: EvidenceStore) =>
  async (tx: Tx, request: SealRequest): Promise<Sealed> => {
    const treeSize = await store.lockTree(tx)
    if (treeSize === undefined) return { entries: 0, more: false }
    const { entries, more } = await readUnsealed(tx, treeSize)
    if (entries.length === 0) return { entries: 0, more: false }
    const tree = await openTree(store, tx, treeSize)
    const sealed = sealAll(entries, request)
    const nodes = sealed.flatMap(({ leaf }) => tree.append(leaf)).filter(isStored)
    const root = tree.root()
    const origin = originOf(request.host, request.tenantId)
    store.insertSeal(tx, {
      entries: sealed,
      nodes,
      checkpoint: {
        treeSize: tree.size,
        root,
        note: signCheckpoint({ origin, treeSize: tree.size, root }, request.signer),
        verifierKey: encodeVerifier(verifierOf(origin, request.signer.publicKey)),
      },
    })
    return { entries: sealed.length, more }
  }

async function readUnsealed(tx: Tx, treeSize: number): Promise<{ entries: JournalEntry[]; more: boolean }> {
  const run = { after: treeSize, entries: entriesAtOnce, lines: linesAtOnce }
  const [{ nextEntryNo }, entryNoTo] = await Promise.all([readHead(tx), readRunEnd(tx, run)])
  if (entryNoTo === undefined) return { entries: [], more: false }
  const page = { filter: { entryNoTo }, order: 'asc', limit: entriesAtOnce, after: treeSize } as const
  return { entries: await listEntries(tx, page), more: entryNoTo < nextEntryNo - 1 }
}

/** The tree as it stands, with the hashes at its right edge. */
async function openTree(store: EvidenceStore, tx: Tx, size: number): Promise<GrowingTree> {
  const all = { from: 0, to: size }
  const stored = await store.readNodes(tx, storedFor([all]))
  const edge: HashedNode[] = nodesOf(all).map((node) => ({ ...node, hash: subtreeHash(node, stored) }))
  return new GrowingTree(size, edge)
}

function sealAll(entries: readonly JournalEntry[], { tenantId, currencies }: SealRequest): SealedEntry[] {
  return entries.map((entry) => {
    const random = randomBytes(saltBytes * (entry.lines.length + 1))
    const salts = { details: random.subarray(0, saltBytes), lines: random.subarray(saltBytes) }
    const leaf = leafOf(evidenceOf(tenantId, renderEntry(entry, currencies), salts))
    return { entryNo: entry.entryNo, leaf, salts }
  })
}
