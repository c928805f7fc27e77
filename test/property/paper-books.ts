// What a bank keeps on paper, and the rules that every movement of money obeys: what the contract says, written again without
// a line of Plinth's. Money is counted in BigInt units.
import type { End, Line, PaperLimit, Status } from './wishes.js'

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
  held: bigint
  lines: number
}

export interface PaperHold {
  readonly id: string
  readonly currency: string
  readonly amount: bigint
  readonly captured: bigint
  readonly remaining: bigint
  readonly status: 'active' | 'captured' | 'released' | 'expired'
  readonly ends: End
}

/** A line of an entry, in units, and how much of it was taken back. */
export interface PaperLine {
  readonly id: string
  readonly side: 'debit' | 'credit'
  readonly moved: bigint
  readonly currency: string
  readonly taken: bigint
}

export interface PaperEntry {
  readonly kind: 'posting' | 'capture' | 'reversal'
  readonly valueDate: string
  readonly lines: readonly PaperLine[]
}

export interface PaperSettings {
  readonly version: number
  readonly today: string
  /** Null: any day. */
  readonly back: number | null
  readonly ahead: number
  readonly limits: readonly PaperLimit[]
}

/** Everything that a decision may look at or change. Holds and entries are numbered from 1, in the order in which they were made. */
export interface PaperBooks {
  accounts: Map<string, PaperAccount>
  gl: Map<string, { kind: string; postable: boolean }>
  holds: PaperHold[]
  journal: PaperEntry[]
  settings: PaperSettings
  /** The step of the sequence that is being taken: the bank's clock. */
  step: number
}

/** How a wish ends. `answer` is part of the body; `facts` lists what a refusal for funds may say. */
export interface Tried {
  readonly end: string
  readonly answer?: object
  readonly facts?: readonly object[]
  readonly replayed?: boolean
}

// Contract §6, in its order.
const order = [
  ...['gl_account_not_found', 'account_not_found', 'hold_not_found', 'entry_not_found'],
  ...['gl_account_exists', 'account_exists', 'account_closed', 'account_frozen', 'account_dormant'],
  ...['account_debits_blocked', 'account_credits_blocked', 'status_transition_invalid', 'currency_mismatch'],
  ...['value_date_out_of_window', 'hold_expired', 'hold_released', 'hold_captured', 'hold_amount_exceeded'],
  ...['hold_account_mismatch', 'entry_already_reversed', 'entry_is_a_reversal', 'reversal_exceeds_entry'],
  ...['account_not_empty', 'condition_failed', 'limit_exceeded', 'insufficient_funds'],
]

/** The fault that is answered of those that were found. */
export const worstOf = (faults: readonly string[]): string | undefined =>
  order.find((code) => faults.includes(code))

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

/**
 * The worth of an amount that comes without its currency: `1.50` is `1.5`, and `1.00` is `1`, also of a currency without
 * decimals.
 */
export const shortened = (amount: string): string =>
  amount.includes('.') ? amount.replace(/0+$/, '').replace(/\.$/, '') : amount

export const balanceOf = (account: PaperAccount): bigint => account.credits - account.debits

export const availableOf = (account: PaperAccount): bigint =>
  balanceOf(account) - account.held + account.limit

/** Contract §5, Status. `dormancy: false` where the bank takes what it is owed. */
export function faultsOf(
  { accounts }: PaperBooks,
  { id, side, currency }: Pick<Line, 'id' | 'side' | 'currency'>,
  { dormancy }: { dormancy: boolean },
): string[] {
  const account = accounts.get(id)
  if (account === undefined) return ['account_not_found']
  const faults: string[] = []
  if (account.status === 'closed') faults.push('account_closed')
  if (account.status === 'frozen') faults.push('account_frozen')
  if (account.status === 'dormant' && side === 'debit' && dormancy) faults.push('account_dormant')
  if (account.debitsBlocked && side === 'debit') faults.push('account_debits_blocked')
  if (account.creditsBlocked && side === 'credit') faults.push('account_credits_blocked')
  if (account.currency !== currency) faults.push('currency_mismatch')
  return faults
}

const dayOf = (date: string): number => Date.parse(date) / 86_400_000

export function faultsOfDate({ settings }: PaperBooks, valueDate: string | undefined): string[] {
  const { today, back, ahead } = settings
  const days = dayOf(valueDate ?? today) - dayOf(today)
  return days > ahead || (back !== null && days < -back) ? ['value_date_out_of_window'] : []
}

/**
 * The debits of a posting in a currency are at most what a limit says. All postings on paper are of one code, and a hold, which
 * names none, is held to the limits of every code.
 */
export function faultsOfLimits(
  { settings }: PaperBooks,
  lines: readonly Pick<Line, 'side' | 'currency' | 'amount'>[],
  anyCode = false,
): string[] {
  const over = settings.limits.some(({ code, currency, most }) => {
    if (!anyCode && code !== undefined && code !== 'TRANSFER') return false
    let moved = 0n
    for (const line of lines)
      if (line.side === 'debit' && line.currency === currency) moved += units(line.amount, currency) as bigint
    return moved > (units(most, currency) as bigint)
  })
  return over ? ['limit_exceeded'] : []
}

/** By how much each account's available would rise or fall. */
export function netsOf(lines: readonly Pick<PaperLine, 'id' | 'side' | 'moved'>[]): Map<string, bigint> {
  const nets = new Map<string, bigint>()
  for (const { id, side, moved } of lines)
    nets.set(id, (nets.get(id) ?? 0n) + (side === 'credit' ? moved : -moved))
  return nets
}

/** The limited accounts whose available falls, and would be below zero. */
export function poorAfter({ accounts }: PaperBooks, nets: ReadonlyMap<string, bigint>): object[] {
  return [...nets].flatMap(([id, net]) => {
    const account = accounts.get(id) as PaperAccount
    const available = availableOf(account)
    if (account.unlimited || net >= 0n || available + net >= 0n) return []
    const { currency } = account
    const facts = { available: inWords(available, currency), required: inWords(-net, currency) }
    return [{ accountId: id, currency, ...facts }]
  })
}

/** Books an entry that nothing speaks against any more; what it is answered. `reverses`: the line each line takes back. */
export function book(
  books: PaperBooks,
  { kind, valueDate, lines }: Omit<PaperEntry, 'lines'> & { lines: readonly Omit<PaperLine, 'taken'>[] },
  reverses?: readonly number[],
): Tried {
  books.journal.push({ kind, valueDate, lines: lines.map((line) => ({ ...line, taken: 0n })) })
  const answers = lines.map(({ id, side, moved, currency }, index) => {
    const account = books.accounts.get(id) as PaperAccount
    if (side === 'debit') account.debits += moved
    else account.credits += moved
    account.lines += 1
    const balance = account.assetSide ? -balanceOf(account) : balanceOf(account)
    const after = { balanceAfter: inWords(balance, currency), accountVersion: account.lines }
    const amount = inWords(moved, currency)
    const reversed = reverses && { reversesLineNo: reverses[index] }
    return { lineNo: index + 1, accountId: id, side, amount, currency, ...after, ...reversed }
  })
  const dates = { bookingDate: books.settings.today, valueDate }
  return { end: 'accepted', answer: { entryNo: books.journal.length, kind, ...dates, lines: answers } }
}

/** Lines in units. */
export const movedBy = (lines: readonly Line[]): Omit<PaperLine, 'taken'>[] =>
  lines.map(({ id, side, amount, currency }) => ({
    ...{ id, side, currency },
    moved: units(amount, currency) as bigint,
  }))
