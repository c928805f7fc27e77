import { uuidV7 } from '@plinth/http'
import type { AccountId, EntryId, IdempotencyKey } from '@plinth/kernel'
import { type Books, type Command, canonicalRequest, type Submission } from '@plinth/posting'

/** A command of this process's own, with the ids it will use if it needs them. */
export function stampSubmission(
  command: Command,
  { key, books, subject }: { key: IdempotencyKey; books: Books; subject: string },
): Submission {
  const nowMs = Date.now()
  return {
    key,
    command,
    request: canonicalRequest(command, books.currencies),
    // Whoever runs the command line has the database's password and needs no role.
    context: { subject, roles: [], correlationId: uuidV7(nowMs), causationId: undefined },
    ids: {
      entryId: uuidV7(nowMs) as EntryId,
      accountId: uuidV7(nowMs) as AccountId,
      auditEventId: uuidV7(nowMs),
      eventId: uuidV7(nowMs),
    },
  }
}
