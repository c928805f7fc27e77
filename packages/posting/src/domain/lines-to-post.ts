import { availableOf, formatFor } from '@plinth/account/domain'
import { type AccountId, type CurrencyCode, prevailing, type Rejection, reject } from '@plinth/kernel'
import type { Book } from './book.js'
import type { LineRequest } from './command.js'

/** A line that a posting makes, in minor units above zero; that of a reversal says which one it takes back. */
export interface LineToPost extends Omit<LineRequest, 'amount'> {
  readonly amount: bigint
  readonly reversesLineNo?: number | undefined
}

export interface LinesToPost {
  readonly lines: readonly LineToPost[]
  /** A line that takes nothing. */
  readonly fault?: Rejection | undefined
}

/**
 * What the lines of a posting move, once it is known what is there: `all` and `upTo` become amounts (ADR 0015). Debits are read
 * in their order, each behind those before it, so several may draw on one account.
 */
export function linesToPost(book: Book, requests: readonly LineRequest[]): LinesToPost {
  if (requests.every(isPlain)) return { lines: requests }
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

const isPlain = (request: LineRequest): request is LineToPost => typeof request.amount === 'bigint'

/** Whether the line takes what the others of its currency leave over. */
const isRest = ({ side, amount }: LineRequest): boolean => side === 'credit' && amount === 'all'

/** What has been moved so far, and the first line that moves nothing. */
class Takings {
  fault: Rejection | undefined
  readonly #changes = new Map<AccountId, bigint>()
  readonly #nets = new Map<CurrencyCode, bigint>()

  constructor(readonly book: Book) {}

  take(request: LineRequest): bigint {
    const { accountId, side, currency } = request
    const amount = isPlain(request) ? request.amount : this.#available(request)
    const signed = side === 'debit' ? -amount : amount
    this.#changes.set(accountId, (this.#changes.get(accountId) ?? 0n) + signed)
    this.#nets.set(currency, (this.#nets.get(currency) ?? 0n) - signed)
    return amount
  }

  rest({ accountId, currency }: LineRequest): bigint {
    const left = this.#nets.get(currency) ?? 0n
    if (left > 0n) return left
    const detail = `The other lines leave nothing in ${currency} for account ${accountId}.`
    this.#nothing(reject('nothing_available', detail, { accountId }))
    return 0n
  }

  #available({ accountId, amount }: LineRequest): bigint {
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
