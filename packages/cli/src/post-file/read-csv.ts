import { isUtf8 } from 'node:buffer'
import { type CsvError, type Info, parse } from 'csv-parse'
import { CommandFailure, exitCodes } from '../cli-runtime.js'
import { type FileLine, malformedLine } from './file-line.js'

/** Columns that become a field of the command under their own name. */
const fieldColumns = new Set([
  'type',
  'idempotencyKey',
  'group',
  'transactionCode',
  'description',
  'valueDate',
  'period',
  'reference',
  'endToEndId',
  'accountId',
  'name',
  'glCode',
  'customerId',
  'productCode',
  'overdraftLimit',
  'unlimited',
  'status',
  'blockDebits',
  'blockCredits',
  'reason',
])
/** Columns that together become the two lines of a posting. */
const lineColumns = new Set(['debitAccountId', 'creditAccountId', 'amount', 'currency'])
const booleanColumns = new Set(['unlimited', 'blockDebits', 'blockCredits'])
const metadataColumn = /^metadata\.(.+)$/

export const csvColumns: readonly string[] = [...fieldColumns, ...lineColumns, 'metadata.<name>']

interface CsvRow {
  readonly record: readonly string[]
  readonly raw: string
  readonly info: Info
}

/** The records of a CSV file with a header, in order. An empty cell is a field that is not there. */
export async function* readCsvLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<FileLine> {
  const options = {
    bom: true,
    info: true,
    raw: true,
    relax_column_count: true,
    skip_empty_lines: true,
  } as const
  const parser = parse({ ...options, max_record_size: 1024 * 1024 })
  void feed(chunks, parser)
  let header: readonly string[] | undefined
  try {
    for await (const { record, raw, info } of parser as AsyncIterable<CsvRow>) {
      if (header === undefined) {
        header = checkedHeader(record)
        continue
      }
      const at = { lineNo: info.lines, bytesRead: info.bytes, original: () => raw.replace(/\r?\n$/, '') }
      yield { ...at, read: readRecord(header, record, raw) }
    }
  } catch (error) {
    if (error instanceof CommandFailure) throw error
    const { code, message } = error as CsvError
    if (!String(code).startsWith('CSV_')) throw error
    // Behind a broken quotation mark nobody knows any more where a record begins.
    throw new CommandFailure(`The file is not CSV: ${message}`, exitCodes.usage)
  }
  if (header === undefined) throw new CommandFailure('The file has no header line.', exitCodes.usage)
}

async function feed(chunks: AsyncIterable<Buffer>, parser: ReturnType<typeof parse>): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (!parser.write(chunk)) await new Promise((resolve) => parser.once('drain', resolve))
    }
    parser.end()
  } catch (error) {
    parser.destroy(error as Error)
  }
}

function checkedHeader(names: readonly string[]): readonly string[] {
  const columns = names.map((name) => name.trim())
  const unknown = columns.find(
    (name) => !fieldColumns.has(name) && !lineColumns.has(name) && !metadataColumn.test(name),
  )
  if (unknown !== undefined) {
    const known = csvColumns.join(', ')
    throw new CommandFailure(
      `There is no column "${unknown}". A header names some of: ${known}.`,
      exitCodes.usage,
    )
  }
  const twice = columns.find((name, index) => columns.indexOf(name) !== index)
  if (twice !== undefined)
    throw new CommandFailure(`The column "${twice}" stands twice in the header.`, exitCodes.usage)
  return columns
}

function readRecord(header: readonly string[], record: readonly string[], raw: string): FileLine['read'] {
  if (record.length !== header.length) {
    return malformedLine(
      'malformed_request',
      `The header has ${header.length} columns and this record ${record.length}.`,
    )
  }
  // csv-parse puts a replacement character where bytes are not UTF-8; the character itself is nearly as rare.
  if (raw.includes('\ufffd') || !isUtf8(Buffer.from(raw))) {
    return malformedLine('malformed_request', 'The record is not UTF-8.')
  }
  return { value: commandOf(new Map(header.map((name, index) => [name, record[index] ?? '']))) }
}

/** The command that a record spells. Whether it is one is for the reader of all commands to say. */
function commandOf(cells: ReadonlyMap<string, string>): Readonly<Record<string, unknown>> {
  const command: Record<string, unknown> = { type: 'post' }
  const metadata: Record<string, string> = {}
  for (const [name, text] of cells) {
    if (text === '') continue
    const metadataName = metadataColumn.exec(name)?.[1]
    if (metadataName !== undefined) metadata[metadataName] = text
    else if (booleanColumns.has(name) && (text === 'true' || text === 'false'))
      command[name] = text === 'true'
    else if (fieldColumns.has(name)) command[name] = text
  }
  if (Object.keys(metadata).length > 0) command.metadata = metadata
  const lines = linesOf(cells)
  if (command.type === 'post') command.lines = lines
  else {
    // A currency says of an account what it says of a line; the other columns make no sense here, and are named as such.
    for (const name of lineColumns) if (cells.get(name)) command[name] = cells.get(name)
  }
  return command
}

function linesOf(cells: ReadonlyMap<string, string>): readonly object[] {
  const cell = (name: string): string | undefined => cells.get(name) || undefined
  const amounts = { amount: cell('amount'), currency: cell('currency') }
  return [
    { accountId: cell('debitAccountId'), side: 'debit', ...amounts },
    { accountId: cell('creditAccountId'), side: 'credit', ...amounts },
  ]
}
