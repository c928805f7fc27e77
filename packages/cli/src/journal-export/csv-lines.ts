import { canonicalJson } from '@plinth/kernel'
import { periodOfEntry, renderEntry } from '@plinth/ledger/domain'
import { stringify } from 'csv-stringify/sync'
import type { ExportContext, JournalFormat } from './journal-format.js'

const columns = [
  'entryNo',
  'lineNo',
  'journalEntryId',
  'kind',
  'transactionCode',
  'bookingDate',
  'valueDate',
  'postedAt',
  'accountId',
  'glCode',
  'side',
  'amount',
  'currency',
  'balanceAfter',
  'accountVersion',
  'description',
  'reference',
  'endToEndId',
  'correlationId',
  'metadata',
  'period',
] as const

/** CSV with a header: a posting line a record, each with what its entry says. */
export const csvLinesFormat = ({ currencies }: Pick<ExportContext, 'currencies'>): JournalFormat => ({
  header: () => stringify([columns]),
  account: () => '',
  entry: (entry) => {
    const rendered = renderEntry(entry, currencies)
    return stringify(
      rendered.lines.map((line, index) => [
        rendered.entryNo,
        line.lineNo,
        rendered.journalEntryId,
        rendered.kind,
        rendered.transactionCode,
        rendered.bookingDate,
        rendered.valueDate,
        rendered.postedAt,
        line.accountId,
        entry.lines[index]?.glCode,
        line.side,
        line.amount,
        line.currency,
        line.balanceAfter,
        line.accountVersion,
        rendered.description,
        rendered.reference,
        rendered.endToEndId,
        rendered.correlationId,
        canonicalJson(rendered.metadata),
        periodOfEntry(entry),
      ]),
    )
  },
})
