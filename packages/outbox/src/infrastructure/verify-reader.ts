import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'

const sql = sqlDoor<Record<never, never>>('outbox')

const positionsAfter: Statement = {
  name: 'outbox.verify_positions',
  text: `select count(*) as events, min(position) as first, max(position) as last
      from (select position from outbox.outbox_event where tenant_id = $1 and position > $2 order by position limit $3) page`,
}

const firstGapAfter: Statement = {
  name: 'outbox.verify_gap',
  text: `select position, before from (
        select position, coalesce(lag(position) over (order by position), $2) as before
          from (select position from outbox.outbox_event where tenant_id = $1 and position > $2 order by position limit $3) page) p
     where position <> before + 1 order by position limit 1`,
}

/** How the numbers of a tenant's events run. */
export interface PositionCheck {
  readonly lastPosition: number
  /** The first position that is missing, if one is missing before the last. */
  readonly missing: number | undefined
}

/** Positions are dense: whoever has read up to n misses nothing. Read in pages, so that no statement is long. */
export async function checkPositions(tx: Tx, limit: number): Promise<PositionCheck> {
  let lastPosition = 0
  for (;;) {
    const values = [tenantOf(tx), lastPosition, limit]
    const [page] = await sql.run<{ events: number; first: number | null; last: number | null }>(
      tx,
      positionsAfter,
      values,
    )
    if (page === undefined || page.last === null) return { lastPosition, missing: undefined }
    if (page.first !== lastPosition + 1 || page.last !== lastPosition + page.events) {
      const [gap] = await sql.run<{ position: number; before: number }>(tx, firstGapAfter, values)
      return { lastPosition: page.last, missing: gap && gap.before + 1 }
    }
    lastPosition = page.last
  }
}

/** Digests of a page of rows: their number and the sum of their hashes by bucket, which no order of the rows changes. */
interface DigestPage {
  readonly buckets: readonly { readonly bucket: number; readonly rows: number; readonly sum: bigint }[]
  readonly next: string | undefined
}

/** What of an event is digested: all of what an entry says too, or its type with its context. */
export type EventView = 'entries' | 'commands'

const contents: Readonly<Record<EventView, string>> = {
  entries: `case when type = 'plinth.journal_entry.posted.v1'
                 then concat_ws('|', subject, correlation_id, coalesce(causation_id, '-'), occurred_at) end`,
  // That a business day or a year closes is told by the end of it, and that a rate holds by who approved it: none of them is a command.
  commands: `case when type not like 'plinth.business\\_day.%' and type not like 'plinth.year.%' and type not like 'plinth.rate.%'
                  then concat_ws('|', type, correlation_id, occurred_at) end`,
}

const digestEventsAfter = (view: EventView): Statement => ({
  name: `outbox.verify_digest_${view}`,
  text: `select coalesce((hash & 1023)::int, -1) as bucket, count(*) as rows, coalesce(sum(hash), 0) as sum, max(position) as last
      from (select position, hashtextextended(${contents[view]}, 0) as hash
              from outbox.outbox_event where tenant_id = $1 and position > $2 order by position limit $3) page
     group by hash & 1023`,
})

const eventsInBucket = (view: EventView): Statement => ({
  name: `outbox.verify_bucket_${view}`,
  text: `select ${contents[view]} as content, position::text as key
      from outbox.outbox_event where tenant_id = $1 and hashtextextended(${contents[view]}, 0) & 1023 = $2`,
})

export const digestEvents =
  (view: EventView) =>
  async (tx: Tx, page: { after: string; limit: number }): Promise<DigestPage> => {
    const rows = await sql.run<{ bucket: number; rows: number; sum: string; last: number }>(
      tx,
      digestEventsAfter(view),
      [tenantOf(tx), page.after === '' ? 0 : page.after, page.limit],
    )
    const read = rows.reduce((count, row) => count + row.rows, 0)
    const last = rows.reduce((latest, row) => Math.max(latest, row.last), 0)
    return {
      // The bucket −1 is of the rows that this view leaves out.
      buckets: rows
        .filter(({ bucket }) => bucket >= 0)
        .map((row) => ({ bucket: row.bucket, rows: row.rows, sum: BigInt(row.sum) })),
      next: read < page.limit ? undefined : String(last),
    }
  }

export const readDigestedEvents =
  (view: EventView) =>
  (tx: Tx, bucket: number): Promise<{ content: string; key: string }[]> =>
    sql.run<{ content: string; key: string }>(tx, eventsInBucket(view), [tenantOf(tx), bucket])

const eventsOfTypes: Statement = {
  name: 'outbox.verify_types',
  text: `select type, subject, data->>'runId' as "runId", count(*) as events
      from outbox.outbox_event where tenant_id = $1 and type = any($2::text[]) group by type, subject, data->>'runId'`,
}

/** How often some types of events were told of what, by the run that they name. */
export interface ToldOf {
  readonly type: string
  readonly subject: string
  readonly runId: string | null
  readonly events: number
}

/** Reads all events of the tenant: for `verify`. */
export const countEventsOfTypes = (tx: Tx, types: readonly string[]): Promise<ToldOf[]> =>
  sql.run<ToldOf>(tx, eventsOfTypes, [tenantOf(tx), textArray(types)])
