import fc from 'fast-check'
import { availableOf, balanceOf, dayAfter, inWords, type PaperBooks } from './paper-books.js'
import type { AskingLine, Line, Posting } from './wishes.js'

/** An amount that is worth trying, once it is known how the accounts stand. */
export type Wanted =
  | { readonly exactly: bigint }
  | { readonly edge: 'balance' | 'limit' | 'available'; readonly off: bigint }

/** What a credit may ask for beside its amount. */
export interface Waiting {
  /** Available so many days from now. */
  readonly later: number | undefined
  readonly fallback: string | undefined
  /** Meant for an account that is missing. */
  readonly stray: boolean
}

interface Leg {
  readonly from: string
  readonly to: string
  readonly wanted: Wanted
  readonly waiting: Waiting
}

/** Debits, some of whatever there is, to an account that takes all of it but what is paid first. */
interface Sweep {
  readonly debits: readonly {
    readonly id: string
    readonly of: 'all' | 'upTo' | 'fixed'
    readonly wanted: Wanted
  }[]
  /** A credit that comes before or behind the debits, and may be of an account that gives as well. */
  readonly fee:
    | { readonly id: string; readonly wanted: Wanted; readonly first: boolean; readonly waiting: Waiting }
    | undefined
  readonly to: string
  readonly waiting: Waiting
}

/** What a posting moves; its value date is so many days from now. */
export interface PostingDraft {
  readonly valueDays: number | undefined
  readonly short: boolean
  readonly moves: { readonly legs: readonly Leg[] } | { readonly sweep: Sweep }
}

export const anyAccount = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('a', 'b', 'c', 'd', 'e') },
  { weight: 4, arbitrary: fc.constantFrom('cash', 'cash', 'yen', 'gold') },
  { weight: 1, arbitrary: fc.constant('nobody') },
)

const largest = 10n ** 28n - 1n
export const wanted: fc.Arbitrary<Wanted> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(1n, 2n, 99n, 100n, 101n, 12_345n).map((exactly) => ({ exactly })) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(largest, largest - 1n, 10n ** 27n).map((exactly) => ({ exactly })),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      edge: fc.constantFrom('balance' as const, 'limit' as const, 'available' as const),
      off: fc.constantFrom(-1n, 0n, 1n),
    }),
  },
)

const often = <Value>(value: Value, times: number): Value[] => Array.from({ length: times }, () => value)

/** Value dates inside the window and on both sides of its ends. */
export const valueDays = fc.constantFrom(...often(undefined, 6), 0, -10, -11, 30, 31)

export const waiting: fc.Arbitrary<Waiting> = fc.record({
  later: fc.constantFrom(...often(undefined, 6), -1, 0, 1, 2, 5),
  fallback: fc.constantFrom(...often(undefined, 6), 'cash', 'cash', 'b', 'yen', 'nobody'),
  stray: fc.boolean(),
})

const legAmong = (of: fc.Arbitrary<string>): fc.Arbitrary<Leg> =>
  fc.record({ from: of, to: of, wanted, waiting })
const leg: fc.Arbitrary<Leg> = fc.oneof(
  { weight: 16, arbitrary: legAmong(fc.constantFrom('a', 'b', 'c', 'cash')) },
  { weight: 4, arbitrary: legAmong(fc.constantFrom('d', 'yen')) },
  { weight: 1, arbitrary: legAmong(anyAccount) },
)
const legs = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(leg) },
  { weight: 1, arbitrary: fc.array(leg, { minLength: 2, maxLength: 4 }) },
)

const sweeping = fc.constantFrom('a', 'a', 'a', 'b', 'b', 'c', 'c', 'cash', 'd', 'nobody')
const sweep: fc.Arbitrary<Sweep> = fc.record({
  debits: fc.array(
    fc.record({
      id: sweeping,
      of: fc.constantFrom('all' as const, 'all' as const, 'upTo' as const, 'fixed' as const),
      wanted,
    }),
    { minLength: 1, maxLength: 3 },
  ),
  fee: fc.option(fc.record({ id: sweeping, wanted, first: fc.boolean(), waiting }), {
    nil: undefined,
    freq: 2,
  }),
  to: sweeping,
  waiting,
})

export const postingDraft: fc.Arbitrary<PostingDraft> = fc.record({
  valueDays,
  short: fc.boolean(),
  moves: fc.oneof(
    { weight: 4, arbitrary: fc.record({ legs }) },
    { weight: 1, arbitrary: fc.record({ sweep }) },
  ),
})

/** An amount of money on an account as it stands, never more than may be written. */
export function amountOf({ accounts }: PaperBooks, wanted: Wanted, id: string): bigint {
  if ('exactly' in wanted) return wanted.exactly
  const account = accounts.get(id)
  if (account === undefined) return 100n
  const edges = { balance: balanceOf(account), limit: account.limit, available: availableOf(account) }
  const about = edges[wanted.edge] + wanted.off
  const size = about < 0n ? -about : about
  return size > largest ? largest : size
}

const wordsOf = (
  books: PaperBooks,
  wanted: Wanted,
  { id, currency }: { id: string; currency: string },
): string => {
  const amount = amountOf(books, wanted, id)
  return inWords(amount > 0n ? amount : 1n, currency)
}

/** The account a credit is for, and what it asks for beside its amount; only what has a fallback goes astray. */
export const creditTo = (
  { today }: PaperBooks,
  id: string,
  { later, fallback, stray }: Waiting,
): Pick<Line, 'id' | 'from' | 'fallback'> => ({
  id: fallback !== undefined && stray ? 'nobody' : id,
  ...(later !== undefined && { from: dayAfter(today, later) }),
  ...(fallback !== undefined && { fallback }),
})

/** The day so many days from now, if any. */
export const datedBy = (
  { today }: PaperBooks,
  days: number | 'original' | undefined,
): { readonly valueDate?: string } => {
  if (days === undefined) return {}
  return { valueDate: days === 'original' ? days : dayAfter(today, days) }
}

/** Turns an intention into a posting on the accounts as they stand. */
export function postingOf(books: PaperBooks, { valueDays: days, short, moves }: PostingDraft): Posting {
  const lines =
    'legs' in moves
      ? moves.legs.flatMap((each) => linesOfLeg(books, each, short))
      : linesOfSweep(books, moves.sweep)
  return { lines, ...datedBy(books, days) }
}

function linesOfLeg(books: PaperBooks, { from, to, wanted, waiting }: Leg, short: boolean): Line[] {
  const currency = books.accounts.get(from)?.currency ?? 'EUR'
  let amount = wordsOf(books, wanted, { id: from, currency })
  if (short && amount.includes('.')) amount = amount.replace(/\.?0+$/, '')
  return [
    { id: from, side: 'debit', amount, currency },
    { side: 'credit', amount, currency, ...creditTo(books, to, waiting) },
  ]
}

function linesOfSweep(books: PaperBooks, { debits, fee, to, waiting }: Sweep): AskingLine[] {
  const currency = books.accounts.get(debits[0]?.id ?? '')?.currency ?? 'EUR'
  // Nothing else of a sweep may be left open: the edge refuses a credit of all without a debit that asks for what there is.
  const open = debits.some(({ of }) => of !== 'fixed')
  const given = debits.map(({ id, of, wanted }, at): AskingLine => {
    const words = wordsOf(books, wanted, { id, currency })
    const asked = of === 'all' || (!open && at === 0) ? 'all' : of === 'upTo' ? { upTo: words } : words
    return { id, side: 'debit', amount: asked, currency }
  })
  const paid = fee && {
    side: 'credit' as const,
    amount: wordsOf(books, fee.wanted, { id: fee.id, currency }),
    currency,
    ...creditTo(books, fee.id, fee.waiting),
  }
  const rest = { side: 'credit' as const, amount: 'all', currency, ...creditTo(books, to, waiting) }
  return [...(paid && fee.first ? [paid] : []), ...given, ...(paid && !fee.first ? [paid] : []), rest]
}
