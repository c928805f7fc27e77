import {
  availableOf,
  book,
  faultsOf,
  faultsOfDate,
  faultsOfFloor,
  inWords,
  type Moving,
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
import { letGo, stillKept } from './paper-holds.js'
import { prepared } from './paper-postings.js'
import { faultsOfItems, reopen, returnItems } from './paper-suspense.js'
import type { CorrectWish, ReverseWish } from './wishes.js'

interface Taking {
  readonly lineNo: number
  /** Undefined: it says no amount of the line's currency. */
  readonly moved: bigint | undefined
  /** Undefined: the entry has no such line. */
  readonly line: PaperLine | undefined
}

const takingsOf = ({ lines }: PaperEntry, wish: Pick<ReverseWish, 'lines'>): Taking[] =>
  wish.lines === undefined
    ? lines.map((line, index) => ({ lineNo: index + 1, line, moved: line.moved }))
    : wish.lines.map(({ lineNo, amount }) => {
        const line = lines[lineNo - 1]
        return { lineNo, line, moved: line && units(shortened(amount), line.currency) }
      })

/** The parts that can be read on the other side of the lines they take back. */
const mirrored = (takings: readonly Taking[]): Moving[] =>
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

function balances(lines: readonly Moving[]): boolean {
  const byCurrency = netsOf(lines.map(({ currency, ...line }) => ({ ...line, id: currency })))
  return [...byCurrency.values()].every((net) => net === 0n)
}

interface Reversal {
  readonly faults: readonly string[]
  /** By how much each account's available rises or falls. */
  readonly nets: ReadonlyMap<string, bigint>
  book(): Tried
}

/**
 * What an entry that takes another one back would do, and what speaks against it, but for funds. A part that does not balance is
 * no command at all: that shows as soon as the entry is found, because an entry never changes, and comes before whatever else
 * speaks against it.
 */
function prepareReversal(
  books: PaperBooks,
  wish: Omit<ReverseWish, 'type'>,
): Reversal | 'malformed' | undefined {
  const original = books.journal[wish.entry - 1]
  if (original === undefined) return undefined
  const takings = takingsOf(original, wish)
  const lines = mirrored(takings)
  if (lines.length === takings.length && !balances(lines)) return 'malformed'
  const takenBack = (nth: number): bigint =>
    takings.reduce((sum, { lineNo, moved = 0n }) => (lineNo === nth ? sum + moved : sum), 0n)
  const kept = stillKept(books, wish.entry, takenBack)
  const nets = netsOf(lines)
  for (const { hold, less } of kept) nets.set(hold.id, (nets.get(hold.id) ?? 0n) + less)
  return {
    faults: faultsOfReversal(books, wish, { original, takings, lines, takenBack }),
    nets,
    book: () => {
      for (const each of kept) letGo(books, each)
      returnItems(books, wish.entry, takenBack)
      reopen(books, original.cleared, takenBack)
      const taken = original.lines.map((line, at) => ({ ...line, taken: line.taken + takenBack(at + 1) }))
      books.journal[wish.entry - 1] = { ...original, lines: taken }
      const valueDate = wish.valueDate === 'original' ? original.valueDate : (wish.valueDate ?? books.today)
      return book(books, {
        kind: 'reversal',
        valueDate,
        lines,
        reverses: takings.map(({ lineNo }) => lineNo),
      })
    },
  }
}

interface Asked {
  readonly original: PaperEntry
  readonly takings: readonly Taking[]
  readonly lines: readonly Moving[]
  takenBack(lineNo: number): bigint
}

function faultsOfReversal(
  books: PaperBooks,
  { valueDate = books.today, entry }: Omit<ReverseWish, 'type'>,
  { original, takings, lines, takenBack }: Asked,
): string[] {
  const faults = lines.flatMap((line) => faultsOf(books, line, { dormancy: () => false }))
  // The original's own date was in the window of its day.
  faults.push(
    ...(valueDate === 'original' ? faultsOfFloor(books, original.valueDate) : faultsOfDate(books, valueDate)),
  )
  if (original.kind === 'reversal') faults.push('entry_is_a_reversal')
  else if (original.lines.every(({ moved, taken }) => moved === taken)) faults.push('entry_already_reversed')
  if (exceeds(original, takings)) faults.push('reversal_exceeds_entry')
  return [...faults, ...faultsOfItems(books, entry, takenBack)]
}

/** Takes an entry back, whole or in part. */
export function reverse(books: PaperBooks, wish: ReverseWish): Tried {
  const reversal = prepareReversal(books, wish)
  if (reversal === undefined) return { end: 'entry_not_found' }
  if (reversal === 'malformed') return { end: reversal }
  const worst = worstOf(reversal.faults)
  if (worst !== undefined) return { end: worst }
  const poor = poorAfter(books, reversal.nets)
  if (poor.length > 0) return { end: 'insufficient_funds', facts: poor }
  return reversal.book()
}

/**
 * Takes an entry back whole and posts another one behind it. What the posting finds available is what the first half left; funds
 * are asked of both together, by what every account had before and has behind them.
 */
export function correct(books: PaperBooks, wish: CorrectWish): Tried {
  const { entry, valueDate, note } = wish
  const reversal = prepareReversal(books, { note, entry, ...(valueDate !== undefined && { valueDate }) })
  if (reversal === 'malformed') throw new Error('a whole entry balances')
  const before = new Map([...books.accounts].map(([id, account]) => [id, availableOf(account)]))
  const back = books.copy()
  const refused = reversal === undefined ? ['entry_not_found'] : [...reversal.faults]
  const first = refused.length === 0 ? reversal?.book() : undefined
  const { booking, faults, nothing } = prepared(books, wish.posting, { dormancy: () => false })
  const worst = worstOf([...refused, ...faults])
  if (worst !== undefined) {
    back()
    return { end: worst, ...(worst === 'nothing_available' && { facts: nothing }) }
  }
  const second = book(books, { ...booking, kind: 'correction' })
  const poor = [...books.accounts].flatMap(([id, account]) => {
    const [had = 0n, has, { currency }] = [before.get(id), availableOf(account), account]
    if (account.unlimited || has >= had || has >= 0n) return []
    const facts = { available: inWords(had, currency), required: inWords(had - has, currency) }
    return [{ accountId: id, currency, ...facts }]
  })
  if (poor.length === 0)
    return { end: 'accepted', answer: { reversal: first?.answer, posting: second.answer } }
  back()
  return { end: 'insufficient_funds', facts: poor }
}
