// A bank on paper: what the contract says, written again without a line of Plinth's.
import {
  inWords,
  type PaperAccount,
  type PaperBooks,
  type PaperEntry,
  type PaperHold,
  type PaperItem,
  type PaperSettings,
  shortened,
  type Tried,
  units,
} from './paper-books.js'
import { capture, changeHold, place } from './paper-holds.js'
import { type Spent, setLimit } from './paper-limits.js'
import { post } from './paper-postings.js'
import { correct, reverse } from './paper-reversals.js'
import { clear } from './paper-suspense.js'
import type {
  AskingLine,
  GlWish,
  Keyed,
  LimitWish,
  Name,
  OpenWish,
  SettingsWish,
  Status,
  StatusWish,
  TermsWish,
  Wish,
} from './wishes.js'

/** How a command ends: as `Tried`, and whether it was answered before. */
export interface Expected {
  readonly end: string
  readonly replayed: boolean
  readonly answer?: object
  readonly facts?: readonly object[]
}

export class PaperBank implements PaperBooks {
  accounts = new Map<string, PaperAccount>()
  gl = new Map<string, { kind: string; postable: boolean }>()
  keys = new Map<string, { content: string; tried: Tried }>()
  holds = new Map<Name, PaperHold>()
  items = new Map<Name, PaperItem>()
  journal: PaperEntry[] = []
  limits = new Map<string, LimitWish>()
  spent: Spent[] = []
  settings: PaperSettings
  today: string
  step = 0

  constructor({ today, ...window }: Pick<PaperSettings, 'back' | 'ahead'> & { today: string }) {
    this.today = today
    this.settings = { ...window, floor: null, version: 1, limits: [] }
    for (const code of ['1100', '1300']) this.gl.set(code, { kind: 'asset', postable: true })
    this.gl.set('1000', { kind: 'asset', postable: false })
    this.gl.set('2100', { kind: 'liability', postable: true })
    this.gl.set('4100', { kind: 'income', postable: true })
    for (const [id, currency] of [
      ['cash', 'EUR'],
      ['yen', 'JPY'],
      ['gold', 'GOLD'],
    ] as const)
      this.accounts.set(id, { ...blank, gl: '1100', currency, assetSide: true, unlimited: true })
  }

  /** Everything as it is now, to go back to. */
  copy(): () => void {
    const accounts = new Map([...this.accounts].map(([id, account]) => [id, { ...account }]))
    const { settings, limits } = this
    const spent = [...this.spent]
    const [gl, keys, holds, items] = [
      new Map(this.gl),
      new Map(this.keys),
      new Map(this.holds),
      new Map(this.items),
    ]
    const journal = [...this.journal]
    return () => {
      Object.assign(this, { accounts, gl, keys, holds, items, journal, settings, limits, spent })
    }
  }

  /**
   * Takes commands that stand or fall together; `next` makes each when it is its turn. One that is known to have failed, or
   * whose key was used for something else, spoils the others before any is tried.
   */
  take(group: readonly (() => Keyed)[]): { keyed: Keyed[]; expected: Expected[] } {
    const back = this.copy()
    const keyed: Keyed[] = []
    let failedAt = -1
    let failure: Tried | undefined
    const seen: Tried[] = []
    for (const next of group) {
      const each = next()
      keyed.push(each)
      if (failedAt >= 0) continue
      const tried = this.settled(each) ?? this.decide(each)
      seen.push(tried)
      if (tried.end === 'accepted') continue
      failedAt = keyed.length - 1
      failure = tried
    }
    if (failure === undefined || group.length === 1) return { keyed, expected: seen.map(expectedOf) }
    back()
    const spoilt = keyed.some((each) => (this.settled(each)?.end ?? 'accepted') !== 'accepted')
    const first = keyed[failedAt] as Keyed
    if (!spoilt && failure.replayed !== true && !['key_reused', 'malformed'].includes(failure.end))
      this.keys.set(first.key, { content: contentOf(first.wish), tried: failure })
    const expected = keyed.map((each, index) => {
      if (index === failedAt && !spoilt) return expectedOf(failure)
      return expectedOf(this.settled(each) ?? { end: 'linked_failed' })
    })
    return { keyed, expected }
  }

  private settled({ key, wish }: Keyed): Tried | undefined {
    const known = this.keys.get(key)
    if (known === undefined) return undefined
    return known.content === contentOf(wish) ? { ...known.tried, replayed: true } : { end: 'key_reused' }
  }

  private decide({ key, wish }: Keyed): Tried {
    const tried = this.try(wish)
    // What says nothing is not kept, and its key stays free.
    if (tried.end !== 'malformed') this.keys.set(key, { content: contentOf(wish), tried })
    return tried
  }

  private try(wish: Wish): Tried {
    switch (wish.type) {
      case 'post':
        return post(this, wish)
      case 'open':
        return this.open(wish)
      case 'gl':
        return this.glAccount(wish)
      case 'status':
      case 'terms':
        return this.change(wish)
      case 'place':
        return place(this, wish)
      case 'capture':
        return capture(this, wish)
      case 'release':
      case 'expire':
      case 'extend':
        return changeHold(this, wish)
      case 'reverse':
        return reverse(this, wish)
      case 'correct':
        return correct(this, wish)
      case 'clear':
        return clear(this, wish)
      case 'settings':
        return this.settle(wish)
      case 'limit':
        return setLimit(this, wish)
    }
  }

  /** What is named changes, and binds whatever comes behind. */
  private settle({ back, ahead, floor, limits }: SettingsWish): Tried {
    const { settings } = this
    this.settings = {
      ...settings,
      version: settings.version + 1,
      back: back === undefined ? settings.back : back,
      ahead: ahead ?? settings.ahead,
      floor: floor === undefined ? settings.floor : floor,
      limits: limits ?? settings.limits,
    }
    const { version, back: valueDateDaysBack, ahead: valueDateDaysAhead } = this.settings
    return { end: 'accepted', answer: { version, valueDateDaysBack, valueDateDaysAhead } }
  }

  private open({ id, gl, currency, limit }: OpenWish): Tried {
    const node = this.gl.get(gl)
    if (!node?.postable) return { end: 'gl_account_not_found' }
    if (this.accounts.has(id)) return { end: 'account_exists' }
    const overdraftLimit = units(limit, currency) as bigint
    const account = { ...blank, gl, currency, assetSide: node.kind === 'asset', limit: overdraftLimit }
    this.accounts.set(id, account)
    return { end: 'accepted', answer: { accountId: id, ...termsOf(account) } }
  }

  private change(wish: StatusWish | TermsWish): Tried {
    const account = this.accounts.get(wish.id)
    if (account === undefined) return { end: 'account_not_found' }
    if (account.status === 'closed') return { end: 'account_closed' }
    if (wish.type === 'terms') {
      const limit = units(wish.limit, account.currency)
      if (account.unlimited || limit === undefined || `${limit}`.length > 28)
        return { end: 'currency_mismatch' }
      account.limit = limit
      return { end: 'accepted', answer: { accountId: wish.id, name: wish.note, ...termsOf(account) } }
    }
    if (account.status === 'frozen' && !['frozen', 'open'].includes(wish.status))
      return { end: 'status_transition_invalid' }
    const empty = account.debits === account.credits && account.held === 0n
    if (wish.status === 'closed' && !empty) return { end: 'account_not_empty' }
    account.status = wish.status
    account.debitsBlocked = wish.debits ?? account.debitsBlocked
    account.creditsBlocked = wish.credits ?? account.creditsBlocked
    return { end: 'accepted', answer: { accountId: wish.id, ...termsOf(account) } }
  }

  private glAccount({ code, kind, parent, postable }: GlWish): Tried {
    if (parent !== undefined && this.gl.get(parent)?.kind !== kind) return { end: 'gl_account_not_found' }
    if (this.gl.has(code)) return { end: 'gl_account_exists' }
    this.gl.set(code, { kind, postable })
    return { end: 'accepted', answer: { code, postable } }
  }
}

const blank = {
  unlimited: false,
  status: 'open' as Status,
  debitsBlocked: false,
  creditsBlocked: false,
  limit: 0n,
  debits: 0n,
  credits: 0n,
  held: 0n,
  lines: 0,
}

const termsOf = (account: PaperAccount): object => ({
  status: account.status,
  blockDebits: account.debitsBlocked,
  blockCredits: account.creditsBlocked,
  overdraftLimit: inWords(account.limit, account.currency),
})

/** Same command: same content, amounts by their worth. */
function contentOf(wish: Wish): string {
  const worthOf = (amount: string, currency: string): string =>
    amount === 'all' ? amount : `${units(amount, currency)}`
  const byWorth = <One extends Pick<AskingLine, 'amount' | 'currency'>>(line: One) => {
    const { amount, currency } = line
    if (typeof amount === 'string') return { ...line, amount: worthOf(amount, currency) }
    return { ...line, amount: { upTo: worthOf(amount.upTo, currency) } }
  }
  switch (wish.type) {
    case 'post':
      return JSON.stringify({ ...wish, lines: wish.lines.map(byWorth) })
    case 'correct': {
      const { posting } = wish
      return JSON.stringify({ ...wish, posting: { ...posting, lines: posting.lines.map(byWorth) } })
    }
    case 'place':
      return JSON.stringify(byWorth(wish))
    case 'capture':
      return JSON.stringify({ ...wish, amount: shortened(wish.amount), lines: wish.lines.map(byWorth) })
    case 'reverse': {
      const lines = wish.lines?.map((line) => ({ ...line, amount: shortened(line.amount) }))
      return JSON.stringify({ ...wish, lines })
    }
    default:
      return JSON.stringify(wish)
  }
}

function expectedOf({ end, replayed = false, answer, facts }: Tried): Expected {
  return { end, replayed, ...(answer && { answer }), ...(facts && { facts }) }
}
