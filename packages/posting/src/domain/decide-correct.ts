import type { AccountState } from '@plinth/account'
import { type AccountId, invariant, prevailing, type Rejection } from '@plinth/kernel'
import type { Book } from './book.js'
import type { CorrectCommand, Stamp } from './command.js'
import { faultOfValueDate, type PreparedEntry, prepareEntry, withFunds } from './decide-posting.js'
import { prepareReverse } from './decide-reverse.js'
import type { MalformedCommand, Posted } from './decision.js'
import { linesToPost } from './lines-to-post.js'
import { faultOfCode, faultOfLimit } from './posting-rules.js'

/**
 * Takes an entry back, what is left of it being the whole, and posts what it should have been: two entries, one behind the
 * other, of one command. Funds are asked of what both do together, so nobody needs money for the way in between (ADR 0015).
 */
export function decideCorrect(
  book: Book,
  command: CorrectCommand,
  stamp: Stamp,
): Posted | Rejection | MalformedCommand {
  const { entryId, reason, valueDate, notAfter, conditions, decision } = command
  const reversal = prepareReverse(
    book,
    { entryId, reason, valueDate, lines: undefined, notAfter, conditions, decision },
    stamp,
  )
  if ('kind' in reversal && reversal.kind === 'malformed') return reversal
  const posting = preparePosting('kind' in reversal ? book : behind(book, reversal), command, stamp)
  // Of what speaks against either, the first in the contract's order is answered.
  if ('kind' in reversal) return prevailing(reversal, 'kind' in posting ? posting : undefined) as Rejection
  return 'kind' in posting ? posting : withFunds(book, [reversal, posting])
}

function preparePosting(
  book: Book,
  { posting, reason }: CorrectCommand,
  stamp: Stamp,
): PreparedEntry | Rejection {
  const { second } = stamp
  invariant(second !== undefined, 'a correction was stamped with two ids', { entryId: stamp.entryId })
  const valueDate = posting.valueDate ?? book.businessDate
  const { lines, fault } = linesToPost(book, posting.lines)
  const entry = {
    kind: 'correction' as const,
    ...posting,
    lines,
    valueDate,
    reason,
    // The bank mends what is its own to mend: dormancy stands against neither half.
    isCustomers: () => false,
  }
  const faults = [
    faultOfValueDate(book, valueDate),
    faultOfCode(book, { ...posting, lines }),
    faultOfLimit(book, { ...posting, lines }),
    fault,
  ]
  return prepareEntry(book, entry, { stamp: { ...stamp, entryId: second.entryId }, faults })
}

/** The book as the reversal will have left it. */
const behind = (book: Book, { states }: PreparedEntry): Book => ({
  ...book,
  accounts: new Map<AccountId, AccountState>([...book.accounts, ...states]),
})
