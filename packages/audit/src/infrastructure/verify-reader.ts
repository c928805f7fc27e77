import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import type { AuditTables } from './tables.js'

const sql = sqlDoor<AuditTables>('audit')

/** Digests of a page of rows: their number and the sum of their hashes by bucket, which no order of the rows changes. */
interface DigestPage {
  readonly buckets: readonly { readonly bucket: number; readonly rows: number; readonly sum: bigint }[]
  readonly next: string | undefined
}

/** What of an audit event is digested: what an entry says of itself too, or what a recorded command does. */
export type AuditView = 'entries' | 'commands'

// The event of a correction names both of its entries, and is compared with each.
const parts: Readonly<Record<AuditView, string>> = {
  entries: `coalesce(string_to_array(object, ' '), array[null])`,
  commands: `array[object]`,
}

// $3 are the actions that count: types of commands that make entries, or that are recorded.
const contents: Readonly<Record<AuditView, string>> = {
  entries: `case when outcome = 'accepted' and action = any ($3::text[])
                 then concat_ws('|', part, correlation_id, coalesce(causation_id, '-'), occurred_at) end`,
  // A key that was issued on the command line was no command: it opens Plinth to whoever is locked out (ADR 0011).
  commands: `case when outcome <> 'denied' and action = any ($3::text[])
                   and (action <> 'issue_api_key' or idempotency_key is not null)
                  then concat_ws('|', coalesce(idempotency_key, '-'), action, outcome, correlation_id, occurred_at) end`,
}

const digestAfter = (view: AuditView): Statement => ({
  name: `audit.verify_digest_${view}`,
  text: `select coalesce((hash & 1023)::int, -1) as bucket, count(*) as rows, count(*) filter (where at = 1) as read,
           coalesce(sum(hash), 0) as sum, max(audit_event_id::text collate "C") as last
      from (select audit_event_id, at, hashtextextended(${contents[view]}, 0) as hash
              from (select * from audit.audit_event
                     where tenant_id = $1 and audit_event_id > $2::uuid order by audit_event_id limit $4) page
             cross join lateral unnest(${parts[view]}) with ordinality as p (part, at)) digested
     group by hash & 1023`,
})

const inBucket = (view: AuditView): Statement => ({
  name: `audit.verify_bucket_${view}`,
  text: `select ${contents[view]} as content, audit_event_id::text as key
      from audit.audit_event cross join lateral unnest(${parts[view]}) as p (part)
     where tenant_id = $1 and hashtextextended(${contents[view]}, 0) & 1023 = $2`,
})

const beforeAll = '00000000-0000-0000-0000-000000000000'

export const digestAuditEvents =
  (view: AuditView, actions: readonly string[]) =>
  async (tx: Tx, page: { after: string; limit: number }): Promise<DigestPage> => {
    const rows = await sql.run<{ bucket: number; rows: number; read: number; sum: string; last: string }>(
      tx,
      digestAfter(view),
      [tenantOf(tx), page.after || beforeAll, textArray(actions), page.limit],
    )
    const read = rows.reduce((count, row) => count + row.read, 0)
    const last = rows
      .map((row) => row.last)
      .sort()
      .at(-1)
    return {
      // The bucket −1 is of the rows that this view leaves out.
      buckets: rows
        .filter(({ bucket }) => bucket >= 0)
        .map((row) => ({ bucket: row.bucket, rows: row.rows, sum: BigInt(row.sum) })),
      next: read < page.limit ? undefined : last,
    }
  }

export const readDigestedAuditEvents =
  (view: AuditView, actions: readonly string[]) =>
  (tx: Tx, bucket: number): Promise<{ content: string; key: string }[]> =>
    sql.run<{ content: string; key: string }>(tx, inBucket(view), [tenantOf(tx), bucket, textArray(actions)])

const eventsOfActions: Statement = {
  name: 'audit.verify_actions',
  text: `select action, object, count(*) as events from audit.audit_event
     where tenant_id = $1 and action = any($2::text[]) and outcome = 'accepted' group by action, object`,
}

/** How often some things were done to what, and accepted. Reads all events of the tenant: for `verify`. */
export const countAuditedActions = (
  tx: Tx,
  actions: readonly string[],
): Promise<{ readonly action: string; readonly object: string | null; readonly events: number }[]> =>
  sql.run(tx, eventsOfActions, [tenantOf(tx), textArray(actions)])
