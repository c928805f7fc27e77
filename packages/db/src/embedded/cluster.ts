import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { EmbeddedPostgresError } from './embedded-postgres-error.js'
import { makePrivateDir, type ServerPlace } from './server-place.js'
import type { ServerPrograms } from './server-programs.js'

/** The superuser, and the database, that `adminUrl` names. */
export const adminName = 'plinth'

const unfinishedPrefix = 'cluster-unfinished-'

/** Makes the cluster unless it exists; says whether it did. Call under the directory lock. */
export async function ensureCluster(
  place: ServerPlace,
  programs: ServerPrograms,
): Promise<'created' | 'existed'> {
  if (existsSync(place.clusterDir)) {
    refuseOtherMajor(place, programs)
    return 'existed'
  }
  // What an initdb that was killed left behind.
  for (const name of readdirSync(place.home)) {
    if (name.startsWith(unfinishedPrefix)) rmSync(join(place.home, name), { recursive: true, force: true })
  }
  // Made under another name and renamed when complete, so that a crash never leaves half a cluster.
  const unfinished = join(place.home, `${unfinishedPrefix}${randomBytes(6).toString('hex')}`)
  const cluster = join(unfinished, 'cluster')
  makePrivateDir(unfinished, place.user)
  await initdb({ place, programs, unfinished, cluster })
  renameSync(cluster, place.clusterDir)
  rmSync(unfinished, { recursive: true })
  return 'created'
}

/** The superuser's password, which only the server's user and root may read. */
export function adminPassword(clusterDir: string): string {
  return readFileSync(passwordFile(clusterDir), 'utf8').trim()
}

function passwordFile(clusterDir: string): string {
  return join(clusterDir, 'plinth.password')
}

interface NewCluster {
  readonly place: ServerPlace
  readonly programs: ServerPrograms
  readonly unfinished: string
  readonly cluster: string
}

async function initdb({ place, programs, unfinished, cluster }: NewCluster): Promise<void> {
  const given = join(unfinished, 'password')
  writeFileSync(given, randomBytes(24).toString('hex'), { mode: 0o600 })
  if (place.user.switchTo.uid !== undefined) chownSync(given, place.user.uid, place.user.switchTo.gid ?? -1)
  const initdbArguments = [
    '--pgdata',
    cluster,
    '--username',
    adminName,
    '--pwfile',
    given,
    '--encoding',
    'UTF8',
  ]
  initdbArguments.push('--auth=scram-sha-256', '--data-checksums', ...localeArguments(programs.major))
  const initdbProcess = spawn(join(programs.binDir, 'initdb'), initdbArguments, {
    cwd: unfinished,
    env: programs.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...place.user.switchTo,
  })
  let output = ''
  for (const stream of [initdbProcess.stdout, initdbProcess.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString()
    })
  }
  const status = await new Promise<number | string | null>((resolve) => {
    initdbProcess.once('close', (code, signal) => resolve(code ?? signal))
    initdbProcess.once('error', (error) => resolve(error.message))
  })
  if (status !== 0) {
    rmSync(unfinished, { recursive: true, force: true })
    const lastLines = output.trim().split('\n').slice(-10).join('\n')
    throw new EmbeddedPostgresError(
      `initdb could not make a database in ${place.home} (${status}):\n${lastLines}`,
    )
  }
  renameSync(given, passwordFile(cluster))
}

/**
 * Text sorts by code point everywhere, whatever the machine's locale. From 17 on PostgreSQL brings that order with
 * it; before, the C library's C.UTF-8 is the same order.
 */
function localeArguments(major: number): string[] {
  if (major >= 17) return ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  return ['--locale=C.UTF-8']
}

function refuseOtherMajor(place: ServerPlace, programs: ServerPrograms): void {
  const major = Number.parseInt(readFileSync(join(place.clusterDir, 'PG_VERSION'), 'utf8'), 10)
  if (major === programs.major) return
  throw new EmbeddedPostgresError(
    `The data in ${place.clusterDir} was written by PostgreSQL ${major}; the programs in ${programs.binDir} are ` +
      `PostgreSQL ${programs.version} and cannot read it. Set PLINTH_PG_BIN to the bin directory of a PostgreSQL ` +
      `${major} (for example /usr/lib/postgresql/${major}/bin), name another directory in PLINTH_DATA_DIR, or dump ` +
      'the data with the old version and restore it with the new one.',
  )
}
