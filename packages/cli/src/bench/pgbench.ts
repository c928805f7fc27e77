import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTpcbTables, runTpcbLike } from '@plinth/db'
import { type Round, roundOf } from './figures.js'

const tpcbScale = 50

/** The database's own benchmark: pgbench where it is installed, else the same statements through node-postgres. */
export interface Baseline {
  readonly label: string
  /** False where the statements travel through node-postgres: a ratio to that would flatter. */
  readonly comparable: boolean
  prepare(): Promise<void>
  run(load: { clients: number; seconds: number }): Promise<Round>
}

export async function findBaseline(url: string): Promise<Baseline> {
  const installed = await run('pgbench', ['--version']).catch(() => undefined)
  if (installed === undefined) return throughNodePostgres(url)
  return {
    label: `pgbench TPC-B-like, scale ${tpcbScale}, prepared (${installed.trim()})`,
    comparable: true,
    prepare: async () => {
      await run('pgbench', ['-i', '-q', '-s', String(tpcbScale), url])
    },
    run: (load) => runPgbench(url, load),
  }
}

function throughNodePostgres(url: string): Baseline {
  return {
    label: 'the TPC-B-like statements through node-postgres (pgbench is not installed: no ratios)',
    comparable: false,
    prepare: () => createTpcbTables(url, tpcbScale),
    run: async (load) => {
      const start = performance.now()
      const latencies = await runTpcbLike(url, tpcbScale, load)
      return roundOf(latencies, performance.now() - start)
    },
  }
}

async function runPgbench(
  url: string,
  { clients, seconds }: { clients: number; seconds: number },
): Promise<Round> {
  const folder = await mkdtemp(join(tmpdir(), 'plinth-pgbench-'))
  try {
    const sampled = clients === 1 ? '1' : '0.1'
    const threads = String(Math.min(clients, 2))
    const load = ['-n', '-M', 'prepared', '-c', String(clients), '-j', threads, '-T', String(seconds)]
    const log = ['-l', `--sampling-rate=${sampled}`, `--log-prefix=${join(folder, 'log')}`]
    const output = await run('pgbench', [...load, ...log, url])
    const rate = /tps = ([0-9.]+)/.exec(output)?.[1]
    if (rate === undefined) throw new Error(`pgbench printed no rate: ${output}`)
    const { p50Ms, p99Ms } = roundOf(await readLatencies(folder), 1)
    return { rate: Number.parseFloat(rate), p50Ms, p99Ms }
  } finally {
    await rm(folder, { recursive: true })
  }
}

// A line a transaction: client, number, microseconds …
async function readLatencies(folder: string): Promise<number[]> {
  const files = await readdir(folder)
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  return texts.flatMap((text) =>
    text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => Number(line.split(' ')[2]) / 1000),
  )
}

function run(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let complaint = ''
    child.stdout.on('data', (chunk) => {
      output += chunk
    })
    child.stderr.on('data', (chunk) => {
      complaint += chunk
    })
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new Error(`${program} failed: ${complaint.trim().slice(-500)}`)),
    )
  })
}
