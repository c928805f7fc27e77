import type { AccountId, EntryId } from '@plinth/kernel'
import type { Command, LineRequest, SubmissionIds } from './command.js'
import { postedBy } from './command-targets.js'

/** The ids that a command will use if it needs them, each a new one of `newId`, which makes UUIDs of version 7. */
export function idsFor(command: Command, newId: () => string): SubmissionIds {
  return {
    entryId: newId() as EntryId,
    accountId: newId() as AccountId,
    auditEventId: newId(),
    eventId: newId(),
    lineIds: lineIdsFor(postedBy(command)?.lines ?? [], newId),
    second: needsSecond(command) ? { entryId: newId() as EntryId, eventId: newId() } : undefined,
  }
}

function lineIdsFor(lines: readonly LineRequest[], newId: () => string): (string | undefined)[] | undefined {
  if (!lines.some(needsId)) return undefined
  return lines.map((line) => (needsId(line) ? newId() : undefined))
}

const needsId = ({ availableFrom, fallbackAccountId }: LineRequest): boolean =>
  availableFrom !== undefined || fallbackAccountId !== undefined

const needsSecond = (command: Command): boolean =>
  command.type === 'propose' ? needsSecond(command.proposed) : command.type === 'correct'
