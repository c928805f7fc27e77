import { withScratchDatabase } from '@plinth/db'
import type { CliRuntime } from '../cli-runtime.js'
import { type BenchServer, runPlinth, startBenchServer } from './bench-server.js'
import { medianOf, type Round } from './figures.js'
import { openHttpConnection } from './http-connection.js'
import { type Baseline, findBaseline } from './pgbench.js'
import { runBatches, runPostings, type Target } from './posting-load.js'

export interface BenchOptions {
  readonly rounds: number
  /** Of each load in each round. */
  readonly seconds: number
  readonly accounts: number
  /** Post this many afterwards and look at the server's memory. */
  readonly fill: number
  progress(text: string): void
}

export interface Load {
  readonly name: string
  readonly what: string
  readonly median: Round
  readonly rounds: readonly Round[]
  /** Median of the ratios to (a) of the same round; undefined without pgbench, and for latencies. */
  readonly ratio: number | undefined
}

export interface BenchReport {
  readonly baseline: string
  readonly comparable: boolean
  readonly loads: readonly Load[]
  readonly memory: { readonly postings: number; readonly residentMiB: number } | undefined
}

/**
 * Plinth beside its database's own benchmark, on one server, in interleaved rounds, so that a machine that slows down slows
 * both. Everything happens in databases of its own, which are dropped afterwards.
 */
export function runBench(runtime: CliRuntime, options: BenchOptions): Promise<BenchReport> {
  return runtime.withAdminUrl((adminUrl) =>
    withScratchDatabase(adminUrl, 'plinth_bench_tpcb', (tpcbUrl) =>
      withScratchDatabase(adminUrl, 'plinth_bench', async (booksUrl) => {
        const baseline = await findBaseline(tpcbUrl)
        options.progress(`preparing ${baseline.label}`)
        await baseline.prepare()
        const environment = {
          ...runtime.environment,
          PLINTH_DATABASE_URL: booksUrl,
          PLINTH_SERVE_DATABASE_URL: undefined,
        }
        await runPlinth(['migrate', '--json'], environment)
        const created = await runPlinth(['tenant', 'create', 'bench', '--json'], environment)
        const token = (JSON.parse(created) as { tokens: { operator: string } }).tokens.operator
        const server = await startBenchServer(environment)
        try {
          const target: Target = { port: server.port, token, accounts: options.accounts }
          options.progress(`opening ${options.accounts} accounts`)
          await openAccounts(target)
          return await measure({ baseline, target, server, options })
        } finally {
          await server.stop()
        }
      }),
    ),
  )
}

interface Measured {
  readonly baseline: Baseline
  readonly target: Target
  readonly server: BenchServer
  readonly options: BenchOptions
}

const batchSize = 1_000

async function measure({ baseline, target, server, options }: Measured): Promise<BenchReport> {
  const { rounds, seconds } = options
  const loads: Record<string, { what: string; run: () => Promise<Round> }> = {
    a: { what: `${baseline.label}, 16 clients`, run: () => baseline.run({ clients: 16, seconds }) },
    b: {
      what: `POST /v1/batches of ${batchSize} transfers over ${target.accounts} accounts, 2 connections`,
      run: () => runBatches(target, { connections: 2, size: batchSize, seconds }),
    },
    c: {
      what: 'POST /v1/postings, 64 connections',
      run: () => runPostings(target, { connections: 64, seconds, hot: false }),
    },
    d: {
      what: 'as (c), one hot account in every posting',
      run: () => runPostings(target, { connections: 64, seconds, hot: true }),
    },
    e: {
      what: 'POST /v1/postings, 1 connection',
      run: () => runPostings(target, { connections: 1, seconds: seconds / 2, hot: false }),
    },
    e0: {
      what: `${baseline.label}, 1 client`,
      run: () => baseline.run({ clients: 1, seconds: Math.max(1, Math.round(seconds / 2)) }),
    },
  }
  const results = new Map<string, Round[]>(Object.keys(loads).map((name) => [name, []]))
  // Plans, caches and the compiler warm up before anything counts.
  await runBatches(target, { connections: 2, size: batchSize, seconds: 2 })
  await runPostings(target, { connections: 64, seconds: 2, hot: false })
  for (let round = 1; round <= rounds; round += 1) {
    for (const [name, load] of Object.entries(loads)) {
      options.progress(`round ${round} of ${rounds}: (${name}) ${load.what}`)
      results.get(name)?.push(await load.run())
    }
  }
  return {
    baseline: baseline.label,
    comparable: baseline.comparable,
    loads: Object.entries(loads).map(([name, { what }]) => loadOf(name, what, { results, baseline })),
    memory: await fillAndWeigh({ target, server, options }),
  }
}

function loadOf(
  name: string,
  what: string,
  { results, baseline }: { results: ReadonlyMap<string, readonly Round[]>; baseline: Baseline },
): Load {
  const rounds = results.get(name) ?? []
  const reference = results.get(name === 'e' || name === 'e0' ? 'e0' : 'a') ?? []
  const ratios = rounds.map((round, index) => ({
    ...round,
    rate: round.rate / (reference[index]?.rate ?? 1),
  }))
  return {
    name,
    what,
    rounds,
    median: medianOf(rounds),
    ratio: baseline.comparable ? medianOf(ratios).rate : undefined,
  }
}

async function openAccounts({ port, token, accounts }: Target): Promise<void> {
  const connection = await openHttpConnection(port)
  const head = `Authorization: Bearer ${token}\r\n`
  const send = async (commands: readonly string[]): Promise<void> => {
    const body = `{"atomicity":"independent","commands":[${commands.join(',')}]}`
    const answer = await connection.post('/v1/batches', head, body)
    if (!answer.body.includes(`"succeeded":${commands.length}`))
      throw new Error(`opening accounts: ${answer.body.slice(0, 400)}`)
  }
  const glAccount = '{"code":"2000","name":"Deposits","type":"liability"}'
  await send([`{"type":"create_gl_account","idempotencyKey":"bench-gl","glAccount":${glAccount}}`])
  for (let first = 0; first < accounts; first += batchSize) {
    await send(
      Array.from({ length: Math.min(batchSize, accounts - first) }, (_, index) => {
        const id = `bench-${first + index}`
        return `{"type":"open_account","idempotencyKey":"open-${id}","accountId":"${id}","name":"${id}","glCode":"2000","currency":"EUR","overdraftLimit":"1000000000.00"}`
      }),
    )
  }
  connection.close()
}

async function fillAndWeigh({
  target,
  server,
  options,
}: Omit<Measured, 'baseline'>): Promise<BenchReport['memory']> {
  let postings = 0
  while (postings < options.fill) {
    options.progress(`filling: ${postings} of ${options.fill} postings`)
    const { rate } = await runBatches(target, { connections: 2, size: batchSize, seconds: 10 })
    postings += Math.round(rate * 10)
  }
  const bytes = await server.residentBytes()
  return bytes === undefined ? undefined : { postings, residentMiB: Math.round(bytes / 1_048_576) }
}
