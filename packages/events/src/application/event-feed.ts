import type { Database } from '@plinth/db'
import type { TenantId } from '@plinth/kernel'
import { type EventType, readEventsAfter } from '@plinth/outbox'
import type { RenderedEvent } from '../domain/cloud-event.js'
import { renderEvents } from './render-events.js'

export interface FeedQuestion {
  readonly after: number
  readonly limit: number
  /** Undefined: all. */
  readonly types: readonly EventType[] | undefined
}

export interface FeedPage {
  readonly events: readonly RenderedEvent[]
  /** Everything up to here was looked at. */
  readonly nextAfter: number
  /** The position of the last event that there was. */
  readonly last: number
}

/** Answers the events behind a position, rendered. */
export type EventFeed = (tenantId: TenantId, question: FeedQuestion) => Promise<FeedPage>

/**
 * Reads pages of events in one snapshot each. Those who ask for the same page at the same time, as all do who follow the newest
 * events, share one reading and one text of each event.
 */
export function openEventFeed(database: Pick<Database, 'read'>): EventFeed {
  const underWay = new Map<string, Promise<FeedPage>>()
  return (tenantId, question) => {
    const name = JSON.stringify([tenantId, question])
    const found = underWay.get(name)
    if (found !== undefined) return found
    const page = database.read(tenantId, async (tx): Promise<FeedPage> => {
      const { events, lookedUpTo, last } = await readEventsAfter(tx, question)
      const rendered = await renderEvents(tx, tenantId, events)
      const texts = rendered.map((event) => ({ event, text: JSON.stringify(event) }))
      return { events: texts, nextAfter: lookedUpTo, last }
    })
    underWay.set(name, page)
    const done = (): void => void underWay.delete(name)
    page.then(done, done)
    return page
  }
}
