import { CommandFailure } from '@plinth/cli'
import { findUnsafe, pendingMigrations } from '@plinth/db'
import { inPlainWords } from './run-migrations.js'

/**
 * Refuses a database on which the books would not be safe (ADR 0007): everything that is wrong at once, by name, on the
 * connection of the runtime role.
 *
 * @throws CommandFailure
 */
export async function refuseUnsafeDatabase(serveUrl: string): Promise<void> {
  const pending = await inPlainWords(pendingMigrations(serveUrl))
  const findings = pending.length > 0 ? [pendingFinding(pending)] : await findUnsafe(serveUrl)
  if (findings.length === 0) return
  const list = findings.map((finding) => `  - ${finding}`).join('\n')
  throw new CommandFailure(
    `Plinth does not work on this database:\n${list}\n\`plinth doctor\` checks the rest.`,
  )
}

// A database that is behind lacks tables and triggers for that reason: naming each would hide it.
const pendingFinding = (pending: readonly string[]): string =>
  `Migrations have not run: ${pending.join(', ')}. Run \`plinth migrate\` first.`
