import { isMalformed, readBatchCommand } from '@plinth/http'
import { type EntryId, parseEntryId } from '@plinth/kernel'
import { Command, InvalidArgumentError } from 'commander'
import { type BookOptions, keyOption, printAnswer, runOnBooks } from '../book-command.js'
import type { CliRuntime } from '../cli-runtime.js'
import { jsonOption, tenantOption } from '../output.js'

interface Options extends BookOptions {
  readonly key?: string
  readonly reason: string
  readonly legalBasis: string
}

/** `plinth journal erase`: what it makes is a proposal, which somebody else approves. */
export function eraseCommand(runtime: CliRuntime): Command {
  return new Command('erase')
    .description('propose that the details of an entry, and of all that repeat them, be erased for ever')
    .argument('<entry>', 'id of the entry', parseId)
    .requiredOption('--reason <text>', 'why; it stays, so it says nothing of what is erased')
    .requiredOption(
      '--legal-basis <text>',
      'the ground in law, as in "GDPR Art. 17(1)(a)"; the entry shows it',
    )
    .addOption(tenantOption())
    .addOption(keyOption())
    .addOption(jsonOption())
    .action(async (journalEntryId: EntryId, { reason, legalBasis, ...options }: Options) => {
      const body = await runOnBooks(runtime, options, ({ currencies }, idempotencyKey) => {
        const asked = { type: 'erase_details', idempotencyKey, journalEntryId, reason, legalBasis }
        const proposed = readBatchCommand(asked, currencies)
        if (isMalformed(proposed)) return proposed
        return { type: 'propose', proposed: proposed.command, reason, expiresAt: undefined }
      })
      printAnswer(options, body)
      if (!options.json)
        console.error('Somebody else has to approve it: POST /v1/proposals/{proposalId}/approve.')
    })
}

function parseId(text: string): EntryId {
  const entryId = parseEntryId(text.toLowerCase())
  if (entryId === undefined) throw new InvalidArgumentError('The id of an entry is a UUID.')
  return entryId
}
