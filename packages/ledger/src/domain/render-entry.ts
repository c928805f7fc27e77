import { type Currencies, formatMinor, invariant, type Period, renderRiskDecision } from '@plinth/kernel'
import { type JournalEntry, periodOfEntry } from './journal-entry.js'

/** New entries are stored with this version of the form. A change of the form is a new version; the old ones stay. */
export const currentRendering = 2

const renderings: Readonly<Record<number, (entry: JournalEntry, currencies: Currencies) => RenderedEntry>> = {
  // Entries from before there were periods say none: it is the month of their booking date.
  1: (entry, currencies) => renderWith(entry, currencies, undefined),
  2: (entry, currencies) => renderWith(entry, currencies, periodOfEntry(entry)),
}

export type RenderedEntry = ReturnType<typeof renderWith>

/**
 * An entry as every answer shows it (contract §5): the answer of the posting, of its replay and of the journal are one.
 * test/http/golden holds old versions to it byte for byte.
 */
export function renderEntry(entry: JournalEntry, currencies: Currencies): RenderedEntry {
  const render = renderings[entry.rendering]
  invariant(render !== undefined, 'the form of every stored entry is kept', { rendering: entry.rendering })
  return render(entry, currencies)
}

function renderWith(entry: JournalEntry, currencies: Currencies, period: Period | undefined) {
  return {
    journalEntryId: entry.entryId,
    entryNo: entry.entryNo,
    status: 'posted',
    kind: entry.kind,
    transactionCode: entry.transactionCode,
    description: entry.description,
    reference: entry.reference,
    endToEndId: entry.endToEndId,
    bookingDate: entry.bookingDate,
    period,
    valueDate: entry.valueDate,
    postedAt: entry.postedAt,
    reverses: entry.reverses?.entryId,
    reason: entry.reason,
    advice: entry.advice === true ? true : undefined,
    decision: entry.decision && renderRiskDecision(entry.decision),
    holdId: entry.holdId,
    lines: entry.lines.map((line, index) => {
      const decimals = currencies.decimalsOf(line.currency)
      invariant(decimals !== undefined, 'the currency of a line stays known', { currency: line.currency })
      return {
        lineNo: index + 1,
        accountId: line.accountId,
        side: line.side,
        amount: formatMinor(line.amount, decimals),
        currency: line.currency,
        balanceAfter: formatMinor(line.balanceAfter, decimals),
        accountVersion: line.accountVersion,
        reversesLineNo: line.reversesLineNo,
        availableFrom: line.availableFrom,
        divertedFrom: line.divertedFrom?.accountId,
        divertedBecause: line.divertedFrom?.because,
      }
    }),
    correlationId: entry.correlationId,
    causationId: entry.causationId,
    metadata: inNameOrder(entry.metadata),
    // The one thing by which an answer differs from what it was before (ADR 0033).
    detailsErased: entry.detailsErased,
  }
}

// The database keeps jsonb in an order of its own; an answer has one order wherever it comes from.
function inNameOrder(metadata: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names = Object.keys(metadata)
  if (names.length < 2) return metadata
  return Object.fromEntries(names.sort().map((name) => [name, metadata[name] as string]))
}
