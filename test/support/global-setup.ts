import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type pg from 'pg'
import type { TestProject } from 'vitest/node'
import { startEmbeddedPostgres } from '../../packages/db/src/embedded/embedded-postgres.js'
import { migrate } from '../../packages/db/src/migrate.js'
import { urlOf, withTemplateLock } from './database-admin.js'

declare module 'vitest' {
  interface ProvidedContext {
    /** The server under test, the migrated template, and the process whose end ends this run. */
    plinthTest: { adminUrl: string; template: string; runPid: number }
  }
}

const repository = fileURLToPath(new URL('../..', import.meta.url))
const migrationsDir = join(repository, 'migrations')

// A failure is looked into on the same day or after the weekend; later its database is only in the way.
const keptMsMax = 3 * 24 * 60 * 60 * 1000

/**
 * Once per run: a server, a migrated template whose name carries the hash of its migrations, and no leftovers.
 * The server's directory survives, so that later runs start in a moment and kept databases can be looked at.
 */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.PLINTH_TEST_DATABASE_URL
  const server = given
    ? undefined
    : await startEmbeddedPostgres({ dataDir: join(repository, '.plinth', embeddedName()) })
  const adminUrl = given ?? (server as NonNullable<typeof server>).adminUrl
  try {
    const template = `plinth_template_${hashOfMigrations()}`
    await withTemplateLock(adminUrl, async (client) => {
      await dropLeftovers(client, template)
      await ensureTemplate(client, { adminUrl, template })
    })
    project.provide('plinthTest', { adminUrl, template, runPid: process.pid })
  } catch (error) {
    await server?.stop()
    throw error
  }
  return async () => {
    await server?.stop()
  }
}

/** One directory per major version: the data of one cannot be read by another. */
function embeddedName(): string {
  const binDir = process.env.PLINTH_PG_BIN
  if (!binDir) return 'test-pg18'
  const { stdout } = spawnSync(join(binDir, 'postgres'), ['--version'], { encoding: 'utf8' })
  const major = /\(PostgreSQL\) (\d+)/.exec(stdout ?? '')?.[1]
  if (major === undefined) throw new Error(`PLINTH_PG_BIN: cannot run ${join(binDir, 'postgres')}`)
  return `test-pg${major}`
}

function hashOfMigrations(): string {
  const hash = createHash('sha256')
  for (const name of readdirSync(migrationsDir).sort()) {
    hash
      .update(`${name}\0`)
      .update(readFileSync(join(migrationsDir, name)))
      .update('\0')
  }
  return hash.digest('hex').slice(0, 12)
}

async function ensureTemplate(
  client: pg.Client,
  wanted: { adminUrl: string; template: string },
): Promise<void> {
  const { adminUrl, template } = wanted
  const found = await client.query('select 1 from pg_database where datname = $1', [template])
  if (found.rowCount !== 0) return
  // Made under another name: a run that is killed half-way leaves no template that looks whole.
  const unfinished = `${template}_unfinished`
  await client.query(`drop database if exists ${unfinished}`)
  await client.query(`create database ${unfinished} template template0`)
  await migrate(urlOf(adminUrl, unfinished), { migrationsDir })
  await client.query(`alter database ${unfinished} rename to ${template}`)
  await client.query(`comment on database ${template} is '${new Date().toISOString()}'`)
  // Nobody may enter it any more: a session in a template makes copying it fail.
  await client.query(`alter database ${template} with allow_connections false`)
}

/** Databases of dead runs, and databases kept and templates made more than some days ago. */
async function dropLeftovers(client: pg.Client, template: string): Promise<void> {
  const { rows } = await client.query<{ name: string; remark: string | null }>(
    `select datname as name, shobj_description(oid, 'pg_database') as remark from pg_database
      where datname ~ '^plinth_(test|template)_' and datname <> $1`,
    [template],
  )
  for (const { name, remark } of rows) {
    const markedAt = Date.parse(remark?.replace(/^kept /, '') ?? '')
    if (Number.isNaN(markedAt) ? runLives(name) : Date.now() - markedAt < keptMsMax) continue
    // In use from another machine, or gone this moment: not ours to end.
    await client.query(`drop database if exists ${name}`).catch(() => {})
  }
}

/** `plinth_test_<pid of its run>_…`, see test-database.ts. */
function runLives(database: string): boolean {
  const pid = Number(/^plinth_test_(\d+)_/.exec(database)?.[1])
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
