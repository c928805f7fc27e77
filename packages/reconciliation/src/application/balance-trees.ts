import { type OpenedAccount, readAccountMarks, readOpenedAccounts } from '@plinth/account'
import type { Tx } from '@plinth/db'
import { type EndedDay, readEndedDays } from '@plinth/eod'
import { BalanceGathering, type BalanceTrees, readLastBalanceDay } from '@plinth/evidence'
import type { CustomerBalance } from '@plinth/evidence/domain'
import type { BusinessDate, Currencies, TenantId } from '@plinth/kernel'
import { readDayEnds, readHead } from '@plinth/ledger'

// Some tens of milliseconds of reading, and as much hashing.
const accountsAtOnce = 2_000

/** The first closed day that has no balance trees yet. They are made day by day, so all before it have theirs. */
export async function readDayWithoutTrees(tx: Tx): Promise<EndedDay | undefined> {
  const [day] = await readEndedDays(tx, { after: await readLastBalanceDay(tx), limit: 1 })
  return day?.status === 'completed' ? day : undefined
}

/** Whether an account belongs to the trees of a day: a customer's that was open by its end, also one that stood at zero. */
export const isOfTrees = ({ unlimited, openedOn }: OpenedAccount, businessDate: BusinessDate): boolean =>
  !unlimited && openedOn <= businessDate

/** An account that stands at `net`, debits less credits. */
export const customerBalance = (
  { accountId, currency }: Pick<OpenedAccount, 'accountId' | 'currency'>,
  net: bigint,
): CustomerBalance => ({
  ...{ accountId, currency },
  credit: net < 0n ? -net : 0n,
  debit: net > 0n ? net : 0n,
})

export interface TreesRequest {
  readonly tenantId: TenantId
  readonly currencies: Currencies
  readonly day: Pick<EndedDay, 'businessDate' | 'cutOffEntryNo'>
  readonly secret: Buffer
}

/**
 * The balance trees of a closed day, by where each customer's account stood at its end. Nothing is booked into the day any more,
 * so it does not matter when this is read.
 */
export async function makeBalanceTrees(
  tx: Tx,
  { tenantId, currencies, day, secret }: TreesRequest,
): Promise<BalanceTrees> {
  const { businessDate, cutOffEntryNo } = day
  const knownAtEntryNo = (await readHead(tx)).nextEntryNo - 1
  const gathering = new BalanceGathering({ tenantId, businessDate }, secret, currencies)
  for await (const page of openedAccounts(tx)) {
    const accounts = page.filter((account) => isOfTrees(account, businessDate))
    const ends = await readDayEnds(tx, accounts, { businessDate, cutOffEntryNo, knownAtEntryNo })
    await gathering.add(
      accounts.map((account) => customerBalance(account, ends.get(account.accountId) ?? 0n)),
    )
  }
  return await gathering.trees()
}

/** All accounts of the tenant in the order of their ids, in pages. */
export async function* openedAccounts(tx: Tx): AsyncGenerator<OpenedAccount[]> {
  let from = ''
  for (const to of await readAccountMarks(tx, accountsAtOnce)) {
    yield await readOpenedAccounts(tx, { from, to })
    // Every character of an account's id sorts behind the blank.
    from = `${to} `
  }
}
