import { lockBalances, readStandings } from '@plinth/account'
import type { Tx } from '@plinth/db'
import type { AccountId, BusinessDate, EntryId } from '@plinth/kernel'
import { invariant } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import { GlPairs } from '../domain/gl-pairs.js'
import { settleAccount } from '../domain/settle-account.js'
import { type AccountTerms, readAccountTerms } from './account-terms.js'
import { accrueAccounts } from './accrue-partition.js'
import { capitaliseDue } from './capitalise-partition.js'
import { dueFees } from './charge-fees.js'
import type { FeeStore, InPosting, InterestRun, InterestStore, StoredAdjustment } from './ports.js'
import { type InterestEntry, postInterest } from './post-interest.js'

/** What a settlement came to. */
export interface SettlementCounts {
  readonly entries: number
}

/**
 * Settles the interest and fees of accounts that are to be closed, on the business date: accrues the days up to the one before it
 * that no end of day has accrued yet, makes up for what was back-valued, charges what a day that is still closing has not charged
 * yet, and capitalises all of it. Accounts that are closed or frozen are left as they are. A second time it does nothing.
 *
 * @throws OwnCommandRefused an entry was rejected, and nothing stands.
 */
export const settleAccountsWith =
  (store: InterestStore & FeeStore) =>
  async (tx: Tx, own: InPosting, accountIds: readonly AccountId[]): Promise<SettlementCounts> => {
    const ascending = [...accountIds].sort()
    // The order of every lock: what has accrued, what is due, balances, the head.
    await store.lockAccrued(tx, ascending)
    await store.lockDue(tx, ascending)
    await lockBalances(tx, ascending)
    const standings = await readStandings(tx, ascending)
    const ids = standings
      .filter(({ status }) => status !== 'closed' && status !== 'frozen')
      .map(({ accountId }) => accountId)
    const { businessDate, closingDate } = await readHead(tx)
    const run: InterestRun = { ...own, day: businessDate, next: businessDate, bookInto: undefined }
    const { entries: accruals } = await accrueAccounts(store, tx, run, { accountIds: ids, again: true })
    const adjustments = await endPeriods(store, tx, { run, businessDate, accountIds: ids })
    const capitalised = await capitaliseDue(store, tx, run, await store.lockDue(tx, ids))
    const closing = closingDate === undefined ? undefined : { ...run, day: closingDate }
    const fees = closing === undefined ? [] : await dueFees(store, tx, closing, ids)
    const entries = [...accruals, ...adjustments, ...capitalised, ...fees]
    await postInterest(tx, run, entries)
    return { entries: entries.length }
  }

/** Ends the periods of the accounts, and answers the entries of what had to be added to sums below zero. */
async function endPeriods(
  store: InterestStore,
  tx: Tx,
  {
    run,
    businessDate,
    accountIds,
  }: { run: InterestRun; businessDate: BusinessDate; accountIds: AccountId[] },
): Promise<InterestEntry[]> {
  const [stored, allTerms] = await Promise.all([
    store.lockAccrued(tx, accountIds),
    readAccountTerms(tx, accountIds, run.books.currencies),
  ])
  const settled = stored.flatMap(({ accountId, rowVersion, state: before }) => {
    const terms = allTerms.get(accountId)
    invariant(terms !== undefined, 'what accrues has terms', { accountId })
    const { state, due, adjustment } = settleAccount(terms.of(before.snapshotNo).terms, before)
    const adjusts = adjustment.credit !== 0n || adjustment.debit !== 0n
    if (due === undefined && !adjusts) return []
    const entryId = run.newId() as EntryId
    return [
      {
        accountId,
        rowVersion,
        state,
        due,
        terms,
        adjustment: adjusts ? { ...adjustment, entryId } : undefined,
      },
    ]
  })
  store.writeAccrued(tx, settled)
  store.writeDue(
    tx,
    settled.flatMap(({ accountId, due }) => (due === undefined ? [] : [{ accountId, due }])),
    businessDate,
  )
  const adjusted = settled.flatMap(({ accountId, adjustment, terms, state }) =>
    adjustment === undefined
      ? []
      : [
          {
            stored: { accountId, ...adjustment, reason: 'settled' as const, valueDate: businessDate },
            terms,
            state,
          },
        ],
  )
  store.writeAdjustments(
    tx,
    adjusted.map((each) => each.stored),
  )
  return adjusted.map(({ stored: row, terms, state }) => adjustmentEntry(row, terms, state.snapshotNo))
}

/** What was too much is expense again, or owed to the customer instead of by them. */
function adjustmentEntry(
  { accountId, entryId, valueDate, credit, debit }: StoredAdjustment,
  terms: AccountTerms,
  snapshotNo: number,
): InterestEntry {
  const { productCode, currency, glMapping } = terms.of(snapshotNo)
  const pairs = new GlPairs()
  pairs.add(glMapping.interestExpenseGlCode, glMapping.accruedPayableGlCode, credit - debit)
  pairs.add(glMapping.accruedReceivableGlCode, glMapping.accruedPayableGlCode, debit)
  return {
    ...{
      key: `interest:settled:${valueDate}:${accountId}`,
      entryId,
      kind: 'accrual',
      valueDate,
      productCode,
      currency,
    },
    description: `Interest settled before closing, ${accountId}`,
    glLines: pairs.lines(),
  }
}
