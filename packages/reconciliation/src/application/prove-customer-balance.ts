import { readOpenedAccounts } from '@plinth/account'
import type { Tx } from '@plinth/db'
import { readRunUpTo } from '@plinth/eod'
import { proveBalance, readLastBalanceDay, type Unproved } from '@plinth/evidence'
import type { BalanceProof } from '@plinth/evidence/domain'
import { type AccountId, type BusinessDate, type Currencies, invariant, type TenantId } from '@plinth/kernel'
import { readDayEnds, readHead } from '@plinth/ledger'
import { customerBalance, isOfTrees } from './balance-trees.js'

export interface CustomerProofRequest {
  readonly tenantId: TenantId
  readonly accountId: AccountId
  /** Undefined: the last day that has trees. */
  readonly businessDate: BusinessDate | undefined
  readonly currencies: Currencies
}

/**
 * The proof that what a customer's account had at the end of a day is in the sums that the bank has signed. `not_found`: of such
 * an account, or on such a day, there is nothing to prove; `not_yet_checkpointed`: the day has no trees yet.
 */
export async function proveCustomerBalance(
  tx: Tx,
  { tenantId, accountId, currencies, ...asked }: CustomerProofRequest,
): Promise<BalanceProof | Unproved> {
  const [[account], lastDay] = await Promise.all([
    readOpenedAccounts(tx, { from: accountId, to: accountId }),
    readLastBalanceDay(tx),
  ])
  if (account === undefined || account.unlimited) return 'not_found'
  const { businessDate = lastDay } = asked
  if (lastDay === undefined || businessDate === undefined || businessDate > lastDay)
    return 'not_yet_checkpointed'
  const run = await readRunUpTo(tx, businessDate)
  if (run?.businessDate !== businessDate || !isOfTrees(account, businessDate)) return 'not_found'
  const { nextEntryNo } = await readHead(tx)
  const { cutOffEntryNo } = run
  const day = { businessDate, cutOffEntryNo, knownAtEntryNo: nextEntryNo - 1 }
  const ends = await readDayEnds(tx, [account], day)
  const balance = customerBalance(account, ends.get(accountId) ?? 0n)
  const proof = await proveBalance(tx, { tenantId, businessDate, balance, currencies })
  invariant(proof !== undefined, 'days have their trees one after the other', { businessDate })
  return proof
}
