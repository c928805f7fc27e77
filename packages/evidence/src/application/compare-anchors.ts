import type { Tx } from '@plinth/db'
import type { TenantId } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import { readKeptAnchors } from '../domain/kept-anchors.js'
import { parseVerifier, type Verifier } from '../domain/signed-note.js'
import type { EvidenceStore } from './ports.js'

export interface AnchorsRequest {
  readonly tenantId: TenantId
  /** What was kept outside, in order: signed notes of any tenants. */
  readonly anchors: readonly string[]
  /** Undefined: the keys that the database names are believed. */
  readonly trusted: readonly Verifier[] | undefined
}

/** How the books stand to what was kept of them outside. */
export interface AnchorsCompared {
  /**
   * `behind`: outside there is a checkpoint of more entries than are sealed here. `differs`: of as many entries there is
   * another one here. Both say that the books are not those that were anchored.
   */
  readonly state: 'nothing_kept' | 'agrees' | 'behind' | 'differs'
  /** Of the largest checkpoint outside that stands; 0 if there is none. */
  readonly anchored: number
  readonly sealed: number
  /** Entries in the journal, sealed or not. */
  readonly entries: number
}

/** Compares sizes, and the last checkpoint: quick. `verifyEvidence` makes all of the tree again. */
export const compareAnchorsWith =
  (store: EvidenceStore) =>
  async (tx: Tx, { tenantId, anchors, trusted }: AnchorsRequest): Promise<AnchorsCompared> => {
    const [head, sealed, keys] = await Promise.all([
      readHead(tx),
      store.readTreeSize(tx),
      trusted === undefined ? store.readKeys(tx) : [],
    ])
    const verifiers = trusted ?? keys.flatMap((key) => parseVerifier(key) ?? [])
    const { standing } = readKeptAnchors(anchors, { tenantId, verifiers })
    const anchored = Math.max(0, ...standing.keys())
    const counts = { anchored, sealed, entries: head.nextEntryNo - 1 }
    if (anchored === 0) return { state: 'nothing_kept', ...counts }
    if (anchored > sealed) return { state: 'behind', ...counts }
    const [own] = await store.readCheckpoints(tx, { after: anchored - 1, limit: 1 })
    const roots = standing.get(anchored) ?? []
    const differs =
      own === undefined || own.treeSize !== anchored || !roots.every((root) => root.equals(own.root))
    return { state: differs ? 'differs' : 'agrees', ...counts }
  }
