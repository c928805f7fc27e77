import { noAccount } from '@plinth/account/domain'
import { type EntryId, prevailing, type Rejection, reject } from '@plinth/kernel'
import type { SuspenseItemId, SuspenseStep } from '@plinth/suspense'
import { decideCleared, decideReopened, decideReturned, remainingOf } from '@plinth/suspense/domain'
import type { Book } from './book.js'
import type { ClearSuspenseItemCommand, Stamp } from './command.js'
import { faultOfFloor, faultOfValueDate, postEntry } from './decide-posting.js'
import type { Posted } from './decision.js'
import type { LineToPost } from './lines-to-post.js'

/**
 * Posts what still waits of a suspense item on to an account, mostly the one that it was meant for, with the texts of the entry
 * that was diverted, so that its owner reads who paid (ADR 0015).
 */
export function decideClearSuspenseItem(
  book: Book,
  command: ClearSuspenseItemCommand,
  stamp: Stamp,
): Posted | Rejection {
  const { suspenseItemId, accountId, reason } = command
  const item = book.suspenseItems.get(suspenseItemId)
  if (item === undefined) {
    const missing = reject('condition_failed', `There is no suspense item ${suspenseItemId}.`, {
      suspenseItemId,
      condition: 'found',
    })
    return book.accounts.has(accountId) ? missing : noAccount(accountId)
  }
  const original = book.entries.get(item.entryId)
  const cleared = decideCleared(item)
  const valueDate =
    command.valueDate === 'original' ? item.valueDate : (command.valueDate ?? book.businessDate)
  const { currency } = item
  // Of an item that is not open any more nothing is moved: its fault is answered, or one that comes before it.
  const amount = remainingOf(item)
  const entry = {
    kind: 'suspense_clearing' as const,
    transactionCode: original?.transactionCode ?? 'SUSPENSE',
    description: original?.description,
    reference: original?.reference,
    endToEndId: original?.endToEndId,
    metadata: original?.metadata ?? {},
    reason,
    valueDate,
    lines: [
      { accountId: item.accountId, side: 'debit' as const, amount, currency },
      { accountId, side: 'credit' as const, amount, currency },
    ],
    suspense:
      'kind' in cleared ? [] : [{ change: 'cleared' as const, item: cleared, entryId: stamp.entryId }],
    isCustomers: () => false,
  }
  const faults = [
    command.valueDate === 'original' ? faultOfFloor(book, valueDate) : faultOfValueDate(book, valueDate),
    'kind' in cleared ? cleared : undefined,
  ]
  return postEntry(book, entry, { stamp, faults })
}

/**
 * What a reversal does to suspense items: a diverted line that is taken back returns its item, and an entry that cleared one
 * opens it again.
 */
export function suspenseOfReversal(
  { suspenseItems, clearings }: Book,
  { entryId, lines }: { entryId: EntryId; lines: readonly LineToPost[] },
  stamp: Pick<Stamp, 'entryId'>,
): { steps: SuspenseStep[]; fault: Rejection | undefined } {
  const takenBack = (lineNo: number): bigint =>
    lines
      .filter(({ reversesLineNo }) => reversesLineNo === lineNo)
      .reduce((sum, { amount }) => sum + amount, 0n)
  const steps: SuspenseStep[] = []
  let fault: Rejection | undefined
  for (const item of suspenseItems.values()) {
    const amount = item.entryId === entryId ? takenBack(item.lineNo) : 0n
    if (amount === 0n) continue
    const returned = decideReturned(item, amount)
    if ('kind' in returned) fault = prevailing(fault, returned)
    else steps.push({ change: 'returned', item: returned, entryId: stamp.entryId })
  }
  const cleared = suspenseItems.get(clearings.get(entryId) as SuspenseItemId)
  if (cleared === undefined) return { steps, fault }
  const reopened = decideReopened(cleared, takenBack(lineFromSuspense))
  return { steps: [...steps, { change: 'reopened', item: reopened, entryId: stamp.entryId }], fault }
}

/** Of an entry that clears an item, the line that takes it from where it waits. */
const lineFromSuspense = 1
