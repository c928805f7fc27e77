import { openEventFeed, openEventTail, parseTypeFilter } from '@plinth/events'
import type { TenantId } from '@plinth/kernel'
import { type Consumer, type EventType, listConsumers, readLastPosition } from '@plinth/outbox'
import { Command, InvalidArgumentError } from 'commander'
import { type CliRuntime, CommandFailure } from '../cli-runtime.js'
import { jsonOption, printFields, printJson, printTable, tenantOf, tenantOption } from '../output.js'
import { parseNumber } from '../read-arguments.js'

interface Options {
  readonly tenant?: TenantId
  readonly json?: true
  readonly after?: number
  readonly types?: readonly EventType[]
}

// As many as fit one statement; between two of them nothing is held.
const eventsAtOnce = 500

/** `plinth events`: what happened, in order, and who has been told of it. */
export function eventsCommand(runtime: CliRuntime): Command {
  return new Command('events')
    .description('what happened, as CloudEvents, and how far those are who pass it on')
    .addCommand(listCommand(runtime))
    .addCommand(followCommand(runtime))
    .addCommand(consumersCommand(runtime))
}

const withFilter = (command: Command): Command =>
  command
    .option('--types <list>', 'only these: plinth.hold.*,plinth.journal_entry.posted.v1', parseTypes)
    .addOption(tenantOption())

function parseTypes(text: string): readonly EventType[] {
  const types = parseTypeFilter(text)
  if (types === undefined)
    throw new InvalidArgumentError('A part of this names no type of events; GET /schemas/events lists them.')
  return types
}

function parsePosition(text: string): number {
  if (/^(0|[1-9][0-9]{0,14})$/.test(text)) return Number(text)
  throw new InvalidArgumentError('A position is a whole number: 0 for all events.')
}

function listCommand(runtime: CliRuntime): Command {
  return withFilter(new Command('list'))
    .description('events in order, each a line of JSON')
    .option('--after <position>', 'events behind this one (default: from the first)', parsePosition, 0)
    .option('--limit <n>', 'so many at the most', parseNumber, 100)
    .addOption(jsonOption())
    .action(async ({ after = 0, types, json, limit, ...options }: Options & { limit: number }) => {
      await runtime.withPlinth(async (plinth) => {
        const tenantId = tenantOf(runtime, options)
        await plinth.books(tenantId)
        const feed = openEventFeed(plinth.database)
        const found: object[] = []
        let at = after
        for (let left = limit; left > 0; ) {
          const page = await feed(tenantId, { after: at, limit: Math.min(left, eventsAtOnce), types })
          for (const { event, text } of page.events) {
            if (json) found.push(event)
            else console.log(text)
          }
          left -= page.events.length
          at = page.nextAfter
          if (at >= page.last) break
        }
        if (json) printJson({ data: found, nextAfter: at })
      })
    })
}

function followCommand(runtime: CliRuntime): Command {
  return withFilter(new Command('follow'))
    .description('events as they happen, each a line of JSON, until Ctrl-C')
    .option('--after <position>', 'events behind this one (default: from now on)', parsePosition)
    .action(async ({ after, types, ...options }: Options) => {
      await runtime.withPlinth(async (plinth) => {
        const tenantId = tenantOf(runtime, options)
        await plinth.books(tenantId)
        const last = await plinth.database.read(tenantId, readLastPosition)
        if (after !== undefined && after > last)
          throw new CommandFailure(`There is no event ${after} yet: the last is ${last}.`)
        const tail = openEventTail(plinth.database)
        const feed = openEventFeed(plinth.database)
        const stopping = new AbortController()
        const stop = (): void => stopping.abort()
        process.once('SIGINT', stop).once('SIGTERM', stop)
        try {
          let at = after ?? last
          while (!stopping.signal.aborted) {
            const page = await feed(tenantId, { after: at, limit: eventsAtOnce, types })
            for (const { text } of page.events) console.log(text)
            at = page.nextAfter
            if (at >= page.last) await tail.waitBehind(tenantId, at, stopping)
          }
        } finally {
          process.off('SIGINT', stop).off('SIGTERM', stop)
          tail.close()
        }
      })
    })
}

function consumersCommand(runtime: CliRuntime): Command {
  return new Command('consumers')
    .description('who passes events on, up to where, and how far behind')
    .addOption(tenantOption())
    .addOption(jsonOption())
    .action(async ({ json, ...options }: Options) => {
      await runtime.withPlinth(async (plinth) => {
        const tenantId = tenantOf(runtime, options)
        await plinth.books(tenantId)
        const { consumers, last } = await plinth.database.read(tenantId, async (tx) => ({
          consumers: await listConsumers(tx),
          last: await readLastPosition(tx),
        }))
        if (json) return printJson({ lastPosition: last, consumers })
        printFields({ 'Last event': String(last) })
        if (consumers.length === 0)
          console.log('Nobody passes events on; PLINTH_NATS_URL lets the worker do so.')
        else printTable(columns, consumers.map(rowOf))
      })
    })
}

const columns = [
  { title: 'Consumer' },
  { title: 'Position', align: 'right' },
  { title: 'Behind', align: 'right' },
  { title: 'Waiting since' },
  { title: 'Last moved' },
  { title: 'Held by' },
] as const

const rowOf = ({ consumer, position, lag, waitingSince, movedAt, holder }: Consumer): string[] => [
  consumer,
  String(position),
  String(lag),
  waitingSince ?? '',
  movedAt,
  holder ?? '',
]
