import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Plinth } from '@plinth/cli'
import { openEventFeed, openEventTail, openNatsSink, publishEvents } from '@plinth/events'
import type { Logger } from 'pino'

/** What publishes events to a broker, until it is stopped. */
export interface Publishing {
  stop(): Promise<void>
}

/** Publishes the events of all tenants to the NATS servers of the configuration, if it names any. */
export function startPublishing(
  { database }: Plinth,
  { natsUrl }: { natsUrl: string | undefined },
  logger: Pick<Logger, 'info' | 'error'>,
): Publishing {
  if (natsUrl === undefined) return { stop: async () => {} }
  const sink = openNatsSink(natsUrl)
  const tail = openEventTail(database)
  const stopping = new AbortController()
  const holder = `${hostname()} ${process.pid} ${randomUUID()}`
  const world = { database, feed: openEventFeed(database), tail, sink, holder, logger }
  const ended = publishEvents(world, stopping.signal)
  return {
    stop: async () => {
      stopping.abort()
      tail.close()
      await ended
      await sink.close()
    },
  }
}
