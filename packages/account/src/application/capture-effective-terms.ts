import type { Tx } from '@plinth/db'
import type { AccountId, BusinessDate } from '@plinth/kernel'
import { readProducts } from '@plinth/product'
import { laterTerms } from '@plinth/product/domain'
import type { TakenTerms, TermsStore } from './ports.js'

/**
 * Captures for these accounts the terms that have come into force up to the business date: a snapshot for each version of their
 * product that is newer than their last one. Answers what was captured; nothing the second time. An account that was opened
 * without terms stays without. For the partitions of an end of day: three statements, whatever their size, and one more if
 * anything is captured.
 */
export const captureEffectiveTermsWith =
  (store: TermsStore) =>
  async (tx: Tx, accountIds: readonly AccountId[], businessDate: BusinessDate): Promise<TakenTerms[]> => {
    const last = await store.readLastTerms(tx, accountIds)
    const codes = [...new Set(last.map(({ productCode }) => productCode))]
    const products = new Map((await readProducts(tx, codes)).map((product) => [product.productCode, product]))
    const taken = last.flatMap(({ accountId, snapshotNo, productCode, ...terms }): TakenTerms[] => {
      const product = products.get(productCode)
      const later = product === undefined ? [] : laterTerms(product, terms, businessDate)
      return later.map((each, at) => ({ accountId, snapshotNo: snapshotNo + at + 1, terms: each }))
    })
    store.writeTerms(tx, taken)
    return taken
  }
