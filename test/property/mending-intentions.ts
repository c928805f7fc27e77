import fc from 'fast-check'
import {
  inWords,
  type PaperBooks,
  type PaperEntry,
  type PaperItem,
  type PaperLine,
  shortened,
} from './paper-books.js'
import { waitingOf } from './paper-suspense.js'
import { datedBy, type PostingDraft, postingDraft, postingOf } from './posting-intentions.js'
import { meant, odd, type Size, size, sized } from './sizes.js'
import type { ClearWish, CorrectWish, Line, Name, Nth, Posting, ReverseWish } from './wishes.js'

/** Which of the entries is meant; `none` was never made. */
interface WhichEntry {
  readonly among: 'captures' | 'reversals' | 'clearings' | 'diverted' | 'recent' | 'any' | 'none'
  readonly pick: number
}

interface PartDraft {
  readonly pair: number
  readonly size: Size
  readonly shape: 'plain' | 'twice' | 'lopsided' | 'no line' | 'odd'
}

interface ReverseDraft {
  readonly type: 'reverse'
  readonly which: WhichEntry
  readonly valueDays: number | 'original' | undefined
  readonly part: PartDraft | undefined
}

interface CorrectDraft {
  readonly type: 'correct'
  readonly which: WhichEntry
  readonly valueDays: number | 'original' | undefined
  /** The entry as it was, with a unit more or less, twice as much, or the other way round; or something else. */
  readonly like: 'same' | 'more' | 'less' | 'double' | 'back' | 'other'
  readonly other: PostingDraft
}

interface ClearDraft {
  readonly type: 'clear'
  readonly among: 'waiting' | 'any' | 'none'
  readonly pick: number
  readonly id: string
  readonly valueDays: number | 'original' | undefined
}

/** What puts right what was posted before. */
export type MendingDraft = ReverseDraft | CorrectDraft | ClearDraft

const which = (...of: WhichEntry['among'][]): fc.Arbitrary<WhichEntry> =>
  fc.record({ among: fc.constantFrom(...of), pick: fc.nat(1000) })
const valueDays = fc.constantFrom(
  ...[undefined, undefined, undefined, 'original' as const, 'original' as const, -1, -11],
)

const reverse: fc.Arbitrary<ReverseDraft> = fc.record({
  type: fc.constant('reverse' as const),
  which: which(
    ...(['recent', 'recent', 'recent', 'any', 'any', 'captures', 'captures'] as const),
    ...(['reversals', 'clearings', 'diverted', 'diverted', 'none'] as const),
  ),
  valueDays,
  part: fc.option(
    fc.record({
      pair: fc.nat(3),
      size,
      shape: fc.constantFrom('plain', 'plain', 'plain', 'twice', 'lopsided', 'no line', 'odd'),
    }),
    { nil: undefined, freq: 2 },
  ),
})

const correct: fc.Arbitrary<CorrectDraft> = fc.record({
  type: fc.constant('correct' as const),
  which: which(
    'recent',
    'recent',
    'recent',
    'recent',
    'any',
    'any',
    'captures',
    'reversals',
    'diverted',
    'none',
  ),
  valueDays,
  like: fc.constantFrom('same', 'same', 'more', 'less', 'less', 'double', 'back', 'other', 'other'),
  other: postingDraft,
})

const clear: fc.Arbitrary<ClearDraft> = fc.record({
  type: fc.constant('clear' as const),
  among: fc.constantFrom('waiting', 'waiting', 'waiting', 'waiting', 'any', 'none'),
  pick: fc.nat(1000),
  id: fc.constantFrom('a', 'a', 'b', 'b', 'c', 'c', 'd', 'cash', 'nobody'),
  valueDays,
})

export const mendingDraft: fc.Arbitrary<MendingDraft> = fc.oneof(
  { weight: 8, arbitrary: reverse },
  { weight: 6, arbitrary: correct },
  { weight: 3, arbitrary: clear },
)

/** Turns intentions about entries and suspense items into wishes, knowing the books as they were when the step began. */
export class MendingTeller {
  private journal: readonly PaperEntry[] = []
  private items: ReadonlyMap<Name, PaperItem> = new Map()
  constructor(private readonly books: PaperBooks) {}

  /** Whoever asks knows the ids of what was made before, and not of what is being made. */
  look(): void {
    this.journal = [...this.books.journal]
    this.items = new Map(this.books.items)
  }

  wishOf(draft: MendingDraft, note: string): ReverseWish | CorrectWish | ClearWish {
    switch (draft.type) {
      case 'reverse':
        return this.reverse(draft, note)
      case 'correct': {
        const { which, valueDays: days, like, other } = draft
        const entry = this.entryMeant(which)
        const lines = this.books.journal[entry - 1]?.lines
        const posting = lines === undefined || like === 'other' ? undefined : postingLike(lines, like)
        return {
          ...{ type: 'correct', note, entry, ...datedBy(this.books, days) },
          posting: posting ?? postingOf(this.books, other),
        }
      }
      case 'clear': {
        const { among, pick, id, valueDays: days } = draft
        const wanted = (item: Name) => waitingOf(this.items.get(item) as PaperItem) > 0n
        const item =
          among === 'none' ? '0' : meant([...this.items.keys()], pick, { wanted, any: among === 'any' })
        return { type: 'clear', note, item: item ?? '0', id, ...datedBy(this.books, days) }
      }
    }
  }

  private entryMeant({ among, pick }: WhichEntry): Nth {
    const { length } = this.journal
    if (among === 'none') return 0
    if (among === 'recent') return length - (pick % Math.min(length, 5))
    const wanted = (nth: Nth): boolean => {
      const { kind, lines } = this.journal[nth - 1] as PaperEntry
      if (among === 'diverted') return lines.some(({ diverted, from }) => (diverted ?? from) !== undefined)
      return (
        kind ===
        { captures: 'capture', reversals: 'reversal', clearings: 'suspense_clearing', any: '' }[among]
      )
    }
    const all = this.journal.map((_, index) => index + 1)
    return meant(all, pick, { wanted, any: among === 'any' }) ?? 0
  }

  private reverse({ which, valueDays: days, part }: ReverseDraft, note: string): ReverseWish {
    const entry = this.entryMeant(which)
    const wish = { type: 'reverse' as const, note, entry, ...datedBy(this.books, days) }
    const lines = this.books.journal[entry - 1]?.lines
    if (part === undefined) return wish
    return { ...wish, lines: lines === undefined ? [{ lineNo: 1, amount: '1' }] : partOf(lines, part) }
  }
}

/** A posting of the same lines; undefined where it would not balance, or would move nothing. */
function postingLike(
  lines: readonly PaperLine[],
  like: Exclude<CorrectDraft['like'], 'other'>,
): Posting | undefined {
  // A unit more or less of every line balances where each currency has as many debits as credits.
  const lopsided = lines.reduce((sum, { side }) => sum + (side === 'debit' ? 1 : -1), 0) !== 0
  const one = { same: 0n, double: 0n, back: 0n, more: 1n, less: -1n }[like]
  const currencies = new Set(lines.map(({ currency }) => currency))
  if (one !== 0n && (lopsided || currencies.size > 1)) return undefined
  const amounts = lines.map(({ moved }) => (like === 'double' ? moved * 2n : moved + one))
  if (amounts.some((amount) => amount <= 0n || `${amount}`.length > 28)) return undefined
  return {
    lines: lines.map(({ id, side, currency, from }, at): Line => {
      const turned = like === 'back' ? (side === 'debit' ? 'credit' : 'debit') : side
      const later = from !== undefined && turned === 'credit' && { from }
      return { id, side: turned, currency, amount: inWords(amounts[at] as bigint, currency), ...later }
    }),
  }
}

/** Two lines that stand beside each other are most often the two sides of one leg, and balance. */
function partOf(
  lines: readonly PaperLine[],
  { pair, size, shape }: PartDraft,
): NonNullable<ReverseWish['lines']> {
  const first = (pair * 2) % lines.length
  const { moved, taken, currency } = lines[first] as PaperLine
  const amount = inWords(sized(moved - taken, size), currency)
  const both = [first + 1, first + 2].map((lineNo) => ({ lineNo, amount }))
  switch (shape) {
    case 'plain':
      return both
    case 'twice':
      return [...both, ...both.map((line) => ({ ...line, amount: shortened(amount) }))]
    case 'lopsided':
      return both.slice(0, 1)
    case 'no line':
      return [...both, { lineNo: lines.length + 1, amount }]
    case 'odd':
      return both.map((line) => ({ ...line, amount: odd(amount) }))
  }
}
