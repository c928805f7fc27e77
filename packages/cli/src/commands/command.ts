import type { components } from '@plinth/client'
import type { IdempotencyKey } from '@plinth/kernel'
import { Argument, Command, InvalidArgumentError } from 'commander'
import type { BookOptions } from '../book-command.js'
import { CommandFailure, exitCodes } from '../cli-runtime.js'
import { jsonOption, printFields, printJson } from '../output.js'
import { orMissing, type Remote, remotely } from '../remote.js'

type Recorded = components['schemas']['RecordedCommand']

/** What became of a command, asked by its key over HTTP: the way out for whoever lost an answer. */
export function commandCommand(remote: Remote): Command {
  return new Command('command')
    .description('what became of a command whose answer was lost, by its key; with --url')
    .addCommand(showCommand(remote))
    .addCommand(abandonCommand(remote))
}

function showCommand(remote: Remote): Command {
  return new Command('show')
    .description('what is recorded for a key')
    .addArgument(keyArgument())
    .addOption(jsonOption())
    .action(async (key: IdempotencyKey, options: BookOptions) => {
      const plinth = remote() ?? needsUrl()
      const found = await remotely(() => orMissing(plinth.read('/v1/commands/{key}', { ids: { key } })))
      if (found === undefined)
        throw new CommandFailure(`Nothing is recorded for ${key} so far; a copy may still be on its way.`)
      print(options, found)
    })
}

function abandonCommand(remote: Remote): Command {
  return new Command('abandon')
    .description('what is recorded for a key, or, if nothing is, that nothing ever will')
    .addArgument(keyArgument())
    .addOption(jsonOption())
    .action(async (key: IdempotencyKey, options: BookOptions) => {
      const plinth = remote() ?? needsUrl()
      print(options, await remotely(() => plinth.call('/v1/commands/{key}/abandon', { ids: { key } })))
    })
}

function print({ json }: BookOptions, recorded: Recorded): void {
  if (json) {
    printJson(recorded)
    return
  }
  const { idempotencyKey, type, status, decidedAt, businessDate, body } = recorded
  const { code, detail, journalEntryId, entryNo, holdId, accountId } = body as Record<
    string,
    string | undefined
  >
  printFields({
    key: idempotencyKey,
    command: type,
    outcome: status < 300 ? 'accepted' : 'rejected',
    status: String(status),
    code,
    detail,
    entry: entryNo === undefined ? undefined : String(entryNo),
    'entry id': journalEntryId,
    hold: holdId,
    account: accountId,
    decided: decidedAt,
    'business date': businessDate,
  })
}

const keyArgument = (): Argument =>
  new Argument('<key>', 'its idempotency key').argParser((text) => {
    if (/^[\x21-\x7e]{1,255}$/.test(text)) return text
    throw new InvalidArgumentError('A key has 1 to 255 visible ASCII characters.')
  })

function needsUrl(): never {
  throw new CommandFailure(
    'This asks a running Plinth: give --url and PLINTH_TOKEN. At the database, `plinth explain rejection KEY` tells.',
    exitCodes.usage,
  )
}
