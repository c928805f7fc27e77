import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, test } from 'vitest'
import { runtimeUrl } from '../../packages/db/src/migrate.js'
import { removeRowSecurity, withScratchDatabase } from '../../packages/db/src/scratch-database.js'
import { asAdmin } from '../support/database-admin.js'
import { useTestDatabase } from '../support/test-database.js'
import { plinth } from './plinth-process.js'

const program = fileURLToPath(new URL('../../packages/cli/dist/bench/bare-server.js', import.meta.url))
const database = useTestDatabase()

const started: ChildProcess[] = []
afterEach(() => {
  for (const child of started.splice(0)) child.kill()
})

/** Starts the compiled program and tells it what to do; its port, or what it said at its end. */
async function startBare(
  serveUrl: string,
  settings: { authenticated: boolean },
): Promise<{ port: number } | { code: number | null; said: string }> {
  // As Node runs it, not as the test runner's own processes are run.
  const child = fork(program, { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  started.push(child)
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said += chunk
  })
  child.send({ serveUrl, strictRoles: false, tenantId: 'bench', ...settings })
  return await Promise.race([
    once(child, 'message').then(([message]) => message as { port: number }),
    once(child, 'close').then(([code]) => ({ code, said })),
  ])
}

/** Migrated, with a tenant `bench`, and gone after `work`. */
async function onScratchBooks(
  work: (books: { url: string; serveUrl: string; token: string }) => Promise<void>,
) {
  await withScratchDatabase(database().adminUrl, 'plinth_bench', async (url) => {
    const environment = { PLINTH_DATABASE_URL: url }
    expect((await plinth(['migrate'], environment)).code).toBe(0)
    const made = await plinth(['tenant', 'create', 'bench', '--json'], environment)
    const { tokens } = JSON.parse(made.stdout) as { tokens: { operator: string } }
    await work({ url, serveUrl: runtimeUrl(url, 'plinth_serve'), token: tokens.operator })
  })
}

async function statusWith(token: string, port: number): Promise<number> {
  const headers = { Authorization: `Bearer ${token}` }
  return (await fetch(`http://127.0.0.1:${port}/v1/business-date`, { headers })).status
}

describe('the server that the bench compares with', () => {
  test('lets everybody in or asks for a token, as the bench says', async () => {
    await onScratchBooks(async ({ serveUrl, token }) => {
      const open = await startBare(serveUrl, { authenticated: false })
      expect(open).toHaveProperty('port')
      if ('port' in open) expect(await statusWith('nobodys', open.port)).toBe(200)
      const asking = await startBare(serveUrl, { authenticated: true })
      expect(asking).toHaveProperty('port')
      if (!('port' in asking)) return
      expect(await statusWith('nobodys', asking.port)).toBe(401)
      expect(await statusWith(token, asking.port)).toBe(200)
    })
  })

  test.each([true, false])('serves no books of anybody’s (authenticated: %s)', async (authenticated) => {
    const ended = await startBare(database().serveUrl, { authenticated })
    expect(ended).toEqual({ code: 1, said: expect.stringContaining('scratch databases of `plinth bench`') })
  })

  test('ends with the process that started it', async () => {
    await onScratchBooks(async ({ serveUrl }) => {
      expect(await startBare(serveUrl, { authenticated: false })).toHaveProperty('port')
      const [child] = started
      child?.disconnect()
      if (child !== undefined && child.exitCode === null) await once(child, 'exit')
      expect(child?.exitCode).toBe(0)
    })
  })

  test('does nothing when it is started by hand', async () => {
    const child = spawn(process.execPath, [program], { stdio: 'ignore' })
    started.push(child)
    expect(await once(child, 'exit')).toEqual([1, null])
  })
})

describe('row-level security', () => {
  const guardedTables = (url: string): Promise<number> =>
    asAdmin(url, async (client) => {
      const { rows } = await client.query<{ count: number }>(
        'select count(*)::int as count from pg_class where relrowsecurity or relforcerowsecurity',
      )
      return rows[0]?.count ?? 0
    })

  test('is removed from every table of a scratch database, which `serve` then refuses', async () => {
    await onScratchBooks(async ({ url }) => {
      expect(await guardedTables(url)).toBeGreaterThan(5)
      await removeRowSecurity(url)
      expect(await guardedTables(url)).toBe(0)
      const refused = await plinth(['serve'], { PLINTH_DATABASE_URL: url, PLINTH_PORT: '0' })
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain('does not work on this database')
      expect(refused.stderr).toContain('row-level security')
    })
  })

  test('stays in any other database', async () => {
    const before = await guardedTables(database().adminUrl)
    await expect(removeRowSecurity(database().adminUrl)).rejects.toThrow('Only a scratch database')
    expect(await guardedTables(database().adminUrl)).toBe(before)
  })
})
