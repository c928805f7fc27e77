import type { Database } from '@plinth/db'
import type { PostingEngine } from '@plinth/posting'
import type { Telemetry } from '@plinth/telemetry'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Figures } from './business-figures.js'
import { registerBusinessGauges } from './business-gauges.js'

/** What a process counts, in a registry of its own. */
export interface Metrics extends Omit<Telemetry, 'tracing'> {
  requestAnswered(request: { method: string; route: string; status: number; seconds: number }): void
  /** From now on scrapes tell of these too. */
  watch(watched: {
    readonly posting?: Pick<PostingEngine, 'queued'>
    readonly database?: Pick<Database, 'connections'>
    readonly figures?: Figures
  }): void
  /** The text that Prometheus reads. */
  text(): Promise<string>
  readonly contentType: string
}

// From a quick read to the longest that a caller may wait for an outcome.
const secondBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
// A round of sealing after an outage may take minutes.
const longBuckets = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300]
// The largest transaction of a batch has a thousand commands.
const commandBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]

/** Metrics of the process that nobody else shares. Labels have few values, all of them ours: no account, key or id is one. */
export function openMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const watch = (watched: Parameters<Metrics['watch']>[0]): void => {
    if (watched.posting !== undefined) registerQueues(registry, watched.posting)
    if (watched.database !== undefined) registerConnections(registry, watched.database)
    if (watched.figures !== undefined) registerBusinessGauges(registry, watched.figures)
  }
  return {
    ...countRequests(registry),
    ...countCommands(registry),
    ...countTransactions(registry),
    ...countRounds(registry),
    watch,
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
}

function countRequests(registry: Registry): Pick<Metrics, 'requestAnswered'> {
  const registers = [registry]
  const requests = new Counter({
    name: 'plinth_http_requests_total',
    help: 'Requests answered, by route and status.',
    labelNames: ['method', 'route', 'status'],
    registers,
  })
  const durations = new Histogram({
    name: 'plinth_http_request_duration_seconds',
    help: 'From a request’s headers to its answer.',
    labelNames: ['method', 'route'],
    buckets: secondBuckets,
    registers,
  })
  // Looking up a labelled child costs as much as the rest; there are few of them.
  const requestChild = remembered((labels: [string, string, string]) => requests.labels(...labels))
  const durationChild = remembered((labels: [string, string]) => durations.labels(...labels))
  return {
    requestAnswered: ({ method, route, status, seconds }) => {
      requestChild([method, route, String(status)]).inc()
      durationChild([method, route]).observe(seconds)
    },
  }
}

function countCommands(
  registry: Registry,
): Pick<Metrics, 'commandAnswered' | 'commandTook' | 'idempotencyHit' | 'outcomeUnknown'> {
  const registers = [registry]
  const commands = new Counter({
    name: 'plinth_commands_total',
    help: 'Commands answered for the first time, by outcome; rejected ones by code.',
    labelNames: ['type', 'outcome', 'code'],
    registers,
  })
  const durations = new Histogram({
    name: 'plinth_command_duration_seconds',
    help: 'From the headers of a request with one command to its answer.',
    labelNames: ['type', 'outcome'],
    buckets: secondBuckets,
    registers,
  })
  const hits = new Counter({
    name: 'plinth_idempotency_hits_total',
    help: 'Keys that were known: replayed, reused for another command, in progress; or lost races for a key or another unique id.',
    labelNames: ['kind'],
    registers,
  })
  for (const kind of ['replayed', 'reused', 'in_progress', 'race']) hits.labels(kind).inc(0)
  const unknown = new Counter({
    name: 'plinth_unknown_outcomes_total',
    help: 'Callers who were told that nobody knows whether their command took effect.',
    registers,
  })
  const commandChild = remembered((labels: [string, string, string]) => commands.labels(...labels))
  const durationChild = remembered((labels: [string, string]) => durations.labels(...labels))
  const hitChild = remembered((labels: [string]) => hits.labels(...labels))
  return {
    commandAnswered: ({ type, outcome, code }) => commandChild([type, outcome, code]).inc(),
    commandTook: ({ type, outcome, seconds }) => durationChild([type, outcome]).observe(seconds),
    idempotencyHit: (kind) => hitChild([kind]).inc(),
    outcomeUnknown: () => unknown.inc(),
  }
}

function countTransactions(
  registry: Registry,
): Pick<
  Metrics,
  'transactionEnded' | 'transactionRepeated' | 'connectionTaken' | 'batchEnded' | 'lockTaken'
> {
  const registers = [registry]
  const histogram = (name: string, help: string, label: string, buckets: number[] = secondBuckets) => {
    const made = new Histogram({ name, help, labelNames: [label], buckets, registers })
    return remembered((labels: [string]) => made.labels(...labels))
  }
  const ended = new Counter({
    name: 'plinth_transactions_total',
    help: 'Transactions that came to their end, by the pool they ran in.',
    labelNames: ['lane', 'outcome'],
    registers,
  })
  const repeated = new Counter({
    name: 'plinth_transaction_retries_total',
    help: 'Transactions that were run again, by SQLSTATE, or overtaken, or connection_lost.',
    labelNames: ['lane', 'reason'],
    registers,
  })
  const endedChild = remembered((labels: [string, string]) => ended.labels(...labels))
  // Counters that begin at their first event hide it: what was never there has not risen.
  for (const lane of ['online', 'batch', 'read']) {
    for (const outcome of ['done', 'unavailable', 'unknown', 'failed']) ended.labels(lane, outcome).inc(0)
    for (const reason of ['overtaken', 'connection_lost', '40001', '40P01', '23505'])
      repeated.labels(lane, reason).inc(0)
  }
  const repeatedChild = remembered((labels: [string, string]) => repeated.labels(...labels))
  const durations = histogram(
    'plinth_transaction_duration_seconds',
    'Transactions with all their attempts.',
    'lane',
  )
  const connections = histogram(
    'plinth_connection_wait_seconds',
    'Until a connection of the pool was free.',
    'lane',
  )
  const sizes = histogram('plinth_batch_commands', 'Commands in one transaction.', 'lane', commandBuckets)
  const batches = histogram(
    'plinth_batch_duration_seconds',
    'From the queue to the outcome of a batch.',
    'lane',
  )
  const waits = histogram('plinth_batch_wait_seconds', 'How long the first of a batch was queued.', 'lane')
  const locks = histogram(
    'plinth_lock_wait_seconds',
    'From asking for row locks to having them: of the balances of all accounts of a batch, or of the journal’s head.',
    'lock',
  )
  return {
    transactionEnded: ({ lane, outcome, seconds }) => {
      endedChild([lane, outcome]).inc()
      durations([lane]).observe(seconds)
    },
    transactionRepeated: ({ lane, reason }) => repeatedChild([lane, reason]).inc(),
    connectionTaken: ({ lane, seconds }) => connections([lane]).observe(seconds),
    batchEnded: ({ lane, commands, waitedSeconds, seconds }) => {
      sizes([lane]).observe(commands)
      waits([lane]).observe(waitedSeconds)
      batches([lane]).observe(seconds)
    },
    lockTaken: ({ lock, seconds }) => locks([lock]).observe(seconds),
  }
}

function countRounds(registry: Registry): Pick<Metrics, 'choreEnded' | 'eventDelivered'> {
  const registers = [registry]
  const rounds = new Counter({
    name: 'plinth_chore_rounds_total',
    help: 'Rounds of what a worker does again and again, of one tenant each.',
    labelNames: ['chore', 'outcome'],
    registers,
  })
  const items = new Counter({
    name: 'plinth_chore_items_total',
    help: 'What was done in those rounds: holds expired, entries sealed, checkpoints kept.',
    labelNames: ['chore'],
    registers,
  })
  const durations = new Histogram({
    name: 'plinth_chore_duration_seconds',
    help: 'Rounds of a chore.',
    labelNames: ['chore'],
    buckets: longBuckets,
    registers,
  })
  const deliveries = new Histogram({
    name: 'plinth_event_delivery_lag_seconds',
    help: 'From the recording of an event to its delivery.',
    labelNames: ['sink'],
    buckets: [...secondBuckets, 30, 60, 300, 3600],
    registers,
  })
  for (const chore of ['expire_holds', 'seal_entries', 'sign_balances', 'send_webhooks', 'keep_checkpoints'])
    for (const outcome of ['done', 'failed']) rounds.labels(chore, outcome).inc(0)
  for (const sink of ['nats', 'webhook']) deliveries.zero({ sink })
  return {
    choreEnded: ({ chore, outcome, items: done, seconds }) => {
      rounds.labels(chore, outcome).inc()
      items.labels(chore).inc(done)
      durations.labels(chore).observe(seconds)
    },
    eventDelivered: ({ sink, seconds }) => deliveries.labels(sink).observe(seconds),
  }
}

function registerQueues(registry: Registry, posting: Pick<PostingEngine, 'queued'>): void {
  new Gauge({
    name: 'plinth_queued_commands',
    help: 'Commands waiting for a transaction, by lane.',
    labelNames: ['lane'],
    registers: [registry],
    collect() {
      for (const [lane, queued] of Object.entries(posting.queued())) this.set({ lane }, queued)
    },
  })
}

function registerConnections(registry: Registry, database: Pick<Database, 'connections'>): void {
  new Gauge({
    name: 'plinth_connections',
    help: 'Connections to the database by pool: busy, idle; and how many transactions are waiting for one.',
    labelNames: ['lane', 'state'],
    registers: [registry],
    collect() {
      for (const [lane, states] of Object.entries(database.connections()))
        for (const [state, count] of Object.entries(states)) this.set({ lane, state }, count)
    },
  })
}

function remembered<Labels extends string[], Child>(
  make: (labels: Labels) => Child,
): (labels: Labels) => Child {
  const children = new Map<string, Child>()
  return (labels) => {
    const name = labels.join(' ')
    const known = children.get(name)
    if (known !== undefined) return known
    const child = make(labels)
    children.set(name, child)
    return child
  }
}
