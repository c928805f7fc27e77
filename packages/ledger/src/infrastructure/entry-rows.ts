import {
  type AccountId,
  type BusinessDate,
  type CurrencyCode,
  type EntryId,
  type GlCode,
  type Instant,
  minorFromDatabase,
  type RejectionCode,
  type Side,
} from '@plinth/kernel'
import type { EntryKind, JournalEntry, PostingLine } from '../domain/journal-entry.js'
import type { LedgerTables } from './tables.js'

/** Every column of an entry but its tenant and its number of lines. */
export const entryColumns = [
  'e.entry_no',
  'e.entry_id',
  'e.kind',
  'e.transaction_code',
  'e.description',
  'e.reference',
  'e.end_to_end_id',
  'e.reverses_entry_no',
  'e.reason',
  'e.advice',
  'e.decision',
  'e.hold_id',
  'e.booking_date',
  'e.value_date',
  'e.thirteenth_of',
  'e.posted_at',
  'e.correlation_id',
  'e.causation_id',
  'e.metadata',
  'e.rendering',
  'e.details_erased_at',
  'e.details_erased_under',
] as const

/** The id of the entry that `e` reverses; nothing is looked up for one that reverses none. */
export const reversedEntryId = `(select o.entry_id from ledger.journal_entry o
    where o.tenant_id = e.tenant_id and o.entry_no = e.reverses_entry_no)`

export type EntryRow = Omit<
  LedgerTables['ledger.journal_entry'],
  'tenant_id' | 'line_count' | 'entered_on'
> & {
  readonly reversed_entry_id: string | null
}

export const lineColumns = [
  'entry_no',
  'account_id',
  'side',
  'amount',
  'currency',
  'gl_code',
  'balance_after',
  'account_version',
  'reverses_line_no',
  'available_from',
  'diverted_from',
  'diverted_because',
] as const

export type LineRow = Pick<LedgerTables['ledger.posting_line'], (typeof lineColumns)[number]>

export const toLine = (row: LineRow): PostingLine => ({
  accountId: row.account_id as AccountId,
  side: row.side as Side,
  amount: minorFromDatabase(row.amount),
  currency: row.currency as CurrencyCode,
  glCode: row.gl_code as GlCode,
  balanceAfter: minorFromDatabase(row.balance_after),
  accountVersion: row.account_version,
  reversesLineNo: row.reverses_line_no ?? undefined,
  availableFrom: (row.available_from as BusinessDate | null) ?? undefined,
  divertedFrom:
    row.diverted_from === null
      ? undefined
      : { accountId: row.diverted_from as AccountId, because: row.diverted_because as RejectionCode },
})

export const toEntry = (row: EntryRow, lines: readonly PostingLine[]): JournalEntry => ({
  entryId: row.entry_id as EntryId,
  entryNo: row.entry_no,
  kind: row.kind as EntryKind,
  transactionCode: row.transaction_code,
  description: row.description ?? undefined,
  reference: row.reference ?? undefined,
  endToEndId: row.end_to_end_id ?? undefined,
  reverses:
    row.reverses_entry_no === null
      ? undefined
      : { entryNo: row.reverses_entry_no, entryId: row.reversed_entry_id as EntryId },
  reason: row.reason ?? undefined,
  advice: row.advice ?? undefined,
  decision: row.decision ?? undefined,
  holdId: row.hold_id ?? undefined,
  bookingDate: row.booking_date as BusinessDate,
  valueDate: row.value_date as BusinessDate,
  thirteenthOf: row.thirteenth_of ?? undefined,
  postedAt: row.posted_at as Instant,
  correlationId: row.correlation_id,
  causationId: row.causation_id ?? undefined,
  metadata: row.metadata,
  rendering: row.rendering,
  detailsErased:
    row.details_erased_at === null
      ? undefined
      : { at: row.details_erased_at as Instant, legalBasis: row.details_erased_under ?? '' },
  lines,
})
