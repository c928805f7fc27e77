import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedPostgresError } from './embedded-postgres-error.js'
import { argumentsOf, identityOf, isAlive, type ProcessIdentity } from './process-identity.js'
import type { ServerPlace } from './server-place.js'
import type { ServerPrograms } from './server-programs.js'
import { settingsAsArguments } from './server-settings.js'

const pollMs = 20

// A fast shutdown writes a checkpoint of at most shared_buffers (256 MB); even a slow disk is done well before.
const fastShutdownMsMax = 30_000

// An immediate shutdown writes nothing; who is still there afterwards is stuck.
const immediateShutdownMsMax = 10_000

// Ten megabytes of log are days of warnings; the file before is kept once.
const logBytesMax = 10_000_000

/** What postmaster.pid says. PostgreSQL writes it and removes it on an orderly stop. */
export interface PostmasterRecord {
  readonly pid: number
  readonly socketDir: string
  readonly sharedMemoryId: string | undefined
}

/** A postmaster of this process's making, and where its log began. */
export interface LaunchedPostmaster {
  readonly child: ChildProcess
  readonly logOffset: number
}

export function postmasterRecord(clusterDir: string): PostmasterRecord | undefined {
  const file = join(clusterDir, 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const lines = readFileSync(file, 'utf8').split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  return { pid, socketDir: lines[4] ?? '', sharedMemoryId: lines[6]?.trim().split(/\s+/)[1] }
}

/** The living postmaster of this cluster. A pid that now names some other program does not count. */
export function runningPostmaster(clusterDir: string): (PostmasterRecord & ProcessIdentity) | undefined {
  const record = postmasterRecord(clusterDir)
  const identity = record && identityOf(record.pid)
  if (record === undefined || identity === undefined) return undefined
  return argumentsOf(record.pid).includes(clusterDir) ? { ...record, ...identity } : undefined
}

/**
 * Removes lock files that would stop PostgreSQL from starting although nobody runs: their pid was given to another
 * program (usual in containers, where pids repeat) or is a zombie. PostgreSQL cannot tell and refuses. Left alone
 * while any process is attached to the shared memory that postmaster.pid names: that is a backend of the old server.
 */
export function clearStaleLocks(place: ServerPlace): void {
  if (runningPostmaster(place.clusterDir) !== undefined) return
  const record = postmasterRecord(place.clusterDir)
  if (record !== undefined && sharedMemoryAttachments(record.sharedMemoryId) !== 0) return
  rmSync(join(place.clusterDir, 'postmaster.pid'), { force: true })
  rmSync(join(place.socketDir, '.s.PGSQL.5432.lock'), { force: true })
}

/** Starts the postmaster in a session of its own, so that a terminal's Ctrl-C reaches only this process. */
export function launchPostmaster(
  place: ServerPlace,
  programs: ServerPrograms,
  settings: Readonly<Record<string, string>>,
): LaunchedPostmaster {
  if ((statSync(place.logFile, { throwIfNoEntry: false })?.size ?? 0) > logBytesMax) {
    renameSync(place.logFile, `${place.logFile}.old`)
  }
  const log = openSync(place.logFile, 'a', 0o600)
  try {
    const logOffset = statSync(place.logFile).size
    const all = { ...settings, unix_socket_directories: place.socketDir }
    const child = spawn(
      join(programs.binDir, 'postgres'),
      ['-D', place.clusterDir, ...settingsAsArguments(all)],
      // The log is opened here and handed over: the server's user need not be able to reach it.
      {
        cwd: place.clusterDir,
        env: programs.environment,
        detached: true,
        stdio: ['ignore', log, log],
        ...place.user.switchTo,
      },
    )
    child.on('error', () => {})
    child.unref()
    return { child, logOffset }
  } finally {
    closeSync(log)
  }
}

export function logSince(place: ServerPlace, offset: number): string {
  if (!existsSync(place.logFile)) return ''
  return readFileSync(place.logFile).subarray(offset).toString('utf8')
}

/** Stops the cluster's postmaster and waits until it is gone: politely, then firmly. */
export async function shutDown(clusterDir: string): Promise<void> {
  const running = runningPostmaster(clusterDir)
  if (running === undefined) return
  const steps = [
    { signal: 'SIGINT', waitMs: fastShutdownMsMax },
    { signal: 'SIGQUIT', waitMs: immediateShutdownMsMax },
    { signal: 'SIGKILL', waitMs: immediateShutdownMsMax },
  ] as const
  for (const { signal, waitMs } of steps) {
    try {
      process.kill(running.pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return
      throw error
    }
    if (await endsWithin(running, waitMs)) return
  }
  throw new EmbeddedPostgresError(`PostgreSQL (process ${running.pid}) does not end, not even on SIGKILL.`)
}

async function endsWithin(identity: ProcessIdentity, waitMs: number): Promise<boolean> {
  const deadline = Date.now() + waitMs
  while (isAlive(identity)) {
    if (Date.now() > deadline) return false
    await sleep(pollMs)
  }
  return true
}

function sharedMemoryAttachments(sharedMemoryId: string | undefined): number | undefined {
  if (sharedMemoryId === undefined) return undefined
  // Columns: key, shmid, perms, size, cpid, lpid, nattch, …
  for (const line of readFileSync('/proc/sysvipc/shm', 'utf8').split('\n').slice(1)) {
    const columns = line.trim().split(/\s+/)
    if (columns[1] === sharedMemoryId) return Number(columns[6])
  }
  return 0
}
