import {
  book,
  faultsOf,
  faultsOfDate,
  netsOf,
  type PaperBooks,
  type PaperEntry,
  type PaperLine,
  poorAfter,
  shortened,
  type Tried,
  units,
  worstOf,
} from './paper-books.js'
import type { ReverseWish } from './wishes.js'

interface Taking {
  readonly lineNo: number
  /** Undefined: it says no amount of the line's currency. */
  readonly moved: bigint | undefined
  /** Undefined: the entry has no such line. */
  readonly line: PaperLine | undefined
}

const takingsOf = ({ lines }: PaperEntry, wish: ReverseWish): Taking[] =>
  wish.lines === undefined
    ? lines.map((line, index) => ({ lineNo: index + 1, line, moved: line.moved }))
    : wish.lines.map(({ lineNo, amount }) => {
        const line = lines[lineNo - 1]
        return { lineNo, line, moved: line && units(shortened(amount), line.currency) }
      })

/** The parts that can be read on the other side of the lines they take back. */
const mirrored = (takings: readonly Taking[]): Omit<PaperLine, 'taken'>[] =>
  takings.flatMap(({ line, moved }) =>
    line === undefined || moved === undefined
      ? []
      : [{ id: line.id, currency: line.currency, moved, side: line.side === 'debit' ? 'credit' : 'debit' }],
  )

/** Never more than the line was, all that was taken before and all that is asked for now together. */
function exceeds({ lines }: PaperEntry, takings: readonly Taking[]): boolean {
  if (takings.some(({ moved }) => moved === undefined)) return true
  return lines.some(({ moved, taken }, index) => {
    const asked = takings.filter(({ lineNo }) => lineNo === index + 1)
    return asked.reduce((sum, { moved: more = 0n }) => sum + more, taken) > moved
  })
}

function balances(lines: readonly Omit<PaperLine, 'taken'>[]): boolean {
  const byCurrency = netsOf(lines.map(({ currency, ...line }) => ({ ...line, id: currency })))
  return [...byCurrency.values()].every((net) => net === 0n)
}

/**
 * Takes an entry back, whole or in part. A part that does not balance is no command at all: that shows as soon as the entry is
 * found, because an entry never changes, and comes before whatever else speaks against it.
 */
export function reverse(books: PaperBooks, wish: ReverseWish): Tried {
  const original = books.journal[wish.entry - 1]
  if (original === undefined) return { end: 'entry_not_found' }
  const takings = takingsOf(original, wish)
  const lines = mirrored(takings)
  if (lines.length === takings.length && !balances(lines)) return { end: 'malformed' }
  const faults = lines.flatMap((line) => faultsOf(books, line, { dormancy: false }))
  const valueDate = wish.valueDate ?? books.settings.today
  // The original's own date was in the window of its day.
  if (valueDate !== 'original') faults.push(...faultsOfDate(books, valueDate))
  if (original.kind === 'reversal') faults.push('entry_is_a_reversal')
  else if (original.lines.every(({ moved, taken }) => moved === taken)) faults.push('entry_already_reversed')
  if (exceeds(original, takings)) faults.push('reversal_exceeds_entry')
  const worst = worstOf(faults)
  if (worst !== undefined) return { end: worst }
  const poor = poorAfter(books, netsOf(lines))
  if (poor.length > 0) return { end: 'insufficient_funds', facts: poor }
  const taken = original.lines.map((line, index) => ({
    ...line,
    taken: takings.reduce(
      (sum, { lineNo, moved }) => (lineNo === index + 1 ? sum + (moved as bigint) : sum),
      line.taken,
    ),
  }))
  books.journal[wish.entry - 1] = { ...original, lines: taken }
  return book(
    books,
    { kind: 'reversal', valueDate: valueDate === 'original' ? original.valueDate : valueDate, lines },
    takings.map(({ lineNo }) => lineNo),
  )
}
