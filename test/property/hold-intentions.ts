import fc from 'fast-check'
import {
  inWords,
  type PaperBooks,
  type PaperEntry,
  type PaperHold,
  type PaperLine,
  shortened,
} from './paper-books.js'
import type {
  CaptureWish,
  End,
  HoldChangeWish,
  Line,
  Nth,
  PaperLimit,
  PlaceWish,
  ReverseWish,
  SettingsWish,
} from './wishes.js'

/** How much of what is left is wanted. */
type Size = 'all' | 'half' | 'unit' | 'less' | 'over'
/** Which of the holds or entries is meant; `none` was never made. */
interface Which {
  readonly among: 'live' | 'timed' | 'captures' | 'reversals' | 'recent' | 'any' | 'none'
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
  readonly valueDate: string | undefined
}

interface PartDraft {
  readonly pair: number
  readonly size: Size
  readonly shape: 'plain' | 'twice' | 'lopsided' | 'no line' | 'odd'
}

interface ReverseDraft {
  readonly type: 'reverse'
  readonly which: Which
  readonly valueDate: string | undefined
  readonly part: PartDraft | undefined
}

interface SettingsDraft {
  readonly type: 'settings'
  readonly back: SettingsWish['back'] | undefined
  readonly ahead: SettingsWish['ahead'] | undefined
  readonly limits: SettingsWish['limits'] | undefined
}

export type HoldDraft =
  | { readonly type: 'place'; readonly id: string; readonly size: Size; readonly ends: Ends }
  | CaptureDraft
  | { readonly type: 'release' | 'expire'; readonly which: Which }
  | { readonly type: 'extend'; readonly which: Which; readonly ends: Ends }
  | ReverseDraft
  | SettingsDraft

const size = fc.constantFrom<Size>('all', 'half', 'half', 'unit', 'unit', 'less', 'over')
const among = (...of: Which['among'][]): fc.Arbitrary<Which> =>
  fc.record({ among: fc.constantFrom(...of), pick: fc.nat(1000) })
const anyHold = among('live', 'live', 'live', 'live', 'live', 'live', 'timed', 'any', 'any', 'none')
const valueDate = fc.constantFrom(undefined, undefined, undefined, undefined, '2026-11-10', '2026-11-09')
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
  valueDate,
})
const reverse: fc.Arbitrary<ReverseDraft> = fc.record({
  type: fc.constant('reverse' as const),
  which: among('recent', 'recent', 'recent', 'any', 'any', 'captures', 'captures', 'reversals', 'none'),
  valueDate: fc.constantFrom(undefined, undefined, undefined, 'original', '2026-11-19', '2026-11-09'),
  part: fc.option(
    fc.record({
      pair: fc.nat(3),
      size,
      shape: fc.constantFrom('plain', 'plain', 'plain', 'twice', 'lopsided', 'no line', 'odd'),
    }),
    { nil: undefined, freq: 2 },
  ),
})
const change = fc.oneof(
  fc.record({ type: fc.constant('release' as const), which: anyHold }),
  fc.record({ type: fc.constant('expire' as const), which: among('timed', 'timed', 'timed', 'any', 'none') }),
  fc.record({ type: fc.constant('extend' as const), which: anyHold, ends }),
)
const settings = fc.record({
  type: fc.constant('settings' as const),
  back: fc.constantFrom(undefined, undefined, 10, 10, 11, 0, null),
  ahead: fc.constantFrom(undefined, undefined, 30, 30, 31, 0),
  limits: fc.constantFrom(undefined, ...limits),
})

export const holdDraft: fc.Arbitrary<HoldDraft> = fc.oneof(
  { weight: 8, arbitrary: place },
  { weight: 10, arbitrary: capture },
  { weight: 7, arbitrary: change },
  { weight: 8, arbitrary: reverse },
  { weight: 2, arbitrary: settings },
)

type HoldWish = PlaceWish | CaptureWish | HoldChangeWish | ReverseWish | SettingsWish

// An amount of more digits does not get past the edge (contract §2); one more than this is of as many.
const largest = 10n ** 28n - 2n
const atLeastOne = (amount: bigint): bigint => (amount > 0n ? amount : 1n)

function sized(left: bigint, of: Size): bigint {
  const sizes = { all: left, half: left / 2n, unit: 1n, less: left - 1n, over: left + 1n }
  const amount = atLeastOne(sizes[of])
  return amount > largest ? largest : amount
}

/** Turns intentions about holds, reversals and settings into wishes, knowing the books as they were when the step began. */
export class HoldTeller {
  private holds: readonly PaperHold[] = []
  private journal: readonly PaperEntry[] = []
  constructor(private readonly books: PaperBooks) {}

  /** Whoever asks knows the ids of what was made before, and not of what is being made. */
  look(): void {
    this.holds = [...this.books.holds]
    this.journal = [...this.books.journal]
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
      case 'reverse':
        return this.reverse(draft, note)
      case 'settings': {
        const { back, ahead, limits } = draft
        const dates = { ...(back !== undefined && { back }), ...(ahead !== undefined && { ahead }) }
        return { type: 'settings', note, ...dates, ...(limits !== undefined && { limits }) }
      }
    }
  }

  private end(ends: Ends): End {
    return ends === 'soon' ? { step: this.books.step + 1 } : ends
  }

  private holdMeant({ among, pick }: Which): Nth {
    if (among === 'none') return 0
    const live = (hold: PaperHold) => hold.status === 'active'
    return nthOf(this.holds, pick, {
      wanted: among === 'timed' ? (hold) => live(hold) && typeof hold.ends === 'object' : live,
      any: among === 'any',
    })
  }

  private entryMeant({ among, pick }: Which): Nth {
    if (among === 'none') return 0
    const { length } = this.journal
    if (among === 'recent') return length - (pick % Math.min(length, 5))
    const kind = among === 'captures' ? 'capture' : 'reversal'
    return nthOf(this.journal, pick, { wanted: (entry) => entry.kind === kind, any: among === 'any' })
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

  private capture({ which, size, final, shape, to, valueDate }: CaptureDraft, note: string): CaptureWish {
    const hold = this.holdMeant(which)
    // As it is now, which may be less than when the step began: partly captured by a command of the same batch.
    const { id, currency, remaining } = this.books.holds[hold - 1] ?? { ...strange }
    const amount = sized(remaining, size)
    const words = inWords(amount, currency)
    const pay = (from: string, moved: bigint): Line[] => [
      { id: from, side: 'debit', amount: inWords(moved, currency), currency },
      { id: to, side: 'credit', amount: inWords(moved, currency), currency },
    ]
    const other = id === 'b' ? 'a' : 'b'
    const lines = {
      plain: pay(id, amount),
      net: [
        ...pay(id, amount + 1n),
        { id, side: 'credit' as const, amount: inWords(1n, currency), currency },
      ],
      beside: [...pay(id, amount), ...pay(other, amount)],
      less: pay(id, atLeastOne(amount - 1n)),
      elsewhere: pay(other, amount),
      nothing: [
        { id, side: 'debit' as const, amount: words, currency },
        { id, side: 'credit' as const, amount: words, currency },
      ],
      odd: pay(id, amount),
    }[shape]
    if (shape === 'net') lines[1] = { id: to, side: 'credit', amount: words, currency }
    return {
      ...{ type: 'capture', note, hold, final, lines, ...(valueDate && { valueDate }) },
      amount: shape === 'odd' ? odd(words) : words,
    }
  }

  private reverse({ which, valueDate, part }: ReverseDraft, note: string): ReverseWish {
    const entry = this.entryMeant(which)
    const wish = { type: 'reverse' as const, note, entry, ...(valueDate !== undefined && { valueDate }) }
    const lines = this.books.journal[entry - 1]?.lines
    if (part === undefined) return wish
    return { ...wish, lines: lines === undefined ? [{ lineNo: 1, amount: '1' }] : partOf(lines, part) }
  }
}

const strange: Pick<PaperHold, 'id' | 'currency' | 'remaining'> = {
  id: 'a',
  currency: 'EUR',
  remaining: 100n,
}

/** More decimals than any currency of these banks has. */
const odd = (words: string): string => `${words}${words.includes('.') ? '' : '.'}00001`

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

/** One of those that are wanted, or of all where none is; 0 where there is nothing at all. */
function nthOf<Made>(
  made: readonly Made[],
  pick: number,
  { wanted, any }: { wanted: (each: Made) => boolean; any: boolean },
): Nth {
  const all = made.map((_, index) => index + 1)
  const fitting = any ? [] : all.filter((nth) => wanted(made[nth - 1] as Made))
  const choice = fitting.length > 0 ? fitting : all
  return choice[pick % choice.length] ?? 0
}
