import { readFileSync } from 'node:fs'
import type { Tx } from '@plinth/db'
import { decideRates, FxRefused, listRates, submitRates } from '@plinth/fx'
import { type Rate, type RateKey, rateStatuses, renderRate } from '@plinth/fx/domain'
import { readRatesToDecide, readSubmittedRates } from '@plinth/http'
import type { BusinessDate, CurrencyCode } from '@plinth/kernel'
import type { Books } from '@plinth/posting'
import { Command, InvalidArgumentError, Option } from 'commander'
import { parse } from 'csv-parse/sync'
import { accepted, type BookOptions, inBooks } from '../book-command.js'
import { type CliRuntime, CommandFailure, exitCodes, type Plinth } from '../cli-runtime.js'
import { jsonOption, printJson, printTable, tenantOption } from '../output.js'
import { parseDate } from '../read-arguments.js'

/** `plinth rates`: what other currencies cost in the base currency, submitted by one and decided by another. */
export function ratesCommand(runtime: CliRuntime): Command {
  return new Command('rates')
    .description('rates of exchange: import, list, and decide what somebody else has submitted')
    .addCommand(importCommand(runtime))
    .addCommand(listCommand(runtime))
    .addCommand(decideCommand(runtime, 'approve'))
    .addCommand(decideCommand(runtime, 'reject'))
}

const explanation = `
FILE is CSV with a header: date,currency,rate,source. A rate is what one unit of the currency costs in the base currency.
Without a column source, --source says where all of them were read. A rate that is there already is not submitted again.
`
// As many as a call of the API takes.
const ratesAtOnce = 1_000

function importCommand(runtime: CliRuntime): Command {
  return new Command('import')
    .description('submit the rates of a file; somebody else approves them')
    .argument('<file>', 'CSV; - for standard input')
    .option('--source <text>', 'where they were read, unless the file says so')
    .addOption(tenantOption())
    .addOption(jsonOption())
    .addHelpText('after', explanation)
    .action(async (file: string, options: BookOptions & { readonly source?: string }) => {
      const rows = readRows(file, options.source)
      await inBooks(runtime, options, async (plinth, books) => {
        const { baseCurrency } = books.tenant
        const { currencies } = books
        const parts = Array.from({ length: Math.ceil(rows.length / ratesAtOnce) }, (_, at) =>
          accepted(
            readSubmittedRates(
              { rates: rows.slice(at * ratesAtOnce, (at + 1) * ratesAtOnce) },
              { baseCurrency, currencies },
            ),
          ),
        )
        const submitted: Rate[] = []
        for (const part of parts)
          submitted.push(...(await inOneTransaction(plinth, books, (tx, run) => submitRates(tx, run, part))))
        print(options, books, submitted)
      })
    })
}

function readRows(file: string, source: string | undefined): readonly Readonly<Record<string, string>>[] {
  try {
    const rows = parse(readFileSync(file === '-' ? 0 : file), {
      bom: true,
      columns: true,
      skip_empty_lines: true,
      trim: true,
    }) as Record<string, string>[]
    if (rows.length === 0) throw new CommandFailure(`${file} holds no rates.`, exitCodes.usage)
    return rows.map((row) => (source === undefined ? row : { source, ...row }))
  } catch (error) {
    if (error instanceof CommandFailure) throw error
    const { code, message } = error as NodeJS.ErrnoException
    const why = String(code).startsWith('CSV_') ? `is not CSV: ${message}` : `cannot be read: ${code}.`
    throw new CommandFailure(`${file} ${why}`, exitCodes.usage)
  }
}

interface ListOptions extends BookOptions {
  readonly currency?: string
  readonly from?: BusinessDate
  readonly to?: BusinessDate
  readonly status?: Rate['status']
}

const ratesShownMax = 1_000

function listCommand(runtime: CliRuntime): Command {
  return new Command('list')
    .description('every version of every rate, the newest day first')
    .option('--currency <code>')
    .option('--from <date>', 'first day', parseDate)
    .option('--to <date>', 'last day, included', parseDate)
    .addOption(new Option('--status <status>').choices([...rateStatuses]))
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async ({ currency, from, to, status, ...options }: ListOptions) => {
      await inBooks(runtime, options, async ({ database }, books) => {
        const filter = { currency: currency as CurrencyCode | undefined, dateFrom: from, dateTo: to, status }
        const page = { filter, order: 'desc', limit: ratesShownMax } as const
        const found = await database.read(books.tenant.tenantId, (tx) => listRates(tx, page))
        print(options, books, found)
        if (found.length === ratesShownMax) console.error(`There may be more: --to ${found.at(-1)?.date}`)
      })
    })
}

interface DecideOptions extends BookOptions {
  readonly date?: BusinessDate
  readonly reason?: string
}

function decideCommand(runtime: CliRuntime, verdict: 'approve' | 'reject'): Command {
  return new Command(verdict)
    .description(`${verdict} rates that somebody else has submitted: all of them or none`)
    .argument('[rates...]', 'such as USD:2026-11-20:1, currency, day and version', addRate)
    .option(
      '--date <date>',
      verdict === 'approve'
        ? 'the newest version of each currency that is submitted for this day'
        : 'all that are submitted for this day',
      parseDate,
    )
    .addOption(new Option('--reason <text>', 'kept with the rates').makeOptionMandatory(verdict === 'reject'))
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (named: readonly RateKey[], { date, reason, ...options }: DecideOptions) => {
      if ((named.length === 0) === (date === undefined))
        throw new CommandFailure('Name rates, or the day of all of them with --date.', exitCodes.usage)
      await inBooks(runtime, options, async (plinth, books) => {
        const rates = date === undefined ? named : await submittedOn(plinth, books, { date, verdict })
        if (rates.length === 0) throw new CommandFailure(`No rate of ${date} waits for a decision.`)
        const asked = accepted(readRatesToDecide(verdict, { rates, ...(reason !== undefined && { reason }) }))
        const decided = await inOneTransaction(plinth, books, (tx, run) =>
          decideRates(tx, run, { verdict, ...asked }),
        ).catch((error: unknown) => {
          if (!(error instanceof FxRefused)) throw error
          throw new CommandFailure(`${error.rejection.code}: ${error.rejection.detail}`)
        })
        if (decided.outcome === 'refused')
          throw new CommandFailure(`${decided.rejection.code}: ${decided.rejection.detail}`)
        if (decided.outcome === 'not_there') {
          const { currency, date: day, version } = decided.missing
          throw new CommandFailure(`There is no version ${version} of a rate of ${currency} on ${day}.`)
        }
        print(options, books, decided.rates)
      })
    })
}

function addRate(text: string, before: readonly RateKey[] = []): readonly RateKey[] {
  const [currency, date, version = ''] = text.split(':')
  if (!/^[1-9][0-9]{0,5}$/.test(version))
    throw new InvalidArgumentError('Write a rate as USD:2026-11-20:1, currency, day and version.')
  const day = parseDate(date as string)
  return [...before, { currency: currency as CurrencyCode, date: day, version: Number(version) }]
}

/** A version that another one corrects would never hold: who approves a day's rates means the corrections. */
async function submittedOn(
  { database }: Plinth,
  { tenant }: Books,
  { date, verdict }: { date: BusinessDate; verdict: 'approve' | 'reject' },
): Promise<RateKey[]> {
  const filter = { dateFrom: date, dateTo: date }
  const all = await database.read(tenant.tenantId, (tx) =>
    listRates(tx, { filter, order: 'asc', limit: ratesAtOnce }),
  )
  const meant =
    verdict === 'approve' ? [...new Map(all.map((rate) => [rate.currency, rate] as const)).values()] : all
  const found = meant.filter(({ status }) => status === 'submitted')
  return found.map(({ currency, date: day, version }) => ({ currency, date: day, version }))
}

const patienceMs = 20_000

async function inOneTransaction<T>(
  { database, subject, newId }: Plinth,
  books: Books,
  work: (tx: Tx, run: Parameters<typeof submitRates>[1]) => Promise<T>,
): Promise<T> {
  const context = { subject, roles: [], correlationId: newId(), causationId: undefined }
  const { tenantId } = books.tenant
  return await database.transaction(
    { tenantId, lane: 'batch', deadlineMs: Date.now() + patienceMs, repeatable: true },
    (tx) => work(tx, { books, context, newId }),
  )
}

function print({ json }: BookOptions, { tenant }: Books, rates: readonly Rate[]): void {
  const data = rates.map((rate) => renderRate(rate, tenant.baseCurrency))
  if (json) printJson({ data })
  else if (data.length === 0) console.log('No rate.')
  else printRates(data, tenant.baseCurrency)
}

function printRates(data: readonly ReturnType<typeof renderRate>[], baseCurrency: string): void {
  printTable(
    [
      ...['date', 'currency', 'version'].map((title) => ({ title })),
      { title: `in ${baseCurrency}`, align: 'right' },
      ...['source', 'status', 'submitted by', 'decided by'].map((title) => ({ title })),
    ],
    data.map(({ date, currency, version, rate, source, status, submittedBy, decidedBy }) => [
      ...[date, currency, String(version), rate, source, status, submittedBy, decidedBy ?? ''],
    ]),
  )
}
