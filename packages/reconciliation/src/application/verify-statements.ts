import type { Tx } from '@plinth/db'
import { addDays, type Currencies } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import { renderStatement } from '../domain/render-statement.js'
import { decimalsIn, type Gathered, gatherLines, saysTheSame } from './gather-lines.js'
import { firstOpenDay } from './make-statement.js'
import type { StatementKey, StatementStore, StoredStatement } from './ports.js'

/** What `plinth verify` says of the statements, in the form of its other rules. */
export interface StatementFindings {
  readonly rule: 'statements_stand'
  readonly says: string
  /** Statements that do not. */
  readonly broken: number
  /** Statements whose lines have lost details since: their checksums cannot be added up again, all else of them was. */
  readonly withErasedLines: number
  /** The first of them. */
  readonly first: StatementFinding | undefined
}

interface StatementFinding {
  readonly row: Readonly<Record<string, string | number>>
  readonly expected: string
  readonly found: string
}

const says =
  'every statement follows the one before it, is of closed days, and says what the journal says of them'
const statementsPerPage = 500

/** Compares every statement of the tenant with the one before it and with the journal, in the snapshot of `tx`. */
export const verifyStatementsWith =
  (store: StatementStore) =>
  async (tx: Tx, currencies: Currencies): Promise<StatementFindings> => {
    const openFrom = firstOpenDay(await readHead(tx))
    let broken = 0
    let withErasedLines = 0
    let first: StatementFinding | undefined
    let before: StoredStatement | undefined
    for (let after: StatementKey | undefined; ; after = before?.statement) {
      const page: StoredStatement[] = await store.readAfter(tx, { after, limit: statementsPerPage })
      for (const stored of page) {
        const decimals = decimalsIn(currencies, stored.statement.currency)
        const gathered = await gatherLines(tx, { ...stored.statement, decimals }).catch(sumsThatDiffer)
        const found = faultOf(stored, { before, gathered, openFrom: String(openFrom) })
        if (found !== undefined) {
          broken += 1
          first ??= found
        }
        if (gathered !== undefined && gathered.erasedLines > 0 && gathered.checksum !== stored.checksum)
          withErasedLines += 1
        before = stored
      }
      if (page.length < statementsPerPage) break
    }
    return { rule: 'statements_stand', says, broken, withErasedLines, first }
  }

/** Books that do not add up have rules of their own; here only the statement is at fault. */
const sumsThatDiffer = (error: unknown): undefined => {
  if (error instanceof Error && error.name === 'InvariantViolation') return undefined
  throw error
}

function faultOf(
  { statement, checksum }: StoredStatement,
  {
    before,
    gathered,
    openFrom,
  }: { before: StoredStatement | undefined; gathered: Gathered | undefined; openFrom: string },
): StatementFinding | undefined {
  const { accountId, statementNo, from, to, opening } = statement
  const row = { accountId, statementNo }
  const previous = before?.statement.accountId === accountId ? before.statement : undefined
  const numberDue = (previous?.statementNo ?? 0) + 1
  if (statementNo !== numberDue)
    return { row, expected: `number ${numberDue}`, found: `number ${statementNo}` }
  if (previous !== undefined && from !== addDays(previous.to, 1))
    return { row, expected: `from ${addDays(previous.to, 1)}`, found: `from ${from}` }
  if (previous !== undefined && opening !== previous.closing)
    return { row, expected: `opens with ${previous.closing}`, found: `opens with ${opening}` }
  if (to >= openFrom) return { row, expected: `days before ${openFrom}`, found: `up to ${to}` }
  if (gathered === undefined)
    return { row, expected: 'opening and lines that make the closing', found: 'others' }
  const texts = [
    JSON.stringify(renderStatement(gathered.statement)),
    JSON.stringify(renderStatement({ ...statement, decimals: gathered.statement.decimals })),
  ] as const
  if (texts[0] !== texts[1]) return { row, expected: texts[0], found: texts[1] }
  return saysTheSame({ statement, checksum }, gathered)
    ? undefined
    : { row, expected: `checksum ${gathered.checksum}`, found: `checksum ${checksum}` }
}
