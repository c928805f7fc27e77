import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { EmbeddedPostgresError } from './embedded-postgres-error.js'
import { identityOf, isAlive, type ProcessIdentity } from './process-identity.js'

let leasesTaken = 0

/** Notes that this process uses the server. Call under the directory lock; gives back the lease's file. */
export async function takeLease(leasesDir: string): Promise<string> {
  await mkdir(leasesDir, { recursive: true })
  const identity = identityOf(process.pid)
  if (identity === undefined)
    throw new EmbeddedPostgresError('Cannot read /proc, which embedded PostgreSQL needs')
  leasesTaken += 1
  const file = join(leasesDir, `${process.pid}-${leasesTaken}.json`)
  await writeFile(file, JSON.stringify(identity))
  return file
}

/** How many living processes still use the server. Call under the lock; sweeps up after dead ones. */
export async function countLiveLeases(leasesDir: string): Promise<number> {
  let live = 0
  for (const name of await readdir(leasesDir)) {
    const file = join(leasesDir, name)
    if (await holderLives(file)) live += 1
    else await rm(file, { force: true })
  }
  return live
}

async function holderLives(file: string): Promise<boolean> {
  try {
    return isAlive(JSON.parse(await readFile(file, 'utf8')) as ProcessIdentity)
  } catch {
    // Torn by a crash while it was written: whoever wrote it never got its server.
    return false
  }
}
