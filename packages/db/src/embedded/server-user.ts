import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { EmbeddedPostgresError } from './embedded-postgres-error.js'

/** Who runs PostgreSQL. `switchTo` is empty when that is whoever runs this process. */
export interface ServerUser {
  readonly name: string
  readonly uid: number
  readonly switchTo: { uid?: number; gid?: number }
}

/**
 * PostgreSQL refuses to run as root, so root hands it to `postgres`, or to `nobody` where no such user exists.
 * A cluster which somebody else made before stays theirs: root then runs the server as its owner.
 */
export function chooseServerUser(clusterDir: string): ServerUser {
  const self = process.getuid?.() ?? 0
  const owner = statSync(clusterDir, { throwIfNoEntry: false })
  if (self !== 0) {
    if (owner !== undefined && owner.uid !== self) {
      throw new EmbeddedPostgresError(
        `The data in ${clusterDir} belongs to user ${owner.uid}, and this is user ${self}. ` +
          'Start as that user or as root, or name another directory in PLINTH_DATA_DIR.',
      )
    }
    return { name: `user ${self}`, uid: self, switchTo: {} }
  }
  if (owner !== undefined && owner.uid !== 0) {
    const known = lookUp((account) => account.uid === owner.uid)
    return {
      name: known?.name ?? `user ${owner.uid}`,
      uid: owner.uid,
      switchTo: { uid: owner.uid, gid: owner.gid },
    }
  }
  const found = lookUp(({ name }) => name === 'postgres') ?? lookUp(({ name }) => name === 'nobody')
  if (found !== undefined) return found
  throw new EmbeddedPostgresError(
    'PostgreSQL does not run as root, and there is neither a user postgres nor nobody to run it. ' +
      'Create one (useradd --system postgres) or start as another user.',
  )
}

/** Whether the user can search the directories and read the files; asked of the kernel, so that ACLs count. */
export function canUse(user: ServerUser, paths: readonly string[]): boolean {
  const everyPath =
    'for p in "$@"; do if [ -d "$p" ]; then [ -x "$p" ] || exit 1; else [ -r "$p" ] || exit 1; fi; done'
  return spawnSync('/bin/sh', ['-c', everyPath, 'sh', ...paths], { cwd: '/', ...user.switchTo }).status === 0
}

function lookUp(wanted: (account: ServerUser) => boolean): ServerUser | undefined {
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const [name = '', , uid, gid] = line.split(':')
    const account = { name, uid: Number(uid), switchTo: { uid: Number(uid), gid: Number(gid) } }
    if (wanted(account)) return account
  }
  return undefined
}
