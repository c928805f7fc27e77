import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../packages/db/src/embedded/embedded-postgres.js'
import {
  MigrationFailed,
  migrate,
  pendingMigrations,
  RoleRightsMissing,
  RoleTooPowerful,
  runtimeUrl,
} from '../../packages/db/src/migrate.js'
import { urlOf } from '../support/database-admin.js'

const debianBinDir = '/usr/lib/postgresql/15/bin'
const versions = [
  { name: 'PostgreSQL 18', binDir: '' },
  ...(existsSync(debianBinDir) ? [{ name: 'PostgreSQL 15', binDir: debianBinDir }] : []),
]

// A cluster of its own: roles belong to the whole cluster, and these tests make and drop them.
describe.each(versions)('on $name', ({ binDir }) => {
  let directory: string
  let migrationsDir: string
  let postgres: EmbeddedPostgres
  let database: string
  let databases = 0

  beforeAll(async () => {
    directory = mkdtempSync('/tmp/plinth-migrate-')
    chmodSync(directory, 0o755)
    postgres = await startEmbeddedPostgres({ dataDir: join(directory, 'postgres'), binDir })
  })

  afterAll(async () => {
    await postgres.stop()
    rmSync(directory, { recursive: true })
  })

  beforeEach(async () => {
    databases += 1
    database = `bank_${databases}`
    await run(postgres.adminUrl, `create database ${database}`)
    migrationsDir = join(directory, database)
    mkdirSync(migrationsDir)
    writeFileSync(
      join(migrationsDir, '0001_shop.sql'),
      'create schema shop; create table shop.sale (n int primary key);',
    )
    writeFileSync(
      join(migrationsDir, '0002_rights.sql'),
      'grant usage on schema shop to plinth_ledger; grant select, insert on shop.sale to plinth_ledger;',
    )
    writeFileSync(join(migrationsDir, 'README.md'), 'not a migration')
  })

  afterEach(async () => {
    for (const { datname } of await run(
      postgres.adminUrl,
      "select datname from pg_database where datname like 'bank_%'",
    )) {
      await run(postgres.adminUrl, `drop database ${datname} with (force)`)
    }
    const roles = await run(
      postgres.adminUrl,
      "select rolname from pg_roles where rolname ~ '^(plinth_|some_)'",
    )
    for (const { rolname } of roles)
      await run(postgres.adminUrl, `drop owned by ${rolname}; drop role ${rolname}`)
  })

  const adminUrl = () => urlOf(postgres.adminUrl, database)

  test('migrations run once, in order, and own what they make', async () => {
    expect(await pendingMigrations(adminUrl(), { migrationsDir })).toEqual(['0001_shop', '0002_rights'])
    const first = await migrate(adminUrl(), { migrationsDir })
    expect(first).toMatchObject({ applied: ['0001_shop', '0002_rights'], alreadyApplied: 0, database })
    expect(first.serverVersion).toBe(postgres.version)
    expect(await migrate(adminUrl(), { migrationsDir })).toMatchObject({ applied: [], alreadyApplied: 2 })
    expect(await pendingMigrations(adminUrl(), { migrationsDir })).toEqual([])
    expect(
      await run(
        adminUrl(),
        "select tableowner from pg_tables where schemaname in ('shop', 'plinth_migration')",
      ),
    ).toEqual([{ tableowner: 'plinth_owner' }, { tableowner: 'plinth_owner' }])
  })

  test('runtime roles log in with a password that follows from the admin URL, and have no more than their modules', async () => {
    await migrate(adminUrl(), { migrationsDir })
    for (const role of ['plinth_serve', 'plinth_worker'] as const) {
      const url = runtimeUrl(adminUrl(), role)
      expect(
        await run(
          url,
          'insert into shop.sale values (1) on conflict do nothing returning current_user as me',
        ),
      ).toEqual(role === 'plinth_serve' ? [{ me: role }] : [])
      await expect(run(url, 'set role plinth_owner')).rejects.toThrow('permission denied')
      await expect(run(url, 'drop table shop.sale')).rejects.toThrow('must be owner')
    }
    const auditor =
      "select rolcanlogin from pg_roles where rolname = 'plinth_auditor' and not exists \
      (select from pg_auth_members where member = 'plinth_auditor'::regrole)"
    expect(await run(adminUrl(), auditor)).toEqual([{ rolcanlogin: true }])
  })

  test('two migrations at once: one runs them, the other finds nothing to do', async () => {
    writeFileSync(join(migrationsDir, '0003_slow.sql'), 'select pg_sleep(0.3)')
    const both = await Promise.all([
      migrate(adminUrl(), { migrationsDir }),
      migrate(adminUrl(), { migrationsDir }),
    ])
    expect(both.map(({ applied }) => applied.length).sort()).toEqual([0, 3])
  })

  test('migrations of several databases at once agree on the roles they share', async () => {
    const urls = [1, 2, 3, 4].map((n) => urlOf(postgres.adminUrl, `bank_many_${n}`))
    for (const n of [1, 2, 3, 4]) await run(postgres.adminUrl, `create database bank_many_${n}`)
    const reports = await Promise.all(urls.map((url) => migrate(url, { migrationsDir })))
    expect(reports.map(({ applied }) => applied.length)).toEqual([2, 2, 2, 2])
  })

  test('a password that works is left alone, another one is set', async () => {
    const verifier = "select rolpassword from pg_authid where rolname = 'plinth_serve'"
    await migrate(adminUrl(), { migrationsDir })
    const before = await run(adminUrl(), verifier)
    await migrate(adminUrl(), { migrationsDir })
    expect(await run(adminUrl(), verifier)).toEqual(before)

    await migrate(adminUrl(), { migrationsDir, servePassword: "it's secret" })
    await expect(run(runtimeUrl(adminUrl(), 'plinth_serve'), 'select 1')).rejects.toThrow(
      'password authentication',
    )
    const given = new URL(runtimeUrl(adminUrl(), 'plinth_serve'))
    given.password = encodeURIComponent("it's secret")
    expect(await run(given.href, 'select 1 as n')).toEqual([{ n: 1 }])
  })

  test('a database owner with CREATEROLE who is no superuser can migrate', async () => {
    await run(adminUrl(), "create role some_owner login createrole password 'p'")
    await run(adminUrl(), `alter database ${database} owner to some_owner`)
    const url = urlAs(adminUrl(), 'some_owner')
    expect((await migrate(url, { migrationsDir })).applied).toHaveLength(2)
    expect((await migrate(url, { migrationsDir })).alreadyApplied).toBe(2)
    expect(await run(runtimeUrl(url, 'plinth_serve'), 'select count(*)::int as n from shop.sale')).toEqual([
      { n: 0 },
    ])
  })

  test('a user without the rights is told the SQL, and once that has run can migrate', async () => {
    await run(adminUrl(), "create role some_user login password 'p'")
    const url = urlAs(adminUrl(), 'some_user')
    const refusal = await migrate(url, { migrationsDir }).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(RoleRightsMissing)
    const { message } = refusal as RoleRightsMissing
    expect(message).toMatch(/create role plinth_owner nologin;/)
    expect(message).toMatch(new RegExp(`grant create on database ${database} to plinth_owner;`))

    await run(
      adminUrl(),
      message
        .split('\n')
        .filter((line) => line.endsWith(';'))
        .join('\n'),
    )
    expect((await migrate(url, { migrationsDir })).applied).toHaveLength(2)
    expect(await run(runtimeUrl(url, 'plinth_serve'), 'select 1 as n')).toEqual([{ n: 1 }])
  })

  test('a CREATEROLE user who does not own the database is told so', async () => {
    await run(adminUrl(), "create role some_user login createrole password 'p'")
    await expect(migrate(urlAs(adminUrl(), 'some_user'), { migrationsDir })).rejects.toThrow(
      `grant create on database ${database} to plinth_owner;`,
    )
  })

  test('a runtime role that could go round row-level security is refused', async () => {
    await run(adminUrl(), 'create role plinth_worker login bypassrls')
    await expect(migrate(adminUrl(), { migrationsDir })).rejects.toThrow(RoleTooPowerful)
  })

  test('a migration that fails leaves nothing of itself, all before it, and says where', async () => {
    writeFileSync(
      join(migrationsDir, '0003_broken.sql'),
      'create table shop.half (n int);\n\nselect nothing_like_it();\n',
    )
    const failure = await migrate(adminUrl(), { migrationsDir }).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(MigrationFailed)
    expect((failure as Error).message).toMatch(
      /0003_broken failed in line 3: function nothing_like_it\(\) does not exist/,
    )
    expect(await pendingMigrations(adminUrl(), { migrationsDir })).toEqual(['0003_broken'])
    expect(await run(adminUrl(), "select to_regclass('shop.half') as half")).toEqual([{ half: null }])
  })

  test('what a migration sets does not reach the next one', async () => {
    writeFileSync(join(migrationsDir, '0003_careless.sql'), 'set search_path = shop; reset role')
    writeFileSync(
      join(migrationsDir, '0004_next.sql'),
      "create table shop.made as select current_user as me, current_setting('search_path') as path",
    )
    await migrate(adminUrl(), { migrationsDir })
    expect(await run(adminUrl(), 'select me, path from shop.made')).toEqual([
      { me: 'plinth_owner', path: '"$user", public' },
    ])
  })

  test('forward only: neither an earlier number nor a migration this release does not know', async () => {
    await migrate(adminUrl(), { migrationsDir })
    writeFileSync(join(migrationsDir, '0000_late.sql'), 'select 1')
    await expect(migrate(adminUrl(), { migrationsDir })).rejects.toThrow('0000_late comes before 0002_rights')
    rmSync(join(migrationsDir, '0000_late.sql'))
    rmSync(join(migrationsDir, '0002_rights.sql'))
    await expect(migrate(adminUrl(), { migrationsDir })).rejects.toThrow('ahead: it has 0002_rights')
  })
})

describe('a migrations folder is refused', () => {
  test.each([
    ['with a file nobody would run', '3_short.sql', 'select 1', 'not named NNNN_slug.sql'],
    [
      'with a comment that would cut the file',
      '0001_a.sql',
      'select 1;\n-- Down migration: none',
      'splits the file',
    ],
  ])('%s', async (_why, file, content, complaint) => {
    const migrationsDir = mkdtempSync('/tmp/plinth-migrations-')
    writeFileSync(join(migrationsDir, file), content)
    await expect(migrate('postgres://nobody@localhost/none', { migrationsDir })).rejects.toThrow(complaint)
    rmSync(migrationsDir, { recursive: true })
  })
})

test.each([
  [
    'postgres://a:p%40ss@db.example:6432/bank?sslmode=require',
    'postgres://plinth_serve:HEX@db.example:6432/bank?sslmode=require',
  ],
  ['postgres://a@db.example/bank', 'postgres://plinth_serve@db.example/bank'],
  ['postgresql://a:p@/bank?host=/run/pg', 'postgresql://plinth_serve:HEX@localhost/bank?host=%2Frun%2Fpg'],
  [
    'postgres:///bank?host=/run/pg&user=a&password=p',
    'postgres://plinth_serve:HEX@localhost/bank?host=%2Frun%2Fpg',
  ],
])('the runtime URL of %s', (url, expected) => {
  expect(runtimeUrl(url, 'plinth_serve').replace(/:[0-9a-f]{64}@/, ':HEX@')).toBe(expected)
})

async function run(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

/** The same database as another user, whose password is `p`. */
function urlAs(adminUrl: string, user: string): string {
  const url = new URL(adminUrl)
  url.username = user
  url.password = 'p'
  return url.href
}
