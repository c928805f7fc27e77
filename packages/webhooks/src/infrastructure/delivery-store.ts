import { plainArray, type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import type { Instant } from '@plinth/kernel'
import type { DeliveryStore } from '../application/ports.js'
import type { AttemptFailure, Delivery, DeliveryStatus, WebhookId } from '../domain/webhook.js'

const sql = sqlDoor<Record<never, never>>('webhooks')

const columns = `position, event_id, type, status, attempts, replays, first_attempt_at, last_attempt_at, response_status, failure`

interface DeliveryRow {
  readonly position: number
  readonly event_id: string
  readonly type: string
  readonly status: DeliveryStatus
  readonly attempts: number
  readonly replays: number
  readonly first_attempt_at: Instant
  readonly last_attempt_at: Instant
  readonly response_status: number | null
  readonly failure: AttemptFailure | null
}

const toDelivery = (row: DeliveryRow): Delivery => ({
  position: row.position,
  eventId: row.event_id,
  type: row.type,
  status: row.status,
  attempts: row.attempts,
  replays: row.replays,
  firstAttemptAt: row.first_attempt_at,
  lastAttemptAt: row.last_attempt_at,
  responseStatus: row.response_status ?? undefined,
  failure: row.failure ?? undefined,
})

const at: Statement = {
  name: 'webhooks.delivery_at',
  text: `select ${columns} from webhooks.delivery where tenant_id = $1 and webhook_id = $2 and position = $3`,
}

const write: Statement = {
  name: 'webhooks.write_delivery',
  text: `insert into webhooks.delivery (tenant_id, webhook_id, ${columns})
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
    on conflict (tenant_id, webhook_id, position) do update set status = excluded.status, attempts = excluded.attempts,
      last_attempt_at = excluded.last_attempt_at, response_status = excluded.response_status, failure = excluded.failure`,
}

const toReplay: Statement = {
  name: 'webhooks.to_replay',
  text: `select position from webhooks.delivery
     where tenant_id = $1 and webhook_id = $2 and status = 'replaying' order by position limit $3`,
}

const replay: Statement = {
  name: 'webhooks.replay',
  text: `update webhooks.delivery set status = 'replaying', replays = replays + 1, attempts = 0
     where tenant_id = $1 and webhook_id = $2 and status = 'dead_lettered'
       and position >= $3 and ($4::uuid is null or event_id = $4)`,
}

const ofEvents: Statement = {
  name: 'webhooks.deliveries_of_events',
  text: `select d.* from webhooks.webhook w
     cross join unnest($2::bigint[]) as k (position)
     cross join lateral (
       select webhook_id, ${columns} from webhooks.delivery
        where tenant_id = $1 and webhook_id = w.webhook_id and position = k.position offset 0) d
     where w.tenant_id = $1`,
}

const countDead: Statement = {
  name: 'webhooks.count_dead_letters',
  text: `select webhook_id as "webhookId", count(*) as letters from webhooks.delivery
     where tenant_id = $1 and status = 'dead_lettered' group by webhook_id`,
}

const page = (order: 'asc' | 'desc', undelivered: boolean): Statement => ({
  name: `webhooks.deliveries_${order}_${undelivered ? 'undelivered' : 'all'}`,
  text: `select ${columns} from webhooks.delivery
     where tenant_id = $1 and webhook_id = $2 and ($3::text is null or status = $3)
       ${undelivered ? "and status <> 'delivered'" : ''}
       and ($4::bigint is null or position ${order === 'asc' ? '>' : '<'} $4)
     order by position ${order} limit $5`,
})

export const deliveryStore: DeliveryStore = {
  read: async (tx, webhookId, position) => {
    const [row] = await sql.run<DeliveryRow>(tx, at, [tenantOf(tx), webhookId, position])
    return row && toDelivery(row)
  },
  write: (tx, webhookId, delivery) => {
    sql.send(tx, write, [
      tenantOf(tx),
      webhookId,
      delivery.position,
      delivery.eventId,
      delivery.type,
      delivery.status,
      delivery.attempts,
      delivery.replays,
      delivery.firstAttemptAt,
      delivery.lastAttemptAt,
      delivery.responseStatus ?? null,
      delivery.failure ?? null,
    ])
  },
  readOfEvents: async (tx, positions) => {
    if (positions.length === 0) return []
    const values = [tenantOf(tx), plainArray(positions)]
    const rows = await sql.run<DeliveryRow & { webhook_id: WebhookId }>(tx, ofEvents, values)
    return rows.map((row) => ({ ...toDelivery(row), webhookId: row.webhook_id }))
  },
  readReplaying: async (tx, webhookId, limit) => {
    const rows = await sql.run<{ position: number }>(tx, toReplay, [tenantOf(tx), webhookId, limit])
    return rows.map(({ position }) => position)
  },
  replay: (tx, webhookId, { fromPosition, eventId }) =>
    sql.change(tx, replay, [tenantOf(tx), webhookId, fromPosition, eventId ?? null]),
  countDeadLetters: async (tx) => {
    const rows = await sql.run<{ webhookId: WebhookId; letters: number }>(tx, countDead, [tenantOf(tx)])
    return new Map(rows.map(({ webhookId, letters }) => [webhookId, letters]))
  },
  list: async (tx, webhookId, { status, order, limit, after }) => {
    // The index of what was not delivered serves every other status.
    const statement = page(order, status !== undefined && status !== 'delivered')
    const values = [webhookId, status ?? null, after ?? null, limit]
    return (await sql.run<DeliveryRow>(tx, statement, [tenantOf(tx), ...values])).map(toDelivery)
  },
}
