import { type SqlQuery, tableName } from './sql-query.js'

/** Which events a consumer has applied, in the consumer's own database: an event that comes twice takes effect once. */
export interface Inbox {
  /**
   * Runs `work` unless this event was applied before; false: it was. Both in the transaction behind `query`, so that the event
   * is noted if and only if what it caused is there. Two at once: the second waits for the first's commit.
   */
  once(query: SqlQuery, eventId: string, work: () => Promise<void>): Promise<boolean>
  /** `once` for an event of the feed, and moves the cursor behind it, even if it was applied before. */
  next(query: SqlQuery, event: FeedEvent, work: () => Promise<void>): Promise<boolean>
  /** The position to read the feed after; 0 at the beginning. */
  position(query: SqlQuery): Promise<number>
}

/** What the inbox needs of an event. */
export interface FeedEvent {
  readonly id: string
  readonly position: number
}

/** The tables for `openInbox`, for a migration of the consumer's own. */
export const inboxTables = (table: string): string => `
create table ${tableName(table)} (
  consumer text not null,
  event_id text not null,
  applied_at timestamptz not null default clock_timestamp(),
  primary key (consumer, event_id)
);
create table ${tableName(table)}_cursor (
  consumer text not null primary key,
  position bigint not null check (position >= 0)
);
`

/** The inbox of one consumer. Several consumers may share the tables; each applies every event once. */
export function openInbox({ table, consumer }: { table: string; consumer: string }): Inbox {
  const name = tableName(table)
  const once: Inbox['once'] = async (query, eventId, work) => {
    const { rowCount } = await query(
      `insert into ${name} (consumer, event_id) values ($1, $2) on conflict do nothing`,
      [consumer, eventId],
    )
    if (rowCount !== 1) return false
    await work()
    return true
  }
  return {
    once,
    next: async (query, { id, position }, work) => {
      const applied = await once(query, id, work)
      await query(
        `insert into ${name}_cursor as c (consumer, position) values ($1, $2)
         on conflict (consumer) do update set position = greatest(c.position, excluded.position)`,
        [consumer, position],
      )
      return applied
    },
    position: async (query) => {
      const { rows } = await query(`select position from ${name}_cursor where consumer = $1`, [consumer])
      return Number(rows[0]?.position ?? 0)
    },
  }
}
