import { csvField } from './csv-field.js'
import { renderStatement, renderStatementLine } from './render-statement.js'
import type { StatementPage } from './statement.js'

const columns = [
  'record',
  'accountId',
  'statementNo',
  'bookingDate',
  'valueDate',
  'entryNo',
  'lineNo',
  'journalEntryId',
  'kind',
  'transactionCode',
  'description',
  'reference',
  'endToEndId',
  'side',
  'amount',
  'currency',
  'runningBalance',
  'postedAt',
  'accountVersion',
] as const

type Column = (typeof columns)[number]

/**
 * RFC 4180 with one header and CRLF: a record `opening`, one `line` for each, and one `closing` with their balances. Texts are as
 * they were written, also those that a spreadsheet would take for a formula.
 */
export function renderCsv({ statement, opening, closing, lines }: StatementPage): string {
  const { accountId, statementNo, currency, from, to } = statement
  const always = { accountId, statementNo, currency }
  const balance = (minor: bigint): string => renderStatement({ ...statement, opening: minor }).opening
  const records: Partial<Record<Column, string | number | undefined>>[] = [
    { record: 'opening', ...always, bookingDate: from, runningBalance: balance(opening) },
    ...lines.map((line) => ({
      record: 'line',
      ...always,
      ...renderStatementLine(line, statement.decimals),
    })),
    { record: 'closing', ...always, bookingDate: to, runningBalance: balance(closing) },
  ]
  const rows = records.map((record) => columns.map((column) => csvField(record[column])).join(','))
  return [columns.join(','), ...rows].map((row) => `${row}\r\n`).join('')
}
