import { instantOf, type TenantId } from '@plinth/kernel'
import { listConsumers } from '@plinth/outbox'
import type { WebhookId } from '../domain/webhook.js'
import { type DeliveryWorld, deliverWith, type Stores } from './deliver.js'
import { consumerOf } from './names.js'

export interface DispatchOptions extends DeliveryWorld {
  /** Told of what kept a webhook's turn from going on; it is tried again. */
  onFailure(error: unknown, of: { tenantId: TenantId; webhookId: WebhookId }): void
}

/** Gives webhooks their turns, side by side and bounded, so that a slow one holds up nobody but itself. */
export interface WebhookDispatch {
  /** Begins the turns of the tenant's webhooks for which something waits, does not wait for them, and answers how many there were. */
  round(tenantId: TenantId): Promise<number>
  /** Ends: what is being sent is waited for. */
  stop(): Promise<void>
}

// A turn is mostly waiting for a receiver. All of a process, and those of one tenant, so that others find room.
const turnsMax = 32
const turnsOfTenantMax = 8
// Behind a failure that was not the receiver's.
const restMs = 5_000

export function openDispatchWith(stores: Stores, options: DispatchOptions): WebhookDispatch {
  const { database, now, onFailure } = options
  const deliver = deliverWith(stores, options)
  const running = new Map<WebhookId, { tenantId: TenantId; ended: Promise<void> }>()
  /** When each began its last turn: whoever waited longest is next. */
  const begunMs = new Map<WebhookId, number>()
  const restsUntilMs = new Map<WebhookId, number>()
  let stopped = false

  function begin(tenantId: TenantId, webhookId: WebhookId): void {
    begunMs.set(webhookId, Date.now())
    const ended = deliver({ tenantId, webhookId, stopped: () => stopped })
      .catch((error: unknown) => {
        restsUntilMs.set(webhookId, Date.now() + restMs)
        onFailure(error, { tenantId, webhookId })
      })
      .finally(() => running.delete(webhookId))
    running.set(webhookId, { tenantId, ended })
  }

  const mayBegin = (webhookId: WebhookId): boolean =>
    !running.has(webhookId) && (restsUntilMs.get(webhookId) ?? 0) <= Date.now()

  /** Those for which something waits, and which nobody has. */
  const findWaiting = (tenantId: TenantId): Promise<WebhookId[]> =>
    database.read(tenantId, async (tx) => {
      const active = await stores.webhooks.readToTry(tx, instantOf(now()))
      const free = active.filter(({ webhookId }) => mayBegin(webhookId))
      if (free.length === 0) return []
      const consumers = new Map((await listConsumers(tx)).map((each) => [each.consumer, each]))
      const at = instantOf(Date.now())
      return free
        .filter(({ webhookId, replaying }) => {
          const consumer = consumers.get(consumerOf(webhookId))
          if (consumer?.leasedUntil !== undefined && consumer.leasedUntil > at) return false
          return replaying || (consumer?.lag ?? 0) > 0
        })
        .map(({ webhookId }) => webhookId)
    })

  return {
    round: async (tenantId) => {
      if (stopped || running.size >= turnsMax) return 0
      const waiting = await findWaiting(tenantId)
      waiting.sort((one, other) => (begunMs.get(one) ?? 0) - (begunMs.get(other) ?? 0))
      const ofTenant = [...running.values()].filter((turn) => turn.tenantId === tenantId).length
      const room = Math.min(turnsMax - running.size, turnsOfTenantMax - ofTenant)
      if (stopped) return 0
      const begun = waiting.slice(0, Math.max(0, room))
      for (const webhookId of begun) begin(tenantId, webhookId)
      return begun.length
    },
    stop: async () => {
      stopped = true
      await Promise.all([...running.values()].map(({ ended }) => ended))
    },
  }
}
