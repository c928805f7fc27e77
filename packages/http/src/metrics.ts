import type { PostingEngine } from '@plinth/posting'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** What Plinth counts, in a registry of its own. */
export interface Metrics {
  requestAnswered(request: { method: string; route: string; status: number; seconds: number }): void
  commandAnswered(command: { type: string; outcome: string; code: string }): void
  commandReplayed(): void
  /** The text that Prometheus reads. */
  text(): Promise<string>
  readonly contentType: string
}

// From a quick read to the longest that a caller may wait for an outcome.
const secondBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function openMetrics(posting: Pick<PostingEngine, 'queued'>): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
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
  const commands = new Counter({
    name: 'plinth_commands_total',
    help: 'Commands answered for the first time, by outcome; rejected ones by code.',
    labelNames: ['type', 'outcome', 'code'],
    registers,
  })
  const replays = new Counter({
    name: 'plinth_replays_total',
    help: 'Answers given again to a known key.',
    registers,
  })
  new Gauge({
    name: 'plinth_queued_commands',
    help: 'Commands waiting for a transaction, by lane.',
    labelNames: ['lane'],
    registers,
    collect() {
      for (const [lane, queued] of Object.entries(posting.queued())) this.set({ lane }, queued)
    },
  })
  // Looking up a labelled child costs as much as the rest; there are few of them.
  const requestChild = remembered((labels: [string, string, string]) => requests.labels(...labels))
  const durationChild = remembered((labels: [string, string]) => durations.labels(...labels))
  const commandChild = remembered((labels: [string, string, string]) => commands.labels(...labels))
  return {
    requestAnswered: ({ method, route, status, seconds }) => {
      requestChild([method, route, String(status)]).inc()
      durationChild([method, route]).observe(seconds)
    },
    commandAnswered: ({ type, outcome, code }) => commandChild([type, outcome, code]).inc(),
    commandReplayed: () => replays.inc(),
    text: () => registry.metrics(),
    contentType: registry.contentType,
  }
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
