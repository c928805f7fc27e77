import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openDatabase, runtimeUrl, startEmbeddedPostgres } from '@plinth/db'
import type { IdempotencyKey } from '@plinth/kernel'
import { openPosting, type PostingEngine } from '@plinth/posting'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { migrate } from '../../packages/db/src/migrate.js'
import { type Environment, freePort, type PlinthProcess, plinth, startPlinth } from '../cli/plinth-process.js'
import { endOf, entryOf, submissionOf, transferOf } from '../support/commands.js'
import { canaries } from '../support/leaks.js'
import { useTestDatabase } from '../support/test-database.js'
import { type CommitFault, openCommitProxy } from './commit-proxy.js'
import { type Auditor, expectOneEntryEach, foundSmallBank, openAuditor, smallBank } from './small-bank.js'

const migrationsDir = fileURLToPath(new URL('../../migrations', import.meta.url))

/** Polls until it is so; fails when it is not in time. */
async function until(isSo: () => boolean | Promise<boolean>, msMax: number): Promise<void> {
  for (const deadline = Date.now() + msMax; !(await isSo()); await sleep(20)) {
    if (Date.now() > deadline) throw new Error(`not so within ${msMax} ms: ${isSo}`)
  }
}

/** What became of each key: the answer, or that none came. */
type Load = Map<string, string | undefined>

/** `workers` post one key after the other until told to end, or until their posting fails for good. */
function startLoad(name: string, post: (key: string) => Promise<string | undefined>, workers: number) {
  const load: Load = new Map()
  const toEnd = { now: false }
  const work = async (worker: number) => {
    for (let n = 0; !toEnd.now; n += 1) {
      const key = `${name}-${worker}-${n}`
      load.set(key, undefined)
      load.set(key, await post(key))
    }
  }
  const ended = Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)))
  return {
    load,
    acknowledged: () => [...load.values()].filter((answer) => answer !== undefined).length,
    end: () => {
      toEnd.now = true
      return ended
    },
  }
}

function keysOf(load: Load) {
  const acknowledged = [...load].filter(([, answer]) => answer !== undefined).map(([key]) => key)
  return { acknowledged, open: [...load.keys()].filter((key) => load.get(key) === undefined) }
}

describe('kill -9 of plinth serve', () => {
  const database = useTestDatabase()
  const dataDir = mkdtempSync(join(tmpdir(), 'plinth-crash-'))
  const running = new Set<PlinthProcess>()
  let auditor: Auditor
  let token: string

  beforeAll(async () => {
    auditor = openAuditor(database().adminUrl)
    const ended = await plinth(['demo'], environment())
    expect(ended).toMatchObject({ code: 0 })
    token = JSON.parse(readFileSync(join(dataDir, 'tokens.json'), 'utf8')).payments
  })
  afterEach(async () => {
    for (const started of running) started.child.kill('SIGKILL')
    await Promise.all([...running].map(({ ended }) => ended))
    running.clear()
  })
  afterAll(async () => {
    await auditor?.close()
    rmSync(dataDir, { recursive: true, force: true })
  })

  const environment = (): Environment => ({
    PLINTH_DATABASE_URL: database().adminUrl,
    PLINTH_DATA_DIR: dataDir,
  })

  async function serve(more: Environment = {}) {
    const server = startPlinth(['serve', '--port', String(await freePort())], { ...environment(), ...more })
    running.add(server)
    const [, url = ''] = await server.waitFor(/"url":"(http:[^"]+)"/)
    return { server, url }
  }

  async function kill(server: PlinthProcess): Promise<void> {
    server.child.kill('SIGKILL')
    await server.ended
    running.delete(server)
  }

  async function post(url: string, key: string) {
    const response = await fetch(`${url}/v1/postings`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'idempotency-key': key,
      },
      body: JSON.stringify({
        transactionCode: 'TRANSFER',
        description: canaries.description,
        metadata: { card: canaries.cardNumber },
        lines: [
          { accountId: 'cash', side: 'debit', amount: '0.01', currency: 'EUR' },
          { accountId: 'alice', side: 'credit', amount: '0.01', currency: 'EUR' },
        ],
      }),
    })
    const text = await response.text()
    return { status: response.status, replayed: response.headers.get('idempotency-replayed'), text }
  }

  // The server remembers a caller for seconds; until then a look-up of its token would meet the fault instead.
  const recognised = async (url: string): Promise<void> => {
    expect((await post(url, `known-${randomUUID()}`)).status).toBe(201)
  }

  /** The bytes of a 201; undefined when the connection broke before they were there. */
  const bytesOf = (url: string) => (key: string) =>
    post(url, key).then(
      ({ status, text }) => {
        expect(status).toBe(201)
        return text
      },
      () => sleep(50).then(() => undefined),
    )

  test.each([40, 400])(
    'after %i answers under load loses no answer and posts nothing twice',
    async (wanted) => {
      const first = await serve()
      const { load, acknowledged, end } = startLoad(`serve-${wanted}`, bytesOf(first.url), 24)
      await until(() => acknowledged() >= wanted, 15_000)
      await kill(first.server)
      await end()
      await until(async () => (await auditor.sessionsOf('plinth serve')) === 0, 5_000)

      const keys = keysOf(load)
      expect(keys.open.length).toBeGreaterThan(0)
      await expectOneEntryEach(auditor, keys.acknowledged)
      const written = await auditor.entriesOf(keys.open)
      expect([...written.values()].filter((entries) => entries !== 1)).toEqual([])

      const { url } = await serve()
      const replays = await Promise.all(keys.acknowledged.map((key) => post(url, key)))
      expect(replays).toEqual(
        keys.acknowledged.map((key) => ({ status: 201, replayed: 'true', text: load.get(key) })),
      )
      const retries = await Promise.all(keys.open.map((key) => post(url, key)))
      expect(retries.map(({ status, replayed }) => [status, replayed])).toEqual(
        keys.open.map((key) => [201, written.has(key) ? 'true' : null]),
      )
      await expectOneEntryEach(auditor, keys.open)
      await auditor.expectBooksInOrder('demo')
    },
  )

  test.each<[CommitFault, number]>([
    ['never forwarded', 0],
    ['never answered', 1],
  ])(
    'with a COMMIT %s leaves %i entries, no locks, and a retry has its one entry',
    async (fault, entries) => {
      const proxy = await openCommitProxy(database().serveUrl)
      try {
        const key = `commit ${fault}`.replaceAll(' ', '-')
        const { server, url } = await serve({
          PLINTH_SERVE_DATABASE_URL: proxy.urlFor(database().serveUrl),
        })
        await recognised(url)
        proxy.arm(fault)
        const unanswered = bytesOf(url)(key)
        await until(() => proxy.done.length > 0, 5_000)
        await kill(server)
        expect(await unanswered).toBeUndefined()
        await until(async () => (await auditor.sessionsOf('plinth serve')) === 0, 5_000)
        expect((await auditor.entriesOf([key])).get(key) ?? 0).toBe(entries)

        const { url: again } = await serve()
        const { status, replayed } = await post(again, key)
        expect([status, replayed]).toEqual([201, entries === 1 ? 'true' : null])
        await expectOneEntryEach(auditor, [key])
        await auditor.expectBooksInOrder('demo')
      } finally {
        await proxy.close()
      }
    },
  )

  test('is not what a lost connection amounts to: the server lives, and the posting is answered', async () => {
    const proxy = await openCommitProxy(database().serveUrl)
    try {
      const { server, url } = await serve({
        PLINTH_SERVE_DATABASE_URL: proxy.urlFor(database().serveUrl),
      })
      await recognised(url)
      proxy.arm('answer lost')
      const answer = await Promise.race([
        post(url, 'connection-lost').catch((error: unknown) => error),
        server.ended.then(({ stderr }) => `the server ended: ${stderr}`),
      ])
      expect(answer).toMatchObject({ status: 201, replayed: 'true' })
      await expectOneEntryEach(auditor, ['connection-lost'])
    } finally {
      await proxy.close()
    }
  })
})

describe('kill -9 of PostgreSQL', () => {
  const place = mkdtempSync(join(tmpdir(), 'plinth-crash-pg-'))
  const toEnd: (() => Promise<unknown>)[] = []
  // Each start holds the server until it is told to stop, also where the server it knew was killed.
  const start = async () => {
    const server = await startEmbeddedPostgres({ dataDir: join(place, 'data') })
    toEnd.push(() => server.stop())
    return server
  }
  afterAll(async () => {
    for (const end of toEnd.reverse()) await end()
    rmSync(place, { recursive: true, force: true })
  })

  test('twice under load loses no answer, posts nothing twice, and the engine carries on', async () => {
    let postgres = await start()
    await migrate(postgres.adminUrl, { migrationsDir })
    const strictRoles = process.env.PLINTH_STRICT_ROLES === '1'
    const url = runtimeUrl(postgres.adminUrl, 'plinth_serve')
    const database = openDatabase({ url, applicationName: 'faults', strictRoles })
    toEnd.push(() => database.close())
    await foundSmallBank(database, ['alice'])
    const engine = openPosting(database)

    const failures = new Set<string>()
    const { load, acknowledged, end } = startLoad('postmaster', bodyOrFailure(engine, failures), 24)
    for (const _ of ['first', 'second']) {
      const before = acknowledged()
      await until(() => acknowledged() >= before + 200, 15_000)
      process.kill(postgres.pid, 'SIGKILL')
      await sleep(300)
      postgres = await start()
      expect(postgres.outcome).toBe('recovered')
    }
    const before = acknowledged()
    await until(() => acknowledged() >= before + 200, 15_000)
    await end()

    const keys = keysOf(load)
    expect([...failures].filter((name) => !/^(DatabaseUnavailable|OutcomeUnknown)$/.test(name))).toEqual([])
    const auditor = openAuditor(postgres.adminUrl)
    toEnd.push(() => auditor.close())
    await expectOneEntryEach(auditor, keys.acknowledged)
    const again = await Promise.all(keys.acknowledged.map((key) => submit(engine, key)))
    expect(again.map(endOf)).toEqual(again.map(() => 'accepted, replayed'))
    expect(again.map((outcome) => JSON.stringify(entryOf(outcome)))).toEqual(
      keys.acknowledged.map((key) => load.get(key)),
    )
    for (const key of keys.open) expect(endOf(await submit(engine, key))).toMatch(/^accepted/)
    await expectOneEntryEach(auditor, [...load.keys()])
    await auditor.expectBooksInOrder(smallBank.tenant.tenantId)
  })

  const submit = (engine: PostingEngine, key: string) =>
    engine.submit(
      smallBank,
      submissionOf(transferOf({ from: 'cash', to: 'alice', amount: '0.01' }), key as IdempotencyKey),
    )

  const bodyOrFailure = (engine: PostingEngine, failures: Set<string>) => async (key: string) => {
    try {
      return JSON.stringify(entryOf(await submit(engine, key)))
    } catch (error) {
      failures.add((error as Error).name)
      return undefined
    }
  }
})
