import type { Tx } from '@plinth/db'
import { type BusinessDate, type Currencies, formatMinor, invariant, type TenantId } from '@plinth/kernel'
import { type CustomerBalance, type Share, sharesOf, statementOf } from '../domain/balance-shares.js'
import { type BalanceProof, type ProvedShare, pathNode } from '../domain/check-balance.js'
import { hashOf, leavesPerBlock, nodeBytes, pathOf } from '../domain/sum-tree.js'
import type { BalanceStore, StoredBlock } from './ports.js'

export interface BalanceProofRequest {
  readonly tenantId: TenantId
  readonly businessDate: BusinessDate
  /** What the account had at the end of the day, by the books. */
  readonly balance: CustomerBalance
  readonly currencies: Currencies
}

/**
 * The proof that a balance is in the sums that were signed of its day. Undefined: the day has no trees yet. Fails if the balance
 * is not the one that was signed: then somebody has changed the books behind Plinth's back, and nothing is proved from them.
 */
export const proveBalanceWith =
  (store: Pick<BalanceStore, 'readDay' | 'readBlocks' | 'readLeaves'>) =>
  async (
    tx: Tx,
    { tenantId, businessDate, balance, currencies }: BalanceProofRequest,
  ): Promise<BalanceProof | undefined> => {
    const { accountId, currency } = balance
    const day = await store.readDay(tx, businessDate)
    if (day === undefined) return undefined
    const tree = day.trees.find((each) => each.currency === currency)
    invariant(tree !== undefined, 'a customer’s balance is in a tree', { accountId, businessDate })
    const decimals = currencies.decimalsOf(currency)
    invariant(decimals !== undefined, 'a currency with accounts stays', { currency })
    const of = { tenantId, businessDate }
    const blocks = await store.readBlocks(tx, { businessDate, currency })
    const treeSize = tree.accounts * 2
    const roots = Buffer.concat(blocks.map(({ root }) => root))
    const shares: ProvedShare[] = []
    const format = (minor: bigint) => formatMinor(minor, decimals)
    for (const share of sharesOf(day.secret, of, { balance, decimals })) {
      const found = await findShare(store, tx, { tree: { businessDate, currency }, blocks, share })
      invariant(found !== undefined, 'a balance is what was signed', { accountId, businessDate })
      const { leafIndex, leaves } = found
      const { creditBalances, debitBalances } = pathNode(share.node, format)
      shares.push({
        share: share.share,
        salt: share.salt.toString('base64'),
        ...{ creditBalance: creditBalances, debitBalance: debitBalances, leafIndex },
        path: pathOf(leafIndex, treeSize, leaves, roots).map((node) => pathNode(node, format)),
      })
    }
    return { ...statementOf(of, balance, decimals), shares, treeSize, note: day.note }
  }

interface Wanted {
  readonly tree: Pick<CustomerBalance, 'currency'> & { readonly businessDate: BusinessDate }
  readonly blocks: readonly Omit<StoredBlock, 'leaves'>[]
  readonly share: Share
}

/** Where a share stands, and the leaves of its block. */
async function findShare(
  store: Pick<BalanceStore, 'readLeaves'>,
  tx: Tx,
  { tree, blocks, share: { place, node } }: Wanted,
): Promise<{ leafIndex: number; leaves: Buffer } | undefined> {
  const behind = blocks.findIndex(({ firstPlace }) => firstPlace > place)
  const last = (behind < 0 ? blocks.length : behind) - 1
  // Of two leaves with one place the first may end the block before.
  const candidates = [last, last - 1].filter((blockNo) => blockNo >= 0)
  for (const [blockNo, leaves] of await store.readLeaves(tx, tree, candidates))
    for (let at = 0; at < leaves.length; at += nodeBytes)
      if (hashOf(leaves.subarray(at, at + nodeBytes)).equals(hashOf(node)))
        return { leafIndex: blockNo * leavesPerBlock + at / nodeBytes, leaves }
  return undefined
}
