import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import { type Instant, instantOf } from '@plinth/kernel'
import type { EventType } from '../domain/event-type.js'
import type { OutboxEvent } from '../domain/outbox-event.js'

const sql = sqlDoor<Record<never, never>>('outbox')

/** From a moment to a moment, both included. */
export interface TimeWindow {
  readonly from: Instant
  readonly to: Instant
}

/** Which events of a window: all that is given must fit. */
export interface EventFilter {
  readonly correlationIds?: readonly string[] | undefined
  readonly subjects?: readonly string[] | undefined
  readonly eventId?: string | undefined
}

// Positions rise with time, and are dense: the place of a moment is found by halving, over the primary key, so events need no index
// by time, correlation or subject. A window ends where the millisecond behind it begins.
const within: Statement = {
  name: 'outbox.journey_within',
  text: `with recursive ends as (
      select coalesce(min(position), 1) as lowest, coalesce(max(position), 0) + 1 as highest
        from outbox.outbox_event where tenant_id = $1),
    moments as (select distinct moment from unnest($2::timestamptz[] || $3::timestamptz[]) as m (moment)),
    halved as (
      select moment, lowest as low, highest as high from moments cross join ends
      union all
      select moment, case when at < moment then middle + 1 else low end, case when at < moment then high else middle end
        from (select moment, low, high, (low + high) / 2 as middle from halved where low < high) h
       cross join lateral (
          select occurred_at as at from outbox.outbox_event where tenant_id = $1 and position = h.middle offset 0) o),
    placed as (select moment, low as position from halved where low = high)
    select e.position, e.event_id, e.type, e.subject, e.occurred_at, e.correlation_id, e.causation_id, e.data
      from unnest($2::timestamptz[], $3::timestamptz[]) as k (from_moment, to_moment)
      join placed f on f.moment = k.from_moment
      join placed t on t.moment = k.to_moment
     cross join lateral (
        select position, event_id, type, subject, occurred_at, correlation_id, causation_id, data from outbox.outbox_event
         where tenant_id = $1 and position >= f.position and position < t.position
           and ($4::text[] is null or correlation_id = any ($4::text[]))
           and ($5::text[] is null or subject = any ($5::text[]))
           and ($6::uuid is null or event_id = $6::uuid) offset 0) e
     order by e.position`,
}

interface Row {
  position: number
  event_id: string
  type: EventType
  subject: string
  occurred_at: Instant
  correlation_id: string
  causation_id: string | null
  data: object | null
}

/** The events of some moments by position, each once. Costs what is in the windows, so they are short. */
export async function readEventsWithin(
  tx: Tx,
  windows: readonly TimeWindow[],
  { correlationIds, subjects, eventId }: EventFilter,
): Promise<OutboxEvent[]> {
  const joined = withoutOverlaps(windows)
  if (joined.length === 0) return []
  const rows = await sql.run<Row>(tx, within, [
    tenantOf(tx),
    plainArray(joined.map(({ from }) => from)),
    plainArray(joined.map(({ to }) => millisecondAfter(to))),
    correlationIds && textArray(correlationIds),
    subjects && textArray(subjects),
    eventId,
  ])
  return rows.map((row) => ({
    position: row.position,
    eventId: row.event_id,
    type: row.type,
    subject: row.subject,
    occurredAt: row.occurred_at,
    correlationId: row.correlation_id,
    causationId: row.causation_id ?? undefined,
    data: row.data ?? undefined,
  }))
}

const millisecondAfter = (instant: Instant): Instant => instantOf(Date.parse(instant) + 1)

function withoutOverlaps(windows: readonly TimeWindow[]): TimeWindow[] {
  const joined: TimeWindow[] = []
  for (const window of windows.toSorted((a, b) => (a.from < b.from ? -1 : 1))) {
    const last = joined.at(-1)
    if (last === undefined || window.from > last.to) joined.push(window)
    else if (window.to > last.to) joined[joined.length - 1] = { from: last.from, to: window.to }
  }
  return joined
}
