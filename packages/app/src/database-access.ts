import { CommandFailure, exitCodes } from '@plinth/cli'
import { migrate, pendingMigrations, runtimeUrl, startEmbeddedPostgres } from '@plinth/db'
import type { Configuration } from './configuration.js'
import { keepRunning } from './keep-running.js'

/** How to log in, until `release`. */
export interface DatabaseAccess {
  /** Undefined when only PLINTH_SERVE_DATABASE_URL is set: this process may serve and not administrate. */
  readonly adminUrl: string | undefined
  readonly serveUrl: string
  readonly workerUrl: string
  readonly embedded: boolean
  /** Gives the embedded server back, which stops when nobody else uses it. */
  release(): Promise<void>
}

type Log = (line: string) => void

/** Which database the configuration names: one of its own, or the embedded one, which is started or joined. */
export async function openAccess(configuration: Configuration, log: Log = () => {}): Promise<DatabaseAccess> {
  const { databaseUrl, serveDatabaseUrl, workerDatabaseUrl, dataDir, pgBin } = configuration
  const given = { embedded: false, release: async () => {} }
  if (databaseUrl !== undefined) {
    const serveUrl = serveDatabaseUrl ?? runtimeUrl(databaseUrl, 'plinth_serve')
    const workerUrl = workerDatabaseUrl ?? runtimeUrl(databaseUrl, 'plinth_worker')
    return { adminUrl: databaseUrl, serveUrl, workerUrl, ...given }
  }
  const known = serveDatabaseUrl ?? workerDatabaseUrl
  if (known !== undefined) {
    // Only one is known: it serves for both, because either role may do what the other does.
    const urls = { serveUrl: serveDatabaseUrl ?? known, workerUrl: workerDatabaseUrl ?? known }
    return { adminUrl: undefined, ...urls, ...given }
  }
  const start = () =>
    startEmbeddedPostgres({ dataDir, log, ...(pgBin === undefined ? {} : { binDir: pgBin }) })
  const server = await start()
  const { adminUrl } = server
  return {
    adminUrl,
    serveUrl: runtimeUrl(adminUrl, 'plinth_serve'),
    workerUrl: runtimeUrl(adminUrl, 'plinth_worker'),
    embedded: true,
    release: keepRunning(server, start, log),
  }
}

/** The administrator's URL, where there is one. */
export function adminUrlOf({ adminUrl }: DatabaseAccess): string {
  if (adminUrl !== undefined) return adminUrl
  throw new CommandFailure(
    'This needs PLINTH_DATABASE_URL, the administrator’s; only PLINTH_SERVE_DATABASE_URL is set.',
    exitCodes.usage,
  )
}

/** The embedded database is nobody else's, so whoever opens it brings it up to date. */
export async function updateEmbedded({ embedded, adminUrl }: DatabaseAccess): Promise<void> {
  if (!embedded || adminUrl === undefined) return
  if ((await pendingMigrations(adminUrl)).length > 0) await migrate(adminUrl)
}

/** Runs `work` and gives the database back, also on Ctrl-C: a server left behind would run on for nobody. */
export async function withAccess<T>(
  configuration: Configuration,
  work: (access: DatabaseAccess) => Promise<T>,
): Promise<T> {
  const access = await openAccess(configuration)
  // A command that handles the signal itself comes to its end by itself.
  const onSignal = (signal: NodeJS.Signals): void => {
    if (process.listenerCount(signal) > 1) return
    void access.release().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143))
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  try {
    return await work(access)
  } finally {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
    await access.release()
  }
}
