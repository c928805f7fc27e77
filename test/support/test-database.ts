import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, inject } from 'vitest'
import { runtimeUrl } from '../../packages/db/src/migrate.js'
import { asAdmin, urlOf, withTemplateLock } from './database-admin.js'
import { inspect, type Kind, learnPasswords } from './leaks.js'

/** A migrated database of its own. */
export interface TestDatabase {
  readonly name: string
  readonly adminUrl: string
  readonly serveUrl: string
  drop(): Promise<void>
}

/** Copies the migrated template. The caller drops it; `useTestDatabase` does so by itself. */
async function createTestDatabase(): Promise<TestDatabase> {
  const { adminUrl: serverUrl, template, runPid } = inject('plinthTest')
  const name = `plinth_test_${runPid}_${fileSlug()}_${randomBytes(3).toString('hex')}`
  await withTemplateLock(serverUrl, (client) => client.query(`create database ${name} template ${template}`))
  const adminUrl = urlOf(serverUrl, name)
  const serveUrl = runtimeUrl(adminUrl, 'plinth_serve')
  learnPasswords(adminUrl, serveUrl, runtimeUrl(adminUrl, 'plinth_worker'))
  return {
    name,
    adminUrl,
    serveUrl,
    drop: async () => {
      await asAdmin(serverUrl, (client) => client.query(`drop database if exists ${name} with (force)`))
    },
  }
}

/**
 * One database for the tests of a file: call at the top of the file, or of a `describe`, and use what it returns
 * inside tests and hooks. It goes when all passed; when one failed it stays and its URL is printed.
 */
export function useTestDatabase(): () => TestDatabase {
  let database: TestDatabase | undefined
  let anyFailed = false
  beforeAll(async () => {
    database = await createTestDatabase()
  })
  beforeEach(({ onTestFailed }) => {
    onTestFailed(() => {
      anyFailed = true
    })
  })
  afterAll(async () => {
    if (database === undefined) return
    const leaks = await inspectRows(database)
    if (anyFailed || leaks > 0) await keep(database)
    else await database.drop()
  })
  return () => {
    if (database === undefined) throw new Error('The test database exists only inside tests and hooks')
    return database
  }
}

/** What may stand in the rows that tell of others: what customers wrote is in events and commands, but not in the audit trail. */
const mayHold: Readonly<Record<string, readonly Kind[]>> = {
  'audit.audit_event': [],
  'tenancy.api_key': [],
  'outbox.outbox_event': ['body'],
  'posting.command': ['body'],
}

/** Looks for secrets in the rows that the file's tests left behind. */
async function inspectRows({ name, adminUrl }: TestDatabase): Promise<number> {
  return await asAdmin(adminUrl, async (client) => {
    let leaks = 0
    for (const [table, shows] of Object.entries(mayHold)) {
      const { rows } = await client.query<{ row: string }>(`select to_jsonb(t)::text as row from ${table} t`)
      leaks += inspect(`${table} of ${name}`, rows.map(({ row }) => row).join('\n'), shows)
    }
    return leaks
  })
}

/** Marks the database so that later runs leave it alone for some days, see global-setup.ts. */
async function keep({ name, adminUrl }: TestDatabase): Promise<void> {
  await asAdmin(adminUrl, (client) =>
    client.query(`comment on database ${name} is 'kept ${new Date().toISOString()}'`),
  )
  console.error(`A test failed; its database ${name} is kept:\n  ${adminUrl}`)
}

/** The test file's name, cut so that the database's name stays within PostgreSQL's 63 bytes. */
function fileSlug(): string {
  const file = basename(expect.getState().testPath ?? 'unknown').replace(/\.test\.ts$/, '')
  return file
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 28)
}
