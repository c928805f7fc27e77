import { type ChildProcess, spawn } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  type EmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../packages/db/src/embedded/embedded-postgres.js'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const debianBinDir = '/usr/lib/postgresql/15/bin'
const nobodyId = 65_534
const isRoot = process.getuid?.() === 0
// The processes below run the sources as nobody; that needs a repository which nobody may enter.
const nobodyMayEnter = isRoot && (statSync(repository).mode & 0o005) === 0o005

let dataDir: string
let stops: (() => Promise<unknown>)[]

beforeEach(() => {
  dataDir = mkdtempSync('/tmp/plinth-embedded-')
  chmodSync(dataDir, 0o755)
  stops = []
})

afterEach(async () => {
  for (const stop of stops.reverse()) await stop()
  rmSync(dataDir, { recursive: true, force: true })
})

test('the first start makes a durable cluster, the second finds its rows', async () => {
  const first = await started({ dataDir })
  expect(first.outcome).toBe('created')
  await query(first, 'create table kept as select 7 as n')
  const settings = await query(
    first,
    "select string_agg(name || '=' || setting, ' ' order by name) as all from pg_settings \
    where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'data_checksums', 'listen_addresses', 'server_encoding')",
  )
  expect(settings).toEqual([
    {
      all: 'data_checksums=on fsync=on full_page_writes=on listen_addresses= server_encoding=UTF8 synchronous_commit=on',
    },
  ])
  await first.stop()
  await first.stop()
  expect(isRunning(first.pid)).toBe(false)

  const second = await started({ dataDir })
  expect(second.outcome).toBe('started')
  expect(await query(second, 'select n from kept')).toEqual([{ n: 7 }])
})

test("the caller's settings win over the usual ones", async () => {
  const postgres = await started({ dataDir, settings: { max_connections: '17' } })
  expect(await query(postgres, 'show max_connections')).toEqual([{ max_connections: '17' }])
})

test('libpq programs understand the admin URL', async ({ skip }) => {
  if (!existsSync(join(debianBinDir, 'psql'))) skip('psql is not installed')
  const postgres = await started({ dataDir })
  const psql = spawn(join(debianBinDir, 'psql'), [postgres.adminUrl, '-Atc', 'select current_user'])
  let said = ''
  psql.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  expect(await ended(psql)).toBe(0)
  expect(said.trim()).toBe('plinth')
})

test('a second process adopts the server, and the last one to leave stops it', async () => {
  const postgres = await started({ dataDir })
  const other = await holder(dataDir)
  expect(other.postgres).toMatchObject({ outcome: 'adopted', pid: postgres.pid, adminUrl: postgres.adminUrl })

  await postgres.stop()
  expect(isRunning(postgres.pid)).toBe(true)
  other.process.kill('SIGTERM')
  expect(await ended(other.process)).toBe(0)
  expect(isRunning(postgres.pid)).toBe(false)
})

test('two processes that start at once get one server', async () => {
  const both = await Promise.all([holder(dataDir), holder(dataDir)])
  expect(both.map(({ postgres }) => postgres.outcome).sort()).toEqual(['adopted', 'created'])
  expect(both[0].postgres.pid).toBe(both[1].postgres.pid)
})

test('after kill -9 of the whole process group the server lives, is adopted and then stopped', async () => {
  const killed = await holder(dataDir)
  process.kill(-(killed.process.pid as number), 'SIGKILL')
  await ended(killed.process)
  expect(isRunning(killed.postgres.pid)).toBe(true)

  const postgres = await started({ dataDir })
  expect(postgres).toMatchObject({ outcome: 'adopted', pid: killed.postgres.pid })
  await postgres.stop()
  expect(isRunning(postgres.pid)).toBe(false)
})

test('after kill -9 of PostgreSQL and of its starter the next start recovers every committed row', async () => {
  const killed = await holder(dataDir)
  await query(killed.postgres, 'create table kept as select n from generate_series(1, 1000) n')
  process.kill(killed.postgres.pid, 'SIGKILL')
  killed.process.kill('SIGKILL')
  await ended(killed.process)

  const postgres = await started({ dataDir })
  expect(postgres.outcome).toBe('recovered')
  expect(await query(postgres, 'select count(*)::int as n from kept')).toEqual([{ n: 1000 }])
})

test('a start waits for the backends of a PostgreSQL that was killed', async () => {
  const killed = await holder(dataDir)
  const client = await connected(killed.postgres)
  // Busy, so that the backend does not notice at once that its postmaster is gone.
  const busy = client
    .query('do $$ begin perform sum(n) from generate_series(1, 4000000) n; end $$')
    .catch(() => {})
  await new Promise((resolve) => setTimeout(resolve, 50))
  process.kill(killed.postgres.pid, 'SIGKILL')
  const postgres = await started({ dataDir })
  expect(postgres.outcome).toBe('recovered')
  await busy
})

test('a killed PostgreSQL that nobody has reaped does not stand in the way', async () => {
  const stopped = await holder(dataDir)
  stopped.process.kill('SIGSTOP')
  // First of all, or a failure would leave a process that does not end.
  stops.push(async () => stopped.process.kill('SIGKILL'))
  process.kill(stopped.postgres.pid, 'SIGKILL')
  expect((await started({ dataDir })).outcome).toBe('recovered')
  expect(readFileSync(`/proc/${stopped.postgres.pid}/stat`, 'utf8')).toContain(') Z ')
})

test('a process that was killed holds no lease', async () => {
  const postgres = await started({ dataDir })
  const killed = await holder(dataDir)
  killed.process.kill('SIGKILL')
  await ended(killed.process)
  await postgres.stop()
  expect(isRunning(postgres.pid)).toBe(false)
})

test('a postmaster.pid whose number now belongs to another program does not stand in the way', async () => {
  const before = await started({ dataDir })
  const recordFile = join(dataDir, 'cluster/postmaster.pid')
  const record = readFileSync(recordFile, 'utf8')
  await before.stop()
  // Of the server's own user, or PostgreSQL would see for itself that it is none of its kind.
  const { uid, gid } = statSync(join(dataDir, 'cluster'))
  const other = spawn('sleep', ['60'], { uid, gid })
  stops.push(async () => other.kill())
  writeFileSync(recordFile, record.replace(/^\d+/, String(other.pid)), { mode: 0o600 })
  chownSync(recordFile, uid, gid)
  expect((await started({ dataDir })).outcome).toBe('recovered')
})

test('data of another major version is refused with what to do', async ({ skip }) => {
  if (!existsSync(debianBinDir)) skip('PostgreSQL 15 is not installed')
  const old = await started({ dataDir, binDir: debianBinDir })
  expect(old.version).toMatch(/^15\./)
  await old.stop()
  await expect(startPackaged(dataDir)).rejects.toThrow(
    /was written by PostgreSQL 15.*PLINTH_PG_BIN.*\/usr\/lib\/postgresql\/15\/bin/s,
  )
})

test('a failed start shows the end of the log', async () => {
  await expect(startEmbeddedPostgres({ dataDir, settings: { shared_buffers: 'plenty' } })).rejects.toThrow(
    /did not start.*invalid value for parameter "shared_buffers": "plenty".*PLINTH_DATABASE_URL/s,
  )
})

test('a path too long for a socket gets its socket elsewhere', async () => {
  const deep = join(dataDir, 'a-rather-long-directory-name'.repeat(4))
  const postgres = await started({ dataDir: deep })
  expect(postgres.socketDir).toMatch(/^\/tmp\/plinth-[0-9a-f]{16}$/)
  expect(statSync(postgres.socketDir).mode & 0o777).toBe(0o700)
  expect(readFileSync(join(deep, 'WHERE'), 'utf8')).toContain(postgres.socketDir)
  expect(await query(postgres, 'select 1 as n')).toEqual([{ n: 1 }])
  await postgres.stop()
  rmSync(postgres.socketDir, { recursive: true })
})

test.runIf(isRoot)(
  'root keeps data elsewhere when the server may not enter, and WHERE says where',
  async () => {
    // mkdtemp makes it for its owner alone.
    const closed = mkdtempSync('/tmp/plinth-closed-')
    stops.push(async () => rmSync(closed, { recursive: true }))
    const postgres = await started({ dataDir: closed })
    const cluster = /^cluster: (.+)$/m.exec(readFileSync(join(closed, 'WHERE'), 'utf8'))?.[1] as string
    expect(cluster).toMatch(/^\/var\/lib\/plinth\/[0-9a-f]{16}\/cluster$/)
    expect(statSync(cluster).uid).not.toBe(0)
    await query(postgres, 'create table kept as select 7 as n')
    await postgres.stop()

    // What was chosen stays chosen, even if the directory opens later.
    chmodSync(closed, 0o755)
    const again = await started({ dataDir: closed })
    expect(again.outcome).toBe('started')
    expect(await query(again, 'select n from kept')).toEqual([{ n: 7 }])
    await again.stop()
    rmSync(join(cluster, '..'), { recursive: true })
  },
)

test.runIf(nobodyMayEnter)('a user who is not root runs PostgreSQL as itself', async () => {
  chownSync(dataDir, nobodyId, nobodyId)
  const { process: child, postgres } = await holder(dataDir, { uid: nobodyId, gid: nobodyId })
  expect(statSync(join(dataDir, 'cluster')).uid).toBe(nobodyId)
  expect(statSync(`/proc/${postgres.pid}`).uid).toBe(nobodyId)
  child.kill('SIGTERM')
  expect(await ended(child)).toBe(0)
  expect(isRunning(postgres.pid)).toBe(false)
})

async function started(options: Parameters<typeof startEmbeddedPostgres>[0]): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres(options)
  stops.push(() => postgres.stop())
  return postgres
}

/** With the npm package's programs, whatever PLINTH_PG_BIN says. */
async function startPackaged(directory: string): Promise<EmbeddedPostgres> {
  return await started({ dataDir: directory, binDir: '' })
}

interface Holder {
  readonly process: ChildProcess
  readonly postgres: EmbeddedPostgres
}

/** Another process, leader of its own group, that starts or adopts the server and keeps it until SIGTERM. */
async function holder(directory: string, as: { uid?: number; gid?: number } = {}): Promise<Holder> {
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--conditions=source', 'test/support/hold-embedded-postgres.ts', directory],
    { cwd: repository, detached: true, stdio: ['ignore', 'pipe', 'inherit'], ...as },
  )
  stops.push(async () => {
    child.kill('SIGTERM')
    await ended(child)
  })
  for await (const line of createInterface({ input: child.stdout as NonNullable<typeof child.stdout> })) {
    const postgres = JSON.parse(line) as EmbeddedPostgres & { error?: string }
    if (postgres.error !== undefined) throw new Error(postgres.error)
    return { process: child, postgres }
  }
  throw new Error('The other process ended without a word')
}

async function ended(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode === null && child.signalCode === null)
    await new Promise((resolve) => child.once('exit', resolve))
  return child.exitCode ?? child.signalCode
}

async function connected(postgres: EmbeddedPostgres): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: postgres.adminUrl })
  client.on('error', () => {})
  await client.connect()
  return client
}

async function query(postgres: EmbeddedPostgres, statement: string): Promise<unknown[]> {
  const client = await connected(postgres)
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

/** A killed process whose parent has not looked yet is a zombie, and ended all the same. */
function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
}
