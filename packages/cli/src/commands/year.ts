import type { renderYearEnd, YearEndReport } from '@plinth/eod/domain'
import { type TenantId, yearOf } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import type { Books } from '@plinth/posting'
import { Command, InvalidArgumentError } from 'commander'
import { type CliRuntime, CommandFailure, type Plinth } from '../cli-runtime.js'
import { coloured, jsonOption, printJson, printTable, tenantOf, tenantOption } from '../output.js'

interface Options {
  readonly tenant?: TenantId
  readonly json?: true
}

const explanation = `
A year can be closed when its last day is, after the year before it. Its income and expense go to the settings'
retainedEarningsGlCode by entries of the kind year_end_close, of value the last day and in the period YYYY-13; then it is
final. Until then operators may post to YYYY-13. A close that was interrupted is gone on with by another one.
`

/** `plinth year`: ends accounting years. */
export function yearCommand(runtime: CliRuntime): Command {
  return new Command('year')
    .description('close accounting years')
    .addHelpText('after', explanation)
    .addCommand(closeCommand(runtime))
    .addCommand(statusCommand(runtime))
}

function closeCommand(runtime: CliRuntime): Command {
  return new Command('close')
    .description('close income and expense into the retained earnings; a year that is final is left as it is')
    .argument('<year>', 'YYYY', parseYear)
    .option('--dry-run', 'show what would be posted; nothing is kept')
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (year: number, options: Options & { dryRun?: true }) => {
      await atWork(runtime, options, async (plinth, books) => {
        const { EodRefused, openYearEnds } = await import('@plinth/eod')
        const { database, newId, subject } = plinth
        const years = openYearEnds({ database, newId })
        const operator = { subject, roles: [], correlationId: newId(), causationId: undefined }
        try {
          return options.dryRun
            ? await years.rehearse(books, year)
            : await years.close(books, { year, operator })
        } catch (error) {
          if (error instanceof EodRefused) throw new CommandFailure(error.message)
          throw error
        }
      })
    })
}

function statusCommand(runtime: CliRuntime): Command {
  return new Command('status')
    .description('how a year stands, and what came of its end')
    .argument('[year]', 'YYYY (default: the year before that of the business date)', parseYear)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (asked: number | undefined, options: Options) => {
      await atWork(runtime, options, async ({ database }, { tenant }) => {
        const { readYearEnd } = await import('@plinth/eod')
        return await database.read(tenant.tenantId, async (tx) =>
          readYearEnd(tx, asked ?? yearOf((await readHead(tx)).businessDate) - 1),
        )
      })
    })
}

async function atWork(
  runtime: CliRuntime,
  options: Options,
  work: (plinth: Plinth, books: Books) => Promise<YearEndReport>,
): Promise<void> {
  const { renderYearEnd: render } = await import('@plinth/eod/domain')
  await runtime.withPlinth(async (plinth) => {
    const books = await plinth.books(tenantOf(runtime, options))
    const shown = render(await work(plinth, books), books.currencies)
    if (options.json) printJson(shown)
    else print(shown)
  })
}

const colours = { open: 'yellow', closing: 'yellow', final: 'green' } as const

function print(shown: ReturnType<typeof renderYearEnd>): void {
  const { year, status, results, lines } = shown
  console.log(
    lines === undefined
      ? `${year}: ${coloured(status, colours[status])}`
      : `Rehearsal of ${year}: nothing is kept`,
  )
  const by = shown.begunBy === undefined ? '' : `, begun at ${shown.begunAt} by ${shown.begunBy}`
  if (shown.retainedEarningsGlCode !== undefined) console.log(`Into ${shown.retainedEarningsGlCode}${by}`)
  for (const { currency, result, journalEntryIds } of results) {
    const entries = lines === undefined ? `, ${journalEntryIds.length} entries` : ''
    console.log(`${currency}: income less expense ${result}${entries}`)
  }
  if (lines !== undefined && lines.length > 0)
    printTable(
      columns,
      lines.map(({ glCode, currency, side, amount }) => [
        glCode,
        currency,
        ...(side === 'debit' ? [amount, ''] : ['', amount]),
      ]),
    )
}

const columns = [
  { title: 'GL account' },
  { title: 'currency' },
  { title: 'debit', align: 'right' },
  { title: 'credit', align: 'right' },
] as const

function parseYear(text: string): number {
  if (!/^[1-9][0-9]{3}$/.test(text)) throw new InvalidArgumentError('A year is written YYYY.')
  return Number(text)
}
