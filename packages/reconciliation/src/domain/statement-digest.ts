import { createHash } from 'node:crypto'
import { canonicalJson } from '@plinth/kernel'
import type { StatementLine } from '@plinth/ledger'
import { renderStatement, renderStatementLine } from './render-statement.js'
import type { Statement } from './statement.js'

/**
 * The checksum of a statement: SHA-256 over the canonical JSON (RFC 8785) of each of its lines and then of the statement
 * itself, as the API answers them, each followed by a line feed. Line by line, so that it needs no memory for them.
 */
export class StatementDigest {
  readonly #hash = createHash('sha256')

  add(line: StatementLine, decimals: number): void {
    this.#hash.update(`${canonicalJson(renderStatementLine(line, decimals))}\n`)
  }

  /** In hexadecimal. Nothing can be added behind it. */
  seal(statement: Statement): string {
    return this.#hash.update(`${canonicalJson(renderStatement(statement))}\n`).digest('hex')
  }
}
