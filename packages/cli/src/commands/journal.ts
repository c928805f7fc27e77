import type { PlinthClient, ReadContent } from '@plinth/client'
import type { Tx } from '@plinth/db'
import {
  type AccountId,
  type BusinessDate,
  type EntryId,
  type Period,
  parseAccountId,
  type TenantId,
} from '@plinth/kernel'
import { type EntryFilter, type JournalEntry, readEntriesByNumber, readEntry } from '@plinth/ledger'
import { renderEntry } from '@plinth/ledger/domain'
import type { Books } from '@plinth/posting'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type CliRuntime, CommandFailure, exitCodes } from '../cli-runtime.js'
import { csvLinesFormat } from '../journal-export/csv-lines.js'
import {
  type ExportFormat,
  entryPages,
  exportFormats,
  exportJournal,
} from '../journal-export/export-journal.js'
import { jsonLinesFormat } from '../journal-export/json-lines.js'
import {
  asPeriod,
  jsonOption,
  printFields,
  printJson,
  printTable,
  tenantOf,
  tenantOption,
} from '../output.js'
import { parseDate, parseEntry } from '../read-arguments.js'
import { orMissing, type Remote, remotely, said } from '../remote.js'
import { openTextOutput, type TextOutput } from '../text-output.js'
import { eraseCommand } from './erase-details.js'

export function journalCommand(runtime: CliRuntime, remote: Remote): Command {
  const journal = new Command('journal').description('what stands in the books')
  return journal
    .addCommand(queryCommand(runtime, remote))
    .addCommand(showCommand(runtime, remote))
    .addCommand(exportCommand(runtime))
    .addCommand(eraseCommand(runtime))
}

type QueryOptions = {
  readonly tenant?: TenantId
  readonly account?: AccountId
  readonly limit: number
  readonly order: 'asc' | 'desc'
  readonly format: 'table' | 'json' | 'csv'
  readonly json?: true
} & Omit<EntryFilter, 'accountId'>

function queryCommand(runtime: CliRuntime, remote: Remote): Command {
  return new Command('query')
    .description('list entries')
    .addOption(tenantOption())
    .option('--account <id>', 'with a line on this account', parseAccount)
    .option('--transaction-code <code>')
    .option('--correlation-id <id>')
    .option('--reference <text>')
    .option('--end-to-end-id <text>')
    .option('--kind <kind>')
    .option('--period <period>', 'YYYY-MM, or YYYY-13', asPeriod)
    .option('--booking-date-from <date>', 'YYYY-MM-DD, included', parseDate)
    .option('--booking-date-to <date>', 'included', parseDate)
    .option('--value-date-from <date>', 'included', parseDate)
    .option('--value-date-to <date>', 'included', parseDate)
    .option('--entry-no-from <number>', 'included', parseCount)
    .option('--entry-no-to <number>', 'included', parseCount)
    .option('--limit <number>', 'at most so many entries', parseCount, 100)
    .addOption(new Option('--order <order>', 'by entry number').choices(['asc', 'desc']).default('asc'))
    .addOption(
      new Option('--format <format>', 'json is an entry a line')
        .choices(['table', 'json', 'csv'])
        .default('table'),
    )
    .addOption(jsonOption())
    .action(async ({ tenant, account, limit, order, format, json, ...filter }: QueryOptions) => {
      const printAs = json ? 'json' : format
      const plinth = remote()
      if (plinth !== undefined) {
        const query = said({ ...filter, accountId: account, order })
        return await remotely(() => queryRemotely(plinth, { query, limit, printAs }))
      }
      await inBooks(runtime, { tenant }, async (tx, books) => {
        const output = openTextOutput(undefined)
        const print = printerOf(printAs, books, output)
        await print.start()
        for await (const page of entryPages(tx, {
          filter: { ...filter, accountId: account },
          order,
          limit,
        })) {
          await print.entries(page)
        }
        print.end()
        await output.close()
      })
    })
}

function printerOf(format: 'table' | 'json' | 'csv', books: Books, output: TextOutput) {
  if (format !== 'table') {
    const text = format === 'json' ? jsonLinesFormat(books) : csvLinesFormat(books)
    return {
      start: () => output.write(text.header([])),
      entries: (page: readonly JournalEntry[]) => output.write(page.map(text.entry).join('')),
      end: () => {},
    }
  }
  const rows: string[][] = []
  return {
    start: async () => {},
    entries: async (page: readonly JournalEntry[]) => {
      rows.push(...page.flatMap((entry) => tableRows(renderEntry(entry, books.currencies))))
    },
    end: () => printRows(rows),
  }
}

function printRows(rows: readonly string[][]): void {
  if (rows.length === 0) console.log('There is no such entry.')
  else printTable(tableColumns, rows)
}

interface RemoteQuery {
  readonly query: NonNullable<ReadContent<'/v1/journal-entries'>['query']>
  readonly limit: number
  readonly printAs: 'table' | 'json' | 'csv'
}

const pageMax = 1_000

async function queryRemotely(plinth: PlinthClient, { query, limit, printAs }: RemoteQuery): Promise<void> {
  if (printAs === 'csv')
    throw new CommandFailure('CSV is made from the database, not by --url.', exitCodes.usage)
  const rows: string[][] = []
  let left = limit
  for await (const entry of plinth.list('/v1/journal-entries', {
    query: { ...query, limit: Math.min(limit, pageMax) },
  })) {
    if (printAs === 'json') console.log(JSON.stringify(entry))
    else rows.push(...tableRows(entry as RenderedEntry))
    left -= 1
    if (left === 0) break
  }
  if (printAs === 'table') printRows(rows)
}

/** As the API answers it, from the database or by HTTP. */
type RenderedEntry = ReturnType<typeof renderEntry>

const tableColumns = [
  { title: 'entry', align: 'right' },
  { title: 'booked' },
  { title: 'value' },
  { title: 'code' },
  { title: 'account' },
  { title: 'debit', align: 'right' },
  { title: 'credit', align: 'right' },
  { title: '' },
  { title: 'description' },
] as const

/** A line a row; what the entry says stands in its first. */
function tableRows(entry: RenderedEntry): string[][] {
  const { entryNo, bookingDate, valueDate, transactionCode, description = '', lines } = entry
  return lines.map(({ accountId, side, amount, currency }, index) => {
    const amounts = side === 'debit' ? [amount, ''] : ['', amount]
    if (index > 0) return ['', '', '', '', accountId, ...amounts, currency, '']
    const first = [String(entryNo), bookingDate, valueDate, transactionCode, accountId, ...amounts, currency]
    return [...first, shortened(description)]
  })
}

/** What a caller wrote must not move the cursor of whoever reads it. */
const printable = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ')

const shortened = (text: string): string => {
  const line = printable(text)
  return line.length > 40 ? `${line.slice(0, 39)}…` : line
}

function showCommand(runtime: CliRuntime, remote: Remote): Command {
  return new Command('show')
    .description('show an entry')
    .argument('<entry>', 'its id or its number', parseEntry)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (which: EntryId | number, { json, tenant }: { json?: true; tenant?: TenantId }) => {
      const show = (entry: RenderedEntry | undefined): void => {
        if (entry === undefined) throw new CommandFailure(`There is no entry ${which}.`)
        if (json) printJson(entry)
        else printEntry(entry)
      }
      const plinth = remote()
      if (plinth !== undefined) return show(await remotely(() => findRemotely(plinth, which)))
      await inBooks(runtime, { tenant }, async (tx, books) => {
        const entry = await find(tx, which)
        show(entry && renderEntry(entry, books.currencies))
      })
    })
}

async function find(tx: Tx, which: EntryId | number): Promise<JournalEntry | undefined> {
  return typeof which === 'string' ? await readEntry(tx, which) : (await readEntriesByNumber(tx, [which]))[0]
}

async function findRemotely(
  plinth: PlinthClient,
  which: EntryId | number,
): Promise<RenderedEntry | undefined> {
  if (typeof which === 'string') {
    const asked = plinth.read('/v1/journal-entries/{journalEntryId}', { ids: { journalEntryId: which } })
    return (await orMissing(asked)) as RenderedEntry | undefined
  }
  const query = { entryNoFrom: which, entryNoTo: which }
  const { data } = await plinth.read('/v1/journal-entries', { query })
  return data[0] as RenderedEntry | undefined
}

function printEntry(entry: RenderedEntry): void {
  const { lines, metadata, entryNo, journalEntryId, detailsErased, ...rest } = entry
  const named = Object.entries(metadata).map(([name, value]) => [`metadata ${name}`, value] as const)
  const texts = [...Object.entries(rest), ...named].map(([name, value]) => [
    printable(name),
    value === undefined ? undefined : printable(String(value)),
  ])
  const erased =
    detailsErased === undefined
      ? {}
      : { 'details erased': `${detailsErased.at}, ${detailsErased.legalBasis}` }
  printFields({ entry: String(entryNo), id: journalEntryId, ...Object.fromEntries(texts), ...erased })
  console.log('')
  printTable(
    [
      { title: 'line', align: 'right' },
      { title: 'account' },
      { title: 'debit', align: 'right' },
      { title: 'credit', align: 'right' },
      { title: '' },
      { title: 'balance after', align: 'right' },
      { title: 'version', align: 'right' },
    ],
    lines.map(({ lineNo, accountId, side, amount, currency, balanceAfter, accountVersion }) => [
      String(lineNo),
      accountId,
      ...(side === 'debit' ? [amount, ''] : ['', amount]),
      currency,
      balanceAfter,
      String(accountVersion),
    ]),
  )
}

interface ExportOptions {
  readonly tenant?: TenantId
  readonly format: ExportFormat
  readonly period?: Period
  readonly from?: BusinessDate
  readonly to?: BusinessDate
  readonly output?: string
}

function exportCommand(runtime: CliRuntime): Command {
  return new Command('export')
    .description('write the journal for other programs')
    .addOption(tenantOption())
    .addOption(
      new Option('--format <format>', 'json is JSON Lines').choices([...exportFormats]).makeOptionMandatory(),
    )
    .option('--period <period>', 'YYYY-MM, or YYYY-13', asPeriod)
    .option('--from <date>', 'first booking date, YYYY-MM-DD', parseDate)
    .option('--to <date>', 'last booking date, included', parseDate)
    .option('--output <file>', 'instead of standard output')
    .action(async ({ tenant, output: path, ...request }: ExportOptions) => {
      await inBooks(runtime, { tenant }, async (tx, books) => {
        const output = openTextOutput(path)
        for await (const text of exportJournal(tx, books, request)) await output.write(text)
        await output.close()
      })
    })
}

/** One snapshot of a tenant's books. What it printed cannot be taken back, so it is not begun twice. */
async function inBooks(
  runtime: CliRuntime,
  options: { tenant?: TenantId | undefined },
  work: (tx: Tx, books: Books) => Promise<void>,
): Promise<void> {
  const tenantId = tenantOf(runtime, options)
  await runtime.withPlinth(async (plinth) => {
    const books = await plinth.books(tenantId)
    let begun = false
    await plinth.database.read(tenantId, async (tx) => {
      if (begun) throw new CommandFailure('The connection to the database was lost: the output is not whole.')
      begun = true
      await work(tx, books)
    })
  })
}

function parseAccount(text: string): AccountId {
  const accountId = parseAccountId(text)
  if (accountId === undefined) throw new InvalidArgumentError('That is not the id of an account.')
  return accountId
}

function parseCount(text: string): number {
  if (/^[1-9][0-9]{0,14}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('That is not a number above zero.')
}
