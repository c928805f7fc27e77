import { setTimeout as sleep } from 'node:timers/promises'
import { removeRowSecurity, runtimeUrl, withScratchDatabase } from '@plinth/db'
import type { TenantId } from '@plinth/kernel'
import type { CliRuntime } from '../cli-runtime.js'
import { type BenchServer, runPlinth, startBareServer, startBenchServer } from './bench-server.js'
import { endDay, endDayBeside, makeSavers, type Savers } from './eod-load.js'
import { brokerIsHere, brokerOf, runEvents, streamOf } from './event-load.js'
import {
  type Lost,
  lostTo,
  medianOf,
  type Round,
  type Share,
  type Slowdown,
  shareOf,
  slowdownOf,
} from './figures.js'
import { type History, makeHistory, runBalances, runPastBalances } from './history-load.js'
import { holdBatches, singleHolds } from './hold-load.js'
import { openHttpConnection } from './http-connection.js'
import { type Baseline, findBaseline } from './pgbench.js'
import { runBatches, runPostings, runSteadily, type Target } from './posting-load.js'
import { makeSealedBooks, type SealedBooks, verifyAllOf, verifyEvidenceOf } from './verify-load.js'

export interface BenchOptions {
  readonly rounds: number
  /** Of each load in each round. */
  readonly seconds: number
  readonly accounts: number
  /** Post this many afterwards and look at the server's memory. */
  readonly fill: number
  /** Make an account with so many lines and ask for its balances too. */
  readonly history: number
  /** For each, make a tenant with so many interest-bearing accounts and end its days. */
  readonly eod: readonly number[]
  /** Make a tenant with so many sealed entries and verify it; 0: none. */
  readonly sealed: number
  /** Names of loads; undefined: all of them. */
  readonly only?: readonly string[]
  progress(text: string): void
}

export interface Load {
  readonly name: string
  readonly what: string
  readonly median: Round
  readonly rounds: readonly Round[]
  /** Median of the ratios to (a) of the same round; undefined without pgbench, and for latencies. */
  readonly ratio: number | undefined
  /** For a load that is also measured without a guard. */
  readonly lost: Lost | undefined
  /** For a load that ought to keep up with another one. */
  readonly share: Share | undefined
  /** For a load that may take longer than another one, but not by much. */
  readonly slowdown: Slowdown | undefined
}

/** What is known of the days of a tenant that ended. */
export interface DaysEnded {
  readonly accounts: number
  /** The most memory that a process which ended one had resident. */
  readonly peakMiB: number
  /** The least accounts a second while others posted; undefined if no day ended beside them. */
  readonly rateBeside: number | undefined
}

export interface BenchReport {
  readonly baseline: string
  readonly comparable: boolean
  readonly loads: readonly Load[]
  readonly memory: { readonly postings: number; readonly residentMiB: number } | undefined
  /** By the processes that ended days: what they took at most. */
  readonly daysEnded: readonly DaysEnded[]
}

/**
 * Plinth beside its database's own benchmark, and beside itself without its guards, on one server, in interleaved rounds, so
 * that a machine that slows down slows all. Everything happens in databases of its own, which are dropped afterwards.
 */
export function runBench(runtime: CliRuntime, options: BenchOptions): Promise<BenchReport> {
  return runtime.withAdminUrl((adminUrl) =>
    withScratchDatabase(adminUrl, 'plinth_bench_tpcb', (tpcbUrl) =>
      withScratchDatabase(adminUrl, 'plinth_bench', (booksUrl) =>
        withScratchDatabase(adminUrl, 'plinth_bench', async (openUrl) => {
          const baseline = await findBaseline(tpcbUrl)
          options.progress(`preparing ${baseline.label}`)
          await baseline.prepare()
          const servers = await startServers(runtime, { booksUrl, openUrl })
          try {
            const targets = await openTargets(servers, options)
            const environment = environmentOf(runtime, booksUrl)
            const server = servers.guarded
            return await measure({ baseline, targets, server, environment, booksUrl, options })
          } finally {
            await servers.stop()
          }
        }),
      ),
    ),
  )
}

const tenantId = 'bench' as TenantId

interface Servers {
  readonly guarded: BenchServer
  /** On the books of `guarded`; lets everybody in. */
  readonly unauthenticated: BenchServer
  /** On books of its own, which have no row-level security. */
  readonly withoutPolicies: BenchServer
  /** Of an operator of `guarded`, and of one of `withoutPolicies`. */
  readonly tokens: { readonly guarded: string; readonly withoutPolicies: string }
  stop(): Promise<void>
}

const environmentOf = ({ environment }: CliRuntime, url: string) => ({
  ...environment,
  PLINTH_DATABASE_URL: url,
  PLINTH_SERVE_DATABASE_URL: undefined,
})

async function startServers(
  runtime: CliRuntime,
  { booksUrl, openUrl }: { booksUrl: string; openUrl: string },
): Promise<Servers> {
  const { strictRoles } = runtime.settings
  const bareOn = (url: string, authenticated: boolean) =>
    startBareServer({ serveUrl: runtimeUrl(url, 'plinth_serve'), strictRoles, tenantId, authenticated })
  const tokens = {
    guarded: await prepareBooks(environmentOf(runtime, booksUrl)),
    withoutPolicies: await prepareBooks(environmentOf(runtime, openUrl)),
  }
  await removeRowSecurity(openUrl)
  const started: BenchServer[] = []
  const noted = async (starting: Promise<BenchServer>): Promise<BenchServer> => {
    const server = await starting
    started.push(server)
    return server
  }
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((server) => server.stop()))
  }
  try {
    const guarded = await noted(startBenchServer(environmentOf(runtime, booksUrl)))
    const unauthenticated = await noted(bareOn(booksUrl, false))
    const withoutPolicies = await noted(bareOn(openUrl, true))
    return { guarded, unauthenticated, withoutPolicies, tokens, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Migrates, makes the tenant and answers the token of an operator. */
async function prepareBooks(environment: CliRuntime['environment']): Promise<string> {
  await runPlinth(['migrate', '--json'], environment)
  const created = await runPlinth(['tenant', 'create', tenantId, '--json'], environment)
  return (JSON.parse(created) as { tokens: { operator: string } }).tokens.operator
}

/** What the loads are sent to; all accounts are open. */
interface Targets {
  readonly guarded: Target
  readonly unauthenticated: Target
  readonly withoutPolicies: Target
}

async function openTargets(
  { guarded, unauthenticated, withoutPolicies, tokens }: Servers,
  { accounts, progress }: BenchOptions,
): Promise<Targets> {
  const targets = {
    guarded: { port: guarded.port, token: tokens.guarded, accounts },
    // The token is sent all the same: the requests are as long, and the answer to it is what is measured.
    unauthenticated: { port: unauthenticated.port, token: tokens.guarded, accounts },
    withoutPolicies: { port: withoutPolicies.port, token: tokens.withoutPolicies, accounts },
  }
  progress(`opening ${accounts} accounts, twice`)
  await openAccounts(targets.guarded)
  await openAccounts(targets.withoutPolicies)
  return targets
}

interface Measured {
  readonly baseline: Baseline
  readonly targets: Targets
  readonly server: BenchServer
  /** For commands on the same books. */
  readonly environment: CliRuntime['environment']
  readonly booksUrl: string
  readonly options: BenchOptions
}

const batchSize = 1_000

interface HoldLoads {
  readonly inBatches: ReturnType<typeof holdBatches>
  readonly singly: ReturnType<typeof singleHolds>
}

interface RunnableLoad {
  readonly what: string
  readonly run: () => Promise<Round>
}

const batches = { connections: 2, size: batchSize }
const singles = { connections: 64 }

function loadsOf(
  { baseline, targets, options }: Measured,
  holds: HoldLoads,
): Readonly<Record<string, RunnableLoad>> {
  const { seconds, accounts } = options
  const { guarded, unauthenticated, withoutPolicies } = targets
  const postings = { ...singles, seconds, hot: false }
  return {
    a: { what: `${baseline.label}, 16 clients`, run: () => baseline.run({ clients: 16, seconds }) },
    b: {
      what: `POST /v1/batches of ${batchSize} transfers over ${accounts} accounts, 2 connections`,
      run: () => runBatches(guarded, { ...batches, seconds }),
    },
    b0: {
      what: 'as (b), without row-level security',
      run: () => runBatches(withoutPolicies, { ...batches, seconds }),
    },
    c: { what: 'POST /v1/postings, 64 connections', run: () => runPostings(guarded, postings) },
    c0: {
      what: 'as (c), everybody let in: no authentication, no rate limit',
      run: () => runPostings(unauthenticated, postings),
    },
    d: {
      what: 'as (c), one hot account in every posting',
      run: () => runPostings(guarded, { ...postings, hot: true }),
    },
    e: {
      what: 'POST /v1/postings, 1 connection',
      run: () => runPostings(guarded, { connections: 1, seconds: seconds / 2, hot: false }),
    },
    e0: {
      what: `${baseline.label}, 1 client`,
      run: () => baseline.run({ clients: 1, seconds: Math.max(1, Math.round(seconds / 2)) }),
    },
    f: {
      what: `as (b), batches of ${batchSize} holds and of their captures in turn`,
      run: () => holds.inBatches({ ...batches, seconds }),
    },
    g: {
      what: 'POST /v1/holds and /v1/holds/{holdId}/captures in turn, 64 connections',
      run: () => holds.singly({ ...singles, seconds }),
    },
  }
}

function historyLoadsOf(
  { targets, options: { seconds } }: Measured,
  history: History,
): Readonly<Record<string, RunnableLoad>> {
  const path = 'GET /v1/accounts/{id}/balance'
  return {
    h: {
      what: `${path}, any value date, booking date and entry number, ${history.lines} lines, 1 connection`,
      run: () => runPastBalances(targets.guarded, history, { seconds }),
    },
    h0: {
      what: `${path}, of now, of the same account`,
      run: () => runBalances(targets.guarded, { seconds }),
    },
  }
}

async function makeAllSavers({ server, environment, options }: Measured): Promise<Savers[]> {
  const all: Savers[] = []
  for (const accounts of options.eod)
    all.push(await makeSavers(server, environment, { accounts, progress: options.progress }))
  return all
}

// Some of what one process does alone: a day must end beside ordinary work, not beside all that a machine can do.
const steadily = { perSecond: 200, connections: 16 }
// The slowest of a hundred, out of some thousands.
const steadySecondsMin = 15

function eodLoadsOf(
  { options: { seconds } }: Measured,
  all: readonly Savers[],
): Readonly<Record<string, RunnableLoad>> {
  const last = all.at(-1)
  if (last === undefined) return {}
  const { target } = last
  const paced = `POST /v1/postings, ${steadily.perSecond} a second`
  return {
    ...Object.fromEntries(
      all.map((savers, at) => [
        `i${at + 1}`,
        { what: `plinth eod run, accounts a second of ${savers.target.accounts}`, run: () => endDay(savers) },
      ]),
    ),
    j: {
      what: `${paced}, while a day of ${target.accounts} accounts ends`,
      run: () => runSteadily(target, steadily, endDayBeside(last)),
    },
    j0: {
      what: `${paced}, to the same accounts`,
      run: () => runSteadily(target, steadily, sleep(Math.max(seconds, steadySecondsMin) * 1_000)),
    },
  }
}

const verifyLoadsOf = (books: SealedBooks): Readonly<Record<string, RunnableLoad>> => ({
  v: { what: 'plinth verify, its evidence: sealed entries a second', run: () => verifyEvidenceOf(books) },
  v0: { what: 'plinth verify, all of its rules: entries a second', run: () => verifyAllOf(books) },
})

const pathOfEvents = 'from posting to a reader of'

/** Half of what (c) reaches here, so that what is measured is the way of the events and no queue. */
function eventLoadsOf({
  targets: { guarded },
  environment,
  booksUrl,
  options,
}: Measured): Readonly<Record<string, RunnableLoad>> {
  const { seconds } = options
  let half: Promise<Round> | undefined
  const run = async (listen: Parameters<typeof runEvents>[2]): Promise<Round> => {
    half ??= runPostings(guarded, { ...singles, seconds, hot: false })
    const perSecond = Math.round((await half).rate / 2)
    return await runEvents(guarded, { perSecond, connections: singles.connections, seconds }, listen)
  }
  return {
    l: {
      what: `events a second at half of (c), ${pathOfEvents} the stream of /v1/events`,
      run: () => run(streamOf(guarded)),
    },
    ...(brokerIsHere() && {
      m: {
        what: `as (l), ${pathOfEvents} NATS JetStream, through a worker that also seals`,
        run: () => run(brokerOf(environment, booksUrl)),
      },
    }),
  }
}

async function measure(measured: Measured): Promise<BenchReport> {
  const { baseline, targets, options } = measured
  const isAsked = (name: string): boolean => options.only?.includes(name) ?? true
  const history =
    options.history > 0 ? await makeHistory(targets.guarded, options.history, options.progress) : undefined
  const savers = await makeAllSavers(measured)
  const sealed =
    options.sealed > 0 && (isAsked('v') || isAsked('v0'))
      ? await makeSealedBooks(measured.server, measured.environment, {
          ...{ entries: options.sealed, accounts: options.accounts, progress: options.progress },
          open: openAccounts,
        })
      : undefined
  const holds = { inBatches: holdBatches(targets.guarded), singly: singleHolds(targets.guarded) }
  const loads = Object.entries({
    ...loadsOf(measured, holds),
    ...(history && historyLoadsOf(measured, history)),
    ...eodLoadsOf(measured, savers),
    ...(sealed && verifyLoadsOf(sealed)),
    ...eventLoadsOf(measured),
  }).filter(([name]) => isAsked(name))
  const results = new Map<string, Round[]>(loads.map(([name]) => [name, []]))
  // Plans, caches and the compiler of every process warm up before anything counts.
  for (const target of Object.values(targets)) {
    await runBatches(target, { ...batches, seconds: 2 })
    await runPostings(target, { ...singles, seconds: 2, hot: false })
  }
  await holds.inBatches({ ...batches, seconds: 2 })
  await holds.singly({ ...singles, seconds: 2 })
  for (let round = 1; round <= options.rounds; round += 1) {
    // Every second round goes backwards: what one load leaves behind, another one's bill, falls to each of a pair in turn.
    for (const [name, load] of round % 2 === 1 ? loads : loads.toReversed()) {
      options.progress(`round ${round} of ${options.rounds}: (${name}) ${load.what}`)
      results.get(name)?.push(await load.run())
    }
  }
  return {
    baseline: baseline.label,
    comparable: baseline.comparable,
    loads: loads.map(([name, { what }]) => loadOf(name, what, { results, baseline })),
    memory: await fillAndWeigh(measured),
    daysEnded: savers.map(({ target: { accounts }, peakMiB, ratesBeside }) => ({
      ...{ accounts, peakMiB },
      rateBeside: ratesBeside.length === 0 ? undefined : Math.min(...ratesBeside),
    })),
  }
}

// The load that each is also measured as with a guard taken away.
const bareOf: Readonly<Record<string, string>> = { b: 'b0', c: 'c0' }
// The load that each ought to keep up with.
const besideOf: Readonly<Record<string, string>> = { d: 'c', f: 'b', g: 'c', i2: 'i1', v: 'a' }
// A read is no measure of a transaction that writes, nor is a pace that was set.
const withoutRatio: Readonly<Record<string, true>> = {
  h: true,
  h0: true,
  j: true,
  j0: true,
  v: true,
  v0: true,
  l: true,
  m: true,
}
// The load that each may be slower than, and by which latency.
const quickerThan: Readonly<Record<string, { readonly than: string; readonly by: 'p50' | 'p99' }>> = {
  h: { than: 'h0', by: 'p50' },
  j: { than: 'j0', by: 'p99' },
}

function loadOf(
  name: string,
  what: string,
  { results, baseline }: { results: ReadonlyMap<string, readonly Round[]>; baseline: Baseline },
): Load {
  const rounds = results.get(name) ?? []
  const reference = results.get(name === 'e' || name === 'e0' ? 'e0' : 'a') ?? []
  const comparable = baseline.comparable && reference.length > 0
  const ratios = rounds.map((round, index) => ({
    ...round,
    rate: round.rate / (reference[index]?.rate ?? 1),
  }))
  const bare = bareOf[name]
  const beside = besideOf[name]
  const quicker = quickerThan[name]
  return {
    name,
    what,
    rounds,
    median: medianOf(rounds),
    ratio: comparable && !(name in withoutRatio) ? medianOf(ratios).rate : undefined,
    lost: bare === undefined ? undefined : lostTo(bare, { guarded: rounds, bare: results.get(bare) ?? [] }),
    share: beside === undefined ? undefined : shareOf(beside, { rounds, beside: results.get(beside) ?? [] }),
    slowdown:
      quicker === undefined
        ? undefined
        : slowdownOf(quicker, { rounds, beside: results.get(quicker.than) ?? [] }),
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

async function fillAndWeigh({ targets, server, options }: Measured): Promise<BenchReport['memory']> {
  let postings = 0
  while (postings < options.fill) {
    options.progress(`filling: ${postings} of ${options.fill} postings`)
    const { rate } = await runBatches(targets.guarded, { ...batches, seconds: 10 })
    postings += Math.round(rate * 10)
  }
  const bytes = await server.residentBytes()
  return bytes === undefined ? undefined : { postings, residentMiB: Math.round(bytes / 1_048_576) }
}
