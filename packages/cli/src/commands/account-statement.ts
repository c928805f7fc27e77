import type { AccountId, BusinessDate, TenantId } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import type { Books } from '@plinth/posting'
import { makeStatement, readExtractPage, readStatementPage, type StatementPage } from '@plinth/reconciliation'
import {
  renderCamt053,
  renderCsv,
  renderStatementPage,
  renderText,
  unfitForCamt053,
} from '@plinth/reconciliation/domain'
import { Command, Option } from 'commander'
import { type CliRuntime, CommandFailure, exitCodes, type Plinth } from '../cli-runtime.js'
import { jsonOption, tenantOf, tenantOption } from '../output.js'
import { parseDate, parseId, parseNumber } from '../read-arguments.js'
import { openTextOutput } from '../text-output.js'

const formats = {
  text: renderText,
  csv: renderCsv,
  camt053,
  json: (page: StatementPage) => `${JSON.stringify(renderStatementPage(page))}\n`,
} as const

interface Options {
  readonly tenant?: TenantId
  readonly from?: BusinessDate
  readonly to?: BusinessDate
  readonly number?: number
  readonly make?: true
  readonly page: number
  readonly format: keyof typeof formats
  readonly json?: true
  readonly output?: string
}

/** `plinth account statement`: a numbered one, a new one, or the lines of any days in the same form. */
export function statementCommand(runtime: CliRuntime): Command {
  return new Command('statement')
    .description('a statement: by its number, the next one, or an account’s lines of any days')
    .argument('<id>', '', parseId)
    .option('--from <date>', 'first day, YYYY-MM-DD (default: the first of the books)', parseDate)
    .option('--to <date>', 'last day, included (default: the business date)', parseDate)
    .addOption(
      new Option('--number <number>', 'the statement of this number')
        .argParser(parseNumber)
        .conflicts(['from', 'to', 'make']),
    )
    .addOption(
      new Option('--make', 'make and number the next statement, up to --to').conflicts(['from', 'number']),
    )
    .addOption(
      new Option('--format <format>', 'camt053 is ISO 20022 camt.053.001.08')
        .choices(Object.keys(formats))
        .default('text'),
    )
    .option('--page <number>', 'of a statement with more lines than fit on one', parseNumber, 1)
    .option('--output <file>', 'instead of standard output')
    .addOption(tenantOption())
    .addOption(jsonOption().conflicts('format'))
    .action(async (accountId: AccountId, options: Options) => {
      if (options.make && options.to === undefined)
        throw new CommandFailure('--make needs --to, the last day of the statement.', exitCodes.usage)
      const page = await runtime.withPlinth(async (plinth) =>
        pageFor(plinth, await plinth.books(tenantOf(runtime, options)), { accountId, ...options }),
      )
      const output = openTextOutput(options.output)
      await output.write(formats[options.json ? 'json' : options.format](page))
      await output.close()
      if (page.page < page.pages) console.error(`Page ${page.page} of ${page.pages}: --page ${page.page + 1}`)
    })
}

type Wanted = Options & { readonly accountId: AccountId }

async function pageFor(plinth: Plinth, books: Books, wanted: Wanted): Promise<StatementPage> {
  const { accountId, page } = wanted
  const { tenant, currencies } = books
  const statementNo = wanted.make ? await make(plinth, books, wanted) : wanted.number
  if (statementNo === undefined) return await extract(plinth, books, wanted)
  const found = await plinth.database.read(tenant.tenantId, (tx) =>
    readStatementPage(tx, { accountId, statementNo, page, currencies }),
  )
  if (found === undefined)
    throw new CommandFailure(`Account ${accountId} has no statement ${statementNo} with a page ${page}.`)
  return found
}

// As at the edge of HTTP: a statement of a very long time takes some seconds to add up.
const patienceMs = 60_000

async function make(
  plinth: Plinth,
  { tenant, currencies }: Books,
  { accountId, to }: Wanted,
): Promise<number> {
  const asker = {
    auditEventId: plinth.newId(),
    subject: plinth.subject,
    roles: [],
    correlationId: plinth.newId(),
    causationId: undefined,
  }
  const made = await plinth.database.transaction(
    { tenantId: tenant.tenantId, lane: 'batch', deadlineMs: Date.now() + patienceMs, repeatable: true },
    (tx) => makeStatement(tx, { accountId, to: to as BusinessDate, currencies, asker }),
  )
  switch (made.outcome) {
    case 'no_account':
      throw new CommandFailure(`There is no account ${accountId} in this tenant.`)
    case 'refused':
      throw new CommandFailure(made.detail)
    case 'there':
      console.error(`It was there already: statement ${made.stored.statement.statementNo}.`)
      return made.stored.statement.statementNo
    case 'made':
      return made.stored.statement.statementNo
  }
}

async function extract(
  { database, subject }: Plinth,
  { tenant, currencies }: Books,
  { accountId, from = tenant.firstBusinessDate, to, page }: Wanted,
): Promise<StatementPage> {
  const found = await database.read(tenant.tenantId, async (tx) => {
    const until = to ?? (await readHead(tx)).businessDate
    if (from > until)
      throw new CommandFailure(`The first day, ${from}, is after the last, ${until}.`, exitCodes.usage)
    return await readExtractPage(tx, { accountId, from, to: until, page, currencies, askedBy: subject })
  })
  if (found === undefined)
    throw new CommandFailure(`There is no account ${accountId} in this tenant, or no page ${page} of this.`)
  return found
}

function camt053(page: StatementPage): string {
  const unfit = unfitForCamt053(page)
  if (unfit === undefined) return renderCamt053(page)
  throw new CommandFailure(`${unfit.code}: ${unfit.detail}`)
}
