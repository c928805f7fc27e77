import type { Tx } from '@plinth/db'
import { type AccountId, addDays, type EntryId, invariant, type Side } from '@plinth/kernel'
import type { FixedLineRequest } from '@plinth/posting'
import type { DueInterest } from '../domain/interest-state.js'
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
    const entries = await capitaliseDue(store, tx, run, due)
    await postInterest(tx, run, entries)
    return { entries: entries.length }
  }

/** Marks what is due as posted in the entries that it answers, which whoever asks posts. */
export async function capitaliseDue(
  store: InterestStore,
  tx: Tx,
  run: InPosting,
  due: readonly StoredDue[],
): Promise<InterestEntry[]> {
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
  return entries
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
