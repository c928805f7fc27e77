import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { ensureRoles, ownerRole, type RolePasswords } from './migration/ensure-roles.js'
import { ownMigrationsDir, readMigrationNames } from './migration/migration-files.js'
import { parseDatabaseUrl } from './migration/role-login.js'

export { RoleRightsMissing, RoleTooPowerful } from './migration/ensure-roles.js'
export { type RuntimeRole, runtimeUrl } from './migration/role-login.js'

export interface MigrateOptions extends RolePasswords {
  readonly migrationsDir?: string
  readonly log?: (line: string) => void
}

export interface MigrationReport {
  /** The migrations that ran now, in order, without `.sql`. */
  readonly applied: readonly string[]
  readonly alreadyApplied: number
  readonly database: string
  readonly serverVersion: string
}

/** A migration did not go through. Those before it stay; nothing of it does. */
export class MigrationFailed extends Error {
  override readonly name = 'MigrationFailed'
  constructor(migration: string, location: string, cause: Error) {
    super(`Migration ${migration} failed${location}: ${cause.message}`, { cause })
  }
}

const schema = 'plinth_migration'
const table = 'migration'

// Any number does, as long as every release uses the same one: "plinth" in ASCII.
const migrationLock = '123610927625320'

// PostgreSQL 14 is the last without what the schema uses.
const serverVersionMin = 150_000

/**
 * Makes the roles and runs the migrations that have not run, each in a transaction of its own. Started twice at
 * once, the second waits and then finds nothing to do.
 */
export async function migrate(adminUrl: string, options: MigrateOptions = {}): Promise<MigrationReport> {
  const migrationsDir = options.migrationsDir ?? ownMigrationsDir
  const names = await readMigrationNames(migrationsDir)
  return await withClient(adminUrl, async (client) => {
    const server = await describeServer(client)
    // Held by the session, so it is free again however this process ends.
    await client.query('set statement_timeout = 0')
    await client.query(`select pg_advisory_lock(${migrationLock})`)
    await ensureRoles(client, adminUrl, options)
    await client.query(`set role ${ownerRole}`)
    await ensureMigrationTable(client)
    const done = await appliedMigrations(client)
    const pending = pendingOf(names, done)
    for (const name of pending) {
      await runMigration(client, { migrationsDir, name })
      options.log?.(`Migrated ${name}`)
    }
    return { applied: pending, alreadyApplied: done.length, ...server }
  })
}

/** The migrations that have not run in this database; reads only. */
export async function pendingMigrations(
  adminUrl: string,
  options: { readonly migrationsDir?: string } = {},
): Promise<readonly string[]> {
  const names = await readMigrationNames(options.migrationsDir ?? ownMigrationsDir)
  return await withClient(adminUrl, async (client) => pendingOf(names, await appliedMigrations(client)))
}

async function ensureMigrationTable(client: pg.Client): Promise<void> {
  const found = await client.query(`select 1 from pg_catalog.pg_namespace where nspname = '${schema}'`)
  if (found.rowCount !== 0) return
  // The columns that node-pg-migrate expects. `serve` reads them to refuse a database that is behind.
  await client.query(`
    begin;
    create schema ${schema};
    create table ${schema}.${table}
      (id integer generated always as identity primary key, name varchar(255) not null unique, run_on timestamp not null);
    grant usage on schema ${schema} to plinth_serve, plinth_worker;
    grant select on ${schema}.${table} to plinth_serve, plinth_worker;
    commit`)
}

async function appliedMigrations(client: pg.Client): Promise<readonly string[]> {
  const found = await client.query(`select 1 from pg_catalog.pg_namespace where nspname = '${schema}'`)
  if (found.rowCount === 0) return []
  const { rows } = await client.query<{ name: string }>(`select name from ${schema}.${table} order by name`)
  return rows.map(({ name }) => name)
}

/** What is left to run. Forward only: what has run must be the beginning of what there is. */
function pendingOf(names: readonly string[], done: readonly string[]): readonly string[] {
  const unknown = done.filter((name) => !names.includes(name))
  if (unknown.length > 0) {
    throw new Error(`The database is ahead: it has ${unknown.join(', ')}, which this release does not know`)
  }
  const pending = names.filter((name) => !done.includes(name))
  const [first, last] = [pending[0], done.at(-1)]
  if (first !== undefined && last !== undefined && first < last) {
    throw new Error(`Migration ${first} comes before ${last}, which has run already: give it a later number`)
  }
  return pending
}

async function runMigration(
  client: pg.Client,
  { migrationsDir, name }: { migrationsDir: string; name: string },
) {
  // Read by nobody who has nothing to migrate: commands should start at once.
  const { runner } = await import('node-pg-migrate')
  // A migration may have left settings behind; the role survives this.
  await client.query('reset all')
  await client.query(`set statement_timeout = 0; set role ${ownerRole}`)
  try {
    await runner({
      dbClient: client,
      dir: migrationsDir,
      // Every name but those of migrations, so that a README may lie among them.
      ignorePattern: '(?!\\d{4}_[^.]*\\.sql$).*',
      file: name,
      direction: 'up',
      // Checked already, by number; theirs goes by the time of each run.
      checkOrder: false,
      migrationsSchema: schema,
      migrationsTable: table,
      // One transaction per migration: locks are held no longer than needed, and a new enum value may be used in
      // the migration after.
      singleTransaction: false,
      // Ours is held already, for longer than theirs would be.
      noLock: true,
      logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    })
  } catch (error) {
    await client.query('rollback').catch(ignore)
    if (!(error instanceof Error)) throw error
    throw new MigrationFailed(name, await locationOf(error, join(migrationsDir, `${name}.sql`)), error)
  }
}

async function locationOf(error: Error, file: string): Promise<string> {
  const position = Number((error as { position?: string }).position)
  if (!(position > 0)) return ''
  const before = (await readFile(file, 'utf8')).slice(0, position - 1)
  return ` in line ${before.split('\n').length}`
}

async function describeServer(client: pg.Client): Promise<{ database: string; serverVersion: string }> {
  const { rows } = await client.query<{ database: string; version: string; number: number }>(
    `select current_database() as database, split_part(current_setting('server_version'), ' ', 1) as version,
            current_setting('server_version_num')::int as number`,
  )
  const server = rows[0] as (typeof rows)[number]
  if (server.number < serverVersionMin) {
    throw new Error(`Plinth needs PostgreSQL 15 or newer; this server is ${server.version}`)
  }
  return { database: server.database, serverVersion: server.version }
}

async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: parseDatabaseUrl(url).href })
  // A connection that breaks also rejects the query under way; the event alone would end the process.
  client.on('error', ignore)
  try {
    await client.connect()
    return await work(client)
  } finally {
    await client.end().catch(ignore)
  }
}

function ignore(): void {}
