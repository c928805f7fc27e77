import { uuidV7 } from '@plinth/http'
import type { IdempotencyKey } from '@plinth/kernel'
import { type Books, type Command, canonicalRequest, idsFor, type Submission } from '@plinth/posting'

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
    ids: idsFor(command, () => uuidV7(nowMs)),
  }
}
