import fc from 'fast-check'
import { type HoldDraft, HoldTeller, holdDraft } from './hold-intentions.js'
import { type LimitDraft, limitDraft, limitOf } from './limit-intentions.js'
import { type MendingDraft, MendingTeller, mendingDraft } from './mending-intentions.js'
import type { PaperBank } from './paper-bank.js'
import { dayAfter, inWords, shortened, units } from './paper-books.js'
import {
  amountOf,
  anyAccount,
  type PostingDraft,
  postingDraft,
  postingOf,
  type Wanted,
  wanted,
} from './posting-intentions.js'
import type { AskingLine, Keyed, OpenWish, PostWish, Status, Wish } from './wishes.js'

type Draft =
  | HoldDraft
  | MendingDraft
  | LimitDraft
  | { readonly type: 'post'; readonly posting: PostingDraft; readonly advice: boolean }
  | {
      readonly type: 'open'
      readonly id: string
      readonly gl: string
      readonly currency: string
      readonly limit: Wanted
    }
  | {
      readonly type: 'status'
      readonly id: string
      readonly status: Status
      readonly debits: boolean | undefined
      readonly credits: boolean | undefined
    }
  | { readonly type: 'terms'; readonly id: string; readonly limit: Wanted; readonly odd: boolean }
  | {
      readonly type: 'gl'
      readonly code: string
      readonly kind: 'asset' | 'liability'
      readonly parent: string | undefined
      readonly postable: boolean
    }

/** A new command, or a key of before with the same or another content. */
export type Intention =
  | { readonly draft: Draft }
  | { readonly again: number; readonly changed: boolean; readonly draft: Draft }

export interface Step {
  readonly how: 'single' | 'dry' | 'batch'
  readonly groups: readonly (readonly Intention[])[]
  /** So many days have passed since the step before. */
  readonly days: number
}

const customers = ['a', 'b', 'c', 'd', 'e']
const anyCurrency = fc.constantFrom('EUR', 'EUR', 'EUR', 'JPY', 'GOLD')

const maybe = fc.constantFrom(undefined, false, false, true)
const status = fc.constantFrom<Status>('open', 'open', 'open', 'open', 'dormant', 'frozen', 'closed')

const draft: fc.Arbitrary<Draft> = fc.oneof(
  { weight: 24, arbitrary: holdDraft },
  { weight: 16, arbitrary: mendingDraft },
  { weight: 3, arbitrary: limitDraft },
  {
    weight: 28,
    arbitrary: fc.record({
      type: fc.constant('post' as const),
      posting: postingDraft,
      advice: fc.constantFrom(false, false, false, false, true),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('open' as const),
      id: fc.constantFrom(...customers),
      gl: fc.constantFrom('2100', '2100', '2100', '1300', '1000', '9999', '5000'),
      currency: anyCurrency,
      limit: wanted,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('status' as const),
      id: anyAccount.filter((id) => !['cash', 'yen', 'gold'].includes(id)),
      status,
      debits: maybe,
      credits: maybe,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('terms' as const),
      id: anyAccount,
      limit: wanted,
      odd: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('gl' as const),
      code: fc.constantFrom('5000', '5100', '2100'),
      kind: fc.constantFrom('asset' as const, 'liability' as const),
      parent: fc.constantFrom(undefined, '1000', '9999'),
      postable: fc.boolean(),
    }),
  },
)

const intention: fc.Arbitrary<Intention> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ draft }) },
  { weight: 1, arbitrary: fc.record({ draft, again: fc.nat(1000), changed: fc.boolean() }) },
)

const group = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(intention) },
  { weight: 1, arbitrary: fc.array(intention, { minLength: 2, maxLength: 5 }) },
)

const days = fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 1, 3)
const alone = fc.tuple(fc.tuple(intention))
const groups = fc.array(group, { minLength: 1, maxLength: 8 })

export const steps = (countMax: number): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ how: fc.constant('single' as const), groups: alone, days }) },
      { weight: 1, arbitrary: fc.record({ how: fc.constant('dry' as const), groups: alone, days }) },
      { weight: 3, arbitrary: fc.record({ how: fc.constant('batch' as const), groups, days }) },
    ),
    // Long sequences, not the short ones fast-check likes: accounts must have a history.
    { minLength: 1, maxLength: countMax, size: 'max' },
  )

/** Four accounts to begin with, two of them with money; `e` is left for others to open. */
const beginning: readonly (OpenWish | PostWish)[] = [
  { type: 'open', note: 'a', id: 'a', gl: '2100', currency: 'EUR', limit: '5.00' },
  { type: 'open', note: 'b', id: 'b', gl: '2100', currency: 'EUR', limit: '0.00' },
  { type: 'open', note: 'c', id: 'c', gl: '1300', currency: 'EUR', limit: '1000.00' },
  { type: 'open', note: 'd', id: 'd', gl: '2100', currency: 'JPY', limit: '0' },
  {
    type: 'post',
    note: 'salaries',
    lines: [
      { id: 'cash', side: 'debit', amount: '124.45', currency: 'EUR' },
      { id: 'a', side: 'credit', amount: '123.45', currency: 'EUR' },
      { id: 'b', side: 'credit', amount: '1.00', currency: 'EUR' },
      { id: 'yen', side: 'debit', amount: '500', currency: 'JPY' },
      { id: 'd', side: 'credit', amount: '500', currency: 'JPY' },
    ],
  },
]

/** Turns intentions into commands on the accounts as they stand at that moment. */
export class Teller {
  readonly history: Keyed[] = []
  private made = 0
  private readonly holds: HoldTeller
  private readonly mending: MendingTeller
  constructor(
    private readonly bank: PaperBank,
    private readonly prefix: string,
  ) {
    this.holds = new HoldTeller(bank)
    this.mending = new MendingTeller(bank)
  }

  /** The next step of the sequence begins, so many days behind the one before. */
  turn(step: number, days: number): void {
    this.bank.step = step
    this.bank.today = dayAfter(this.bank.today, days)
    this.holds.look()
    this.mending.look()
  }

  /** The commands of the beginning, with keys that may come again like any other. */
  begin(): Keyed[] {
    const keyed = beginning.map((wish) => ({ key: `${this.prefix}-${wish.note}`, wish }))
    this.history.push(...keyed)
    return keyed
  }

  next(intention: Intention): Keyed {
    const before = 'again' in intention ? this.history[intention.again % this.history.length] : undefined
    if (before !== undefined && 'again' in intention)
      return intention.changed ? changed(before) : again(before)
    this.made += 1
    const keyed = {
      key: `${this.prefix}-${this.made}`,
      wish: this.wishOf(intention.draft, `note ${this.made}`),
    }
    this.history.push(keyed)
    return keyed
  }

  private wishOf(draft: Draft, note: string): Wish {
    switch (draft.type) {
      case 'post': {
        const { advice, posting } = draft
        return { type: 'post', note, ...(advice && { advice }), ...postingOf(this.bank, posting) }
      }
      case 'open': {
        const { id, gl, currency, limit } = draft
        const limitMinor = 'exactly' in limit ? limit.exactly : 500n
        return { type: 'open', note, id, gl, currency, limit: inWords(limitMinor, currency) }
      }
      case 'status': {
        const { id, status, debits, credits } = draft
        const blocks = { ...(debits !== undefined && { debits }), ...(credits !== undefined && { credits }) }
        return { type: 'status', note, id, status, ...blocks }
      }
      case 'terms': {
        const currency = draft.odd ? 'EUR' : (this.bank.accounts.get(draft.id)?.currency ?? 'EUR')
        return {
          type: 'terms',
          note,
          id: draft.id,
          limit: inWords(amountOf(this.bank, draft.limit, draft.id), currency),
        }
      }
      case 'gl': {
        const { code, kind, parent, postable } = draft
        return { type: 'gl', note, code, kind, postable, ...(parent !== undefined && { parent }) }
      }
      case 'limit':
        return limitOf(this.bank, draft, note)
      case 'reverse':
      case 'correct':
      case 'clear':
        return this.mending.wishOf(draft, note)
      default:
        return this.holds.wishOf(draft, note)
    }
  }
}

/** The same content; an amount may be written with all its decimals now, or with fewer. */
function again({ key, wish }: Keyed): Keyed {
  const full = (amount: string, currency: string): string =>
    amount === 'all' ? amount : inWords(units(amount, currency) as bigint, currency)
  const inFull = <One extends AskingLine>(lines: readonly One[]): One[] =>
    lines.map(({ ...line }) => {
      const { amount, currency } = line
      return {
        ...line,
        amount: typeof amount === 'string' ? full(amount, currency) : { upTo: full(amount.upTo, currency) },
      }
    })
  switch (wish.type) {
    case 'post':
      return { key, wish: { ...wish, lines: inFull(wish.lines) } }
    case 'correct': {
      const { posting } = wish
      return { key, wish: { ...wish, posting: { ...posting, lines: inFull(posting.lines) } } }
    }
    case 'place':
      return { key, wish: { ...wish, amount: shortened(wish.amount) } }
    case 'capture':
      return { key, wish: { ...wish, amount: shortened(wish.amount), lines: inFull(wish.lines) } }
    case 'reverse': {
      const lines = wish.lines?.map((line) => ({ ...line, amount: shortened(line.amount) }))
      return { key, wish: { ...wish, ...(lines && { lines }) } }
    }
    default:
      return { key, wish }
  }
}

/** The same key for something else. */
function changed({ key, wish }: Keyed): Keyed {
  if ('note' in wish) return { key, wish: { ...wish, note: `${wish.note}!` } }
  return { key, wish: { type: wish.type === 'release' ? 'expire' : 'release', hold: wish.hold } }
}
