import type { Tx } from '@plinth/db'
import { type AccountId, addDays, type BusinessDate, type EntryId } from '@plinth/kernel'
import { readEntryNumbers, readLinesBehind } from '@plinth/ledger'
import { type AccruedDays, accrueThrough, backValuedFrom } from '../domain/accrue-through.js'
import { GlPairs } from '../domain/gl-pairs.js'
import { stateBefore, type ValuedLine } from '../domain/interest-state.js'
import { type AccountTerms, type ReadTerms, readAccountTerms } from './account-terms.js'
import type { InterestRun, InterestStore, StoredAccrued, StoredRow } from './ports.js'
import { type InterestEntry, postInterest } from './post-interest.js'

/** What a partition came to. */
export interface AccrualCounts {
  /** Accounts that accrued. */
  readonly accounts: number
  /** Days that accrued, and days that were made up for. */
  readonly days: number
  readonly madeUp: number
  readonly entries: number
}

/** An account whose turn it is, and its terms. */
interface Accruing extends StoredAccrued {
  readonly terms: AccountTerms
}

/** What became of it. */
interface AccruedAccount extends Accruing {
  readonly accrued: AccruedDays
}

/**
 * Accrues accounts for the day that is closing, and for those up to the next business date, and posts by how much their rounded
 * sums change: one entry for each product. What has accrued does not accrue again, so a second run does nothing.
 */
export const accruePartitionWith =
  (store: InterestStore) =>
  async (tx: Tx, run: InterestRun, accountIds: readonly AccountId[]): Promise<AccrualCounts> => {
    const { entries, ...counts } = await accrueAccounts(store, tx, run, { accountIds })
    // Last, because it locks the head of the journal.
    await postInterest(tx, run, entries)
    return { ...counts, entries: entries.length }
  }

/**
 * As `accruePartitionWith`, but leaves the posting to whoever asks. `again`: what was booked since is looked at also where all days
 * have accrued.
 */
export async function accrueAccounts(
  store: InterestStore,
  tx: Tx,
  run: InterestRun,
  { accountIds, again = false }: { accountIds: readonly AccountId[]; again?: boolean },
): Promise<Omit<AccrualCounts, 'entries'> & { readonly entries: readonly InterestEntry[] }> {
  const through = addDays(run.next, -1)
  const accruing = await accountsToAccrue(store, tx, run, { accountIds, through, again })
  const accounts = (await accrueAll(store, tx, run, { accruing, through })).filter(hasChanged)
  const { entries, entryIds } = entriesOf(run, accounts)
  const rows = accounts.flatMap(({ accountId, terms, accrued }) =>
    accrued.rows.map((row): StoredRow => {
      const changes = row.creditPosted !== 0n || row.debitPosted !== 0n
      const { productCode } = terms.of(accrued.state.snapshotNo)
      return { accountId, row, entryId: changes ? entryIds.get(productCode) : undefined }
    }),
  )
  store.writeAccrued(
    tx,
    accounts.map(({ accountId, rowVersion, accrued }) => ({ accountId, rowVersion, state: accrued.state })),
  )
  store.writeRows(tx, rows, run.day)
  store.writeDue(
    tx,
    accounts.flatMap(({ accountId, accrued }) => accrued.due.map((due) => ({ accountId, due }))),
    run.day,
  )
  const madeUp = rows.filter(({ row }) => row.revision > 0).length
  return { accounts: accounts.length, days: rows.length - madeUp, madeUp, entries }
}

const hasChanged = ({ state, accrued }: AccruedAccount): boolean =>
  accrued.rows.length > 0 || accrued.state.accruedThrough !== state.accruedThrough

/**
 * Those that earn or owe interest and have not accrued up to the day; where nothing stands yet, from their first day on. None of
 * them is closed meanwhile: a closing is refused while days are to come (ADR 0021).
 */
async function accountsToAccrue(
  store: InterestStore,
  tx: Tx,
  run: InterestRun,
  { accountIds, through, again }: { accountIds: readonly AccountId[]; through: BusinessDate; again: boolean },
): Promise<Accruing[]> {
  const sorted = [...accountIds].sort()
  const [stored, allTerms] = await Promise.all([
    store.lockAccrued(tx, sorted),
    readAccountTerms(tx, sorted, run.books.currencies),
  ])
  const known = new Map(stored.map((each) => [each.accountId, each]))
  return sorted.flatMap((accountId): Accruing[] => {
    const terms = allTerms.get(accountId)
    if (terms === undefined) return []
    const stands = known.get(accountId)
    if (stands !== undefined)
      return again || stands.state.accruedThrough < through ? [{ ...stands, terms }] : []
    const firstDay = terms.firstDay(through)
    return firstDay === undefined
      ? []
      : [{ accountId, terms, rowVersion: undefined, state: stateBefore(firstDay) }]
  })
}

async function accrueAll(
  store: InterestStore,
  tx: Tx,
  run: InterestRun,
  { accruing, through }: { accruing: readonly Accruing[]; through: BusinessDate },
): Promise<AccruedAccount[]> {
  const lines = await readValuedLines(store, tx, run, accruing)
  const linesOf = ({ accountId }: Accruing) => lines.get(accountId) ?? []
  const late = accruing.flatMap((account) => {
    const from = backValuedFrom(account.state, linesOf(account))
    return from === undefined ? [] : [{ accountId: account.accountId, from }]
  })
  const rows = await store.readNewestRows(tx, late)
  return accruing.map((account) => {
    const { accountId, state, terms } = account
    const accrued = accrueThrough(state, {
      lines: linesOf(account),
      through,
      rows: rows.get(accountId) ?? [],
      termsOn: terms.on,
      termsOf: (snapshotNo) => terms.of(snapshotNo).terms,
    })
    return { ...account, accrued }
  })
}

/** The lines behind what each account has counted, and which of them are interest that a run capitalised. */
async function readValuedLines(
  store: InterestStore,
  tx: Tx,
  run: InterestRun,
  accruing: readonly Accruing[],
): Promise<Map<AccountId, ValuedLine[]>> {
  const waiting = accruing.filter(({ state }) => state.unmet !== 0n).map(({ accountId }) => accountId)
  const [found, last] = await Promise.all([
    readLinesBehind(
      tx,
      accruing.map(({ accountId, state }) => ({ accountId, afterVersion: state.baseVersion })),
      run.day,
    ),
    store.readLastCapitalisations(tx, waiting),
  ])
  const numbers = await readEntryNumbers(
    tx,
    last.map(({ entryId }) => entryId),
  )
  const capitalised = new Set(last.map(({ accountId, entryId }) => `${numbers.get(entryId)} ${accountId}`))
  return new Map(
    [...found].map(([accountId, lines]) => [
      accountId,
      lines.map(({ accountVersion, entryNo, valueDate, amount }) => ({
        ...{ version: accountVersion, valueDate, amount },
        capitalised: capitalised.has(`${entryNo} ${accountId}`),
      })),
    ]),
  )
}

/** What is posted of one product. */
interface ProductPosting {
  readonly firstAccount: AccountId
  readonly currency: ReadTerms['currency']
  readonly changes: GlPairs
  /** What stood on the GL accounts of older terms and goes to those of newer ones. */
  readonly moves: GlPairs
}

function entriesOf(
  run: InterestRun,
  accounts: readonly AccruedAccount[],
): { entries: InterestEntry[]; entryIds: ReadonlyMap<string, EntryId> } {
  const entries: InterestEntry[] = []
  const entryIds = new Map<string, EntryId>()
  for (const [productCode, { firstAccount, currency, changes, moves }] of byProduct(accounts)) {
    const entry = (of: 'accrual' | 'move', pairs: GlPairs, description: string): void => {
      const glLines = pairs.lines()
      if (glLines.length === 0) return
      const entryId = run.newId() as EntryId
      const key = `interest:${of}:${run.day}:${productCode}:${firstAccount}`
      const dated = { kind: 'accrual' as const, valueDate: run.day, productCode, currency }
      entries.push({ key, entryId, description, ...dated, glLines })
      if (of === 'accrual') entryIds.set(productCode, entryId)
    }
    entry('accrual', changes, `Interest accrued, ${productCode}`)
    entry('move', moves, `Accrued interest under new terms, ${productCode}`)
  }
  return { entries, entryIds }
}

function byProduct(accounts: readonly AccruedAccount[]): Map<string, ProductPosting> {
  const postings = new Map<string, ProductPosting>()
  for (const { accountId, terms, accrued } of accounts) {
    const { productCode, currency } = terms.of(accrued.state.snapshotNo)
    const posting = postings.get(productCode) ?? {
      ...{ firstAccount: accountId, currency },
      changes: new GlPairs(),
      moves: new GlPairs(),
    }
    postings.set(productCode, posting)
    accrued.rows.forEach(({ creditPosted, debitPosted }, at) => {
      const gl = terms.of(accrued.postedWith[at] as number).glMapping
      posting.changes.add(gl.interestExpenseGlCode, gl.accruedPayableGlCode, creditPosted)
      posting.changes.add(gl.accruedReceivableGlCode, gl.interestIncomeGlCode, debitPosted)
    })
    for (const { from, to, credit, debit } of accrued.moved) {
      const [before, now] = [terms.of(from).glMapping, terms.of(to).glMapping]
      posting.moves.add(before.accruedPayableGlCode, now.accruedPayableGlCode, credit)
      posting.moves.add(now.accruedReceivableGlCode, before.accruedReceivableGlCode, debit)
    }
  }
  return postings
}
