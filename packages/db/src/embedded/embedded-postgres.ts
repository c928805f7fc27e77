import { rm } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { adminName, adminPassword, ensureCluster } from './cluster.js'
import { withDirectoryLock } from './directory-lock.js'
import { EmbeddedPostgresError } from './embedded-postgres-error.js'
import { countLiveLeases, takeLease } from './leases.js'
import {
  clearStaleLocks,
  type LaunchedPostmaster,
  launchPostmaster,
  logSince,
  postmasterRecord,
  runningPostmaster,
  shutDown,
} from './postmaster.js'
import { makePrivateDir, placeServer, recordPlace, type ServerPlace } from './server-place.js'
import { findPrograms, type ServerPrograms } from './server-programs.js'
import { serverSettings } from './server-settings.js'

export interface EmbeddedPostgresOptions {
  /** Where data, log and WHERE go; made if it does not exist. */
  readonly dataDir: string
  /** The bin directory of another PostgreSQL; default PLINTH_PG_BIN, then the npm package. */
  readonly binDir?: string
  /** Overrides of single server settings. Without effect on a server that runs already. */
  readonly settings?: Readonly<Record<string, string>>
  readonly log?: (line: string) => void
}

export interface EmbeddedPostgres {
  /** The superuser `plinth` on the database `plinth`; understood by node-postgres and by libpq's programs. */
  readonly adminUrl: string
  readonly dataDir: string
  readonly socketDir: string
  readonly pid: number
  readonly version: string
  readonly outcome: 'created' | 'started' | 'recovered' | 'adopted'
  /** Gives the server up; it stops when nobody else uses it. Calling it again changes nothing. */
  stop(): Promise<void>
}

// Crash recovery replays at most max_wal_size, which takes well under this even on a slow disk.
const readyWaitMsMax = 300_000

// After kill -9 of the postmaster its backends notice and leave, at the latest when their statement ends.
const leftoverWaitMsMax = 60_000

const pollMs = 25
const logLinesShown = 15

/**
 * Starts the PostgreSQL of a data directory, or joins the one that runs there already.
 *
 * Several processes may hold the same server, each by a lease; the last to stop stops it. Whatever was killed
 * before (this program, PostgreSQL, or both) is put right. The caller handles signals and calls `stop`.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const place = placeServer(options.dataDir)
  const programs = findPrograms(place, options.binDir)
  return await withDirectoryLock(place.lockFile, async () => {
    const cluster = await ensureCluster(place, programs)
    recordPlace(place, programs.binDir)
    const found = (await adopt(place)) ?? (await start(place, programs, options))
    const outcome = cluster === 'created' ? 'created' : found
    await ensureAdminDatabase(place)
    const lease = await takeLease(place.leasesDir)
    const running = runningPostmaster(place.clusterDir)
    if (running === undefined) throw failure(place, 0, 'PostgreSQL ended right after it started.')
    options.log?.(`PostgreSQL ${programs.version} ${outcome} (process ${running.pid}, ${place.clusterDir})`)
    let stopping: Promise<void> | undefined
    return {
      adminUrl: adminUrl(place, running.socketDir),
      dataDir: place.dataDir,
      socketDir: running.socketDir,
      pid: running.pid,
      version: programs.version,
      outcome,
      stop: () => {
        stopping ??= giveUp(place, lease)
        return stopping
      },
    }
  })
}

async function giveUp(place: ServerPlace, lease: string): Promise<void> {
  await withDirectoryLock(place.lockFile, async () => {
    await rm(lease, { force: true })
    if ((await countLiveLeases(place.leasesDir)) === 0) await shutDown(place.clusterDir)
  })
}

/** Joins the server that runs in this place, once it answers; undefined when none does (any longer). */
async function adopt(place: ServerPlace): Promise<'adopted' | undefined> {
  const deadline = Date.now() + readyWaitMsMax
  for (;;) {
    // Looked up each time: an orphaned server may be shutting down while we ask.
    const running = runningPostmaster(place.clusterDir)
    if (running === undefined) return undefined
    const answer = await probe(place, running.socketDir)
    if (answer === undefined) return 'adopted'
    if (Date.now() > deadline) {
      throw failure(
        place,
        0,
        `PostgreSQL (process ${running.pid}) runs but does not answer: ${answer}. End it first.`,
      )
    }
    await sleep(pollMs)
  }
}

async function start(
  place: ServerPlace,
  programs: ServerPrograms,
  options: EmbeddedPostgresOptions,
): Promise<'started' | 'recovered'> {
  const outcome = postmasterRecord(place.clusterDir) === undefined ? 'started' : 'recovered'
  const settings = { ...serverSettings, ...options.settings }
  const deadline = Date.now() + leftoverWaitMsMax
  for (;;) {
    makePrivateDir(place.socketDir, place.user)
    clearStaleLocks(place)
    const launched = launchPostmaster(place, programs, settings)
    if (await becomesReady(place, launched, options.log)) return outcome
    const said = logSince(place, launched.logOffset)
    const leftovers = /pre-existing shared memory block|lock file ".*" already exists/.test(said)
    if (!leftovers || Date.now() > deadline)
      throw failure(place, launched.logOffset, 'PostgreSQL did not start.')
    options.log?.('Waiting for the processes of a PostgreSQL that was killed')
    await sleep(10 * pollMs)
  }
}

/** True once the server answers, false when it ended instead. */
async function becomesReady(
  place: ServerPlace,
  { child, logOffset }: LaunchedPostmaster,
  log: ((line: string) => void) | undefined,
): Promise<boolean> {
  const startedAt = Date.now()
  let nextReportMs = 5_000
  while (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
    const answer = await probe(place, place.socketDir)
    if (answer === undefined) return true
    const waitedMs = Date.now() - startedAt
    if (waitedMs > readyWaitMsMax) {
      child.kill('SIGQUIT')
      throw failure(
        place,
        logOffset,
        `PostgreSQL did not answer within ${readyWaitMsMax / 1000} s: ${answer}.`,
      )
    }
    if (waitedMs > nextReportMs) {
      nextReportMs += 5_000
      log?.(`Waiting for PostgreSQL: ${answer}`)
    }
    await sleep(pollMs)
  }
  return false
}

/** Why the server does not answer; undefined when it does. A wrong password is thrown: waiting would not help. */
async function probe(place: ServerPlace, socketDir: string): Promise<string | undefined> {
  try {
    await ask(place, socketDir, 'select 1')
    return undefined
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code === '28P01')
      throw failure(place, 0, `The password in ${place.clusterDir} is not the server's: ${message}.`)
    return message
  }
}

async function ensureAdminDatabase(place: ServerPlace): Promise<void> {
  const socketDir = runningPostmaster(place.clusterDir)?.socketDir ?? place.socketDir
  const found = await ask(place, socketDir, `select 1 from pg_database where datname = '${adminName}'`)
  if (found.rowCount === 0) await ask(place, socketDir, `create database ${adminName}`)
}

async function ask(place: ServerPlace, socketDir: string, statement: string): Promise<pg.QueryResult> {
  const client = new pg.Client({
    host: socketDir,
    port: 5432,
    user: adminName,
    password: adminPassword(place.clusterDir),
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: 5_000,
  })
  // A server that goes away while we ask reports it twice; the rejected query is enough.
  client.on('error', () => {})
  try {
    await client.connect()
    return await client.query(statement)
  } finally {
    await client.end().catch(() => {})
  }
}

/** `host` as a parameter overrides the name before it, in libpq and in node-postgres; every URL parser accepts it. */
function adminUrl(place: ServerPlace, socketDir: string): string {
  const password = adminPassword(place.clusterDir)
  return `postgres://${adminName}:${password}@localhost:5432/${adminName}?host=${encodeURIComponent(socketDir)}`
}

function failure(place: ServerPlace, logOffset: number, what: string): EmbeddedPostgresError {
  const lines = logSince(place, logOffset).trim().split('\n').slice(-logLinesShown)
  return new EmbeddedPostgresError(
    `${what}\nThe end of ${place.logFile}:\n${lines.map((line) => `  ${line}`).join('\n')}\n` +
      'Put right what it names and start again, or set PLINTH_DATABASE_URL to use another PostgreSQL.',
  )
}
