// What a bank keeps on paper, and the rules that every movement of money obeys: what the contract says, written again without
// a line of Plinth's. Money is counted in BigInt units.
import { type Spent, takenBy } from './paper-limits.js'
import type { AskingLine, End, LimitWish, Name, Nth, PaperLimit, Status } from './wishes.js'

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
  readonly placedOn: string
  /** Of one that keeps a credit until its day. */
  readonly clears?: { readonly entry: Nth; readonly lineNo: number; readonly from: string }
}

/** What moves, in units. */
export interface Moving {
  readonly id: string
  readonly side: 'debit' | 'credit'
  readonly moved: bigint
  readonly currency: string
  readonly from?: string
  /** Of a credit that its own account could not take. */
  readonly diverted?: { readonly from: string; readonly because: string }
}

/** A line of an entry, and how much of it was taken back. */
export interface PaperLine extends Moving {
  readonly taken: bigint
}

export interface PaperEntry {
  readonly kind: 'posting' | 'capture' | 'reversal' | 'correction' | 'suspense_clearing'
  readonly valueDate: string
  readonly lines: readonly PaperLine[]
  /** The suspense item that it posted on. */
  readonly cleared?: Name
}

/** A credit that waits on another account than the one it was meant for. */
export interface PaperItem {
  readonly entry: Nth
  readonly lineNo: number
  readonly id: string
  readonly currency: string
  readonly valueDate: string
  readonly amount: bigint
  readonly cleared: bigint
  readonly returned: bigint
}

export interface PaperSettings {
  readonly version: number
  /** Null: no such day. */
  readonly floor: string | null
  /** Null: any day. */
  readonly back: number | null
  readonly ahead: number
  readonly limits: readonly PaperLimit[]
}

/** Everything that a decision may look at or change. Entries are numbered from 1, in the order in which they were made. */
export interface PaperBooks {
  accounts: Map<string, PaperAccount>
  gl: Map<string, { kind: string; postable: boolean }>
  holds: Map<Name, PaperHold>
  items: Map<Name, PaperItem>
  journal: PaperEntry[]
  settings: PaperSettings
  /** What accounts may spend, and what they have spent. */
  limits: Map<string, LimitWish>
  spent: Spent[]
  /** The bank's business date. */
  today: string
  /** The step of the sequence that is being taken: the bank's clock. */
  step: number
  /** Everything as it is now; the result goes back to it. */
  copy(): () => void
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
  ...[
    'period_closed',
    'value_date_out_of_window',
    'hold_expired',
    'hold_released',
    'hold_captured',
    'hold_amount_exceeded',
  ],
  ...['hold_account_mismatch', 'entry_already_reversed', 'entry_is_a_reversal', 'reversal_exceeds_entry'],
  ...['account_not_empty', 'condition_failed', 'limit_exceeded', 'nothing_available', 'insufficient_funds'],
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

/** What stands against a line: dormancy, on which accounts; and with an advice neither it nor blocks. */
export interface Leniency {
  readonly dormancy: (id: string) => boolean
  readonly advice?: boolean
  /** The account whose part of it a hold has set aside, which limits were asked of when it was placed. */
  readonly setAsideFor?: string | undefined
}

/** Contract §5, Status. */
export function standingFaultsOf(
  { accounts }: PaperBooks,
  { id, side }: Pick<AskingLine, 'id' | 'side'>,
  { dormancy, advice = false }: Leniency,
): string[] {
  const account = accounts.get(id)
  if (account === undefined) return ['account_not_found']
  const faults: string[] = []
  if (account.status === 'closed') faults.push('account_closed')
  if (account.status === 'frozen') faults.push('account_frozen')
  if (advice) return faults
  if (account.status === 'dormant' && side === 'debit' && dormancy(id)) faults.push('account_dormant')
  if (account.debitsBlocked && side === 'debit') faults.push('account_debits_blocked')
  if (account.creditsBlocked && side === 'credit') faults.push('account_credits_blocked')
  return faults
}

/** Contract §5, Status, and the currency. */
export function faultsOf(
  books: PaperBooks,
  line: Pick<AskingLine, 'id' | 'side' | 'currency'>,
  leniency: Leniency,
): string[] {
  const faults = standingFaultsOf(books, line, leniency)
  const account = books.accounts.get(line.id)
  if (account !== undefined && account.currency !== line.currency) faults.push('currency_mismatch')
  return faults
}

const dayMs = 86_400_000

/** The day so many days behind another. */
export const dayAfter = (date: string, days: number): string =>
  new Date(Date.parse(date) + days * dayMs).toISOString().slice(0, 10)

export const faultsOfFloor = ({ settings: { floor } }: PaperBooks, valueDate: string): string[] =>
  floor !== null && Date.parse(valueDate) < Date.parse(floor) ? ['period_closed'] : []

export function faultsOfDate(books: PaperBooks, valueDate: string): string[] {
  const { back, ahead } = books.settings
  const days = (Date.parse(valueDate) - Date.parse(books.today)) / dayMs
  const outside = days > ahead || (back !== null && days < -back)
  return [...faultsOfFloor(books, valueDate), ...(outside ? ['value_date_out_of_window'] : [])]
}

/**
 * The debits of a posting in a currency are at most what a limit says. All postings on paper are of one code, and a hold, which
 * names none, is held to the limits of every code.
 */
export function faultsOfLimits(
  { settings }: PaperBooks,
  lines: readonly Pick<Moving, 'side' | 'currency' | 'moved'>[],
  anyCode = false,
): string[] {
  const over = settings.limits.some(({ code, currency, most }) => {
    if (!anyCode && code !== undefined && code !== 'TRANSFER') return false
    let sum = 0n
    for (const { side, moved, currency: of } of lines) if (side === 'debit' && of === currency) sum += moved
    return sum > (units(most, currency) as bigint)
  })
  return over ? ['limit_exceeded'] : []
}

/** By how much each account's available would rise or fall. */
export function netsOf(lines: readonly Pick<Moving, 'id' | 'side' | 'moved'>[]): Map<string, bigint> {
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

/** An entry that nothing speaks against any more. `reverses`: the line each line takes back. */
export interface Booking extends Omit<PaperEntry, 'lines'> {
  readonly lines: readonly Moving[]
  readonly reverses?: readonly number[]
  readonly advice?: boolean
  readonly setAsideFor?: string | undefined
}

/** Books an entry, with what is kept of its lines; what it is answered. */
export function book(books: PaperBooks, { reverses, advice, setAsideFor, ...entry }: Booking): Tried {
  const { kind, valueDate, lines } = entry
  books.journal.push({ ...entry, lines: lines.map((line) => ({ ...line, taken: 0n })) })
  const entryNo = books.journal.length
  const answers = lines.map(({ id, side, moved, currency, from, diverted }, index) => {
    const lineNo = index + 1
    const account = books.accounts.get(id) as PaperAccount
    if (side === 'debit') account.debits += moved
    else account.credits += moved
    account.lines += 1
    const balance = account.assetSide ? -balanceOf(account) : balanceOf(account)
    const after = { balanceAfter: inWords(balance, currency), accountVersion: account.lines }
    const amount = inWords(moved, currency)
    const reversed = reverses && { reversesLineNo: reverses[index] }
    const waits = {
      ...(from !== undefined && { availableFrom: from }),
      ...(diverted && { divertedFrom: diverted.from, divertedBecause: diverted.because }),
    }
    return { lineNo, accountId: id, side, amount, currency, ...after, ...reversed, ...waits }
  })
  keepBack(books, entryNo)
  if (['posting', 'correction', 'capture'].includes(kind) && advice !== true)
    for (const [id, amount] of takenBy(lines, setAsideFor)) books.spent.push({ id, amount, on: books.today })
  const dates = { bookingDate: books.today, valueDate }
  const answer = { entryNo, kind, ...dates, ...(advice && { advice }), lines: answers }
  return { end: 'accepted', answer }
}

/** What of the credits of an entry is not its owner's yet: held until its day, or waiting on another account. */
function keepBack(books: PaperBooks, entryNo: Nth): void {
  const { lines, valueDate } = books.journal[entryNo - 1] as PaperEntry
  for (const [index, line] of lines.entries()) {
    const lineNo = index + 1
    const name = `${entryNo}/${lineNo}`
    const { id, currency, moved: amount, diverted, from } = line
    if (diverted !== undefined) {
      const item = { entry: entryNo, lineNo, id, currency, valueDate, amount, cleared: 0n, returned: 0n }
      books.items.set(name, item)
    }
    if (from === undefined || !waits(books, line)) continue
    const account = books.accounts.get(id) as PaperAccount
    account.held += amount
    const clears = { entry: entryNo, lineNo, from }
    const sums = { amount, captured: 0n, remaining: amount }
    books.holds.set(name, {
      id,
      currency,
      ...sums,
      status: 'active',
      ends: 'never',
      placedOn: books.today,
      clears,
    })
  }
}

/** Whether a credit is held for a while: not what is anybody's to clear, nor where there is no limit to what is available. */
export const waits = (
  { accounts, today }: PaperBooks,
  { id, from, diverted }: Pick<Moving, 'id' | 'from' | 'diverted'>,
): boolean =>
  from !== undefined && from > today && diverted === undefined && accounts.get(id)?.unlimited === false
