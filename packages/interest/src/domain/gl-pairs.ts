import type { GlCode, Side } from '@plinth/kernel'

/** What becomes of one GL account, in minor units above zero. */
export interface GlLine {
  readonly glCode: GlCode
  readonly side: Side
  readonly amount: bigint
}

/**
 * Sums what accounts change by pairs of GL accounts, debit and credit, so that a thousand accounts make a handful of lines. What
 * falls is not netted with what rises: adjustments stay visible, and the sum of an entry is that of its rows.
 */
export class GlPairs {
  readonly #sums = new Map<string, bigint>()

  /** Debits one and credits the other by `amount`; below zero the other way round, and not at all between the same two. */
  add(debit: GlCode, credit: GlCode, amount: bigint): void {
    if (amount === 0n || debit === credit) return
    const [from, to, sum] = amount > 0n ? [debit, credit, amount] : [credit, debit, -amount]
    const pair = `${from} ${to}`
    this.#sums.set(pair, (this.#sums.get(pair) ?? 0n) + sum)
  }

  /** A debit and a credit for each pair, in the order of their codes. */
  lines(): GlLine[] {
    return [...this.#sums]
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .flatMap(([pair, amount]): GlLine[] => {
        const [debit, credit] = pair.split(' ') as [GlCode, GlCode]
        return [
          { glCode: debit, side: 'debit', amount },
          { glCode: credit, side: 'credit', amount },
        ]
      })
  }
}
