import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf, textArray } from '@plinth/db/sql'
import type { Instant } from '@plinth/kernel'
import type { WebhookStore } from '../application/ports.js'
import type { DisabledReason, Webhook, WebhookId, WebhookStatus } from '../domain/webhook.js'

const sql = sqlDoor<Record<never, never>>('webhooks')

const columns = `webhook_id, url, description, event_types, revision, created_at, created_by, status, disabled_reason,
  disabled_at, failures_in_a_row, failing_since, next_attempt_at`

interface WebhookRow {
  readonly webhook_id: string
  readonly url: string
  readonly description: string
  readonly event_types: string[]
  readonly revision: number
  readonly created_at: Instant
  readonly created_by: string
  readonly status: WebhookStatus
  readonly disabled_reason: DisabledReason | null
  readonly disabled_at: Instant | null
  readonly failures_in_a_row: number
  readonly failing_since: Instant | null
  readonly next_attempt_at: Instant | null
}

const toWebhook = (row: WebhookRow): Webhook => ({
  webhookId: row.webhook_id as WebhookId,
  url: row.url,
  description: row.description,
  eventTypes: row.event_types,
  revision: row.revision,
  createdAt: row.created_at,
  createdBy: row.created_by,
  status: row.status,
  disabledReason: row.disabled_reason ?? undefined,
  disabledAt: row.disabled_at ?? undefined,
  failuresInARow: row.failures_in_a_row,
  failingSince: row.failing_since ?? undefined,
  nextAttemptAt: row.next_attempt_at ?? undefined,
})

const insert: Statement = {
  name: 'webhooks.insert',
  text: `insert into webhooks.webhook (tenant_id, webhook_id, url, description, event_types, revision, created_at, created_by,
      status, failures_in_a_row)
    values ($1, $2, $3, $4, $5, 1, $6, $7, 'active', 0)`,
}

const byId: Statement = {
  name: 'webhooks.by_id',
  text: `select ${columns} from webhooks.webhook where tenant_id = $1 and webhook_id = $2`,
}

const lockById: Statement = { name: 'webhooks.lock_by_id', text: `${byId.text} for no key update` }

const page = (order: 'asc' | 'desc'): Statement => ({
  name: `webhooks.page_${order}`,
  text: `select ${columns} from webhooks.webhook
     where tenant_id = $1 and ($2::uuid is null or webhook_id ${order === 'asc' ? '>' : '<'} $2)
     order by webhook_id ${order} limit $3`,
})

const toTry: Statement = {
  name: 'webhooks.to_try',
  text: `select w.webhook_id, exists (select from webhooks.delivery d where d.tenant_id = $1 and d.webhook_id = w.webhook_id
             and d.status = 'replaying') as replaying
      from webhooks.webhook w
     where w.tenant_id = $1 and w.status = 'active' and (w.next_attempt_at is null or w.next_attempt_at <= $2)
     order by w.webhook_id`,
}

const disabled: Statement = {
  name: 'webhooks.disabled',
  text: `select webhook_id from webhooks.webhook where tenant_id = $1 and status = 'disabled'`,
}

// The worker notes how a webhook does; what somebody has made of it stays.
const writeHealth: Statement = {
  name: 'webhooks.write_health',
  text: `update webhooks.webhook set status = $3, disabled_reason = $4, disabled_at = $5, failures_in_a_row = $6,
           failing_since = $7, next_attempt_at = $8
     where tenant_id = $1 and webhook_id = $2`,
}

const write: Statement = {
  name: 'webhooks.write',
  text: `update webhooks.webhook set status = $3, disabled_reason = $4, disabled_at = $5, failures_in_a_row = $6,
           failing_since = $7, next_attempt_at = $8, url = $9, description = $10, event_types = $11, revision = $12
     where tenant_id = $1 and webhook_id = $2`,
}

const insertSecret: Statement = {
  name: 'webhooks.insert_secret',
  text: `insert into webhooks.secret (tenant_id, webhook_id, secret_no, sealed, made_at) values ($1, $2, $3, $4, $5)`,
}

// The one before stays valid until $4; those before it end now.
const endSecrets: Statement = {
  name: 'webhooks.end_secrets',
  text: `update webhooks.secret set valid_until = case when valid_until is null then $4::timestamptz else $3::timestamptz end
     where tenant_id = $1 and webhook_id = $2 and (valid_until is null or valid_until > $3)`,
}

const validSecrets: Statement = {
  name: 'webhooks.valid_secrets',
  text: `select secret_no as "secretNo", sealed from webhooks.secret
     where tenant_id = $1 and webhook_id = $2 and (valid_until is null or valid_until > $3) order by secret_no desc`,
}

const lastSecretNo: Statement = {
  name: 'webhooks.last_secret_no',
  text: 'select secret_no as "secretNo" from webhooks.secret where tenant_id = $1 and webhook_id = $2 order by secret_no desc limit 1',
}

const healthOf = ({
  status,
  disabledReason,
  disabledAt,
  failuresInARow,
  failingSince,
  nextAttemptAt,
}: Webhook) => [
  status,
  disabledReason ?? null,
  disabledAt ?? null,
  failuresInARow,
  failingSince ?? null,
  nextAttemptAt ?? null,
]

export const webhookStore: WebhookStore = {
  insert: (tx, { webhookId, url, description, eventTypes, createdAt, createdBy }) => {
    const values = [webhookId, url, description, textArray(eventTypes), createdAt, createdBy]
    sql.send(tx, insert, [tenantOf(tx), ...values])
  },
  read: async (tx, webhookId) => {
    const [row] = await sql.run<WebhookRow>(tx, byId, [tenantOf(tx), webhookId])
    return row && toWebhook(row)
  },
  lock: async (tx, webhookId) => {
    const [row] = await sql.run<WebhookRow>(tx, lockById, [tenantOf(tx), webhookId])
    return row && toWebhook(row)
  },
  list: async (tx, { order, limit, after }) => {
    const rows = await sql.run<WebhookRow>(tx, page(order), [tenantOf(tx), after ?? null, limit])
    return rows.map(toWebhook)
  },
  readDisabled: async (tx) => {
    const rows = await sql.run<{ webhook_id: string }>(tx, disabled, [tenantOf(tx)])
    return rows.map(({ webhook_id }) => webhook_id as WebhookId)
  },
  readToTry: (tx, now) => readToTry(tx, now),
  writeHealth: (tx, webhook) => {
    sql.send(tx, writeHealth, [tenantOf(tx), webhook.webhookId, ...healthOf(webhook)])
  },
  write: (tx, webhook) => {
    const { webhookId, url, description, eventTypes, revision } = webhook
    const changed = [url, description, textArray(eventTypes), revision]
    sql.send(tx, write, [tenantOf(tx), webhookId, ...healthOf(webhook), ...changed])
  },
  insertSecret: (tx, { webhookId, secretNo, sealed, madeAt }) => {
    sql.send(tx, insertSecret, [tenantOf(tx), webhookId, secretNo, sealed, madeAt])
  },
  endSecrets: (tx, webhookId, { now, validUntil }) => {
    sql.send(tx, endSecrets, [tenantOf(tx), webhookId, now, validUntil])
  },
  readSecrets: (tx, webhookId, now) => sql.run(tx, validSecrets, [tenantOf(tx), webhookId, now]),
  readLastSecretNo: async (tx, webhookId) => {
    const [row] = await sql.run<{ secretNo: number }>(tx, lastSecretNo, [tenantOf(tx), webhookId])
    return row?.secretNo ?? 0
  },
}

const readToTry = (tx: Tx, now: Instant): Promise<{ webhookId: WebhookId; replaying: boolean }[]> =>
  sql
    .run<{ webhook_id: string; replaying: boolean }>(tx, toTry, [tenantOf(tx), now])
    .then((rows) =>
      rows.map(({ webhook_id, replaying }) => ({ webhookId: webhook_id as WebhookId, replaying })),
    )
