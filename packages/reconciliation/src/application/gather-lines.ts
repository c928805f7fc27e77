import type { Tx } from '@plinth/db'
import { addDays, type Currencies, canonicalJson, invariant } from '@plinth/kernel'
import {
  readBalanceBookedBy,
  readStatementLines,
  type StatementLine,
  type StatementPosition,
} from '@plinth/ledger'
import { renderStatement } from '../domain/render-statement.js'
import { changeOf, linesPerPage, type Statement } from '../domain/statement.js'
import { StatementDigest } from '../domain/statement-digest.js'
import type { StoredStatement } from './ports.js'

/** What is known of a statement before its lines are read. */
export type Outline = Omit<
  Statement,
  'opening' | 'closing' | 'debitCount' | 'creditCount' | 'debits' | 'credits'
>

export interface Gathered {
  readonly statement: Statement
  readonly checksum: string
  /** How many lines have lost their details. */
  readonly erasedLines: number
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
  let erasedLines = 0
  let kept: { lines: readonly StatementLine[]; before: bigint } = { lines: [], before: opening }
  let after: StatementPosition | undefined
  for (let number = 1; ; number += 1) {
    const lines: StatementLine[] = await readStatementLines(tx, { ...outline, limit: linesPerPage, after })
    if (number === page) kept = { lines, before: balance }
    for (const line of lines) {
      digest.add(line, decimals)
      if (line.detailsErased) erasedLines += 1
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
  return { statement, checksum: digest.seal(statement), erasedLines, ...kept }
}

/** The decimals of an account's currency, which stays known. */
export function decimalsIn(currencies: Currencies, currency: string): number {
  const decimals = currencies.decimalsOf(currency)
  invariant(decimals !== undefined, 'the currency of an account stays known', { currency })
  return decimals
}

/**
 * Whether what was gathered now is the statement that was made. Of one whose lines have lost their details the checksum is another;
 * days, balances, counts and sums are the same, and what else its lines say the evidence holds.
 */
export function saysTheSame({ statement, checksum }: StoredStatement, gathered: Gathered): boolean {
  if (gathered.checksum === checksum) return true
  const { decimals } = gathered.statement
  return (
    gathered.erasedLines > 0 &&
    canonicalJson(renderStatement(gathered.statement)) ===
      canonicalJson(renderStatement({ ...statement, decimals }))
  )
}
