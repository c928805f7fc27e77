import type { Database, Tx } from '@plinth/db'
import { parseTypeFilter, renderEvents } from '@plinth/events'
import { instantOf, invariant, type TenantId } from '@plinth/kernel'
import {
  advanceConsumer,
  claimConsumer,
  type EventType,
  type Lease,
  type OutboxEvent,
  readEventsAfter,
  readEventsAt,
  releaseConsumer,
  renewLease,
} from '@plinth/outbox'
import { afterAttempt, failureOf } from '../domain/after-attempt.js'
import type { Chance } from '../domain/retry-schedule.js'
import type { SecretBox } from '../domain/secret-box.js'
import type { AttemptOutcome, Webhook, WebhookId } from '../domain/webhook.js'
import { auditBy } from './audit-by.js'
import { openSecrets } from './manage.js'
import { consumerOf } from './names.js'
import type { DeliveryStore, SendRequest, WebhookStore } from './ports.js'
import { signedRequest } from './signed-request.js'

export interface Stores {
  readonly webhooks: WebhookStore
  readonly deliveries: DeliveryStore
}

/** What delivering needs of the world. */
export interface DeliveryWorld {
  readonly database: Database
  /** What secrets are kept in; opened when the first is needed. */
  box(): Promise<SecretBox>
  readonly send: SendRequest
  newId(): string
  readonly now: () => number
  readonly chance: Chance
  /** Who holds the leases: this process. */
  readonly holder: string
  /** For how long nobody else takes a webhook when this process is gone; longer than an attempt may take. */
  readonly leaseMs: number
}

// Read at once, so that a webhook that is behind is not asked for at every event.
const eventsAtOnce = 20
// Then another webhook has its turn.
const turnMsMax = 5_000
// Two statements and a commit.
const patienceMs = 10_000

interface Waiting {
  readonly event: OutboxEvent
  readonly body: string
}

interface Batch {
  readonly webhook: Webhook
  readonly secrets: readonly string[]
  readonly waiting: readonly Waiting[]
  /** They are dead letters that somebody sends again: the webhook's position is behind them already. */
  readonly replaying: boolean
  /** Up to here there is nothing else that it asks for. */
  readonly lookedUpTo: number
}

interface Turn {
  readonly tenantId: TenantId
  readonly webhookId: WebhookId
  stopped(): boolean
}

/** Makes what gives a webhook its turn: it sends what waits for it, one event after the other (ADR 0028). */
export const deliverWith = (stores: Stores, world: DeliveryWorld) => {
  const { database, leaseMs } = world
  const write = <T>(tenantId: TenantId, work: (tx: Tx) => Promise<T>): Promise<T> =>
    database.transaction({ tenantId, lane: 'online', deadlineMs: Date.now() + patienceMs }, work)

  /** By this process's clock; the event has the database's. */
  function tellOfDelivery({ occurredAt }: OutboxEvent): void {
    const seconds = Math.max(0, world.now() - Date.parse(occurredAt)) / 1000
    database.telemetry.eventDelivered({ sink: 'webhook', seconds })
  }

  /** Sends a batch; undefined: the turn ends, for the webhook must wait, or somebody else has it. */
  async function sendBatch(turn: Turn, batch: Batch, held: Lease): Promise<Lease | undefined> {
    let lease = held
    for (const { event, body } of batch.waiting) {
      if (turn.stopped()) return undefined
      const { webhook, secrets, replaying } = batch
      const nowMs = world.now()
      // Nothing of the database is held meanwhile.
      const outcome = await world.send(
        signedRequest(webhook.url, { eventId: event.eventId, body }, { secrets, nowMs }),
      )
      const settled = await write(turn.tenantId, (tx) =>
        settleAttempt(tx, { stores, world, lease, webhook, event, replaying, outcome }),
      )
      if (failureOf(outcome) === undefined) tellOfDelivery(event)
      if (settled === undefined) return undefined
      lease = settled
    }
    if (batch.replaying || batch.lookedUpTo <= lease.position) return lease
    return await write(turn.tenantId, (tx) => advanceConsumer(tx, lease, batch.lookedUpTo))
  }

  async function holdTurn(turn: Turn, claimed: Lease): Promise<Lease | undefined> {
    const endsMs = Date.now() + turnMsMax
    let lease: Lease | undefined = claimed
    while (lease !== undefined && !turn.stopped() && Date.now() < endsMs) {
      const held: Lease = lease
      const batch = await database.read(turn.tenantId, (tx) =>
        readBatch(tx, { stores, world, turn, position: held.position }),
      )
      if (batch === undefined || (batch.waiting.length === 0 && batch.lookedUpTo <= held.position))
        return held
      lease = await sendBatch(turn, batch, held)
    }
    return lease
  }

  /** Answers when nothing waits any more, the webhook must wait, or its turn is over. One that others have is left to them. */
  return async (turn: Turn): Promise<void> => {
    const consumer = consumerOf(turn.webhookId)
    const lease = await write(turn.tenantId, (tx) =>
      claimConsumer(tx, { consumer, holder: world.holder, leaseMs }),
    )
    if (lease === undefined) return
    try {
      await holdTurn(turn, lease)
    } finally {
      // By its epoch: if somebody else has it meanwhile, it stays theirs.
      await write(turn.tenantId, (tx) => releaseConsumer(tx, lease))
    }
  }
}

async function readBatch(
  tx: Tx,
  asked: {
    stores: Stores
    world: DeliveryWorld
    turn: Turn
    position: number
  },
): Promise<Batch | undefined> {
  const { stores, world, turn, position } = asked
  const { tenantId, webhookId } = turn
  const now = instantOf(world.now())
  const [webhook, sealed, letters] = await Promise.all([
    stores.webhooks.read(tx, webhookId),
    stores.webhooks.readSecrets(tx, webhookId, now),
    stores.deliveries.readReplaying(tx, webhookId, eventsAtOnce),
  ])
  if (webhook === undefined || webhook.status === 'disabled') return undefined
  if (webhook.nextAttemptAt !== undefined && webhook.nextAttemptAt > now) return undefined
  const replaying = letters.length > 0
  const { events, lookedUpTo } = replaying
    ? { events: await readEventsAt(tx, letters), lookedUpTo: position }
    : await readEventsAfter(tx, {
        after: position,
        limit: eventsAtOnce,
        types: typesAsked(webhook),
      })
  const rendered = await renderEvents(tx, tenantId, events)
  const secrets = openSecrets(sealed, { box: await world.box(), tenantId, webhookId })
  return {
    ...{ webhook, secrets, replaying, lookedUpTo },
    waiting: events.map((event, at) => ({ event, body: JSON.stringify(rendered[at]) })),
  }
}

/** The types that a webhook asks for; undefined: all. A type never goes, so what named some once names some still. */
function typesAsked({ eventTypes }: Webhook): readonly EventType[] | undefined {
  if (eventTypes.length === 0) return undefined
  const types = parseTypeFilter(eventTypes.join(','))
  invariant(types !== undefined, 'a webhook asks for types that there are', { eventTypes })
  return types
}

interface Sent {
  readonly stores: Stores
  readonly world: DeliveryWorld
  readonly lease: Lease
  /** As it was when the event was sent. */
  readonly webhook: Webhook
  readonly event: OutboxEvent
  readonly replaying: boolean
  readonly outcome: AttemptOutcome
}

/** Notes what came of an attempt. Undefined: the turn ends, for the webhook must wait, or somebody else has it. */
async function settleAttempt(tx: Tx, sent: Sent): Promise<Lease | undefined> {
  const { stores, world, lease, event, outcome } = sent
  // Locks the consumer first: whoever was overtaken writes nothing.
  if (!(await renewLease(tx, lease))) return undefined
  const { webhookId } = sent.webhook
  const [webhook, before] = await Promise.all([
    stores.webhooks.lock(tx, webhookId),
    stores.deliveries.read(tx, webhookId, event.position),
  ])
  invariant(webhook !== undefined, 'a webhook is never removed', { webhookId })

  const nowMs = world.now()
  const { delivery, health, settled } = afterAttempt(webhook, { event, before, outcome, nowMs }, world.chance)
  // Who changed it meanwhile knows better than a failure of what it was before.
  const changed = webhook.revision !== sent.webhook.revision && failureOf(outcome) !== undefined

  stores.deliveries.write(tx, webhookId, delivery)
  if (!changed) {
    stores.webhooks.writeHealth(tx, { ...webhook, ...health })
    if (health.status !== webhook.status) auditDisabled(tx, sent, nowMs)
  }
  const moved = settled && !sent.replaying ? await advanceConsumer(tx, lease, event.position) : lease
  return settled && !changed && health.status === 'active' ? moved : undefined
}

/** It is audited by whose hand: no event tells of it, which would have to be sent to webhooks too. */
function auditDisabled(tx: Tx, { world, webhook, event }: Sent, nowMs: number): void {
  const asker = {
    auditEventId: world.newId(),
    subject: 'worker',
    roles: [],
    correlationId: event.correlationId,
    causationId: event.eventId,
  }
  auditBy(tx, asker, { action: 'disable_webhook', webhookId: webhook.webhookId, now: instantOf(nowMs) })
}
