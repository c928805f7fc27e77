// A bank on paper: what the contract says, written again without a line of Plinth's. Money is counted in BigInt units.

export interface Line {
  readonly id: string
  readonly side: 'debit' | 'credit'
  /** A decimal string in `currency`. */
  readonly amount: string
  readonly currency: string
}

/** What somebody asks of the bank. `note` is a text that is part of the command. */
export type Wish =
  | {
      readonly type: 'post'
      readonly note: string
      readonly valueDate?: string
      readonly lines: readonly Line[]
    }
  | {
      readonly type: 'open'
      readonly note: string
      readonly id: string
      readonly gl: string
      readonly currency: string
      readonly limit: string
    }
  | {
      readonly type: 'status'
      readonly note: string
      readonly id: string
      readonly status: Status
      readonly debits?: boolean
      readonly credits?: boolean
    }
  | { readonly type: 'terms'; readonly note: string; readonly id: string; readonly limit: string }
  | {
      readonly type: 'gl'
      readonly note: string
      readonly code: string
      readonly kind: 'asset' | 'liability'
      readonly parent?: string
      readonly postable: boolean
    }

export type Status = 'open' | 'dormant' | 'frozen' | 'closed'

export interface Keyed {
  readonly key: string
  readonly wish: Wish
}

export interface PaperAccount {
  readonly gl: string
  readonly currency: string
  readonly assetSide: boolean
  readonly unlimited: boolean
  status: Status
  debitsBlocked: boolean
  creditsBlocked: boolean
  limit: bigint
  debits: bigint
  credits: bigint
  lines: number
}

/** How a command ends. `answer` is part of the body; `facts` lists what a refusal for funds may say. */
export interface Expected {
  readonly end: string
  readonly replayed: boolean
  readonly answer?: object
  readonly facts?: readonly object[]
}

// The part of contract §6 that can be reached today, in its order.
const order = [
  ...['gl_account_not_found', 'account_not_found', 'gl_account_exists', 'account_exists', 'account_closed'],
  ...['account_frozen', 'account_dormant', 'account_debits_blocked', 'account_credits_blocked'],
  ...['status_transition_invalid', 'currency_mismatch', 'value_date_out_of_window', 'account_not_empty'],
]

const places: Record<string, number> = { EUR: 2, JPY: 0, GOLD: 4 }

/** Units of a decimal string; undefined if the currency has fewer decimals. */
export function units(amount: string, currency: string): bigint | undefined {
  const [whole = '', fraction = ''] = amount.split('.')
  const decimals = places[currency] as number
  if (fraction.length > decimals) return undefined
  let all = BigInt(whole)
  for (let place = 0; place < decimals; place += 1) all = all * 10n + BigInt(fraction[place] ?? '0')
  return all
}

export function inWords(of: bigint, currency: string): string {
  const scale = 10n ** BigInt(places[currency] as number)
  const size = of < 0n ? -of : of
  const whole = `${of < 0n ? '-' : ''}${size / scale}`
  return scale === 1n ? whole : `${whole}.${((size % scale) + scale).toString().slice(1)}`
}

const dayOf = (date: string): number => Date.parse(date) / 86_400_000

const availableOf = (account: PaperAccount): bigint => account.credits - account.debits + account.limit

type Tried = { end: string; answer?: object; facts?: readonly object[]; replayed?: boolean }

export class PaperBank {
  accounts = new Map<string, PaperAccount>()
  gl = new Map<string, { kind: string; postable: boolean }>()
  keys = new Map<string, { content: string; tried: Tried }>()
  entries = 0

  constructor(readonly window: { today: string; back: number; ahead: number }) {
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
    const { accounts, gl, keys, entries } = this
    const kept = new Map([...accounts].map(([id, account]) => [id, { ...account }]))
    const [keptGl, keptKeys] = [new Map(gl), new Map(keys)]
    return () => {
      this.accounts = kept
      this.gl = keptGl
      this.keys = keptKeys
      this.entries = entries
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
    if (!spoilt && failure.replayed !== true && failure.end !== 'key_reused')
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
    this.keys.set(key, { content: contentOf(wish), tried })
    return tried
  }

  private try(wish: Wish): Tried {
    switch (wish.type) {
      case 'post':
        return this.post(wish)
      case 'open':
        return this.open(wish)
      case 'gl':
        return this.glAccount(wish)
      default:
        return this.change(wish)
    }
  }

  private post(wish: Extract<Wish, { type: 'post' }>): Tried {
    const { today, back, ahead } = this.window
    const faults = wish.lines.flatMap((line) => this.faultsOf(line))
    const days = dayOf(wish.valueDate ?? today) - dayOf(today)
    if (days > ahead || days < -back) faults.push('value_date_out_of_window')
    const worst = order.find((code) => faults.includes(code))
    if (worst !== undefined) return { end: worst }
    const poor = this.poorAfter(wish.lines)
    if (poor.length > 0) return { end: 'insufficient_funds', facts: poor }
    this.entries += 1
    const lines = wish.lines.map(({ id, side, amount, currency }, index) => {
      const account = this.accounts.get(id) as PaperAccount
      const moved = units(amount, currency) as bigint
      if (side === 'debit') account.debits += moved
      else account.credits += moved
      account.lines += 1
      const balance = account.assetSide ? account.debits - account.credits : account.credits - account.debits
      const after = { balanceAfter: inWords(balance, currency), accountVersion: account.lines }
      return { lineNo: index + 1, accountId: id, side, amount: inWords(moved, currency), currency, ...after }
    })
    const dates = { bookingDate: today, valueDate: wish.valueDate ?? today }
    return { end: 'accepted', answer: { entryNo: this.entries, ...dates, lines } }
  }

  private faultsOf({ id, side, currency }: Line): string[] {
    const account = this.accounts.get(id)
    if (account === undefined) return ['account_not_found']
    const faults: string[] = []
    if (account.status === 'closed') faults.push('account_closed')
    if (account.status === 'frozen') faults.push('account_frozen')
    if (account.status === 'dormant' && side === 'debit') faults.push('account_dormant')
    if (account.debitsBlocked && side === 'debit') faults.push('account_debits_blocked')
    if (account.creditsBlocked && side === 'credit') faults.push('account_credits_blocked')
    if (account.currency !== currency) faults.push('currency_mismatch')
    return faults
  }

  /** The limited accounts whose available the lines together lower, and leave below zero. */
  private poorAfter(lines: readonly Line[]): object[] {
    const nets = new Map<string, bigint>()
    for (const { id, side, amount, currency } of lines) {
      const moved = units(amount, currency) as bigint
      nets.set(id, (nets.get(id) ?? 0n) + (side === 'credit' ? moved : -moved))
    }
    return [...nets].flatMap(([id, net]) => {
      const account = this.accounts.get(id) as PaperAccount
      const available = availableOf(account)
      if (account.unlimited || net >= 0n || available + net >= 0n) return []
      const { currency } = account
      const facts = { available: inWords(available, currency), required: inWords(-net, currency) }
      return [{ accountId: id, currency, ...facts }]
    })
  }

  private open({ id, gl, currency, limit }: Extract<Wish, { type: 'open' }>): Tried {
    const node = this.gl.get(gl)
    if (!node?.postable) return { end: 'gl_account_not_found' }
    if (this.accounts.has(id)) return { end: 'account_exists' }
    const overdraftLimit = units(limit, currency) as bigint
    const account = { ...blank, gl, currency, assetSide: node.kind === 'asset', limit: overdraftLimit }
    this.accounts.set(id, account)
    return { end: 'accepted', answer: { accountId: id, ...termsOf(account) } }
  }

  private change(wish: Extract<Wish, { type: 'status' | 'terms' }>): Tried {
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
    if (wish.status === 'closed' && account.debits !== account.credits) return { end: 'account_not_empty' }
    account.status = wish.status
    account.debitsBlocked = wish.debits ?? account.debitsBlocked
    account.creditsBlocked = wish.credits ?? account.creditsBlocked
    return { end: 'accepted', answer: { accountId: wish.id, ...termsOf(account) } }
  }

  private glAccount({ code, kind, parent, postable }: Extract<Wish, { type: 'gl' }>): Tried {
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
  if (wish.type !== 'post') return JSON.stringify(wish)
  const lines = wish.lines.map((line) => ({ ...line, amount: `${units(line.amount, line.currency)}` }))
  return JSON.stringify({ ...wish, lines })
}

function expectedOf({ end, replayed = false, answer, facts }: Tried): Expected {
  return { end, replayed, ...(answer && { answer }), ...(facts && { facts }) }
}
