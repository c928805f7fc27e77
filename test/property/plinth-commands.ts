import type { HoldId } from '@plinth/holds'
import type { EntryId, Instant } from '@plinth/kernel'
import type { Command, Outcome } from '@plinth/posting'
import {
  answerOf,
  type EntryAnswer,
  endOf,
  newGlAccount,
  newTerms,
  opening,
  posting,
  standing,
} from '../support/commands.js'
import { shortened } from './paper-books.js'
import { farEnd } from './paper-holds.js'
import type {
  CaptureWish,
  End,
  Keyed,
  Line,
  Nth,
  PlaceWish,
  ReverseWish,
  SettingsWish,
  Wish,
} from './wishes.js'

const neverMade = '01234567-89ab-7def-8123-456789abcdef'
const longAgo = '2020-01-01T00:00:00.000Z'

/** What a sequence of wishes learns of Plinth: the ids that it made, and the moments at which its steps begin. */
export class Acquaintance {
  readonly #holds: string[] = []
  readonly #entries: string[] = []
  /** `momentOf`: when a later step of the sequence begins. */
  constructor(private readonly momentOf: (step: number) => Instant) {}

  /** Takes the ids out of what was answered for the first time. */
  learn(keyed: readonly Keyed[], outcomes: readonly Outcome[]): void {
    for (const [at, { wish }] of keyed.entries()) {
      const outcome = outcomes[at] as Outcome
      if (outcome.kind !== 'answered' || endOf(outcome) !== 'accepted') continue
      if (wish.type === 'place') this.#holds.push((answerOf(outcome) as { holdId: string }).holdId)
      if (!['post', 'capture', 'reverse'].includes(wish.type)) continue
      const { entryNo, journalEntryId } = answerOf(outcome) as unknown as EntryAnswer
      this.#entries[entryNo - 1] = journalEntryId
    }
  }

  commandOf(wish: Wish): Command {
    switch (wish.type) {
      case 'post': {
        const { note: description, valueDate } = wish
        return posting(wish.lines.map(inWords), { description, valueDate: valueDate as never })
      }
      case 'open':
        return opening(wish.id, { gl: wish.gl, currency: wish.currency, limit: wish.limit, name: wish.note })
      case 'status': {
        const { debits, credits, note: reason } = wish
        const blocks = { ...(debits !== undefined && { debits }), ...(credits !== undefined && { credits }) }
        return { ...standing(wish.id, wish.status, blocks), reason } as Command
      }
      case 'terms':
        return newTerms(wish.id, { limit: wish.limit, name: wish.note })
      case 'gl': {
        const { code, kind, parent, postable, note: name } = wish
        const made = newGlAccount(code, kind, { postable, ...(parent !== undefined && { parent }) })
        return made.type === 'create_gl_account' ? { ...made, glAccount: { ...made.glAccount, name } } : made
      }
      case 'settings':
        return settingsOf(wish)
      case 'reverse':
        return this.#reversalOf(wish)
      case 'place':
        return this.#placingOf(wish)
      case 'capture':
        return this.#captureOf(wish)
      case 'release':
        return { type: 'release_hold', holdId: this.#holdId(wish.hold) }
      case 'expire':
        return { type: 'expire_hold', holdId: this.#holdId(wish.hold) }
      case 'extend':
        return { type: 'extend_hold', holdId: this.#holdId(wish.hold), expiresAt: this.#instantOf(wish.ends) }
    }
  }

  #holdId(nth: Nth): HoldId {
    return (nth === 0 ? neverMade : this.#holds[nth - 1]) as HoldId
  }

  #instantOf(ends: End): Instant | undefined {
    if (typeof ends === 'object') return this.momentOf(ends.step)
    return { never: undefined, far: farEnd as Instant, past: longAgo as Instant }[ends]
  }

  #placingOf({ id, amount, currency, ends, note: reference }: PlaceWish): Command {
    const [line] = posting([inWords({ id, amount, currency, side: 'debit' })]).lines
    if (line === undefined) throw new Error('a line that was written is read')
    const { accountId, amount: minor } = line
    return {
      ...{ type: 'place_hold', accountId, amount: minor, currency: line.currency, reference },
      expiresAt: this.#instantOf(ends),
    }
  }

  #captureOf({ hold, amount, final, lines, note: description, valueDate }: CaptureWish): Command {
    return {
      ...posting(lines.map(inWords), { description, valueDate: valueDate as never }),
      ...{ type: 'capture_hold', holdId: this.#holdId(hold), amount: shortened(amount), final },
    }
  }

  #reversalOf({ entry, note: reason, valueDate, lines }: ReverseWish): Command {
    const entryId = (entry === 0 ? neverMade : this.#entries[entry - 1]) as EntryId
    return {
      ...{ type: 'reverse', entryId, reason, valueDate: valueDate as never },
      // As the edges do: these amounts come without their currency, and are one text per value.
      lines: lines?.map(({ lineNo, amount }) => ({ lineNo, amount: shortened(amount) })),
    }
  }
}

const inWords = ({ side, id, amount, currency }: Line): string => `${side} ${id} ${amount} ${currency}`

function settingsOf({ back, ahead, limits, note: reason }: SettingsWish): Command {
  const postingLimits = limits?.map(({ currency, most, code }) => ({
    ...{ currency, perPosting: most },
    ...(code !== undefined && { transactionCode: code }),
  }))
  const changes = { valueDateDaysBack: back, valueDateDaysAhead: ahead, postingLimits }
  return { type: 'change_settings', changes, reason }
}
