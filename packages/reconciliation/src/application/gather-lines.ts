import type { Tx } from '@plinth/db'
import { addDays, type Currencies, invariant } from '@plinth/kernel'
import {
  readBalanceBookedBy,
  readStatementLines,
  type StatementLine,
  type StatementPosition,
} from '@plinth/ledger'
import { changeOf, linesPerPage, type Statement } from '../domain/statement.js'
import { StatementDigest } from '../domain/statement-digest.js'

/** What is known of a statement before its lines are read. */
export type Outline = Omit<
  Statement,
  'opening' | 'closing' | 'debitCount' | 'creditCount' | 'debits' | 'credits'
>

export interface Gathered {
  readonly statement: Statement
  readonly checksum: string
  /** Those of the page asked for. */
  readonly lines: readonly StatementLine[]
  /** The balance before the first of them. */
  readonly before: bigint
}

/**
 * Reads the journal for a statement, adds it up and digests it, and keeps the lines of one page. Memory is needed for that page
 * alone, however long the statement is.
 */
export async function gatherLines(tx: Tx, outline: Outline, page = 1): Promise<Gathered> {
  const { normalSide, from, to, decimals } = outline
  const opening = await readBalanceBookedBy(tx, outline, addDays(from, -1))
  const digest = new StatementDigest()
  const sums = { debits: 0n, debitCount: 0, credits: 0n, creditCount: 0 }
  let balance = opening
  let kept: { lines: readonly StatementLine[]; before: bigint } = { lines: [], before: opening }
  let after: StatementPosition | undefined
  for (let number = 1; ; number += 1) {
    const lines: StatementLine[] = await readStatementLines(tx, { ...outline, limit: linesPerPage, after })
    if (number === page) kept = { lines, before: balance }
    for (const line of lines) {
      digest.add(line, decimals)
      sums[`${line.side}s`] += line.amount
      sums[`${line.side}Count`] += 1
      balance += changeOf(line, normalSide)
    }
    if (lines.length < linesPerPage) break
    after = lines.at(-1)
  }
  const closing = await readBalanceBookedBy(tx, outline, to)
  invariant(balance === closing, 'opening and lines of a statement make its closing', {
    accountId: outline.accountId,
    ...{ from, to, opening, closing, balance },
  })
  const statement = { ...outline, opening, closing, ...sums }
  return { statement, checksum: digest.seal(statement), ...kept }
}

/** The decimals of an account's currency, which stays known. */
export function decimalsIn(currencies: Currencies, currency: string): number {
  const decimals = currencies.decimalsOf(currency)
  invariant(decimals !== undefined, 'the currency of an account stays known', { currency })
  return decimals
}
