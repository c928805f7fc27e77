import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  writeFileSync,
} from 'node:fs'
import { join, resolve } from 'node:path'
import { EmbeddedPostgresError } from './embedded-postgres-error.js'
import { canUse, chooseServerUser, type ServerUser } from './server-user.js'

/** Where root keeps data and programs that the server's user could not reach where they were asked for. */
export const sharedHome = '/var/lib/plinth'

// A Unix socket's path holds 107 bytes, of which '/.s.PGSQL.5432' takes 14.
const socketDirBytesMax = 107 - 14

/** Every path of one embedded server. */
export interface ServerPlace {
  /** The directory the caller asked for: log and WHERE are here. */
  readonly dataDir: string
  /** The directory that holds cluster, lock and leases: `dataDir`, unless the server's user cannot enter it. */
  readonly home: string
  readonly clusterDir: string
  readonly leasesDir: string
  readonly lockFile: string
  readonly logFile: string
  readonly socketDir: string
  readonly user: ServerUser
}

/** Decides where everything lives. A place once chosen and recorded in WHERE is kept, whatever changes around it. */
export function placeServer(requestedDir: string): ServerPlace {
  mkdirSync(resolve(requestedDir), { recursive: true })
  const dataDir = realpathSync(resolve(requestedDir))
  const recorded = recordedCluster(dataDir)
  const user = chooseServerUser(recorded ?? join(dataDir, 'cluster'))
  const home = recorded === undefined ? reachableHome(dataDir, user) : resolve(recorded, '..')
  return {
    dataDir,
    home,
    clusterDir: join(home, 'cluster'),
    leasesDir: join(home, 'leases'),
    lockFile: join(home, 'lock'),
    logFile: join(dataDir, 'postgres.log'),
    socketDir: chooseSocketDir(home),
    user,
  }
}

/** Tells people (and the next start) where the server's files are. Written once the cluster exists. */
export function recordPlace(place: ServerPlace, binDir: string): void {
  const lines = [
    `cluster: ${place.clusterDir}`,
    `socket: ${place.socketDir}`,
    `log: ${place.logFile}`,
    `programs: ${binDir}`,
    `user: ${place.user.name}`,
  ]
  const where = join(place.dataDir, 'WHERE')
  writeFileSync(where, `${lines.join('\n')}\n`)
  // It holds no secret, and whoever lacks the right to the data shall read whose it is.
  chmodSync(where, 0o644)
}

/** Makes a directory that only the server's user (and root) may enter; refuses one that somebody else prepared. */
export function makePrivateDir(path: string, user: ServerUser): void {
  mkdirSync(path, { recursive: true, mode: 0o700 })
  const made = lstatSync(path)
  const self = process.getuid?.()
  if (!made.isDirectory() || (made.uid !== user.uid && made.uid !== self)) {
    throw new EmbeddedPostgresError(
      `${path} belongs to somebody else (user ${made.uid}). Remove it and start again.`,
    )
  }
  if (made.uid !== user.uid) chownSync(path, user.uid, user.switchTo.gid ?? -1)
  chmodSync(path, 0o700)
}

function recordedCluster(dataDir: string): string | undefined {
  const where = join(dataDir, 'WHERE')
  const text = lstatSync(where, { throwIfNoEntry: false }) && readFileSync(where, 'utf8')
  const cluster = text && /^cluster: (.+)$/m.exec(text)?.[1]
  // Data beside WHERE moves with it; only data elsewhere needs the record.
  if (!cluster || lstatSync(join(dataDir, 'cluster'), { throwIfNoEntry: false })) return undefined
  if (lstatSync(cluster, { throwIfNoEntry: false })) return cluster
  throw new EmbeddedPostgresError(
    `${where} says that the data is in ${cluster}, which does not exist. ` +
      `Put it back, or delete ${where} to begin with an empty database.`,
  )
}

function reachableHome(dataDir: string, user: ServerUser): string {
  if (canUse(user, [dataDir])) return dataDir
  const home = join(sharedHome, hashOf(dataDir))
  mkdirSync(home, { recursive: true })
  // Root's umask may be 077; the server's user has to pass through both.
  for (const directory of [sharedHome, home]) chmodSync(directory, 0o755)
  return home
}

function chooseSocketDir(home: string): string {
  const inside = join(home, 'socket')
  return Buffer.byteLength(inside) <= socketDirBytesMax ? inside : `/tmp/plinth-${hashOf(home)}`
}

function hashOf(path: string): string {
  return createHash('sha256').update(path).digest('hex').slice(0, 16)
}
