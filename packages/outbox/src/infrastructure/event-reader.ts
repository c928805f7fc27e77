import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import type { Instant } from '@plinth/kernel'
import type { EventType } from '../domain/event-type.js'
import type { OutboxEvent } from '../domain/outbox-event.js'

const sql = sqlDoor<Record<never, never>>('outbox')

const lastPosition: Statement = {
  name: 'outbox.last_position',
  text: 'select position from outbox.outbox_event where tenant_id = $1 order by position desc limit 1',
}

const columns = 'position, event_id, type, subject, occurred_at, correlation_id, causation_id, data'

const nextEvents: Statement = {
  name: 'outbox.next_events',
  text: `select ${columns} from outbox.outbox_event
     where tenant_id = $1 and position > $2 and position <= $3 order by position limit $4`,
}

const nextEventsOfTypes: Statement = {
  name: 'outbox.next_events_of_types',
  text: `select ${columns} from outbox.outbox_event
     where tenant_id = $1 and position > $2 and position <= $3
       and type = any($5::text[])
     order by position limit $4`,
}

interface EventRow {
  readonly position: number
  readonly event_id: string
  readonly type: EventType
  readonly subject: string
  readonly occurred_at: Instant
  readonly correlation_id: string
  readonly causation_id: string | null
  readonly data: object | null
}

const toEvent = (row: EventRow): OutboxEvent => ({
  position: row.position,
  eventId: row.event_id,
  type: row.type,
  subject: row.subject,
  occurredAt: row.occurred_at,
  correlationId: row.correlation_id,
  causationId: row.causation_id ?? undefined,
  data: row.data ?? undefined,
})

/** The position of the tenant's last event; 0: there is none. */
export async function readLastPosition(tx: Tx): Promise<number> {
  const [row] = await sql.run<{ position: number }>(tx, lastPosition, [tenantOf(tx)])
  return row?.position ?? 0
}

export interface EventPage {
  readonly events: readonly OutboxEvent[]
  /** Up to here everything was looked at: where the next page begins, also if nothing fitted the filter. */
  readonly lookedUpTo: number
  /** The position of the last event that there is. */
  readonly last: number
}

export interface EventQuestion {
  /** Only events behind this position. */
  readonly after: number
  readonly limit: number
  /** Undefined: events of all types. */
  readonly types?: readonly EventType[] | undefined
}

// A filter that fits little looks at so many in one statement, so that none is long and the asker sees it going on.
const lookedAtMost = 20_000

/**
 * The next events in order of their positions. These are dense and commit in order (ADR 0003), so whoever has read up to n has
 * missed nothing. Wants a transaction that reads one snapshot.
 */
export async function readEventsAfter(tx: Tx, { after, limit, types }: EventQuestion): Promise<EventPage> {
  const to = types === undefined ? Number.MAX_SAFE_INTEGER : after + lookedAtMost
  const values = [tenantOf(tx), after, to, limit]
  const [rows, last] = await Promise.all([
    types === undefined
      ? sql.run<EventRow>(tx, nextEvents, values)
      : sql.run<EventRow>(tx, nextEventsOfTypes, [...values, textArray(types)]),
    readLastPosition(tx),
  ])
  const end = Math.max(after, Math.min(to, last))
  const lookedUpTo = rows.length < limit ? end : (rows.at(-1)?.position ?? end)
  return { events: rows.map(toEvent), lookedUpTo, last }
}

const eventsAt: Statement = {
  name: 'outbox.events_at',
  text: `select e.* from unnest($2::bigint[]) as k (position)
    cross join lateral (select ${columns} from outbox.outbox_event where tenant_id = $1 and position = k.position offset 0) e
     order by position`,
}

/** Events by their positions, in order: of those that are to be delivered again. */
export async function readEventsAt(tx: Tx, positions: readonly number[]): Promise<OutboxEvent[]> {
  if (positions.length === 0) return []
  const rows = await sql.run<EventRow>(tx, eventsAt, [tenantOf(tx), `{${positions.join(',')}}`])
  return rows.map(toEvent)
}
