// What the engine reads and writes of limits between two decisions, without a database.
import type { AccountState, SpendingChange, Usage } from '@plinth/account'
import { usageWith } from '@plinth/account/domain'
import { type AccountId, type BusinessDate, monthOf } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/ledger'
import type { Submission } from '@plinth/posting'
import type { Book } from '../../packages/posting/src/domain/book.js'
import type { BatchPlan } from '../../packages/posting/src/domain/decide-batch.js'
import type { ComingLimit, LimitBook } from '../../packages/posting/src/domain/limit-book.js'
import { isToBeCounted } from '../../packages/posting/src/domain/limits.js'

type Written = Pick<Book, 'holds' | 'businessDate'> & { readonly entries: ReadonlyMap<string, JournalEntry> }

export class MemorySpending {
  readonly #counted: SpendingChange[] = []

  keep({ spending }: BatchPlan): void {
    this.#counted.push(...spending)
  }

  /** The accounts and limits that a batch is decided on. */
  read(book: Book & Written, submissions: readonly Submission[]): Pick<Book, 'accounts' | 'limits'> {
    const { settings, businessDate } = book
    const coming = submissions.flatMap(({ command }): ComingLimit[] =>
      command.type === 'set_limit' ? [command] : [],
    )
    const begun: Map<AccountId, readonly SpendingChange[]> = new Map()
    const limits: LimitBook = { usage: new Map(), products: new Map(), begun, coming }
    const accounts = new Map(book.accounts)
    for (const state of book.accounts.values()) {
      const { accountId, countedFrom } = state
      if (!isToBeCounted(state, undefined, { settings, coming })) continue
      const since = monthOf(businessDate)
      const spent = countedFrom === undefined ? spentSince(book, accountId, since) : this.#of(accountId)
      limits.usage.set(
        accountId,
        spent.reduce((usage: Usage, change) => usageWith(usage, change, businessDate), new Map()),
      )
      if (countedFrom !== undefined) continue
      begun.set(accountId, spent)
      accounts.set(accountId, { ...state, countedFrom: since })
    }
    return { accounts, limits }
  }

  /** Accounts of which something else was counted than journal and holds say. */
  faults(written: Written, states: Iterable<AccountState>): string[] {
    return [...states].flatMap(({ accountId, countedFrom }) => {
      const truth = countedFrom === undefined ? [] : spentSince(written, accountId, countedFrom)
      const [is, should] = [summary(this.#of(accountId)), summary(truth)]
      return is === should ? [] : [`${accountId} is counted to have spent ${is}, not ${should}`]
    })
  }

  #of(accountId: AccountId): SpendingChange[] {
    return this.#counted.filter((change) => change.accountId === accountId)
  }
}

/** What an account has spent since a day, by journal and holds. */
function spentSince(
  { holds, entries }: Written,
  accountId: AccountId,
  since: BusinessDate,
): SpendingChange[] {
  const ofEntries = [...entries.values()].flatMap((entry): SpendingChange[] => {
    const { kind, advice, holdId, lines, bookingDate: on, transactionCode } = entry
    const own = holdId !== undefined && holds.get(holdId as never)?.accountId === accountId
    if (!['posting', 'correction', 'capture'].includes(kind) || advice === true || own) return []
    const amount = lines
      .filter((line) => line.accountId === accountId)
      .reduce((sum, line) => sum + (line.side === 'debit' ? line.amount : -line.amount), 0n)
    return amount > 0n ? [{ accountId, on, transactionCode, count: 1, amount }] : []
  })
  const ofHolds = [...holds.values()].flatMap((hold): SpendingChange[] => {
    const { placedOn: on, transactionCode = '', captured, remaining } = hold
    const amount = captured + remaining
    if (hold.accountId !== accountId || on === undefined || amount === 0n) return []
    return [{ accountId, on, transactionCode, count: 1, amount }]
  })
  return [...ofEntries, ...ofHolds].filter(({ on }) => on >= since)
}

function summary(changes: readonly SpendingChange[]): string {
  const sums = new Map<string, [count: number, amount: bigint]>()
  for (const { on, transactionCode, count, amount } of changes) {
    const [countBefore, before] = sums.get(`${on} ${transactionCode}`) ?? [0, 0n]
    sums.set(`${on} ${transactionCode}`, [countBefore + count, before + amount])
  }
  const days = [...sums].filter(([, [count, amount]]) => count !== 0 || amount !== 0n)
  return days
    .map((day) => day.join(' '))
    .sort()
    .join(', ')
}
