import { CommandFailure } from '@plinth/cli'
import { isConnectionLoss, type MigrationReport, migrate, sqlStateOf } from '@plinth/db'
import type { Configuration } from './configuration.js'
import { passwordIn } from './url-password.js'

/** Makes the roles and runs what is pending. The runtime roles get the passwords that their own URLs name. */
export async function runMigrations(
  adminUrl: string,
  { configuration, log }: { configuration: Configuration; log: (line: string) => void },
): Promise<MigrationReport> {
  const { serveDatabaseUrl, workerDatabaseUrl } = configuration
  const servePassword = serveDatabaseUrl && passwordIn(serveDatabaseUrl)
  const workerPassword = workerDatabaseUrl && passwordIn(workerDatabaseUrl)
  return await inPlainWords(
    migrate(adminUrl, {
      log,
      ...(servePassword === undefined ? {} : { servePassword }),
      ...(workerPassword === undefined ? {} : { workerPassword }),
    }),
  )
}

/** A server too old, a database ahead of the program, a password that cannot be set: the messages are for people already. */
export async function inPlainWords<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer
  } catch (error) {
    const plain = error instanceof TypeError || Object.getPrototypeOf(error) === Error.prototype
    if (plain && sqlStateOf(error) === undefined && !isConnectionLoss(error)) {
      throw new CommandFailure((error as Error).message)
    }
    throw error
  }
}
