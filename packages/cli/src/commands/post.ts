import { DatabaseUnavailable, OutcomeUnknown } from '@plinth/db'
import type { TenantId } from '@plinth/kernel'
import { Command, InvalidArgumentError, Option } from 'commander'
import { type CliRuntime, CommandFailure, exitCodes } from '../cli-runtime.js'
import { jsonOption, printFields, printJson, tenantOf, tenantOption } from '../output.js'
import { commandsPerPart } from '../post-file/file-line.js'
import { keyPrefixLengthMax } from '../post-file/line-key.js'
import { csvColumns } from '../post-file/read-csv.js'
import { patienceMsDefault } from '../post-file/submit-part.js'
import type { Summary } from '../post-file/tally.js'
import { type Remote, remotely } from '../remote.js'

interface Options {
  readonly tenant?: TenantId
  readonly format?: 'jsonl' | 'csv'
  readonly keyPrefix?: string
  readonly rejected?: string
  readonly patience: number
  readonly json?: true
}

const explanation = `
JSON Lines: a batch command a line, such as
  {"type":"post","idempotencyKey":"A-17","transactionCode":"TRANSFER","lines":[{"accountId":"alice","side":"debit",
   "amount":"100.00","currency":"EUR"},{"accountId":"bob","side":"credit","amount":"100.00","currency":"EUR"}]}
CSV: a header names the columns, a record is a posting of two lines (type "post" is meant where there is none), or another
command. Columns: ${csvColumns.join(', ')}.
Lines take effect in order, ${commandsPerPart} to a transaction; lines of one "group" that follow each other stand or fall together.

A line without an idempotencyKey gets one made of what it says and of its number, so a second run of the same file replays
what took effect and posts the rest, and an edited line is a new command. Lines that move are new commands as well: add lines
at the end, or name keys. --key-prefix posts a file that was posted before a second time.

What took no effect goes to FILE.rejected.jsonl with its line number and the reason.
Exit codes: 0 every line took effect, now or before; 1 lines were rejected or malformed, or the run was stopped;
2 the file cannot be read; 3 the database cannot be reached.
`

export function postCommand(runtime: CliRuntime, remote: Remote): Command {
  return new Command('post')
    .description('post a file of commands; run again, it goes on where it was stopped')
    .argument('<file>', 'JSON Lines, or CSV with a header; - for JSON Lines from standard input')
    .addOption(tenantOption())
    .addOption(new Option('--format <format>', 'instead of going by the name').choices(['jsonl', 'csv']))
    .option('--key-prefix <text>', 'begins the keys of lines that name none', parseKeyPrefix)
    .option('--rejected <path>', 'where rejected lines go (default: FILE.rejected.jsonl)')
    .option(
      '--patience <seconds>',
      'how long to wait for a database that is away',
      parseSeconds,
      patienceMsDefault / 1_000,
    )
    .addOption(jsonOption())
    .addHelpText('after', explanation)
    .action(async (file: string, options: Options) => {
      // Loaded here: it needs the readers of the REST edge, which other commands do without.
      const { openInput, postFile, toDatabase } = await import('../post-file/post-file.js')
      const { toRemote } = await import('../post-file/to-remote.js')
      const input = openInput(file)
      const csv = options.format === 'csv' || (options.format === undefined && /\.csv$/i.test(file))
      const request = {
        file,
        format: csv ? 'csv' : 'jsonl',
        tenantId: tenantOf(runtime, options),
        keyPrefix: options.keyPrefix,
        rejectedPath: options.rejected ?? `${file === '-' ? 'stdin' : file}.rejected.jsonl`,
        patienceMs: options.patience * 1_000,
      } as const
      try {
        const elsewhere = remote()
        const summary =
          elsewhere === undefined
            ? await runtime.withPlinth(async (plinth) =>
                postFile(await toDatabase(plinth, request), input, request),
              )
            : await remotely(() => postFile(toRemote(elsewhere, request.patienceMs), input, request))
        if (options.json) printJson(summary)
        else printSummary(summary)
        const settled =
          summary.complete && Object.keys({ ...summary.rejected, ...summary.malformed }).length === 0
        process.exitCode = settled ? exitCodes.done : exitCodes.refused
      } catch (error) {
        throw unreachable(error) ?? error
      }
    })
}

function unreachable(error: unknown): CommandFailure | undefined {
  if (error instanceof DatabaseUnavailable) {
    const again = 'Run the same command again when it is back: what took effect replays.'
    return new CommandFailure(`The database cannot be reached. ${again}`, exitCodes.unreachable)
  }
  if (!(error instanceof OutcomeUnknown)) return undefined
  const again = 'Run the same command again: what took effect replays, the rest is posted.'
  return new CommandFailure(
    `The database went away before it said what took effect. ${again}`,
    exitCodes.unreachable,
  )
}

function printSummary(summary: Summary): void {
  const { read, posted, replayed, rejected, malformed, elapsedSeconds, perSecond, rejectedFile } = summary
  const count = (number: number): string => number.toLocaleString('en-GB')
  printFields({
    read: count(read),
    posted: count(posted),
    replayed: count(replayed),
    ...named('rejected', rejected, count),
    ...named('malformed', malformed, count),
    elapsed: `${elapsedSeconds} s, ${count(perSecond)} lines a second`,
    'rejected lines': rejectedFile,
  })
}

const named = (what: string, counts: Readonly<Record<string, number>>, text: (count: number) => string) =>
  Object.keys(counts).length === 0
    ? { [what]: '0' }
    : Object.fromEntries(Object.entries(counts).map(([code, number]) => [`${what} ${code}`, text(number)]))

function parseKeyPrefix(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text) && text.length <= keyPrefixLengthMax) return text
  throw new InvalidArgumentError(`A prefix has 1 to ${keyPrefixLengthMax} visible ASCII characters.`)
}

function parseSeconds(text: string): number {
  if (/^[0-9]{1,5}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('Seconds are a whole number.')
}
