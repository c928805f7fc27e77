import { readState } from '@plinth/account'
import { explainInterest } from '@plinth/interest'
import { type AccountId, type BusinessDate, type IdempotencyKey, parseIdempotencyKey } from '@plinth/kernel'
import { explainBalance } from '@plinth/ledger'
import { renderExplainedBalance } from '@plinth/ledger/domain'
import { explainAvailable, explainRejection } from '@plinth/posting'
import { Command, InvalidArgumentError } from 'commander'
import { type BookOptions, inBooks } from '../book-command.js'
import { type CliRuntime, CommandFailure, exitCodes } from '../cli-runtime.js'
import { printAvailable } from '../explain/print-available.js'
import { printBalance } from '../explain/print-balance.js'
import { printInterest } from '../explain/print-interest.js'
import { printRejection } from '../explain/print-rejection.js'
import { jsonOption, printJson, tenantOption } from '../output.js'
import { notKnownYet, type PastOptions, pastOptions, questionOf } from '../past-options.js'
import { parseDate, parseId, parseNumber } from '../read-arguments.js'

const explanation = `
Every figure is computed again from the lines, holds and terms that are stored. Where what is stored says something else,
that is said, and the exit code is 1.
`

/** `plinth explain`: from what a figure comes, so that somebody else can do the sum again. */
export function explainCommand(runtime: CliRuntime): Command {
  return new Command('explain')
    .description('from which lines, holds, limits, rates and roundings a figure comes')
    .addHelpText('after', explanation)
    .addCommand(balanceCommand(runtime))
    .addCommand(availableCommand(runtime))
    .addCommand(interestCommand(runtime))
    .addCommand(rejectionCommand(runtime))
}

/** Prints what was found, and ends with 1 where it does not add up. */
function tell<Explained extends { readonly differences: readonly object[] }>(
  { json }: BookOptions,
  explained: Explained,
  print: (explained: Explained) => void,
): void {
  if (json) printJson(explained)
  else print(explained)
  process.exitCode = explained.differences.length === 0 ? exitCodes.done : exitCodes.refused
}

function balanceCommand(runtime: CliRuntime): Command {
  const command = new Command('balance')
    .description('the lines that make a balance, of now or of some time')
    .argument('<account>', '', parseId)
  for (const option of pastOptions()) command.addOption(option)
  return command
    .option('--last <number>', 'so many lines one by one; those before them as a sum', parseNumber, 50)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (accountId: AccountId, options: BookOptions & PastOptions & { last: number }) => {
      const question = questionOf(options)
      const explained = await inBooks(runtime, options, ({ database }, { tenant, currencies }) =>
        database.read(tenant.tenantId, async (tx) => {
          const state = await readState(tx, accountId)
          if (state === undefined) return undefined
          const found = await explainBalance(tx, { ...question, accountId, last: options.last })
          if ('notYet' in found) throw notKnownYet(found)
          return renderExplainedBalance({ state, question }, found, currencies)
        }),
      )
      tell(options, explained ?? noAccount(accountId), printBalance)
    })
}

function availableCommand(runtime: CliRuntime): Command {
  return new Command('available')
    .description('what is available: posted, each hold, the overdraft limit; what refuses debits; limits')
    .argument('<account>', '', parseId)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (accountId: AccountId, options: BookOptions) => {
      const explained = await inBooks(runtime, options, ({ database }, books) =>
        database.read(books.tenant.tenantId, (tx) => explainAvailable(tx, books, accountId)),
      )
      tell(options, explained ?? noAccount(accountId), printAvailable)
    })
}

function interestCommand(runtime: CliRuntime): Command {
  return new Command('interest')
    .description('what an account has accrued, day by day, and what was capitalised')
    .argument('<account>', '', parseId)
    .option('--from <date>', 'first day, YYYY-MM-DD (default: the first that accrued)', parseDate)
    .option('--to <date>', 'last day, included (default: the last that accrued)', parseDate)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(
      async (accountId: AccountId, options: BookOptions & { from?: BusinessDate; to?: BusinessDate }) => {
        const { from, to } = options
        if (from !== undefined && to !== undefined && from > to)
          throw new CommandFailure(`The first day, ${from}, is after the last, ${to}.`, exitCodes.usage)
        const explained = await inBooks(runtime, options, ({ database }, books) =>
          database.read(books.tenant.tenantId, async (tx) => {
            if ((await readState(tx, accountId)) === undefined) return noAccount(accountId)
            return await explainInterest(tx, books, { accountId, from, to })
          }),
        )
        if (explained === undefined)
          throw new CommandFailure(
            `Account ${accountId} has not accrued: it has no terms with rates, or no end of day was run since it has.`,
          )
        tell(options, explained, printInterest)
      },
    )
}

function rejectionCommand(runtime: CliRuntime): Command {
  return new Command('rejection')
    .description('why the command of an idempotency key was rejected')
    .argument('<key>', '', parseKey)
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async (key: IdempotencyKey, options: BookOptions) => {
      const explained = await inBooks(runtime, options, ({ database }, books) =>
        database.read(books.tenant.tenantId, (tx) => explainRejection(tx, books, key)),
      )
      if (explained.outcome === 'unknown')
        throw new CommandFailure(`Nothing is recorded for the key ${key}: no command under it was decided.`)
      if (explained.outcome === 'accepted')
        throw new CommandFailure(
          `The command of the key ${key} was not rejected: ${explained.type} succeeded at ${explained.decidedAt}.`,
        )
      if (options.json) printJson(explained)
      else printRejection(explained)
    })
}

function parseKey(text: string): IdempotencyKey {
  const key = parseIdempotencyKey(text)
  if (key === undefined) throw new InvalidArgumentError('A key has 1 to 255 visible ASCII characters.')
  return key
}

function noAccount(accountId: AccountId): never {
  throw new CommandFailure(
    `There is no account ${accountId} in this tenant. \`plinth account list\` shows them.`,
  )
}
