import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Database, openDatabase, runtimeUrl } from '@plinth/db'
import { countUnsealed } from '@plinth/evidence'
import type { TenantId } from '@plinth/kernel'
import { advanceConsumer, claimConsumer, readLastPosition, releaseConsumer } from '@plinth/outbox'
import { CommandFailure } from '../cli-runtime.js'
import { type Environment, freePort } from './bench-server.js'
import { type Round, roundOf } from './figures.js'
import { runSteadily, type Target } from './posting-load.js'

/** Hears events of the tenant `bench`, and calls with the text of each that arrives. */
export type Listen = (hear: (text: string) => void) => Promise<{ stop(): Promise<void> }>

export interface EventLoad {
  readonly perSecond: number
  readonly connections: number
  readonly seconds: number
}

const warmUpMs = 1_000

/**
 * Posts at a steady pace and measures how long after its posting an event arrives: from the database's clock in it, which is
 * read while the posting gets its number, so the commit counts too; both clocks are this machine's.
 */
export async function runEvents(target: Target, load: EventLoad, listen: Listen): Promise<Round> {
  const lagsMs: number[] = []
  let fromMs = Number.POSITIVE_INFINITY
  const { stop } = await listen((text) => {
    const happenedMs = Date.parse(/"time":"([^"]+)"/.exec(text)?.[1] ?? '')
    if (happenedMs >= fromMs) lagsMs.push(Date.now() - happenedMs)
  })
  try {
    // Until whoever passes events on has begun.
    await runSteadily(target, load, sleep(warmUpMs))
    fromMs = Date.now()
    await runSteadily(target, load, sleep(load.seconds * 1000))
    // The last ones are on their way.
    await sleep(500)
  } finally {
    await stop()
  }
  return roundOf(lagsMs, load.seconds * 1000)
}

/** A reader of the stream of GET /v1/events, from now on. */
export const streamOf =
  ({ port, token }: Target): Listen =>
  async (hear) => {
    const after = await lastPosition(port, token)
    const headers = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' }
    const request = get({ host: '127.0.0.1', port, path: `/v1/events?after=${after}`, headers })
    await new Promise<void>((resolve, reject) => {
      request.once('error', reject)
      request.once('response', (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          const blocks = (text + chunk).split('\n\n')
          text = blocks.pop() ?? ''
          for (const block of blocks) if (block.includes('\ndata: ')) hear(block)
        })
        // It is broken off when the round is over.
        response.on('error', () => {})
        resolve()
      })
    })
    return {
      stop: async () => {
        request.on('error', () => {})
        request.destroy()
      },
    }
  }

/** The position of the last event; the answer to one that is not there yet names it. */
async function lastPosition(port: number, token: string): Promise<number> {
  const far = 999_999_999_999_999
  const answer = await fetch(`http://127.0.0.1:${port}/v1/events?after=${far}`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  const last = /the last is (\d+)/.exec(await answer.text())?.[1]
  if (last === undefined) throw new Error('the benchmark could not find the last event')
  return Number(last)
}

/** Whether there is a broker to publish to (Debian: nats-server). */
export const brokerIsHere = (): boolean => spawnSync(natsServer, ['--version']).status === 0

const natsServer = 'nats-server'

/** A subscriber of a broker of its own, to which a worker of its own publishes what happens from now on. */
export const brokerOf =
  (environment: Environment, booksUrl: string): Listen =>
  async (hear) => {
    const port = await freePort()
    const directory = mkdtempSync(join(tmpdir(), 'plinth-bench-nats-'))
    const parameters = ['-js', '-sd', directory, '-a', '127.0.0.1', '-p', String(port)]
    const server = spawn(natsServer, parameters, { stdio: 'ignore' })
    const url = `nats://127.0.0.1:${port}`
    await skipToEnd(booksUrl)
    const worker = await startWorker({ ...environment, PLINTH_NATS_URL: url })
    await untilSealed(booksUrl, worker)
    const { connect } = await import('@nats-io/transport-node')
    const connection = await connect({ servers: url, waitOnFirstConnect: true })
    connection.subscribe(`plinth.${tenantId}.>`, { callback: (_error, message) => hear(message.string()) })
    await connection.flush()
    return {
      stop: async () => {
        await connection.close()
        await ended(worker, 'SIGTERM')
        await ended(server, 'SIGKILL')
        rmSync(directory, { recursive: true, force: true })
      },
    }
  }

const tenantId = 'bench' as TenantId

/** Works on the books as a worker does. */
async function asWorker(booksUrl: string, work: (database: Database) => Promise<void>): Promise<void> {
  const url = runtimeUrl(booksUrl, 'plinth_worker')
  const database = openDatabase({ url, applicationName: 'plinth bench' })
  try {
    await work(database)
  } finally {
    await database.close()
  }
}

/** Waits until a worker has sealed what loads without one have left behind: a bank has one all the time. */
const untilSealed = (booksUrl: string, worker: ChildProcess): Promise<void> =>
  asWorker(booksUrl, async (database) => {
    while ((await database.read(tenantId, countUnsealed)) > 0) {
      if (worker.exitCode !== null)
        throw new CommandFailure('The worker to be measured ended before all was sealed.')
      await sleep(100)
    }
  })

/** Marks all that happened so far as published: other loads have left more behind than a round could take. */
const skipToEnd = (booksUrl: string): Promise<void> =>
  asWorker(booksUrl, async (database) => {
    const last = await database.read(tenantId, readLastPosition)
    const write = { tenantId, lane: 'batch', deadlineMs: Date.now() + patienceMs } as const
    await database.transaction(write, async (tx) => {
      const asked = { consumer: 'nats', holder: 'bench', leaseMs: patienceMs, startAfter: last }
      const lease = await claimConsumer(tx, asked)
      const moved = lease && lease.position < last ? await advanceConsumer(tx, lease, last) : lease
      if (moved === undefined) throw new Error('a worker of the round before still publishes')
      await releaseConsumer(tx, moved)
    })
  })

const patienceMs = 10_000

async function startWorker(environment: Environment): Promise<ChildProcess> {
  const worker = spawn(process.execPath, [...process.execArgv, process.argv[1] as string, 'worker'], {
    env: { ...environment, PLINTH_LOG_LEVEL: 'info' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    worker.stdout?.on('data', (chunk: Buffer) => {
      if (chunk.includes('"msg":"working"')) resolve()
    })
    worker.once('exit', () => reject(new CommandFailure('The worker to be measured did not start.')))
  })
  return worker
}

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null) return
  const end = new Promise((resolve) => child.once('exit', resolve))
  child.kill(signal)
  await end
}
