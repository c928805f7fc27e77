import type { Tx } from '@plinth/db'
import { instantOf, type TenantId } from '@plinth/kernel'
import { claimConsumer, listConsumers, readLastPosition, releaseConsumer } from '@plinth/outbox'
import type { WebhookProgress } from '../domain/render-webhook.js'
import type { SecretBox } from '../domain/secret-box.js'
import { newSecret } from '../domain/signature.js'
import type { Webhook, WebhookId, WebhookStatus } from '../domain/webhook.js'
import { type Asker, auditBy } from './audit-by.js'
import { consumerOf, placeOfSecret } from './names.js'
import type { DeliveryStore, ListPage, WebhookStore } from './ports.js'

interface Stores {
  readonly webhooks: WebhookStore
  readonly deliveries: DeliveryStore
}

/** Who asks, and when. */
export interface Asking {
  readonly tenantId: TenantId
  readonly asker: Asker
  readonly nowMs: number
}

export interface NewWebhook extends Pick<Webhook, 'webhookId' | 'url' | 'description' | 'eventTypes'> {
  /** The position behind which its events begin; undefined: those that are still to come. */
  readonly startAfter: number | undefined
}

/** Makes a webhook and answers its secret, which is shown this once. */
export const createWebhookWith =
  ({ webhooks }: Stores) =>
  async (
    tx: Tx,
    { startAfter, ...made }: NewWebhook,
    { box, ...asking }: Asking & { box: SecretBox },
  ): Promise<string> => {
    const now = instantOf(asking.nowMs)
    const { webhookId } = made
    const last = await readLastPosition(tx)
    webhooks.insert(tx, { ...made, createdAt: now, createdBy: asking.asker.subject })
    const secret = newSecret()
    const place = { tenantId: asking.tenantId, webhookId, secretNo: 1 }
    webhooks.insertSecret(tx, { ...place, sealed: box.seal(secret, placeOfSecret(place)), madeAt: now })
    // Whoever takes a consumer for the first time says where it begins.
    const begin = { consumer: consumerOf(webhookId), holder: 'made', leaseMs: 1 }
    const lease = await claimConsumer(tx, { ...begin, startAfter: Math.min(startAfter ?? last, last) })
    if (lease !== undefined) await releaseConsumer(tx, lease)
    auditBy(tx, asking.asker, { action: 'create_webhook', webhookId, now })
    return secret
  }

export interface WebhookChanges {
  readonly url?: string | undefined
  readonly description?: string | undefined
  readonly eventTypes?: readonly string[] | undefined
}

/** Changes what is named. Events that wait for a webhook go to its new URL at once. False: there is none. */
export const changeWebhookWith =
  ({ webhooks }: Stores) =>
  async (
    tx: Tx,
    { webhookId, changes }: { webhookId: WebhookId; changes: WebhookChanges },
    { asker, nowMs }: Asking,
  ): Promise<boolean> => {
    const webhook = await webhooks.lock(tx, webhookId)
    if (webhook === undefined) return false
    const { url = webhook.url, description = webhook.description, eventTypes = webhook.eventTypes } = changes
    const elsewhere = url === webhook.url ? {} : asNew
    webhooks.write(tx, {
      ...webhook,
      url,
      description,
      eventTypes,
      ...elsewhere,
      revision: webhook.revision + 1,
    })
    auditBy(tx, asker, { action: 'change_webhook', webhookId, now: instantOf(nowMs) })
    return true
  }

/** What a receiver that nobody has tried yet begins with. */
const asNew = { failuresInARow: 0, failingSince: undefined, nextAttemptAt: undefined }

/** Enables or disables a webhook; the events that it has not had wait. Again changes nothing. False: there is none. */
export const setWebhookStatusWith =
  ({ webhooks }: Stores) =>
  async (
    tx: Tx,
    { webhookId, status }: { webhookId: WebhookId; status: WebhookStatus },
    { asker, nowMs }: Asking,
  ): Promise<boolean> => {
    const webhook = await webhooks.lock(tx, webhookId)
    if (webhook === undefined) return false
    if (webhook.status === status) return true
    const now = instantOf(nowMs)
    const state =
      status === 'active'
        ? { status, disabledReason: undefined, disabledAt: undefined }
        : { status, disabledReason: 'by_hand' as const, disabledAt: now }
    webhooks.write(tx, { ...webhook, ...asNew, ...state, revision: webhook.revision + 1 })
    auditBy(tx, asker, { action: status === 'active' ? 'enable_webhook' : 'disable_webhook', webhookId, now })
    return true
  }

/** Makes another secret and answers it, this once; the one before is valid for as long as is said. Undefined: no webhook. */
export const rotateSecretWith =
  ({ webhooks }: Stores) =>
  async (
    tx: Tx,
    { webhookId, overlapMs }: { webhookId: WebhookId; overlapMs: number },
    { box, ...asking }: Asking & { box: SecretBox },
  ): Promise<string | undefined> => {
    // Locked, so that of two who rotate at once each makes one of its own.
    if ((await webhooks.lock(tx, webhookId)) === undefined) return undefined
    const now = instantOf(asking.nowMs)
    const place = {
      tenantId: asking.tenantId,
      webhookId,
      secretNo: (await webhooks.readLastSecretNo(tx, webhookId)) + 1,
    }
    const secret = newSecret()
    webhooks.endSecrets(tx, webhookId, { now, validUntil: instantOf(asking.nowMs + overlapMs) })
    webhooks.insertSecret(tx, { ...place, sealed: box.seal(secret, placeOfSecret(place)), madeAt: now })
    auditBy(tx, asking.asker, { action: 'rotate_webhook_secret', webhookId, now })
    return secret
  }

export interface ReplayRequest {
  readonly webhookId: WebhookId
  /** Only dead letters from this position on. */
  readonly fromPosition: number
  /** Only this event's. */
  readonly eventId?: string | undefined
}

/**
 * Asks for dead letters to be sent again, in the order of their positions and before what is newer, and answers how many.
 * Undefined: no webhook.
 */
export const replayWith =
  ({ webhooks, deliveries }: Stores) =>
  async (
    tx: Tx,
    { webhookId, ...which }: ReplayRequest,
    { asker, nowMs }: Asking,
  ): Promise<number | undefined> => {
    const webhook = await webhooks.lock(tx, webhookId)
    if (webhook === undefined) return undefined
    const replayed = await deliveries.replay(tx, webhookId, which)
    if (replayed === 0) return 0
    // Whoever asks thinks that it works now: nothing waits any longer.
    webhooks.writeHealth(tx, { ...webhook, nextAttemptAt: undefined })
    auditBy(tx, asker, { action: 'replay_webhook', webhookId, now: instantOf(nowMs) })
    return replayed
  }

/** A webhook and how far it is. */
type KnownWebhook = Webhook & WebhookProgress

/** A webhook, or undefined. */
export const readWebhookWith =
  ({ webhooks, deliveries }: Stores) =>
  async (tx: Tx, webhookId: WebhookId): Promise<KnownWebhook | undefined> => {
    const webhook = await webhooks.read(tx, webhookId)
    return webhook && (await withProgress(tx, deliveries, [webhook]))[0]
  }

/** The webhooks of the tenant, by id, which rises with the time at which they were made. */
export const listWebhooksWith =
  ({ webhooks, deliveries }: Stores) =>
  async (tx: Tx, page: ListPage<WebhookId>): Promise<KnownWebhook[]> =>
    withProgress(tx, deliveries, await webhooks.list(tx, page))

async function withProgress(
  tx: Tx,
  deliveries: DeliveryStore,
  found: readonly Webhook[],
): Promise<KnownWebhook[]> {
  const [consumers, letters] = await Promise.all([listConsumers(tx), deliveries.countDeadLetters(tx)])
  return found.map((webhook) => {
    const consumer = consumers.find(({ consumer: name }) => name === consumerOf(webhook.webhookId))
    return {
      ...webhook,
      position: consumer?.position ?? 0,
      lag: consumer?.lag ?? 0,
      deadLetters: letters.get(webhook.webhookId) ?? 0,
    }
  })
}

/** The valid secrets of a webhook, the newest first. @throws SecretUnreadable */
export const openSecrets = (
  sealed: readonly { secretNo: number; sealed: Buffer }[],
  { box, tenantId, webhookId }: { box: SecretBox; tenantId: TenantId; webhookId: WebhookId },
): string[] =>
  sealed.map(({ secretNo, sealed: bytes }) =>
    box.open(bytes, placeOfSecret({ tenantId, webhookId, secretNo })),
  )
