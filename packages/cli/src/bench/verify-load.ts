import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BenchServer, type Environment, runPlinth } from './bench-server.js'
import { type Round, roundOf } from './figures.js'
import { runBatches, type Target } from './posting-load.js'

/** A tenant whose entries are all sealed. */
export interface SealedBooks {
  readonly tenantId: string
  readonly environment: Environment
}

const batchSize = 1_000

/** Makes a tenant with some thousand entries over `accounts` accounts, and seals them as the worker does. */
export async function makeSealedBooks(
  { port }: BenchServer,
  environment: Environment,
  {
    entries,
    accounts,
    open,
    progress,
  }: {
    entries: number
    accounts: number
    open: (target: Target) => Promise<void>
    progress: (text: string) => void
  },
): Promise<SealedBooks> {
  const tenantId = 'bench-sealed'
  const created = await runPlinth(['tenant', 'create', tenantId, '--json'], environment)
  const { tokens } = JSON.parse(created) as { tokens: { operator: string } }
  const target = { port, token: tokens.operator, accounts }
  progress(`posting and sealing ${entries} entries`)
  await open(target)
  for (let posted = 0; posted < entries; ) {
    const { rate } = await runBatches(target, { connections: 1, size: batchSize, seconds: 1 })
    posted += Math.max(Math.round(rate), batchSize)
  }
  const books = { tenantId, environment }
  await sealAll(books)
  return books
}

/** Lets a worker run until nothing is left to seal. */
async function sealAll(books: SealedBooks): Promise<void> {
  const worker = spawn(process.execPath, [...process.execArgv, process.argv[1] as string, 'worker'], {
    env: { ...books.environment, PLINTH_LOG_LEVEL: 'error' },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ended = new Promise((resolve) => worker.once('exit', resolve))
  try {
    while ((await verified(books)).evidence.unsealed > 0) {
      if (worker.exitCode !== null) throw new Error('the worker of the benchmark ended before all was sealed')
      await sleep(500)
    }
  } finally {
    worker.kill('SIGTERM')
    await ended
  }
}

interface Verified {
  readonly entries: number
  readonly elapsedSeconds: number
  readonly evidence: { readonly sealed: number; readonly unsealed: number; readonly elapsedSeconds: number }
}

/** Fails where `plinth verify` finds something. */
const verified = async ({ tenantId, environment }: SealedBooks): Promise<Verified> =>
  JSON.parse(await runPlinth(['verify', '--tenant', tenantId, '--json'], environment)) as Verified

/** Entries a second whose evidence `plinth verify` makes again: leaves, tree, checkpoints. */
export async function verifyEvidenceOf(books: SealedBooks): Promise<Round> {
  const { sealed, elapsedSeconds } = (await verified(books)).evidence
  return roundOf([elapsedSeconds * 1_000], elapsedSeconds * 1_000, sealed)
}

/** Entries a second by all rules of `plinth verify`, which decides every posting again. */
export async function verifyAllOf(books: SealedBooks): Promise<Round> {
  const { entries, elapsedSeconds } = await verified(books)
  return roundOf([elapsedSeconds * 1_000], elapsedSeconds * 1_000, entries)
}
