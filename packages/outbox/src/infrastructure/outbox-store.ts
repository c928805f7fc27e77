import type { Tx } from '@plinth/db'
import {
  announce,
  optionalTextArray,
  plainArray,
  repeatedTextArray,
  type Statement,
  sqlDoor,
  tenantOf,
  textArray,
} from '@plinth/db/sql'
import type { OutboxEvent } from '../domain/outbox-event.js'

/** What those hear who wait for events, see Database.hear. */
export const eventTopic = 'events'

const sql = sqlDoor<Record<never, never>>('outbox')

const insertEvents: Statement = {
  name: 'outbox.insert_events',
  text: `insert into outbox.outbox_event
      (tenant_id, position, event_id, type, subject, occurred_at, correlation_id, causation_id, data)
    select $1, (select plinth.first_event_position()) + k.at, k.event_id, coalesce(k.type, ($4::text[])[1]), k.subject,
           (select plinth.posted_at()), coalesce(k.correlation_id, ($6::text[])[1]), k.causation_id, k.data
      from unnest($2::integer[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::jsonb[])
        as k (at, event_id, type, subject, correlation_id, causation_id, data)`,
}

/**
 * Writes events in the transaction of what they tell, under the positions it took from the head, in order; nothing is
 * published before its commit.
 */
export function enqueueEvents(tx: Tx, events: readonly Omit<OutboxEvent, 'occurredAt' | 'position'>[]): void {
  if (events.length === 0) return
  announce(tx, eventTopic)
  sql.send(tx, insertEvents, [
    tenantOf(tx),
    plainArray(events.map((_, at) => at)),
    plainArray(events.map(({ eventId }) => eventId)),
    repeatedTextArray(events.map(({ type }) => type)),
    textArray(events.map(({ subject }) => subject)),
    repeatedTextArray(events.map(({ correlationId }) => correlationId)),
    optionalTextArray(events.map(({ causationId }) => causationId)),
    optionalTextArray(events.map(({ data }) => data && JSON.stringify(data))),
  ])
}
