import fc from 'fast-check'
import type { PaperBooks } from './paper-books.js'
import type { LimitWish, PaperBound } from './wishes.js'

const bound = (amounts: readonly string[]): fc.Arbitrary<PaperBound | undefined> =>
  fc.constantFrom(
    undefined,
    undefined,
    ...amounts.map((amount) => ({ amount })),
    { count: 1 },
    { count: 3 },
    { amount: amounts.at(-1) as string, count: 2 },
  )

/** Whose account it is: the tenant's limits hold for each. */
export interface LimitDraft {
  readonly type: 'limit'
  readonly id: string | undefined
  readonly code: string | undefined
  readonly odd: boolean
  readonly perPosting: string | undefined
  readonly perDay: PaperBound | undefined
  readonly perMonth: PaperBound | undefined
}

/** Small enough to be passed now and then, and taken away as often as they are set, or nothing would be posted any more. */
export const limitDraft: fc.Arbitrary<LimitDraft> = fc.oneof(
  fc.record({
    type: fc.constant('limit' as const),
    id: fc.constantFrom(undefined, 'a', 'a', 'a', 'b', 'b', 'c', 'cash', 'nobody'),
    code: fc.constantFrom(undefined, undefined, 'TRANSFER', 'OTHER'),
    odd: fc.constantFrom(false, false, false, false, true),
    perPosting: fc.constantFrom(undefined, undefined, '1', '50'),
    perDay: bound(['2', '60']),
    perMonth: bound(['3', '100']),
  }),
  fc.record({
    type: fc.constant('limit' as const),
    id: fc.constantFrom(undefined, undefined, 'a', 'a', 'b', 'b', 'c'),
    code: fc.constantFrom(undefined, undefined, 'TRANSFER', 'OTHER'),
    odd: fc.constant(false),
    perPosting: fc.constant(undefined),
    perDay: fc.constant(undefined),
    perMonth: fc.constant(undefined),
  }),
)

export function limitOf(
  { accounts }: PaperBooks,
  { type, id, code, odd, perPosting, perDay, perMonth }: LimitDraft,
  note: string,
): LimitWish {
  const own = id === undefined ? 'EUR' : (accounts.get(id)?.currency ?? 'EUR')
  const currency = odd ? (own === 'JPY' ? 'EUR' : 'JPY') : own
  return {
    ...{ type, note, currency },
    ...(id !== undefined && { id }),
    ...(code !== undefined && { code }),
    ...(perPosting !== undefined && { perPosting }),
    ...(perDay && { perDay }),
    ...(perMonth && { perMonth }),
  }
}
