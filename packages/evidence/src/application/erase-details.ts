import type { Tx } from '@plinth/db'
import { type Currencies, invariant, type TenantId } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/ledger'
import { renderEntry } from '@plinth/ledger/domain'
import { detailsCommitment, evidenceOf, leafOf } from '../domain/entry-evidence.js'
import type { EvidenceStore } from './ports.js'

/** What a sealed entry keeps of details whose salt is destroyed. */
export interface KeptCommitment {
  readonly entryNo: number
  readonly commitment: Buffer
}

/**
 * What is left of the details of these entries when their salts are gone; undefined if one of them is not sealed yet. Fails if an
 * entry is not what was sealed: then somebody has changed the books behind Plinth's back, and nothing more of them is taken away.
 */
export const commitmentsOfDetailsWith =
  (store: EvidenceStore) =>
  async (
    tx: Tx,
    entries: readonly JournalEntry[],
    { tenantId, currencies }: { tenantId: TenantId; currencies: Currencies },
  ): Promise<KeptCommitment[] | undefined> => {
    const kept: KeptCommitment[] = []
    for (const entry of entries) {
      const { entryNo, entryId } = entry
      const [sealed] = await store.readSealed(tx, { after: entryNo - 1, limit: 1, lines: 1 })
      if (sealed?.entryNo !== entryNo) return undefined
      const rendered = renderEntry(entry, currencies)
      const made = leafOf(evidenceOf(tenantId, rendered, sealed.salts))
      invariant(made.equals(sealed.leaf), 'an entry is what was sealed', { entryId })
      kept.push({ entryNo, commitment: detailsCommitment(rendered, sealed.salts) })
    }
    return kept
  }
