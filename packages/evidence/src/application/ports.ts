import type { Tx } from '@plinth/db'
import type { BusinessDate, CurrencyCode, Instant } from '@plinth/kernel'
import type { Salts } from '../domain/entry-evidence.js'
import type { HashedNode } from '../domain/merkle-tree.js'
import type { NodeRange } from '../domain/stored-nodes.js'
import type { SumBlock, Sums } from '../domain/sum-tree.js'

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
  /** The entries behind `after`: at most so many, and no more than one once they have more lines. */
  readSealed(tx: Tx, page: { after: number; limit: number; lines: number }): Promise<SealedEntry[]>
  /** Destroys the salts of details whose erasure the journal records. */
  eraseSalts(tx: Tx, kept: readonly { readonly entryNo: number; readonly commitment: Buffer }[]): void
  readLatest(tx: Tx): Promise<StoredCheckpoint | undefined>
  /** All of the tenant by size. */
  readCheckpoints(tx: Tx, page: { after: number; limit: number }): Promise<StoredCheckpoint[]>
  /** In the form of signed notes, the first that was used first. */
  readKeys(tx: Tx): Promise<string[]>
}

/** The trees of a closed day as they are kept, without their leaves. */
export interface StoredBalanceDay {
  readonly businessDate: BusinessDate
  /** What places, shares and salts of the day follow from. */
  readonly secret: Buffer
  /** The signed note. */
  readonly note: string
  /** In the form of signed notes. */
  readonly verifierKey: string
  readonly madeAt: Instant
  /** By currency. */
  readonly trees: readonly StoredBalanceTree[]
}

/** What customer accounts in a currency come to, in minor units. */
export interface StoredBalanceTree extends Sums {
  readonly currency: CurrencyCode
  readonly accounts: number
  readonly root: Buffer
}

/** Leaves of a tree that are kept together. */
export interface StoredBlock extends SumBlock {
  readonly firstPlace: number
}

/** The trees of a day with all that proofs are made from. When they are made is read from the database's clock. */
export interface NewBalanceDay extends Omit<StoredBalanceDay, 'madeAt' | 'trees'> {
  readonly trees: readonly (StoredBalanceTree & { readonly blocks: readonly StoredBlock[] })[]
}

export interface TreeName {
  readonly businessDate: BusinessDate
  readonly currency: CurrencyCode
}

/** Where the balance trees of closed days are kept. */
export interface BalanceStore {
  /** Answers false, and writes nothing, if the day has its trees already. */
  insertDay(tx: Tx, day: NewBalanceDay): Promise<boolean>
  readLastDay(tx: Tx): Promise<BusinessDate | undefined>
  readDay(tx: Tx, businessDate: BusinessDate): Promise<StoredBalanceDay | undefined>
  /** Days behind `after`, in order. */
  readDays(
    tx: Tx,
    page: { after: BusinessDate | undefined; limit: number },
  ): Promise<Pick<StoredBalanceDay, 'businessDate'>[]>
  /** All blocks of a tree in order, without their leaves. */
  readBlocks(tx: Tx, tree: TreeName): Promise<Omit<StoredBlock, 'leaves'>[]>
  /** The leaves of some blocks, by number. */
  readLeaves(tx: Tx, tree: TreeName, blockNos: readonly number[]): Promise<ReadonlyMap<number, Buffer>>
}
