import { execFile, execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Database, openDatabase } from '@plinth/db'
import { readLatestCheckpoint, sealEntries } from '@plinth/evidence'
import { type Signer, signerOf } from '@plinth/evidence/domain'
import type { IdempotencyKey } from '@plinth/kernel'
import { type Command, type Outcome, openPosting, type PostingEngine } from '@plinth/posting'
import pg from 'pg'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../packages/db/src/embedded/embedded-postgres.js'
import { chooseServerUser } from '../../packages/db/src/embedded/server-user.js'
import { migrate, runtimeUrl } from '../../packages/db/src/migrate.js'
import { plinth } from '../cli/plinth-process.js'
import { smallBank } from '../faults/small-bank.js'
import { submissionOf } from '../support/commands.js'
import { learnPasswords } from '../support/leaks.js'

/** Debian's PostgreSQL 15, which has the programs that the embedded one lacks: pg_basebackup, pg_dump and the others. */
const debianBinDir = '/usr/lib/postgresql/15/bin'
export const toolsAreHere = existsSync(join(debianBinDir, 'pg_basebackup'))

/** Directories that the server's user may enter, and the installation's key and anchor, which are no part of a backup. */
export interface Site {
  readonly dir: string
  readonly archive: string
  readonly anchor: string
  readonly dataDir: string
  readonly signer: Signer
}

export function openSite(): Site {
  const dir = mkdtempSync('/tmp/plinth-restore-')
  chmodSync(dir, 0o755)
  const [archive, dataDir] = [join(dir, 'archive'), join(dir, 'installation')]
  for (const made of [archive, dataDir]) mkdirSync(made)
  const { uid, switchTo } = chooseServerUser(join(dir, 'none'))
  chownSync(archive, uid, switchTo.gid ?? -1)
  const { privateKey } = generateKeyPairSync('ed25519')
  writeFileSync(join(dataDir, 'signing-key.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }), {
    mode: 0o600,
  })
  return { dir, archive, anchor: join(dir, 'anchor.txt'), dataDir, signer: signerOf(privateKey) }
}

/** A server of Debian's and the small bank on it. */
export interface ServedBank {
  readonly server: EmbeddedPostgres
  readonly adminUrl: string
  send(command: Command, key: string): Promise<Outcome>
  /** Seals as the worker does, and answers the checkpoint of all. */
  seal(): Promise<string>
  rows<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]>
  readonly database: Database
  plinth(...parameters: string[]): ReturnType<typeof plinth>
  /** Gives up the connections, then the server. */
  stop(): Promise<void>
}

/** Starts the server of a directory. `adminUrl`: where its own password is not the one that the roles were restored with. */
export async function startServer(
  site: Site,
  name: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<EmbeddedPostgres> {
  const dataDir = join(site.dir, name)
  return await startEmbeddedPostgres({ dataDir, binDir: debianBinDir, settings: { ...small, ...settings } })
}

// Three of them run beside the server of the tests.
const small = { shared_buffers: '32MB', max_wal_size: '64MB' }

export function openBank(site: Site, server: EmbeddedPostgres, adminUrl = server.adminUrl): ServedBank {
  const serveUrl = runtimeUrl(adminUrl, 'plinth_serve')
  learnPasswords(adminUrl, serveUrl, runtimeUrl(adminUrl, 'plinth_worker'))
  const database = openDatabase({ url: serveUrl, applicationName: 'test' })
  const engine: PostingEngine = openPosting(database)
  const admin = new pg.Pool({ connectionString: adminUrl, max: 1 })
  admin.on('error', () => {})
  const { tenantId } = smallBank.tenant
  return {
    server,
    adminUrl,
    database,
    send: (command, key) => engine.submit(smallBank, submissionOf(command, key as IdempotencyKey)),
    seal: async () => {
      const { currencies } = smallBank
      const options = { tenantId, lane: 'batch', deadlineMs: Date.now() + 30_000, repeatable: true } as const
      await database.transaction(options, (tx) =>
        sealEntries(tx, { tenantId, currencies, signer: site.signer, host: 'localhost' }),
      )
      const latest = await database.read(tenantId, readLatestCheckpoint)
      if (latest === undefined) throw new Error('nothing was sealed')
      return latest.note
    },
    rows: async (sql) => (await admin.query(sql)).rows,
    plinth: (...parameters) =>
      plinth(parameters, {
        PLINTH_DATABASE_URL: adminUrl,
        PLINTH_DATA_DIR: site.dataDir,
        PLINTH_ANCHOR: site.anchor,
        PLINTH_TENANT: tenantId,
        PLINTH_PORT: '0',
      }),
    stop: async () => {
      await Promise.all([database.close(), admin.end()])
      await server.stop()
    },
  }
}

export { migrate }

/** Runs one of Debian's programs on a server; what it says on standard output. */
export async function tool(name: string, url: string, ...parameters: string[]): Promise<string> {
  const { username, password, searchParams } = new URL(url)
  const env = {
    PATH: process.env.PATH,
    LC_ALL: 'C',
    PGHOST: searchParams.get('host') ?? '',
    PGUSER: username,
    PGPASSWORD: password,
  }
  const program = join(debianBinDir, name)
  const { stdout } = await promisify(execFile)(program, parameters, { env, maxBuffer: 64 * 1024 * 1024 })
  return stdout
}

/** A directory that root wrote belongs to the server from now on. */
export function handToServer(path: string): void {
  const { uid, switchTo } = chooseServerUser(join(path, 'none'))
  if (switchTo.uid !== undefined) execFileSync('chown', ['-R', `${uid}:${switchTo.gid}`, path])
}
