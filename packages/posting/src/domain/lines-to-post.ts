import { availableOf, formatFor, lineFault } from '@plinth/account/domain'
import { type AccountId, type CurrencyCode, prevailing, type Rejection, reject } from '@plinth/kernel'
import type { PostingLine } from '@plinth/ledger'
import type { Book } from './book.js'
import type { LineRequest } from './command.js'

/** A line that a posting makes, in minor units above zero; that of a reversal says which one it takes back. */
export interface LineToPost extends Omit<LineRequest, 'amount' | 'fallbackAccountId'> {
  readonly amount: bigint
  /** Of a credit that its own account could not take. */
  readonly divertedFrom?: PostingLine['divertedFrom']
  readonly reversesLineNo?: number | undefined
}

export interface LinesToPost {
  readonly lines: readonly LineToPost[]
  /** A line that takes nothing. */
  readonly fault?: Rejection | undefined
}

/**
 * What the lines of a posting move and where, once it is known what is there: `all` and `upTo` become amounts, and a credit that
 * its account cannot take goes to its fallback (ADR 0015). Debits are read in their order, each behind those before it, so
 * several may draw on one account.
 */
export function linesToPost(
  book: Book,
  asked: readonly LineRequest[],
  { advice = false }: { advice?: boolean } = {},
): LinesToPost {
  if (asked.every(isPlain)) return { lines: asked }
  const requests = asked.map((request) => placed(book, request, advice))
  const taken = new Takings(book)
  const debits = requests.map((request) => (isRest(request) ? undefined : taken.take(request)))
  const lines = requests.map(
    (request, at): LineToPost => ({
      ...request,
      amount: debits[at] ?? taken.rest(request),
    }),
  )
  return { lines, fault: taken.fault }
}

const isPlain = (request: LineRequest): request is LineRequest & { readonly amount: bigint } =>
  typeof request.amount === 'bigint' && request.fallbackAccountId === undefined

type Placed = Omit<LineRequest, 'fallbackAccountId'> & Pick<LineToPost, 'divertedFrom'>

/**
 * The line on the account that takes it: its own, or its fallback where that is missing or what it is keeps money out. A wrong
 * currency is no such thing: it is the caller's mistake.
 */
function placed({ accounts }: Book, { fallbackAccountId, ...line }: LineRequest, advice: boolean): Placed {
  if (fallbackAccountId === undefined) return line
  const state = accounts.get(line.accountId)
  const because = state === undefined ? 'account_not_found' : lineFault(state, line.side, { advice })?.code
  if (because === undefined) return line
  return { ...line, accountId: fallbackAccountId, divertedFrom: { accountId: line.accountId, because } }
}

/** Whether the line takes what the others of its currency leave over. */
const isRest = ({ side, amount }: Placed): boolean => side === 'credit' && amount === 'all'

/**
 * Whether a clearing hold keeps the line's money (ADR 0015): not where it is available today, nor where there is no limit to what
 * is, nor what was diverted, which is nobody's yet.
 */
export const isHeldBack = (
  { accounts, businessDate }: Book,
  {
    accountId,
    availableFrom,
    divertedFrom,
  }: Pick<LineToPost, 'accountId' | 'availableFrom' | 'divertedFrom'>,
): boolean =>
  availableFrom !== undefined &&
  availableFrom > businessDate &&
  divertedFrom === undefined &&
  accounts.get(accountId)?.unlimited === false

/** What has been moved so far, and the first line that moves nothing. */
class Takings {
  fault: Rejection | undefined
  readonly #changes = new Map<AccountId, bigint>()
  readonly #nets = new Map<CurrencyCode, bigint>()

  constructor(readonly book: Book) {}

  take(request: Placed): bigint {
    const { accountId, side, currency } = request
    const amount = typeof request.amount === 'bigint' ? request.amount : this.#available(request)
    const signed = side === 'debit' ? -amount : amount
    // A credit for a later day is held as soon as it is there: no debit behind it finds it available.
    if (!isHeldBack(this.book, request))
      this.#changes.set(accountId, (this.#changes.get(accountId) ?? 0n) + signed)
    this.#nets.set(currency, (this.#nets.get(currency) ?? 0n) - signed)
    return amount
  }

  rest({ accountId, currency }: Placed): bigint {
    const left = this.#nets.get(currency) ?? 0n
    if (left > 0n) return left
    const detail = `The other lines leave nothing in ${currency} for account ${accountId}.`
    this.#nothing(reject('nothing_available', detail, { accountId }))
    return 0n
  }

  #available({ accountId, amount }: Placed): bigint {
    const state = this.book.accounts.get(accountId)
    // Refused as not found, before anybody asks what it has.
    if (state === undefined) return 0n
    const most = typeof amount === 'object' ? amount.upTo : undefined
    if (state.unlimited && most !== undefined) return most
    const available = state.unlimited ? 0n : availableOf(state) + (this.#changes.get(accountId) ?? 0n)
    const taken = most !== undefined && most < available ? most : available
    if (taken > 0n) return taken
    const facts = { accountId, available: formatFor(state, available, this.book.settings.currencies) }
    const detail = state.unlimited
      ? `Account ${accountId} is unlimited: a posting says how much to take from it.`
      : `Account ${accountId} has nothing available.`
    this.#nothing(reject('nothing_available', detail, state.unlimited ? { accountId } : facts))
    return 0n
  }

  #nothing(fault: Rejection): void {
    this.fault = prevailing(this.fault, fault)
  }
}
