import type { AccountId, CurrencyCode, EntryId, GlCode, Instant, Side } from '@plinth/kernel'

/** The end of a year (ADR 0023). */
export interface YearEnd {
  readonly year: number
  /** Of one that is open nothing else is known. */
  readonly status: 'closing' | 'final'
  readonly retainedEarningsGlCode: GlCode
  readonly begunAt: Instant
  readonly begunBy: string
  readonly correlationId: string
  /** The last entry before it began to close, and before it was final. */
  readonly begunEntryNo: number
  readonly finalEntryNo: number | undefined
  readonly finalAt: Instant | undefined
  /** Into how many its accounts were divided; undefined: not yet. */
  readonly partitions: number | undefined
}

/** Accounts of one currency that one entry closes. */
export interface YearEndPartition {
  readonly partitionNo: number
  readonly currency: CurrencyCode
  readonly accountIds: readonly AccountId[]
}

/** What became of one. */
export interface YearEndEntries {
  readonly currency: CurrencyCode
  /** Income less expense of all of them that are done, in minor units. */
  readonly result: bigint
  readonly entryIds: readonly EntryId[]
}

/** What an account of income or expense came to in a year: credits less debits, in minor units. */
export interface YearBalance {
  readonly accountId: AccountId
  readonly glCode: GlCode
  readonly balance: bigint
}

/** A line that closes an account, or takes the result. */
export interface ClosingLine {
  readonly accountId: AccountId
  readonly glCode: GlCode
  readonly side: Side
  readonly amount: bigint
}

/**
 * Takes each balance back to zero and puts what they come to on the retained earnings: a profit as a credit. No lines if there is
 * nothing to close.
 */
export function closingLines(
  balances: readonly YearBalance[],
  retained: Pick<ClosingLine, 'accountId' | 'glCode'>,
): readonly ClosingLine[] {
  const lines = balances
    .filter(({ balance }) => balance !== 0n)
    .map(({ accountId, glCode, balance }) => ({ accountId, glCode, ...backOf(balance) }))
  const result = resultOf(balances)
  if (result === 0n) return lines
  return [...lines, { ...retained, ...backOf(-result) }]
}

/** Income less expense, in minor units. */
export const resultOf = (balances: readonly Pick<YearBalance, 'balance'>[]): bigint =>
  balances.reduce((sum, { balance }) => sum + balance, 0n)

const backOf = (balance: bigint): { side: Side; amount: bigint } =>
  balance > 0n ? { side: 'debit', amount: balance } : { side: 'credit', amount: -balance }
