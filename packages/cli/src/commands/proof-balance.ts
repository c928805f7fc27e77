import { readBalanceDay, readLastBalanceDay } from '@plinth/evidence'
import type { CheckedBalance } from '@plinth/evidence/domain'
import type { AccountId, BusinessDate, TenantId } from '@plinth/kernel'
import { proveCustomerBalance } from '@plinth/reconciliation'
import { Command, Option } from 'commander'
import { type CliRuntime, CommandFailure, exitCodes } from '../cli-runtime.js'
import { printFields, printJson, tenantOf, tenantOption } from '../output.js'
import { parseDate, parseId } from '../read-arguments.js'
import { openTextOutput } from '../text-output.js'

interface Options {
  readonly tenant?: TenantId
  readonly date?: BusinessDate
  readonly out?: string
}

const dateOption = (): Option =>
  new Option(
    '--date <date>',
    'of the end of this closed day (default: the last one that was signed)',
  ).argParser(parseDate)

const notYet = 'Balances of that day were not signed yet; `plinth worker` signs those of closed days.'

/** `plinth proof balance`: that what a customer had is in the sums that the bank has signed. */
export function proofBalanceCommand(runtime: CliRuntime): Command {
  return new Command('balance')
    .description(
      'prove that a customer’s balance at the end of a day is in the totals that the bank has signed',
    )
    .argument('<account>', 'its id', parseId)
    .addOption(dateOption())
    .option('--out <file>', 'instead of standard output')
    .addOption(tenantOption())
    .action(async (accountId: AccountId, options: Options) => {
      const tenantId = tenantOf(runtime, options)
      const proof = await runtime.withPlinth(async ({ books, database }) => {
        const { currencies } = await books(tenantId)
        return await database.read(tenantId, (tx) =>
          proveCustomerBalance(tx, { tenantId, accountId, businessDate: options.date, currencies }),
        )
      })
      if (proof === 'not_yet_checkpointed') throw new CommandFailure(notYet)
      if (proof === 'not_found')
        throw new CommandFailure(`There is no customer account ${accountId} with a balance on such a day.`)
      const output = openTextOutput(options.out)
      await output.write(`${JSON.stringify(proof, null, 2)}\n`)
      await output.close()
    })
}

/** `plinth proof totals`: the signed note itself, for whoever publishes it. */
export function proofTotalsCommand(runtime: CliRuntime): Command {
  return new Command('totals')
    .description('print the signed totals of customers’ balances at the end of a day, to publish them')
    .addOption(dateOption())
    .addOption(tenantOption())
    .action(async (options: Options) => {
      const tenantId = tenantOf(runtime, options)
      const day = await runtime.withPlinth(async ({ books, database }) => {
        await books(tenantId)
        return await database.read(tenantId, async (tx) => {
          const date = options.date ?? (await readLastBalanceDay(tx))
          return date && (await readBalanceDay(tx, date))
        })
      })
      if (day === undefined) throw new CommandFailure(notYet)
      process.stdout.write(day.note)
    })
}

/** Says what a check of such a proof came to. */
export function tellChecked(checked: CheckedBalance, json: true | undefined): void {
  if (!checked.sound && !json) throw new CommandFailure(`The proof is false. ${checked.fault}`)
  process.exitCode = checked.sound ? exitCodes.done : exitCodes.refused
  if (!checked.sound) printJson({ sound: false, fault: checked.fault })
  else if (json) printJson({ sound: true, ...provedBy(checked) })
  else {
    console.log('The proof is sound: the balance is in the totals that the key has signed.')
    printFields(provedBy(checked))
  }
}

function provedBy({ origin, proof }: CheckedBalance & { readonly sound: true }) {
  const { accountId, businessDate, currency, creditBalance, debitBalance } = proof
  return { origin, accountId, businessDate, currency, creditBalance, debitBalance }
}
