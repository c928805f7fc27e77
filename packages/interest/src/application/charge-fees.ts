import { lockBalances, readStates } from '@plinth/account'
import type { Tx } from '@plinth/db'
import { type AccountId, addDays, type EntryId } from '@plinth/kernel'
import { feesDueOn, valueDateBehind } from '@plinth/product/domain'
import { type AccountTerms, readAccountTerms } from './account-terms.js'
import type { FeeStore, InterestRun, StoredFee } from './ports.js'
import { type InterestEntry, postInterest } from './post-interest.js'

/** What a partition came to. */
export interface FeeCounts {
  readonly fees: number
}

/**
 * Charges accounts the fees of their terms whose period ends on a day of the run: the whole fee under the terms of that day, to
 * whoever has the account by then. What was charged for a period is not charged again.
 */
export const chargeFeesWith =
  (store: FeeStore) =>
  async (tx: Tx, run: InterestRun, accountIds: readonly AccountId[]): Promise<FeeCounts> => {
    const entries = await dueFees(store, tx, run, accountIds)
    await postInterest(tx, run, entries)
    return { fees: entries.length }
  }

/** Writes down what is due as charged in the entries that it answers, which whoever asks posts. Closed accounts owe none. */
export async function dueFees(
  store: FeeStore,
  tx: Tx,
  run: InterestRun,
  accountIds: readonly AccountId[],
): Promise<InterestEntry[]> {
  const allTerms = await readAccountTerms(tx, accountIds, run.books.currencies)
  const wanted = [...allTerms].flatMap(([accountId, terms]) => feesOfRun(run, accountId, terms))
  if (wanted.length === 0) return []
  const ids = [...new Set(wanted.map(({ accountId }) => accountId))].sort()
  // Behind these locks nobody else charges them, and nobody closes them. A rehearsal lets nobody wait.
  const states = await (run.foresee === undefined ? lockBalances : readStates)(tx, ids)
  const open = new Set(states.filter(({ status }) => status !== 'closed').map(({ accountId }) => accountId))
  const charged = new Set((await store.readFees(tx, ids, run.day)).map(nameOf))
  const fees = wanted.filter((fee) => open.has(fee.accountId) && !charged.has(nameOf(fee)))
  store.writeFees(tx, fees)
  return fees.map((fee) => entryOf(fee, allTerms.get(fee.accountId) as AccountTerms))
}

const nameOf = ({
  accountId,
  code,
  periodEnd,
}: Pick<StoredFee, 'accountId' | 'code' | 'periodEnd'>): string => `${accountId} ${periodEnd} ${code}`

function feesOfRun(run: InterestRun, accountId: AccountId, terms: AccountTerms): StoredFee[] {
  const fees: StoredFee[] = []
  for (let day = run.day; day < run.next; day = addDays(day, 1)) {
    const snapshotNo = terms.numberOn(day)
    if (snapshotNo === undefined) continue
    for (const { code, amount } of feesDueOn(terms.of(snapshotNo).fees, day))
      fees.push({ accountId, code, periodEnd: day, snapshotNo, amount, entryId: run.newId() as EntryId })
  }
  return fees
}

function entryOf(
  { accountId, code, periodEnd, snapshotNo, amount, entryId }: StoredFee,
  terms: AccountTerms,
): InterestEntry {
  const { productCode, currency, glMapping } = terms.of(snapshotNo)
  return {
    key: `interest:fee:${periodEnd}:${code}:${accountId}`,
    entryId,
    kind: 'fee',
    description: `Fee ${code} of the period to ${periodEnd}`,
    ...{ valueDate: valueDateBehind(periodEnd), productCode, currency },
    glLines: [{ glCode: glMapping.feesGlCode, side: 'credit', amount }],
    accountLines: [{ accountId, side: 'debit', amount, currency }],
  }
}
