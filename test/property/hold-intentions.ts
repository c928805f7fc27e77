import fc from 'fast-check'
import { dayAfter, inWords, type PaperBooks, type PaperHold } from './paper-books.js'
import { creditTo, datedBy, valueDays, type Waiting, waiting } from './posting-intentions.js'
import { atLeastOne, meant, odd, type Size, size, sized } from './sizes.js'
import type {
  CaptureWish,
  End,
  HoldChangeWish,
  Line,
  Name,
  PaperLimit,
  PlaceWish,
  SettingsWish,
} from './wishes.js'

/** Which of the holds is meant; `none` was never made. */
interface Which {
  readonly among: 'live' | 'timed' | 'clearing' | 'any' | 'none'
  readonly pick: number
}
type Ends = 'never' | 'far' | 'past' | 'soon'

interface CaptureDraft {
  readonly type: 'capture'
  readonly which: Which
  readonly size: Size
  readonly final: boolean
  /** Whether the lines debit the hold's account by the amount, in one line or net, and what else they are. */
  readonly shape: 'plain' | 'net' | 'beside' | 'less' | 'elsewhere' | 'nothing' | 'odd'
  readonly to: string
  readonly valueDays: number | undefined
  /** Of the credit. */
  readonly waiting: Waiting
}

interface SettingsDraft {
  readonly type: 'settings'
  readonly back: SettingsWish['back'] | undefined
  readonly ahead: SettingsWish['ahead'] | undefined
  /** So many days from now; null: no such day. */
  readonly floorDays: number | null | undefined
  readonly limits: SettingsWish['limits'] | undefined
}

export type HoldDraft =
  | { readonly type: 'place'; readonly id: string; readonly size: Size; readonly ends: Ends }
  | CaptureDraft
  | { readonly type: 'release' | 'expire'; readonly which: Which }
  | { readonly type: 'extend'; readonly which: Which; readonly ends: Ends }
  | SettingsDraft

const among = (...of: Which['among'][]): fc.Arbitrary<Which> =>
  fc.record({ among: fc.constantFrom(...of), pick: fc.nat(1000) })
const anyHold = among(
  'live',
  'live',
  'live',
  'live',
  'live',
  'live',
  'timed',
  'clearing',
  'any',
  'any',
  'none',
)
const ends = fc.constantFrom<Ends>('never', 'never', 'never', 'far', 'far', 'past', 'soon')
const holders = fc.constantFrom('a', 'a', 'a', 'b', 'b', 'c', 'c', 'd', 'e', 'cash', 'nobody')

const limits: readonly (readonly PaperLimit[])[] = [
  ...[[], [], []],
  [{ currency: 'EUR', most: '100.00' }],
  [{ currency: 'EUR', most: '0.99', code: 'TRANSFER' }],
  [{ currency: 'EUR', most: '0.01', code: 'ANOTHER' }],
  [
    { currency: 'JPY', most: '99' },
    { currency: 'EUR', most: '123.44' },
  ],
]

const place = fc.record({ type: fc.constant('place' as const), id: holders, size, ends })
const capture: fc.Arbitrary<CaptureDraft> = fc.record({
  type: fc.constant('capture' as const),
  which: anyHold,
  size,
  final: fc.boolean(),
  shape: fc.constantFrom(
    ...([
      'plain',
      'plain',
      'plain',
      'plain',
      'net',
      'beside',
      'less',
      'elsewhere',
      'nothing',
      'odd',
    ] as const),
  ),
  to: fc.constantFrom('cash', 'cash', 'cash', 'yen', 'a', 'b', 'c', 'nobody'),
  valueDays,
  waiting,
})
const change = fc.oneof(
  fc.record({ type: fc.constant('release' as const), which: anyHold }),
  fc.record({
    type: fc.constant('expire' as const),
    which: among('timed', 'timed', 'clearing', 'clearing', 'any', 'none'),
  }),
  fc.record({ type: fc.constant('extend' as const), which: anyHold, ends }),
)
const settings = fc.record({
  type: fc.constant('settings' as const),
  back: fc.constantFrom(undefined, undefined, 10, 10, 11, 0, null),
  ahead: fc.constantFrom(undefined, undefined, 30, 30, 31, 0),
  floorDays: fc.constantFrom(undefined, undefined, undefined, null, null, -12, -1, 0),
  limits: fc.constantFrom(undefined, ...limits),
})

export const holdDraft: fc.Arbitrary<HoldDraft> = fc.oneof(
  { weight: 8, arbitrary: place },
  { weight: 10, arbitrary: capture },
  { weight: 7, arbitrary: change },
  { weight: 2, arbitrary: settings },
)

type HoldWish = PlaceWish | CaptureWish | HoldChangeWish | SettingsWish

/** Turns intentions about holds and settings into wishes, knowing the books as they were when the step began. */
export class HoldTeller {
  private holds: ReadonlyMap<Name, PaperHold> = new Map()
  constructor(private readonly books: PaperBooks) {}

  /** Whoever asks knows the ids of what was made before, and not of what is being made. */
  look(): void {
    this.holds = new Map(this.books.holds)
  }

  wishOf(draft: HoldDraft, note: string): HoldWish {
    switch (draft.type) {
      case 'place':
        return this.place(draft, note)
      case 'capture':
        return this.capture(draft, note)
      case 'release':
      case 'expire':
        return { type: draft.type, hold: this.holdMeant(draft.which) }
      case 'extend':
        return { type: 'extend', hold: this.holdMeant(draft.which), ends: this.end(draft.ends) }
      case 'settings': {
        const { back, ahead, floorDays, limits } = draft
        const floor = typeof floorDays === 'number' ? dayAfter(this.books.today, floorDays) : floorDays
        const window = { ...(back !== undefined && { back }), ...(ahead !== undefined && { ahead }) }
        const dates = { ...window, ...(floor !== undefined && { floor }) }
        return { type: 'settings', note, ...dates, ...(limits !== undefined && { limits }) }
      }
    }
  }

  private end(ends: Ends): End {
    return ends === 'soon' ? { step: this.books.step + 1 } : ends
  }

  private holdMeant({ among, pick }: Which): Name {
    if (among === 'none') return '0'
    const wanted = (name: Name): boolean => {
      const { status, ends, clears } = this.holds.get(name) as PaperHold
      if (status !== 'active') return false
      if (among === 'clearing') return clears !== undefined
      return among === 'live' ? clears === undefined : typeof ends === 'object'
    }
    return meant([...this.holds.keys()], pick, { wanted, any: among === 'any' }) ?? '0'
  }

  private place(draft: Extract<HoldDraft, { type: 'place' }>, note: string): PlaceWish {
    const { id, size } = draft
    const account = this.books.accounts.get(id)
    // One in so many is of another currency than its account, whatever that is.
    const currency = size === 'less' && id === 'd' ? 'EUR' : (account?.currency ?? 'EUR')
    const available = account ? account.credits - account.debits - account.held + account.limit : 100n
    const wanted = sized(available, size)
    return {
      type: 'place',
      note,
      id,
      amount: inWords(wanted, currency),
      currency,
      ends: this.end(draft.ends),
    }
  }

  private capture(
    { which, size, final, shape, to, valueDays: days, waiting }: CaptureDraft,
    note: string,
  ): CaptureWish {
    const hold = this.holdMeant(which)
    // As it is now, which may be less than when the step began: partly captured by a command of the same batch.
    const { id, currency, remaining } = this.books.holds.get(hold) ?? strange
    const amount = sized(remaining, size)
    const words = inWords(amount, currency)
    const pay = (from: string, moved: bigint): Line[] => [
      { id: from, side: 'debit', amount: inWords(moved, currency), currency },
      {
        side: 'credit',
        amount: inWords(moved, currency),
        currency,
        ...creditTo(this.books, to, waiting),
      },
    ]
    const other = id === 'b' ? 'a' : 'b'
    const lines = {
      plain: pay(id, amount),
      net: [
        ...pay(id, amount + 1n),
        {
          side: 'credit' as const,
          amount: inWords(1n, currency),
          currency,
          ...creditTo(this.books, id, waiting),
        },
      ],
      beside: [...pay(id, amount), ...pay(other, amount)],
      less: pay(id, atLeastOne(amount - 1n)),
      elsewhere: pay(other, amount),
      nothing: [
        { id, side: 'debit' as const, amount: words, currency },
        { side: 'credit' as const, amount: words, currency, ...creditTo(this.books, id, waiting) },
      ],
      odd: pay(id, amount),
    }[shape]
    if (shape === 'net') lines[1] = { id: to, side: 'credit', amount: words, currency }
    return {
      ...{ type: 'capture', note, hold, final, lines, ...datedBy(this.books, days) },
      amount: shape === 'odd' ? odd(words) : words,
    }
  }
}

const strange: Pick<PaperHold, 'id' | 'currency' | 'remaining'> = {
  id: 'a',
  currency: 'EUR',
  remaining: 100n,
}
