import { readFile } from 'node:fs/promises'
import { proveEntry, readLatestCheckpoint, readVerifierKeys } from '@plinth/evidence'
import {
  checkBalance,
  checkProof,
  type EntryProof,
  encodeVerifier,
  isOfBalance,
  type Verifier,
  type Wanted,
} from '@plinth/evidence/domain'
import type { EntryId, TenantId } from '@plinth/kernel'
import { readEntriesByNumber } from '@plinth/ledger'
import { Command, Option } from 'commander'
import { type CliRuntime, CommandFailure, exitCodes, type Plinth } from '../cli-runtime.js'
import { keepCheckpoint } from '../kept-checkpoints.js'
import { jsonOption, printFields, printJson, tenantOf, tenantOption } from '../output.js'
import { parseEntry, parseId } from '../read-arguments.js'
import { parseKeys } from '../read-keys.js'
import { openTextOutput } from '../text-output.js'
import { proofBalanceCommand, proofTotalsCommand, tellChecked } from './proof-balance.js'

interface Options {
  readonly tenant?: TenantId
  readonly open?: Wanted
  readonly out?: string
}

/** `plinth proof`: what shows others that the books are what they were. */
export function proofCommand(runtime: CliRuntime): Command {
  return (
    new Command('proof')
      // Its own options are not those of `proof balance` or `proof key`, though some have the same names.
      .enablePositionalOptions()
      .description(
        'prove that an entry or a balance is in the books, whole in a file; and what proofs are checked with',
      )
      .argument('<entry>', 'its id or its number', parseEntry)
      .option('--open <what>', 'show `all` of it, or the lines of this account alone', (text) =>
        text === 'all' ? text : { accountId: parseId(text) },
      )
      .option('--out <file>', 'instead of standard output')
      .addOption(tenantOption())
      .action(async (which: EntryId | number, options: Options) => {
        const proof = await runtime.withPlinth((plinth) => prove(runtime, plinth, { which, ...options }))
        const output = openTextOutput(options.out)
        await output.write(`${JSON.stringify(proof, null, 2)}\n`)
        await output.close()
      })
      .addCommand(checkCommand())
      .addCommand(proofBalanceCommand(runtime))
      .addCommand(proofTotalsCommand(runtime))
      .addCommand(checkpointCommand(runtime))
      .addCommand(keyCommand(runtime))
  )
}

async function prove(
  runtime: CliRuntime,
  plinth: Plinth,
  { which, open = 'nothing', ...options }: Options & { readonly which: EntryId | number },
): Promise<EntryProof> {
  const tenantId = tenantOf(runtime, options)
  const { currencies } = await plinth.books(tenantId)
  const proof = await plinth.database.read(tenantId, async (tx) => {
    const entryId = typeof which === 'string' ? which : (await readEntriesByNumber(tx, [which]))[0]?.entryId
    return entryId === undefined
      ? 'not_found'
      : await proveEntry(tx, { tenantId, entryId, wanted: open, currencies })
  })
  if (proof === 'not_found') throw new CommandFailure(`There is no entry ${which} in this tenant.`)
  if (proof === 'not_yet_checkpointed')
    throw new CommandFailure(`Entry ${which} is under no checkpoint yet; \`plinth worker\` makes them.`)
  return proof
}

function checkCommand(): Command {
  return new Command('check')
    .description('check a proof with nothing but a key: needs no database')
    .argument('<file>')
    .addOption(
      new Option(
        '--key <key>',
        'who is trusted: what `plinth proof key` printed at the bank, or a file with it',
      )
        .argParser(parseKeys)
        .makeOptionMandatory(),
    )
    .addOption(jsonOption())
    .action(async (file: string, { key, json }: { key: readonly Verifier[]; json?: true }) => {
      const text = await readFile(file, 'utf8').catch((error: Error) => {
        throw new CommandFailure(`${file} cannot be read: ${error.message}`, exitCodes.usage)
      })
      if (isOfBalance(text)) return tellChecked(checkBalance(text, key), json)
      const checked = checkProof(text, key)
      if (!checked.sound && !json) throw new CommandFailure(`The proof is false. ${checked.fault}`)
      process.exitCode = checked.sound ? exitCodes.done : exitCodes.refused
      if (!checked.sound) return printJson({ sound: false, fault: checked.fault })
      const { evidence, openings, treeSize } = checked.proof
      const { journalEntryId, entryNo, bookingDate } = evidence
      const proved = { origin: checked.origin, journalEntryId, entryNo, bookingDate, treeSize }
      if (json) return printJson({ sound: true, ...proved, openings })
      console.log('The proof is sound: the entry is in the books that the key has signed.')
      printFields({
        ...Object.fromEntries(Object.entries(proved).map(([name, value]) => [name, String(value)])),
      })
      for (const { part, value } of openings) console.log(`${part}  ${JSON.stringify(value)}`)
    })
}

function checkpointCommand(runtime: CliRuntime): Command {
  return new Command('checkpoint')
    .description('print the last checkpoint, or keep it outside: added to a file, or posted to a URL')
    .argument('[place]', 'a file or URL that the bank’s own people cannot change')
    .addOption(tenantOption())
    .action(async (place: string | undefined, options: Options) => {
      const tenantId = tenantOf(runtime, options)
      const latest = await runtime.withPlinth(async (plinth) => {
        await plinth.books(tenantId)
        return await plinth.database.read(tenantId, readLatestCheckpoint)
      })
      if (latest === undefined)
        throw new CommandFailure('There is no checkpoint yet; `plinth worker` makes them.')
      if (place === undefined) process.stdout.write(latest.note)
      else await keepCheckpoint(place, latest.note)
    })
}

function keyCommand(runtime: CliRuntime): Command {
  return new Command('key')
    .description('print the keys that checkpoints are signed with, for those who check proofs')
    .addOption(tenantOption())
    .action(async (options: Options) => {
      const tenantId = tenantOf(runtime, options)
      const own = await runtime.trustedKeys(tenantId)
      const keys =
        own?.map(encodeVerifier) ??
        (await runtime.withPlinth(({ database }) => database.read(tenantId, readVerifierKeys)))
      if (keys.length === 0) throw new CommandFailure('Nothing was signed yet, and there is no key here.')
      console.log(keys.join('\n'))
    })
}
