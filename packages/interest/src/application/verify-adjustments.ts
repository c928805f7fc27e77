import type { Tx } from '@plinth/db'
import type { AccountId, EntryId } from '@plinth/kernel'
import { readEntriesById } from '@plinth/ledger'
import { internalAccount } from '@plinth/posting'
import type { AccountTerms } from './account-terms.js'
import type { InterestFindings } from './interest-rules.js'
import type { StoredAccrued, StoredAdjustment } from './ports.js'

const entriesPerPage = 500

/** What each entry moves for accounts other than by their days, and on which accounts of accrued interest. */
export class AdjustmentsByEntry {
  readonly #sums = new Map<EntryId, { net: bigint; readonly standsOn: Set<AccountId> }>()

  add(
    { state: { snapshotNo } }: StoredAccrued,
    {
      adjustments,
      terms,
    }: { readonly adjustments: readonly StoredAdjustment[]; readonly terms: AccountTerms },
  ): void {
    for (const { entryId, credit, debit } of adjustments) {
      const sum = this.#sums.get(entryId) ?? { net: 0n, standsOn: new Set() }
      this.#sums.set(entryId, sum)
      sum.net += credit - debit
      for (let each = snapshotNo; each > 0; each -= 1) {
        const { glMapping, currency } = terms.of(each)
        sum.standsOn.add(internalAccount(glMapping.accruedPayableGlCode, currency))
        sum.standsOn.add(internalAccount(glMapping.accruedReceivableGlCode, currency))
      }
    }
  }

  async verify(tx: Tx, findings: InterestFindings): Promise<void> {
    const all = [...this.#sums]
    for (let at = 0; at < all.length; at += entriesPerPage) {
      const page = all.slice(at, at + entriesPerPage)
      const entries = await readEntriesById(
        tx,
        page.map(([entryId]) => entryId),
      )
      const byId = new Map(entries.map((entry) => [entry.entryId, entry]))
      for (const [entryId, { net, standsOn }] of page) {
        const lines = byId.get(entryId)?.lines.filter(({ accountId }) => standsOn.has(accountId))
        const found = lines?.reduce(
          (sum, { side, amount }) => sum + (side === 'credit' ? amount : -amount),
          0n,
        )
        findings.compare(
          'accruals_are_posted',
          { entryId },
          { expected: String(net), found: found === undefined ? 'no entry' : String(found) },
        )
      }
    }
  }
}
