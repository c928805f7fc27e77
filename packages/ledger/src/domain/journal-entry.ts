import {
  type AccountId,
  type BusinessDate,
  type CurrencyCode,
  type EntryId,
  type GlCode,
  type Instant,
  type Period,
  periodOf,
  type RejectionCode,
  type RiskDecision,
  type Side,
  thirteenthOf,
} from '@plinth/kernel'

/** One side of an entry. Amounts are minor units of `currency`; `balanceAfter` is on the account's normal side. */
export interface PostingLine {
  readonly accountId: AccountId
  readonly side: Side
  readonly amount: bigint
  readonly currency: CurrencyCode
  /** Copied from the account, so that reports need no foreign table. */
  readonly glCode: GlCode
  readonly balanceAfter: bigint
  /** Counts the account's lines: 1, 2, 3 … */
  readonly accountVersion: number
  /** Of a reversal: which line of the reversed entry it takes back, counted from 1. */
  readonly reversesLineNo?: number | undefined
  /** Of a credit: the business date from which its money is available. */
  readonly availableFrom?: BusinessDate | undefined
  /** Of a credit that went to a fallback: the account it was meant for, and what it would have been refused with there. */
  readonly divertedFrom?: { readonly accountId: AccountId; readonly because: RejectionCode } | undefined
}

/**
 * `posting` for a caller's posting, `reversal` and `capture` for those, `correction` for what an entry should have been,
 * `suspense_clearing` for a diverted credit that is posted on. The bank's own are `accrual` and `capitalisation` of interest,
 * `fee`, `revaluation` of what is kept in other currencies, and `year_end_close`.
 */
export type EntryKind =
  | 'posting'
  | 'reversal'
  | 'capture'
  | 'correction'
  | 'suspense_clearing'
  | BankEntryKind

/** What no caller asks for: the end of a day or of a year posts it. */
export type BankEntryKind = 'accrual' | 'capitalisation' | 'fee' | 'revaluation' | 'year_end_close'

/** What a decision makes: an entry that has no number yet. */
export interface EntryDraft {
  readonly entryId: EntryId
  readonly kind: EntryKind
  readonly transactionCode: string
  readonly description: string | undefined
  readonly reference: string | undefined
  readonly endToEndId: string | undefined
  readonly bookingDate: BusinessDate
  readonly valueDate: BusinessDate
  /** The year in whose thirteenth period it is booked; undefined: it is of the month of its booking date. */
  readonly thirteenthOf?: number | undefined
  readonly correlationId: string
  readonly causationId: string | undefined
  readonly metadata: Readonly<Record<string, string>>
  /** The entry that this one takes back, in whole or in part. */
  readonly reverses?: { readonly entryId: EntryId; readonly entryNo: number } | undefined
  /** Why it was reversed, or had to be booked. */
  readonly reason?: string | undefined
  /** Booked although funds, limits, dormancy or blocks spoke against it (contract §1). */
  readonly advice?: boolean | undefined
  /** The risk decision that it was posted on. */
  readonly decision?: RiskDecision | undefined
  /** The hold that it captures. */
  readonly holdId?: string | undefined
  readonly lines: readonly PostingLine[]
}

/** The accounting period of an entry (ADR 0023). */
export const periodOfEntry = ({
  bookingDate,
  thirteenthOf: year,
}: Pick<EntryDraft, 'bookingDate' | 'thirteenthOf'>): Period =>
  year === undefined ? periodOf(bookingDate) : thirteenthOf(year)

/** An entry as it stands in the journal for ever. */
export interface JournalEntry extends EntryDraft {
  readonly entryNo: number
  readonly postedAt: Instant
  /** The version of the form its answer has (see render-entry). */
  readonly rendering: number
  /** Description, reference, end-to-end id and metadata are gone, since when and on what ground in law (ADR 0033). */
  readonly detailsErased?: DetailsErased | undefined
}

export interface DetailsErased {
  readonly at: Instant
  readonly legalBasis: string
}

/** A draft with what it got from the journal. Member by member, because a spread of so many costs more than all of them. */
export function numbered(
  draft: EntryDraft,
  { entryNo, postedAt, rendering }: Pick<JournalEntry, 'entryNo' | 'postedAt' | 'rendering'>,
): JournalEntry {
  return {
    entryId: draft.entryId,
    kind: draft.kind,
    transactionCode: draft.transactionCode,
    description: draft.description,
    reference: draft.reference,
    endToEndId: draft.endToEndId,
    bookingDate: draft.bookingDate,
    valueDate: draft.valueDate,
    thirteenthOf: draft.thirteenthOf,
    correlationId: draft.correlationId,
    causationId: draft.causationId,
    metadata: draft.metadata,
    reverses: draft.reverses,
    reason: draft.reason,
    advice: draft.advice,
    decision: draft.decision,
    holdId: draft.holdId,
    lines: draft.lines,
    entryNo,
    postedAt,
    rendering,
  }
}
