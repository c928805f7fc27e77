import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import type { AccountId, BusinessDate, IdempotencyKey, Instant } from '@plinth/kernel'
import type { DigestPage } from '@plinth/ledger'
import type { CommandView, StandingCommand, StoredCommand, VerifyStore } from '../application/verify-ports.js'

const sql = sqlDoor<Record<never, never>>('posting')

interface CommandRow {
  idempotency_key: IdempotencyKey
  type: string
  request: string
  texts_erased: boolean | null
  outcome: 'accepted' | 'rejected'
  entry_no: number
  business_date: BusinessDate
  decided_at: Instant
  correlation_id: string
}

const commandsByEntry: Statement = {
  name: 'posting.verify_by_entry',
  text: `select idempotency_key, type, request, texts_erased, outcome, entry_no, business_date, decided_at, correlation_id
      from posting.command where tenant_id = $1 and entry_no > $2 and entry_no <= $3 order by entry_no`,
}

async function readCommandsByEntry(tx: Tx, range: { after: number; upTo: number }): Promise<StoredCommand[]> {
  const rows = await sql.run<CommandRow>(tx, commandsByEntry, [tenantOf(tx), range.after, range.upTo])
  return rows.map((row) => ({
    key: row.idempotency_key,
    type: row.type,
    request: row.request,
    textsErased: row.texts_erased === true,
    outcome: row.outcome,
    entryNo: row.entry_no,
    businessDate: row.business_date,
    decidedAt: row.decided_at,
    correlationId: row.correlation_id,
  }))
}

const standingAfter: Statement = {
  name: 'posting.verify_standing',
  text: `select idempotency_key as key, answer, decided_at as "decidedAt" from posting.command
     where tenant_id = $1 and idempotency_key > $2 and entry_no is null and outcome = 'accepted'
       and type = any ($3::text[])
     order by idempotency_key limit $4`,
}

const readStandingCommands = (
  tx: Tx,
  page: { types: readonly string[]; after: string; limit: number },
): Promise<StandingCommand[]> =>
  sql.run<StandingCommand>(tx, standingAfter, [tenantOf(tx), page.after, textArray(page.types), page.limit])

const openedAmong: Statement = {
  name: 'posting.verify_opened',
  text: `select answer::jsonb ->> 'accountId' as "accountId" from posting.command
     where tenant_id = $1 and type = 'open_account' and outcome = 'accepted' and answer::jsonb ->> 'accountId' = any ($2::text[])`,
}

async function readOpenedAmong(tx: Tx, accountIds: readonly AccountId[]): Promise<AccountId[]> {
  const rows = await sql.run<{ accountId: AccountId }>(tx, openedAmong, [tenantOf(tx), textArray(accountIds)])
  return rows.map(({ accountId }) => accountId)
}

// $3 and $4 pair the types of commands with the types of the events that tell of them.
const contents: Readonly<Record<CommandView, string>> = {
  audit: `concat_ws('|', idempotency_key, type, outcome, correlation_id, decided_at)`,
  events: `case when outcome = 'accepted'
                then concat_ws('|', ($4::text[])[array_position($3::text[], type)], correlation_id, decided_at) end`,
}

// An accepted correction makes two entries, and an event tells of each.
const times: Readonly<Record<CommandView, string>> = {
  audit: '1',
  events: `case when type = 'correct' and outcome = 'accepted' then 2 else 1 end`,
}

const digestAfter = (view: CommandView): Statement => ({
  name: `posting.verify_digest_${view}`,
  text: `select coalesce((hash & 1023)::int, -1) as bucket, count(*) as rows, count(*) filter (where at = 1) as read,
           coalesce(sum(hash), 0) as sum, max(idempotency_key) as last
      from (select idempotency_key, at, hashtextextended(${contents[view]}, 0) as hash, $3::text[] as types, $4::text[] as events
              from (select * from posting.command
                     where tenant_id = $1 and idempotency_key > $2 order by idempotency_key limit $5) page
             cross join lateral generate_series(1, ${times[view]}) as t (at)) digested
     group by hash & 1023`,
})

const inBucket = (view: CommandView): Statement => ({
  name: `posting.verify_bucket_${view}`,
  text: `select ${contents[view]} as content, idempotency_key as key
      from posting.command cross join lateral generate_series(1, ${times[view]}) as t (at)
     where tenant_id = $1 and hashtextextended(${contents[view]}, 0) & 1023 = $2
       and $3::text[] is not null and $4::text[] is not null`,
})

const digestCommands: VerifyStore['digestCommands'] =
  (view, eventTypes) =>
  async (tx, page): Promise<DigestPage> => {
    const rows = await sql.run<{ bucket: number; rows: number; read: number; sum: string; last: string }>(
      tx,
      digestAfter(view),
      [
        tenantOf(tx),
        page.after,
        textArray(Object.keys(eventTypes)),
        textArray(Object.values(eventTypes)),
        page.limit,
      ],
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

const readDigestedCommands: VerifyStore['readDigestedCommands'] = (view, eventTypes) => (tx, bucket) =>
  sql.run<{ content: string; key: string }>(tx, inBucket(view), [
    tenantOf(tx),
    bucket,
    textArray(Object.keys(eventTypes)),
    textArray(Object.values(eventTypes)),
  ])

export const verifyStore: VerifyStore = {
  readCommandsByEntry,
  readStandingCommands,
  readOpenedAmong,
  digestCommands,
  readDigestedCommands,
}
