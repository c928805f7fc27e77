import {
  type AccountStatus,
  listAccounts,
  readAccount,
  readLastTerms,
  readState,
  readTermsSnapshots,
} from '@plinth/account'
import { renderAccount, renderBalance, renderPastBalance, renderTermsSnapshot } from '@plinth/account/domain'
import { readBatchCommand } from '@plinth/http'
import type { AccountId, GlCode } from '@plinth/kernel'
import { readHead, readPastTurnovers } from '@plinth/ledger'
import type { Books } from '@plinth/posting'
import { Command, InvalidArgumentError, Option } from 'commander'
import { addNamed, type BookOptions, inBooks, keyOption, printAnswer, runOnBooks } from '../book-command.js'
import { type CliRuntime, CommandFailure } from '../cli-runtime.js'
import { jsonOption, printJson, printTable, tenantOption } from '../output.js'
import { notKnownYet, type PastOptions, pastOptions, questionOf } from '../past-options.js'
import { parseId } from '../read-arguments.js'
import { orMissing, type Remote, remotely, said } from '../remote.js'
import { statementCommand } from './account-statement.js'

type Options = BookOptions

export function accountCommand(runtime: CliRuntime, remote: Remote): Command {
  const account = new Command('account').description('accounts: open, read, list, freeze and close')
  return account
    .addCommand(openCommand(runtime))
    .addCommand(listCommand(runtime))
    .addCommand(showCommand(runtime, remote))
    .addCommand(termsCommand(runtime))
    .addCommand(balanceCommand(runtime, remote))
    .addCommand(statementCommand(runtime))
    .addCommand(statusCommand(runtime))
}

interface OpenOptions extends Options {
  readonly key?: string
  readonly name: string
  readonly gl?: string
  readonly currency?: string
  readonly customer?: string
  readonly product?: string
  readonly eligibility?: Readonly<Record<string, string>>
  readonly overdraftLimit?: string
  readonly unlimited?: true
  readonly metadata?: Readonly<Record<string, string>>
}

function openCommand(runtime: CliRuntime): Command {
  return new Command('open')
    .description('open an account under a postable GL account, or with the terms of a product')
    .argument('[id]', 'such as CUST-42:main (default: Plinth makes one)')
    .requiredOption('--name <name>', 'whose it is, or what for')
    .option('--gl <code>', 'its GL account (default: that of the product)')
    .option('--currency <code>', 'default: that of the product, or with --gl the base currency of the tenant')
    .option('--customer <id>', 'the customer it belongs to')
    .option('--product <code>', 'a product of the catalogue; of none there: a label')
    .addOption(
      new Option('--eligibility <name=value>', 'what is known of the customer; may be repeated').argParser(
        addNamed,
      ),
    )
    .option('--overdraft-limit <amount>', 'how far it may be overdrawn (default: as the product says, or 0)')
    .option('--unlimited', 'an internal account without a limit')
    .addOption(
      new Option('--metadata <name=value>', 'a note kept with it; may be repeated').argParser(addNamed),
    )
    .addOption(keyOption())
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (id: string | undefined, options: OpenOptions) => {
      const body = await runItem(runtime, options, ({ tenant }) => ({
        type: 'open_account',
        accountId: id,
        name: options.name,
        glCode: options.gl,
        currency: options.currency ?? (options.gl === undefined ? undefined : tenant.baseCurrency),
        eligibility: options.eligibility,
        customerId: options.customer,
        productCode: options.product,
        overdraftLimit: options.overdraftLimit,
        unlimited: options.unlimited,
        metadata: options.metadata,
      }))
      printAnswer(options, body)
    })
}

interface StatusOptions extends Options {
  readonly key?: string
  readonly reason: string
  readonly blockDebits?: boolean
  readonly blockCredits?: boolean
}

function statusCommand(runtime: CliRuntime): Command {
  const statuses: readonly AccountStatus[] = ['open', 'dormant', 'frozen', 'closed']
  return new Command('status')
    .description('change an account’s status or blocks')
    .argument('<id>')
    .argument('<status>', statuses.join(', '))
    .requiredOption('--reason <text>', 'why; kept with the command')
    .addOption(new Option('--block-debits', 'refuse debits and holds'))
    .addOption(new Option('--no-block-debits', 'lift that'))
    .addOption(new Option('--block-credits', 'refuse credits'))
    .addOption(new Option('--no-block-credits', 'lift that'))
    .addOption(keyOption())
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (accountId: string, status: string, options: StatusOptions, command: Command) => {
      // A `--no-…` option makes commander assume the other: only what was written counts.
      const block = (name: 'blockDebits' | 'blockCredits') =>
        command.getOptionValueSource(name) === 'cli' ? options[name] : undefined
      const body = await runItem(runtime, options, () => ({
        type: 'set_status',
        accountId,
        status,
        blockDebits: block('blockDebits'),
        blockCredits: block('blockCredits'),
        reason: options.reason,
      }))
      printAnswer(options, body)
    })
}

function showCommand(runtime: CliRuntime, remote: Remote): Command {
  return new Command('show')
    .description('what an account is')
    .argument('<id>', '', parseId)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (accountId: AccountId, options: Options) => {
      const plinth = remote()
      if (plinth !== undefined) {
        const asked = plinth.read('/v1/accounts/{accountId}', { ids: { accountId } })
        return printAnswer(options, (await remotely(() => orMissing(asked))) ?? missing(accountId))
      }
      const body = await inBooks(runtime, options, async ({ database }, { tenant, currencies }) => {
        return await database.read(tenant.tenantId, async (tx) => {
          const account = await readAccount(tx, accountId)
          if (account === undefined) return undefined
          const [terms] = await readLastTerms(tx, [accountId])
          return { ...renderAccount(account, currencies), productVersion: terms?.version }
        })
      })
      printAnswer(options, body ?? missing(accountId))
    })
}

function termsCommand(runtime: CliRuntime): Command {
  return new Command('terms')
    .description('the terms that an account has had of its product, and since when')
    .argument('<id>', '', parseId)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (accountId: AccountId, options: Options) => {
      const found = await inBooks(runtime, options, async ({ database }, { tenant }) =>
        database.read(tenant.tenantId, async (tx) => {
          return (await readAccount(tx, accountId)) && readTermsSnapshots(tx, [accountId])
        }),
      )
      const data = (found ?? missing(accountId)).map(renderTermsSnapshot)
      if (options.json) return printJson({ data })
      if (data.length === 0)
        return console.log('No terms: the account was opened without a product of the catalogue.')
      printTable(
        [...['product', 'version', 'from', 'captured', 'checksum'].map((title) => ({ title }))],
        data.map(({ productCode, version, effectiveFrom, capturedAt, checksum }) => [
          productCode,
          `${version}`,
          effectiveFrom,
          capturedAt,
          checksum,
        ]),
      )
    })
}

function balanceCommand(runtime: CliRuntime, remote: Remote): Command {
  const command = new Command('balance')
    .description('what is on an account: posted, held and available; or what was posted at some time')
    .argument('<id>', '', parseId)
  for (const option of pastOptions()) command.addOption(option)
  return command
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (accountId: AccountId, options: Options & PastOptions) => {
      const question = questionOf(options)
      const plinth = remote()
      if (plinth !== undefined) {
        const asked = plinth.read('/v1/accounts/{accountId}/balance', {
          ids: { accountId },
          query: said(question),
        })
        return printAnswer(options, (await remotely(() => orMissing(asked))) ?? missing(accountId))
      }
      const { valueDate, bookingDate } = question
      const ofNow = Object.values(question).every((each) => each === undefined)
      const body = await inBooks(runtime, options, async ({ database }, { tenant, currencies }) =>
        database.read(tenant.tenantId, async (tx) => {
          const [state, head] = await Promise.all([readState(tx, accountId), readHead(tx)])
          if (state === undefined) return undefined
          if (ofNow) return renderBalance(state, head.businessDate, currencies)
          const turnovers = await readPastTurnovers(tx, { ...question, accountId })
          if ('notYet' in turnovers) throw notKnownYet(turnovers)
          return renderPastBalance(state, { ...turnovers, valueDate, bookingDate }, currencies)
        }),
      )
      printAnswer(options, body ?? missing(accountId))
    })
}

interface ListOptions extends Options {
  readonly gl?: string
  readonly status?: string
  readonly product?: string
  readonly customer?: string
  readonly currency?: string
  readonly limit: number
  readonly after?: AccountId
}

function listCommand(runtime: CliRuntime): Command {
  return new Command('list')
    .description('accounts by id, with their balances')
    .option('--gl <code>', 'only those of a GL account')
    .addOption(new Option('--status <status>').choices(['open', 'dormant', 'frozen', 'closed']))
    .option('--product <code>')
    .option('--customer <id>')
    .option('--currency <code>')
    .option('--limit <number>', 'at most so many', parseLimit, 100)
    .option('--after <id>', 'go on after this account', parseId)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (options: ListOptions) => {
      const accounts = await inBooks(runtime, options, async ({ database }, { tenant, currencies }) => {
        const { gl, status, product, customer, currency, limit, after } = options
        const filter = {
          glCode: gl as GlCode | undefined,
          status,
          productCode: product,
          customerId: customer,
          currency,
        }
        const page = await database.read(tenant.tenantId, async (tx) => ({
          // One more than is shown tells whether there is more.
          found: await listAccounts(tx, { filter, order: 'asc', limit: limit + 1, after }),
          head: await readHead(tx),
        }))
        return page.found.map((account) => ({
          account: renderAccount(account, currencies),
          balance: renderBalance(account.state, page.head.businessDate, currencies),
        }))
      })
      const shown = accounts.slice(0, options.limit)
      const last = accounts.length > shown.length ? shown.at(-1)?.account.accountId : undefined
      if (options.json)
        return printJson({
          data: shown.map(({ account, balance }) => ({ ...account, balance })),
          after: last ?? null,
        })
      if (shown.length === 0) return console.log('No account.')
      printAccounts(shown)
      if (last !== undefined) console.log(`There are more: --after ${last}`)
    })
}

type ShownAccount = { account: ReturnType<typeof renderAccount>; balance: ReturnType<typeof renderBalance> }

function printAccounts(accounts: readonly ShownAccount[]): void {
  printTable(
    [
      ...['account', 'name', 'GL', 'status'].map((title) => ({ title })),
      { title: 'posted', align: 'right' },
      { title: 'available', align: 'right' },
      { title: 'currency' },
    ],
    accounts.map(({ account, balance }) => [
      account.accountId,
      account.name,
      account.glCode,
      account.status,
      balance.posted,
      balance.available ?? 'unlimited',
      account.currency,
    ]),
  )
}

/** Reads a command as a line of a batch would be read, and runs it. */
const runItem = (
  runtime: CliRuntime,
  options: Options & { readonly key?: string },
  item: (books: Books) => Readonly<Record<string, unknown>>,
): Promise<object> =>
  runOnBooks(runtime, options, (books, idempotencyKey) => {
    const wanted = Object.entries(item(books)).filter(([, value]) => value !== undefined)
    const read = readBatchCommand({ ...Object.fromEntries(wanted), idempotencyKey }, books.currencies)
    return 'kind' in read ? read : read.command
  })

function missing(accountId: AccountId): never {
  throw new CommandFailure(
    `There is no account ${accountId} in this tenant. \`plinth account list\` shows them.`,
  )
}

function parseLimit(text: string): number {
  if (/^[0-9]{1,6}$/.test(text) && Number(text) >= 1) return Number(text)
  throw new InvalidArgumentError('A limit is a whole number from 1.')
}
