import { type Instant, type Rejection, reject } from '@plinth/kernel'
import type { DetailsErased, EntryKind, JournalEntry } from '@plinth/ledger'
import type { Book } from './book.js'
import type { EraseDetailsCommand } from './command.js'
import { type ErasureCase, isOfFamily, notErased } from './erasure-case.js'

/** The details of an entry and of all that repeat them are erased. */
export interface DetailsErasure {
  readonly kind: 'details_erased'
  readonly found: ErasureCase
  readonly erased: DetailsErased
  readonly reason: string
}

/**
 * Erases the details of a posting, a capture or a correction, and of whatever copied them (ADR 0033). Whether the law asks for it and
 * no duty to keep them stands against it is for the two people to say who propose and approve it.
 */
export function decideErasure(book: Book, command: EraseDetailsCommand): DetailsErasure | Rejection {
  const { entryId, legalBasis, reason } = command
  const found = book.erasures.get(entryId)
  if (found === undefined) return reject('entry_not_found', `There is no entry ${entryId}.`, { entryId })
  const { entry, kept } = found
  if (entry.detailsErased !== undefined)
    return reject(
      'status_transition_invalid',
      `The details of entry ${entryId} were erased at ${entry.detailsErased.at}.`,
      { entryId },
    )
  if (entry.reverses !== undefined)
    return reject(
      'entry_is_a_reversal',
      `Entry ${entryId} repeats the details of entry ${entry.reverses.entryId}, with which they are erased.`,
      { entryId },
    )
  const failed = (condition: string, detail: string): Rejection =>
    reject('condition_failed', detail, { entryId, condition })
  if (!hasOwnDetails.has(entry.kind))
    return failed('kind', `Entry ${entryId} is of kind ${entry.kind}, which has no details of its own.`)
  if (kept === undefined)
    return failed('sealed', `Entry ${entryId}, or one that repeats its details, is not sealed yet.`)
  return { kind: 'details_erased', found, erased: { at: book.now, legalBasis }, reason }
}

// The bank's own entries say what the bank wrote, and a clearing what the diverted entry said.
const hasOwnDetails: ReadonlySet<EntryKind> = new Set<EntryKind>(['posting', 'capture', 'correction'])

/** Puts into the book that details were erased: whatever comes behind in the batch finds them gone. */
export function applyErasure(
  book: Pick<Book, 'erasures' | 'entries'>,
  { found, erased }: DetailsErasure,
): void {
  const gone = new Set(notErased(found).map(({ entry }) => entry.entryId))
  const left = (entry: JournalEntry): JournalEntry =>
    gone.has(entry.entryId) ? withoutDetails(entry, erased) : entry
  for (const [entryId, entry] of book.entries) book.entries.set(entryId, left(entry))
  for (const [entryId, each] of book.erasures) {
    const family = each.family.map((member) => ({ ...member, entry: left(member.entry) }))
    const kept = each.kept?.filter(({ entryNo }) => !found.kept?.some((other) => other.entryNo === entryNo))
    book.erasures.set(entryId, { ...each, entry: left(each.entry), family, kept })
  }
}

/** An entry that repeats details was made in this batch: it is not sealed, so what it repeats waits. */
export function awaitSeal({ erasures }: Pick<Book, 'erasures'>, copied: readonly JournalEntry['entryId'][]) {
  for (const [entryId, each] of erasures)
    if (copied.some((other) => isOfFamily(each, other))) erasures.set(entryId, { ...each, kept: undefined })
}

const withoutDetails = (entry: JournalEntry, detailsErased: { at: Instant; legalBasis: string }) => ({
  ...entry,
  description: undefined,
  reference: undefined,
  endToEndId: undefined,
  metadata: {},
  detailsErased,
})

/** What an erasure is answered: never what was erased. */
export const renderErasure = ({ found, erased, reason }: DetailsErasure) => ({
  journalEntryId: found.entry.entryId,
  entryNo: found.entry.entryNo,
  reason,
  legalBasis: erased.legalBasis,
  erasedAt: erased.at,
  entries: notErased(found).map(({ entry }) => ({ journalEntryId: entry.entryId, entryNo: entry.entryNo })),
})
