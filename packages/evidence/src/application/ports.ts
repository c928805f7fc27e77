import type { Tx } from '@plinth/db'
import type { Instant } from '@plinth/kernel'
import type { Salts } from '../domain/entry-evidence.js'
import type { HashedNode } from '../domain/merkle-tree.js'
import type { NodeRange } from '../domain/stored-nodes.js'

/** An entry as it is sealed. */
export interface SealedEntry {
  readonly entryNo: number
  readonly leaf: Buffer
  readonly salts: Salts
}

/** A checkpoint as it is kept. */
export interface StoredCheckpoint {
  readonly treeSize: number
  readonly root: Buffer
  /** The signed note. */
  readonly note: string
  /** In the form of signed notes. */
  readonly verifierKey: string
  readonly madeAt: Instant
}

/** What a transaction of the sealer adds. */
export interface NewSeal {
  readonly entries: readonly SealedEntry[]
  /** Of stored levels. */
  readonly nodes: readonly HashedNode[]
  /** When it is made is read from the database's clock. */
  readonly checkpoint: Omit<StoredCheckpoint, 'madeAt'>
}

/** Where leaves, subtrees and checkpoints are kept. */
export interface EvidenceStore {
  /** How many entries are sealed, without a lock. */
  readTreeSize(tx: Tx): Promise<number>
  /** Locks the tree until `tx` ends; undefined if somebody else has it. */
  lockTree(tx: Tx): Promise<number | undefined>
  insertSeal(tx: Tx, seal: NewSeal): void
  /** Stored nodes, or leaves, by `placeOf`. */
  readNodes(tx: Tx, ranges: readonly NodeRange[]): Promise<ReadonlyMap<string, Buffer>>
  countNodes(tx: Tx): Promise<number>
  /** Destroys the salts of details whose erasure the journal records. */
  eraseSalts(tx: Tx, kept: readonly { readonly entryNo: number; readonly commitment: Buffer }[]): void
  readSealed(tx: Tx, page: { after: number; limit: number }): Promise<SealedEntry[]>
  readLatest(tx: Tx): Promise<StoredCheckpoint | undefined>
  /** All of the tenant by size. */
  readCheckpoints(tx: Tx, page: { after: number; limit: number }): Promise<StoredCheckpoint[]>
  /** In the form of signed notes, the first that was used first. */
  readKeys(tx: Tx): Promise<string[]>
}
