import type { Tx } from '@plinth/db'
import type { Instant } from '@plinth/kernel'
import type {
  AttemptOutcome,
  Delivery,
  DeliveryStatus,
  EventDelivery,
  Webhook,
  WebhookId,
} from '../domain/webhook.js'

export interface ListPage<Place> {
  readonly order: 'asc' | 'desc'
  readonly limit: number
  /** The last of the page before. */
  readonly after?: Place | undefined
}

export interface WebhookStore {
  insert(
    tx: Tx,
    webhook: Pick<Webhook, 'webhookId' | 'url' | 'description' | 'eventTypes' | 'createdAt' | 'createdBy'>,
  ): void
  read(tx: Tx, webhookId: WebhookId): Promise<Webhook | undefined>
  /** As it is, and stays until `tx` ends. */
  lock(tx: Tx, webhookId: WebhookId): Promise<Webhook | undefined>
  /** By id, which rises with the time at which they were made. */
  list(tx: Tx, page: ListPage<WebhookId>): Promise<Webhook[]>
  readDisabled(tx: Tx): Promise<WebhookId[]>
  /** The active ones that need not wait any longer, and whether dead letters are to be sent again. */
  readToTry(tx: Tx, now: Instant): Promise<{ webhookId: WebhookId; replaying: boolean }[]>
  /** How it does, as the worker found out. */
  writeHealth(tx: Tx, webhook: Webhook): void
  /** What somebody has made of it. */
  write(tx: Tx, webhook: Webhook): void
  insertSecret(
    tx: Tx,
    secret: { webhookId: WebhookId; secretNo: number; sealed: Buffer; madeAt: Instant },
  ): void
  /** The secret without end is valid until then; those before it end now. */
  endSecrets(tx: Tx, webhookId: WebhookId, ends: { now: Instant; validUntil: Instant }): void
  /** Those that are valid, the newest first. */
  readSecrets(tx: Tx, webhookId: WebhookId, now: Instant): Promise<{ secretNo: number; sealed: Buffer }[]>
  readLastSecretNo(tx: Tx, webhookId: WebhookId): Promise<number>
}

export interface DeliveryPage extends ListPage<number> {
  readonly status?: DeliveryStatus | undefined
}

export interface DeliveryStore {
  read(tx: Tx, webhookId: WebhookId, position: number): Promise<Delivery | undefined>
  write(tx: Tx, webhookId: WebhookId, delivery: Delivery): void
  /** What became of these events at all webhooks of the tenant. */
  readOfEvents(tx: Tx, positions: readonly number[]): Promise<EventDelivery[]>
  /** Positions of the first dead letters that are to be sent again. */
  readReplaying(tx: Tx, webhookId: WebhookId, limit: number): Promise<number[]>
  /** Asks for dead letters to be sent again, and answers how many. */
  replay(
    tx: Tx,
    webhookId: WebhookId,
    which: { fromPosition: number; eventId?: string | undefined },
  ): Promise<number>
  countDeadLetters(tx: Tx): Promise<ReadonlyMap<WebhookId, number>>
  /** By position. */
  list(tx: Tx, webhookId: WebhookId, page: DeliveryPage): Promise<Delivery[]>
}

/** A request as it leaves. */
export interface WebhookRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Sends a request once, and says what came of it; throws only if it was asked to send what it never may. */
export type SendRequest = (request: WebhookRequest) => Promise<AttemptOutcome>
