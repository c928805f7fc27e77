// What a posting moves, and where: amounts that are not known beforehand, credits for a later day, and credits that go elsewhere.
import {
  availableOf,
  type Booking,
  book,
  faultsOf,
  faultsOfDate,
  faultsOfLimits,
  inWords,
  type Leniency,
  type Moving,
  netsOf,
  type PaperBooks,
  poorAfter,
  standingFaultsOf,
  type Tried,
  units,
  waits,
  worstOf,
} from './paper-books.js'
import { faultsOfSpending, takenBy } from './paper-limits.js'
import type { AskingLine, Posting, PostWish } from './wishes.js'

/** Lines as they would be posted, and what speaks against taking them so. */
export interface Taken {
  readonly lines: readonly Moving[]
  readonly faults: readonly string[]
  /** What a refusal may say where nothing is available. */
  readonly nothing: readonly object[]
}

/** The line on the account that it is posted to. */
function placed(books: PaperBooks, { fallback, ...line }: AskingLine, advice: boolean) {
  const faults = fallback === undefined ? [] : standingFaultsOf(books, line, { dormancy: () => true, advice })
  const because = worstOf(faults)
  if (fallback === undefined || because === undefined) return line
  return { ...line, id: fallback, diverted: { from: line.id, because } }
}

/**
 * The lines one behind the other: each debit finds what those before it have left. A credit that takes the rest is settled when
 * all others are.
 */
function take(
  books: PaperBooks,
  asked: readonly AskingLine[],
  { advice = false }: { advice?: boolean } = {},
): Taken {
  const nothing: object[] = []
  const changes = new Map<string, bigint>()
  const rests = new Map<string, bigint>()
  const add = (to: Map<string, bigint>, key: string, more: bigint) => to.set(key, (to.get(key) ?? 0n) + more)
  const settled = asked.map((line) => {
    const { amount, ...rest } = placed(books, line, advice)
    if (amount === 'all' && rest.side === 'credit') return { ...rest, moved: undefined }
    const moved =
      typeof amount === 'string' && amount !== 'all'
        ? (units(amount, rest.currency) as bigint)
        : has(books, rest.id, { amount, currency: rest.currency, change: changes.get(rest.id) ?? 0n })
    if (moved <= 0n) nothing.push({ accountId: rest.id, ...whatIsLeft(books, rest.id, changes) })
    const signed = rest.side === 'credit' ? moved : -moved
    // What comes for a later day is nothing that another line could take.
    if (!waits(books, rest)) add(changes, rest.id, signed)
    add(rests, rest.currency, -signed)
    return { ...rest, moved }
  })
  const lines = settled.map(({ moved, ...line }): Moving => {
    if (moved !== undefined) return { ...line, moved }
    const left = rests.get(line.currency) ?? 0n
    if (left <= 0n) nothing.push({ accountId: line.id })
    return { ...line, moved: left > 0n ? left : 0n }
  })
  return { lines, nothing, faults: nothing.length > 0 ? ['nothing_available'] : [] }
}

/** What an account gives that is asked for all, or up to an amount; nothing where it has nothing. */
function has(
  { accounts }: PaperBooks,
  id: string,
  { amount, currency, change }: { amount: AskingLine['amount']; currency: string; change: bigint },
): bigint {
  const account = accounts.get(id)
  const most = typeof amount === 'object' ? (units(amount.upTo, currency) as bigint) : undefined
  if (account === undefined) return 0n
  if (account.unlimited) return most ?? 0n
  const available = availableOf(account) + change
  const given = most !== undefined && most < available ? most : available
  return given > 0n ? given : 0n
}

function whatIsLeft({ accounts }: PaperBooks, id: string, changes: ReadonlyMap<string, bigint>): object {
  const account = accounts.get(id)
  if (account === undefined || account.unlimited) return {}
  return { available: inWords(availableOf(account) + (changes.get(id) ?? 0n), account.currency) }
}

/** By how much each account's available rises or falls, where some of the credits are held. */
export function netsOfTaken(books: PaperBooks, lines: readonly Moving[]): Map<string, bigint> {
  const nets = netsOf(lines)
  for (const line of lines) if (waits(books, line)) nets.set(line.id, (nets.get(line.id) ?? 0n) - line.moved)
  return nets
}

/** What speaks against a posting, but for funds. */
export function prepared(
  books: PaperBooks,
  { lines, valueDate = books.today }: Posting,
  leniency: Leniency,
): Taken & { readonly booking: Omit<Booking, 'kind'> } {
  const { advice = false } = leniency
  const taken = take(books, lines, { advice })
  const faults = taken.lines.flatMap((line) => faultsOf(books, line, leniency))
  faults.push(...faultsOfDate(books, valueDate), ...taken.faults)
  const ofOthers = taken.lines.filter(({ id }) => id !== leniency.setAsideFor)
  if (!advice)
    faults.push(...faultsOfLimits(books, ofOthers), ...faultsOfSpending(books, takenBy(ofOthers, undefined)))
  return { ...taken, faults, booking: { valueDate, lines: taken.lines } }
}

/** An advice is booked whatever funds, limits, dormancy and blocks say. */
export function post(books: PaperBooks, wish: PostWish): Tried {
  const { advice = false } = wish
  const { booking, faults, nothing } = prepared(books, wish, { dormancy: () => true, advice })
  const worst = worstOf(faults)
  if (worst !== undefined) return { end: worst, ...(worst === 'nothing_available' && { facts: nothing }) }
  const poor = advice ? [] : poorAfter(books, netsOfTaken(books, booking.lines))
  if (poor.length > 0) return { end: 'insufficient_funds', facts: poor }
  return book(books, { ...booking, kind: 'posting', advice })
}
