// Credits that wait on another account until somebody posts them on, on paper.
import {
  book,
  faultsOf,
  faultsOfDate,
  faultsOfFloor,
  type Moving,
  netsOf,
  type PaperBooks,
  type PaperItem,
  poorAfter,
  type Tried,
  worstOf,
} from './paper-books.js'
import type { ClearWish, Name, Nth } from './wishes.js'

/** How much still waits. */
export const waitingOf = ({ amount, cleared, returned }: PaperItem): bigint => amount - cleared - returned

/** Posts all that still waits on. */
export function clear(books: PaperBooks, { item: name, id, valueDate = books.today }: ClearWish): Tried {
  const item = books.items.get(name)
  if (item === undefined) return { end: books.accounts.has(id) ? 'condition_failed' : 'account_not_found' }
  const { currency } = item
  const moved = waitingOf(item)
  const lines: Moving[] = [
    { id: item.id, side: 'debit', moved, currency },
    { id, side: 'credit', moved, currency },
  ]
  const faults = lines.flatMap((line) => faultsOf(books, line, { dormancy: () => false }))
  const original = valueDate === 'original'
  faults.push(...(original ? faultsOfFloor(books, item.valueDate) : faultsOfDate(books, valueDate)))
  if (moved === 0n) faults.push('condition_failed')
  const worst = worstOf(faults)
  if (worst !== undefined) return { end: worst }
  const poor = poorAfter(books, netsOf(lines))
  if (poor.length > 0) return { end: 'insufficient_funds', facts: poor }
  books.items.set(name, { ...item, cleared: item.cleared + moved })
  const dated = original ? item.valueDate : valueDate
  return book(books, { kind: 'suspense_clearing', valueDate: dated, lines, cleared: name })
}

type TakenBack = (lineNo: number) => bigint

const itemsOf = ({ items }: PaperBooks, entry: Nth): [Name, PaperItem][] =>
  [...items].filter(([, item]) => item.entry === entry)

/** What was posted on is not there to be taken back. */
export const faultsOfItems = (books: PaperBooks, entry: Nth, takenBack: TakenBack): string[] =>
  itemsOf(books, entry).some(([, item]) => takenBack(item.lineNo) > waitingOf(item))
    ? ['condition_failed']
    : []

/** An entry is taken back, and what of it still waits goes with it. */
export function returnItems(books: PaperBooks, entry: Nth, takenBack: TakenBack): void {
  for (const [name, item] of itemsOf(books, entry))
    books.items.set(name, { ...item, returned: item.returned + takenBack(item.lineNo) })
}

/** An entry that posted an item on is taken back, and so much of it waits again. */
export function reopen(books: PaperBooks, name: Name | undefined, takenBack: TakenBack): void {
  const item = name === undefined ? undefined : books.items.get(name)
  if (name !== undefined && item !== undefined)
    books.items.set(name, { ...item, cleared: item.cleared - takenBack(1) })
}
