import type { Tx } from '@plinth/db'
import {
  type AccountId,
  addDays,
  type BusinessDate,
  type EntryId,
  invariant,
  type Side,
} from '@plinth/kernel'
import type { FixedLineRequest } from '@plinth/posting'
import { endPeriod } from '../domain/accrue-through.js'
import { type DueInterest, netOf } from '../domain/interest-state.js'
import { type ReadTerms, readAccountTerms } from './account-terms.js'
import type { InPosting, InterestRun, InterestStore, StoredDue } from './ports.js'
import { type InterestEntry, postInterest } from './post-interest.js'

/** What a partition came to. */
export interface CapitalisationCounts {
  readonly entries: number
}

/** Posts what is due of accounts, an entry for each of them and each period. A second run finds nothing due. */
export const capitalisePartitionWith =
  (store: InterestStore) =>
  async (tx: Tx, run: InterestRun, accountIds: readonly AccountId[]): Promise<CapitalisationCounts> => {
    const due = await store.lockDue(tx, [...accountIds].sort())
    return postDue(store, tx, run, due)
  }

/**
 * Capitalises what accounts have accrued up to the last day that has accrued, whatever their terms say of periods: what an
 * account that is to be closed has earned or owes. The rest of a minor unit is carried, and lost with the account.
 */
export const capitaliseNowWith =
  (store: InterestStore) =>
  async (
    tx: Tx,
    run: InPosting & { readonly businessDate: BusinessDate },
    accountIds: readonly AccountId[],
  ): Promise<CapitalisationCounts> => {
    const sorted = [...accountIds].sort()
    const stored = await store.lockAccrued(tx, sorted)
    const allTerms = await readAccountTerms(tx, sorted, run.books.currencies)
    const ended = stored.flatMap(({ accountId, state, rowVersion }) => {
      const terms = allTerms.get(accountId)?.of(state.snapshotNo).terms
      invariant(terms !== undefined, 'what accrues has terms', { accountId })
      const { snapshotNo, accruedThrough: day } = state
      const { accrual, due } = endPeriod(terms, state.accrual, { day, snapshotNo })
      if (due === undefined) return []
      return [{ accountId, rowVersion, state: { ...state, accrual, unmet: state.unmet + netOf(due) }, due }]
    })
    store.writeAccrued(tx, ended)
    store.writeDue(tx, ended, run.businessDate)
    // Also what an end of day left due.
    const { books, context, newId } = run
    return postDue(store, tx, { books, context, newId }, await store.lockDue(tx, sorted))
  }

async function postDue(
  store: InterestStore,
  tx: Tx,
  run: InPosting & { readonly bookInto?: BusinessDate | undefined },
  due: readonly StoredDue[],
): Promise<CapitalisationCounts> {
  const accountIds = [...new Set(due.map(({ accountId }) => accountId))]
  const terms = await readAccountTerms(tx, accountIds, run.books.currencies)
  const entries = due.map((each): InterestEntry & StoredDue => {
    const read = terms.get(each.accountId)?.of(each.due.snapshotNo)
    invariant(read !== undefined, 'what is due accrued under terms', { accountId: each.accountId })
    return { ...entryOf(each, read, run.newId() as EntryId), ...each }
  })
  store.markPosted(
    tx,
    entries.map(({ accountId, due: { valueDate }, entryId }) => ({ accountId, valueDate, entryId })),
  )
  await postInterest(tx, run, entries)
  return { entries: entries.length }
}

/** Of credit interest the payable is settled with the account and the tax office, of debit interest the account owes more. */
function entryOf({ accountId, due }: StoredDue, read: ReadTerms, entryId: EntryId): InterestEntry {
  const { productCode, currency, glMapping } = read
  const { valueDate, periodStart, credit, tax, debit } = due
  const glLines = [
    { glCode: glMapping.accruedPayableGlCode, side: 'debit' as const, amount: credit },
    { glCode: glMapping.taxGlCode, side: 'credit' as const, amount: tax },
    { glCode: glMapping.accruedReceivableGlCode, side: 'credit' as const, amount: debit },
  ]
  const line = (side: Side, amount: bigint): FixedLineRequest => ({ accountId, side, amount, currency })
  const accountLines = [line('credit', credit - tax), line('debit', debit)]
  return {
    key: `interest:capitalisation:${valueDate}:${accountId}`,
    entryId,
    kind: 'capitalisation',
    description: descriptionOf(due, periodStart),
    ...{ valueDate, productCode, currency },
    glLines: glLines.filter(({ amount }) => amount > 0n),
    accountLines: accountLines.filter(({ amount }) => amount > 0n),
  }
}

const descriptionOf = ({ valueDate }: DueInterest, periodStart: string): string =>
  `Interest from ${periodStart} to ${addDays(valueDate, -1)}`
