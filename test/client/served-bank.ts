import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { freePort, type PlinthProcess, startPlinth } from '../cli/plinth-process.js'
import { learnTokensIn } from '../support/leaks.js'
import { type TestDatabase, useTestDatabase } from '../support/test-database.js'

/** The demo tenant behind a real `plinth serve`, which a test may kill. */
export interface ServedBank {
  readonly url: string
  readonly database: TestDatabase
  readonly tokens: Readonly<Record<string, string>>
  /** Of every program of Plinth that works on this bank. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** kill -9, and a new one on the same port. */
  restart(): Promise<void>
}

/** One served bank for the tests of a file. */
export function useServedBank(): () => ServedBank {
  const database = useTestDatabase()
  const dataDir = mkdtempSync(join(tmpdir(), 'plinth-served-'))
  let server: PlinthProcess | undefined
  let bank: ServedBank | undefined
  const serve = async (environment: ServedBank['environment']): Promise<void> => {
    server = startPlinth(['serve'], environment)
    await server.waitFor(/"msg":"serving/)
  }
  beforeAll(async () => {
    const port = String(await freePort())
    const environment = {
      PLINTH_DATABASE_URL: database().adminUrl,
      PLINTH_DATA_DIR: dataDir,
      PLINTH_PORT: port,
      PLINTH_STRICT_ROLES: process.env.PLINTH_STRICT_ROLES,
    }
    const demo = await startPlinth(['demo'], environment).ended
    if (demo.code !== 0) throw new Error(demo.stderr)
    const text = readFileSync(join(dataDir, 'tokens.json'), 'utf8')
    learnTokensIn(text)
    await serve(environment)
    bank = {
      url: `http://127.0.0.1:${port}`,
      database: database(),
      tokens: JSON.parse(text) as Record<string, string>,
      environment,
      restart: async () => {
        server?.child.kill('SIGKILL')
        await server?.ended
        await serve(environment)
      },
    }
  })
  afterAll(async () => {
    server?.child.kill('SIGINT')
    await server?.ended
    rmSync(dataDir, { recursive: true, force: true })
  })
  return () => bank as ServedBank
}
