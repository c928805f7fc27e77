import { type ChildProcess, execFile, fork, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { CommandFailure } from '../cli-runtime.js'
import type { BareServerSettings } from './bare-server.js'

export type Environment = Readonly<Record<string, string | undefined>>

/** Runs another command of this program and answers what it printed. */
export async function runPlinth(args: readonly string[], environment: Environment): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [process.argv[1] as string, ...args], {
    env: environment,
  })
  return stdout
}

/** A `plinth serve` of its own process, as in production, on a free port of loopback. */
export interface BenchServer {
  readonly port: number
  /** Resident memory in bytes, or undefined where /proc does not tell. */
  residentBytes(): Promise<number | undefined>
  stop(): Promise<void>
}

const readyWithinMs = 30_000

export async function startBenchServer(environment: Environment): Promise<BenchServer> {
  const port = await freePort()
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] as string, 'serve'], {
    env: { ...environment, PLINTH_PORT: String(port), PLINTH_HOST: '127.0.0.1', PLINTH_LOG_LEVEL: 'error' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  await ready(child, port)
  return serverOf(child, port)
}

// Beside this file, compiled or not.
const bareServer = fileURLToPath(import.meta.url).replace(/bench-server(\.[jt]s)$/, 'bare-server$1')

/** A server with a guard taken away, in a process of its own that ends with this one. */
export async function startBareServer(settings: BareServerSettings): Promise<BenchServer> {
  const child = fork(bareServer, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const port = await new Promise<number>((resolve, reject) => {
    child.once('message', (message) => resolve((message as { port: number }).port))
    child.once('exit', () =>
      reject(new CommandFailure('The server to compare with did not start; it says above why.')),
    )
    child.send(settings)
  })
  await ready(child, port)
  return serverOf(child, port)
}

function serverOf(child: ChildProcess, port: number): BenchServer {
  return {
    port,
    residentBytes: async () => {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '')
      const kibibytes = /VmRSS:\s+(\d+) kB/.exec(status)?.[1]
      return kibibytes === undefined ? undefined : Number(kibibytes) * 1024
    },
    stop: async () => {
      if (child.exitCode !== null) return
      child.kill('SIGTERM')
      await new Promise((resolve) => child.once('exit', resolve))
    },
  }
}

async function ready(child: ChildProcess, port: number): Promise<void> {
  const deadline = Date.now() + readyWithinMs
  while (Date.now() < deadline) {
    if (child.exitCode !== null)
      throw new CommandFailure('The server to be measured did not start; it says above why.')
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined)
    if (answer?.status === 200) return
    await sleep(100)
  }
  child.kill('SIGKILL')
  throw new CommandFailure(`The server to be measured was not ready within ${readyWithinMs / 1000} s.`)
}

/** A port of loopback that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
