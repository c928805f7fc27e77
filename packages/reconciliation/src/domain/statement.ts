import type { AccountId, BusinessDate, CurrencyCode, Instant, Side } from '@plinth/kernel'
import type { StatementLine } from '@plinth/ledger'

/**
 * A statement without its lines. Amounts are minor units of a currency with `decimals`; balances are on the account's normal
 * side, debits and credits are sums.
 */
export interface Statement {
  /** 1, 2, 3 … of the account; undefined: an extract, which anybody may ask for and nobody keeps. */
  readonly statementNo: number | undefined
  readonly accountId: AccountId
  /** The account's name when the statement was made. */
  readonly name: string
  readonly currency: CurrencyCode
  readonly decimals: number
  readonly normalSide: Side
  readonly from: BusinessDate
  readonly to: BusinessDate
  readonly opening: bigint
  readonly closing: bigint
  readonly debitCount: number
  readonly creditCount: number
  readonly debits: bigint
  readonly credits: bigint
  /** A day in it is not closed yet. Never of a numbered one. */
  readonly provisional: boolean
  readonly madeAt: Instant
  readonly madeBy: string
}

/** What else is known while days are open, for the balances of a provisional statement. */
export interface OpenDays {
  /** The day before the first is not closed either, so what the statement opens with may change. */
  readonly opening: boolean
  /** What may be spent now, and how much of it is credit; undefined: the last day has gone by, or the account is unlimited. */
  readonly available: { readonly amount: bigint; readonly overdraftLimit: bigint } | undefined
}

/** A part of a statement that is rendered as one document. */
export interface StatementPage {
  readonly statement: Statement
  /** SHA-256 of lines and statement, see `StatementDigest`. */
  readonly checksum: string
  /**
   * Details of lines were erased since it was made: of how many, and what lines and statement add up to without them. Undefined:
   * they add up to `checksum`.
   */
  readonly erased?: { readonly lines: number; readonly checksum: string } | undefined
  readonly openDays: OpenDays
  /** 1 … pages. */
  readonly page: number
  readonly pages: number
  /** Before the first and after the last line of the page. */
  readonly opening: bigint
  readonly closing: bigint
  readonly lines: readonly StatementLine[]
}

/**
 * Lines of one document. A camt.053 of so many is some 5 MB. Part of what was promised: with another number the same statement
 * would fall into other pages.
 */
export const linesPerPage = 5_000

/** A change of the balance on the normal side. */
export const changeOf = ({ side, amount }: Pick<StatementLine, 'side' | 'amount'>, normalSide: Side) =>
  side === normalSide ? amount : -amount

export const pagesOf = ({ debitCount, creditCount }: Statement): number =>
  Math.max(1, Math.ceil((debitCount + creditCount) / linesPerPage))
