import { formatMinor } from '@plinth/kernel'
import type { StatementLine } from '@plinth/ledger'
import type { Statement, StatementPage } from './statement.js'

/** A statement as the API answers it, but for its lines and its checksum. What this says is in the checksum. */
export function renderStatement(statement: Statement) {
  const { decimals, opening, closing, debitCount, debits, creditCount, credits, ...said } = statement
  const format = (minor: bigint): string => formatMinor(minor, decimals)
  return {
    accountId: said.accountId,
    statementNo: said.statementNo,
    name: said.name,
    currency: said.currency,
    normalSide: said.normalSide,
    from: said.from,
    to: said.to,
    opening: format(opening),
    debits: { count: debitCount, amount: format(debits) },
    credits: { count: creditCount, amount: format(credits) },
    closing: format(closing),
    provisional: said.provisional,
    madeAt: said.madeAt,
    madeBy: said.madeBy,
  }
}

/** A line of a statement as the API answers it. */
export function renderStatementLine(line: StatementLine, decimals: number) {
  return {
    entryNo: line.entryNo,
    lineNo: line.lineNo,
    journalEntryId: line.entryId,
    kind: line.kind,
    bookingDate: line.bookingDate,
    valueDate: line.valueDate,
    postedAt: line.postedAt,
    transactionCode: line.transactionCode,
    description: line.description,
    reference: line.reference,
    endToEndId: line.endToEndId,
    detailsErased: line.detailsErased,
    side: line.side,
    amount: formatMinor(line.amount, decimals),
    runningBalance: formatMinor(line.balanceAfter, decimals),
    accountVersion: line.accountVersion,
  }
}

/** A page of a statement as the API answers it. */
export function renderStatementPage({ statement, checksum, erased, page, pages, lines }: StatementPage) {
  return {
    ...renderStatement(statement),
    checksum,
    erased,
    page,
    pages,
    lines: lines.map((line) => renderStatementLine(line, statement.decimals)),
  }
}
