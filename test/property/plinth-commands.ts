import type { HoldId } from '@plinth/holds'
import type { AccountId, BusinessDate, CurrencyCode, EntryId, Instant } from '@plinth/kernel'
import type { Command, CorrectCommand, LineRequest, Outcome, Submission } from '@plinth/posting'
import type { SuspenseItemId } from '@plinth/suspense'
import {
  answerOf,
  type EntryAnswer,
  endOf,
  limitOn,
  newGlAccount,
  newTerms,
  opening,
  posting,
  standing,
} from '../support/commands.js'
import { shortened, units } from './paper-books.js'
import { farEnd } from './paper-holds.js'
import type {
  AskingLine,
  CaptureWish,
  End,
  Keyed,
  Name,
  Nth,
  PlaceWish,
  Posting,
  ReverseWish,
  SettingsWish,
  Wish,
} from './wishes.js'

const neverMade = '01234567-89ab-7def-8123-456789abcdef'
const longAgo = '2020-01-01T00:00:00.000Z'

/** What a sequence of wishes learns of Plinth: the ids that it made, and the moments at which its steps begin. */
export class Acquaintance {
  readonly #placed: string[] = []
  readonly #entries: string[] = []
  /** Of what comes with single lines of entries, by their names. */
  readonly #ofLines = new Map<Name, string>()
  /** `momentOf`: when a later step of the sequence begins. */
  constructor(private readonly momentOf: (step: number) => Instant) {}

  /** Takes the ids out of what was answered for the first time, and of what was sent with it. */
  learn(submissions: readonly Submission[], keyed: readonly Keyed[], outcomes: readonly Outcome[]): void {
    for (const [at, { wish }] of keyed.entries()) {
      const outcome = outcomes[at] as Outcome
      if (outcome.kind !== 'answered' || endOf(outcome) !== 'accepted') continue
      const body = answerOf(outcome)
      if (wish.type === 'place') this.#placed.push((body as { holdId: string }).holdId)
      const entries = entriesOf(wish, body)
      for (const { entryNo, journalEntryId } of entries) this.#entries[entryNo - 1] = journalEntryId
      const last = entries.at(-1)?.entryNo
      for (const [index, id] of (submissions[at]?.ids.lineIds ?? []).entries())
        if (id !== undefined) this.#ofLines.set(`${last}/${index + 1}`, id)
    }
  }

  commandOf(wish: Wish): Command {
    switch (wish.type) {
      case 'post': {
        const reason = wish.advice && { adviceReason: `${wish.note} must be` }
        return { type: 'post', ...postingOf(wish, wish.note), ...reason }
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
      case 'limit': {
        const { type: _, id, note: reason, ...bounds } = wish
        const asked = { ...bounds, ...(id !== undefined && { account: id }) }
        return { ...limitOn(asked), reason } as Command
      }
      case 'reverse':
        return this.#reversalOf(wish)
      case 'correct': {
        const { entry, note: reason, valueDate } = wish
        const entryId = this.#entryId(entry)
        const posted = postingOf(wish.posting, reason)
        return { type: 'correct', entryId, reason, valueDate: valueDate as never, posting: posted }
      }
      case 'clear': {
        const { item, id: accountId, note: reason, valueDate } = wish
        const suspenseItemId = (this.#ofLines.get(item) ?? neverMade) as SuspenseItemId
        return {
          ...{ type: 'clear_suspense_item', suspenseItemId, accountId: accountId as AccountId, reason },
          valueDate: valueDate as never,
        }
      }
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

  #holdId(name: Name): HoldId {
    return (this.#ofLines.get(name) ?? this.#placed[Number(name) - 1] ?? neverMade) as HoldId
  }

  #entryId(nth: Nth): EntryId {
    return (nth === 0 ? neverMade : this.#entries[nth - 1]) as EntryId
  }

  #instantOf(ends: End): Instant | undefined {
    if (typeof ends === 'object') return this.momentOf(ends.step)
    return { never: undefined, far: farEnd as Instant, past: longAgo as Instant }[ends]
  }

  #placingOf({ id, amount, currency, ends, note: reference }: PlaceWish): Command {
    const line = lineOf({ id, amount, currency, side: 'debit' })
    return {
      ...{ type: 'place_hold', accountId: line.accountId, currency: line.currency, reference },
      amount: minor(amount, currency),
      expiresAt: this.#instantOf(ends),
    }
  }

  #captureOf({ hold, amount, final, lines, note, valueDate }: CaptureWish): Command {
    return {
      ...postingOf({ lines: [], ...(valueDate !== undefined && { valueDate }) }, note),
      ...{ type: 'capture_hold', holdId: this.#holdId(hold), amount: shortened(amount), final },
      lines: lines.map((line) => ({ ...lineOf(line), amount: minor(line.amount, line.currency) })),
    }
  }

  #reversalOf({ entry, note: reason, valueDate, lines }: ReverseWish): Command {
    return {
      ...{ type: 'reverse', entryId: this.#entryId(entry), reason, valueDate: valueDate as never },
      // As the edges do: these amounts come without their currency, and are one text per value.
      lines: lines?.map(({ lineNo, amount }) => ({ lineNo, amount: shortened(amount) })),
    }
  }
}

/** The entries of an accepted command, in order. */
function entriesOf({ type }: Wish, body: unknown): EntryAnswer[] {
  if (type === 'correct') {
    const { reversal, posting: posted } = body as { reversal: EntryAnswer; posting: EntryAnswer }
    return [reversal, posted]
  }
  return ['post', 'capture', 'reverse', 'clear'].includes(type) ? [body as EntryAnswer] : []
}

const minor = (amount: string, currency: string): bigint => units(amount, currency) as bigint

/** A line as an edge reads it: what it does not ask for it does not have. */
function lineOf({ id, side, amount, currency, from, fallback }: AskingLine): LineRequest {
  const asked = typeof amount === 'object' ? { upTo: minor(amount.upTo, currency) } : undefined
  return {
    ...{ accountId: id as AccountId, side, currency: currency as CurrencyCode },
    amount: asked ?? (amount === 'all' ? amount : minor(amount as string, currency)),
    ...(from !== undefined && { availableFrom: from as BusinessDate }),
    ...(fallback !== undefined && { fallbackAccountId: fallback as AccountId }),
  }
}

function postingOf({ lines, valueDate }: Posting, description: string): CorrectCommand['posting'] {
  const { type: _, ...texts } = posting([], { description, valueDate: valueDate as never })
  return { ...texts, lines: lines.map(lineOf) }
}

function settingsOf({ back, ahead, floor, limits, note: reason }: SettingsWish): Command {
  const postingLimits = limits?.map(({ currency, most, code }) => ({
    ...{ currency, perPosting: most },
    ...(code !== undefined && { transactionCode: code }),
  }))
  const changes = { valueDateDaysBack: back, valueDateDaysAhead: ahead, valueDateFloor: floor, postingLimits }
  return { type: 'change_settings', changes, reason }
}
