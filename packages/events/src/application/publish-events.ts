import { setTimeout as sleep } from 'node:timers/promises'
import type { Database, Tx } from '@plinth/db'
import { invariant, type TenantId } from '@plinth/kernel'
import {
  advanceConsumer,
  claimConsumer,
  consumerTopic,
  type Lease,
  readConsumer,
  readLastPosition,
  releaseConsumer,
} from '@plinth/outbox'
import { listTenants } from '@plinth/tenancy'
import type { Logger } from 'pino'
import type { RenderedEvent } from '../domain/cloud-event.js'
import type { EventFeed } from './event-feed.js'
import type { EventSink } from './event-sink.js'
import type { EventTail } from './event-tail.js'

/** What publishing needs of the world. */
export interface PublisherWorld {
  readonly database: Database
  readonly feed: EventFeed
  readonly tail: EventTail
  readonly sink: EventSink
  /** Names this process among those that publish; another one each time it starts. */
  readonly holder: string
  readonly logger: Pick<Logger, 'info' | 'error'>
}

// Whoever takes over from a process that died waits for its lease to end; whoever has one renews it with each mark.
const leaseMs = 10_000
const markEveryMs = 250
const eventsAtOnce = 200
// A tenant that has gone quiet is given back, so that it costs nothing and the next who is free has its next events.
const lingerMs = 1_000
// A busy one is given back when somebody else has asked for it meanwhile: of two workers none keeps all.
const tenureMs = { least: 5_000, most: 10_000 } as const
const tenantsEveryMs = 1_000
const patienceMs = 5_000
// After a failure, and while somebody else holds a tenant: with jitter, so that many do not come back at once.
const backoffMs = { first: 100, most: 5_000 } as const
const heldElsewhereMs = { least: 500, most: 1_000 } as const

/**
 * Publishes the events of all tenants to a sink until `signal` fires: at least once, in order per tenant, from where the last
 * process got to. Any number of processes may do it at once; each tenant has one of them at a time.
 */
export async function publishEvents(world: PublisherWorld, signal: AbortSignal): Promise<void> {
  const { database, logger, sink } = world
  const publishing = new Map<TenantId, Promise<void>>()
  while (!signal.aborted) {
    try {
      for (const { tenantId } of await database.read(undefined, listTenants)) {
        if (!publishing.has(tenantId)) publishing.set(tenantId, publishTenant(world, tenantId, signal))
      }
    } catch (error) {
      logger.error({ err: error, sink: sink.name }, 'tenants could not be listed')
    }
    await pause(tenantsEveryMs, signal)
  }
  await Promise.all(publishing.values())
}

async function publishTenant(world: PublisherWorld, tenantId: TenantId, signal: AbortSignal): Promise<void> {
  const { database, tail, sink, logger } = world
  const consumer = sink.name
  for (let failures = 0; !signal.aborted; ) {
    try {
      const position = await database.read(tenantId, (tx) => whereItStands(tx, consumer))
      if (!(await tail.waitBehind(tenantId, position, { signal }))) continue
      const lease = await write(world, tenantId, (tx) =>
        claimConsumer(tx, { consumer, holder: world.holder, leaseMs }),
      )
      if (lease === undefined) await untilFree(world, tenantId, signal)
      else if (await publishWhileHeld(world, { tenantId, lease, signal }))
        await pause(heldElsewhereMs.most, signal)
      failures = 0
    } catch (error) {
      failures += 1
      logger.error({ err: error, tenantId, sink: sink.name, failures }, 'events could not be published')
      const longest = Math.min(backoffMs.most, backoffMs.first * 2 ** failures)
      await pause(longest * (0.5 + Math.random() / 2), signal)
    }
  }
}

/** Until the tenant is given back, or for a while: its holder may have died, and not everybody hears of each other. */
async function untilFree(
  { database }: PublisherWorld,
  tenantId: TenantId,
  signal: AbortSignal,
): Promise<void> {
  const free = new AbortController()
  const end = (): void => free.abort()
  const unhear = database.hear(consumerTopic, (of) => {
    if (of === tenantId) end()
  })
  signal.addEventListener('abort', end)
  const { least, most } = heldElsewhereMs
  await pause(least + Math.random() * (most - least), free.signal)
  signal.removeEventListener('abort', end)
  unhear()
}

const whereItStands = async (tx: Tx, consumer: string): Promise<number> =>
  (await readConsumer(tx, consumer))?.position ?? 0

interface Held {
  readonly tenantId: TenantId
  readonly lease: Lease
  readonly signal: AbortSignal
}

/**
 * Publishes until the tenant goes quiet, somebody else wants it or the lease is lost, and gives it back. True: somebody else
 * should have it now.
 */
async function publishWhileHeld(world: PublisherWorld, { tenantId, lease, signal }: Held): Promise<boolean> {
  const { feed, tail, sink } = world
  let handedOver = false
  let held: Lease | undefined = lease
  try {
    const end = await sink.openEnd(tenantId)
    let after = await whereToGoOn(world, { tenantId, lease, found: end.position })
    held = await moveTo(world, { tenantId, lease, position: after })
    const tenureEndsMs = performance.now() + tenureMs.least + Math.random() * (tenureMs.most - tenureMs.least)
    let markedMs = performance.now()
    while (held !== undefined && !signal.aborted) {
      if (held.wanted && performance.now() > tenureEndsMs) {
        handedOver = true
        break
      }
      const { events, nextAfter } = await feed(tenantId, { after, limit: eventsAtOnce, types: undefined })
      if (events.length === 0) {
        held = await moveTo(world, { tenantId, lease: held, position: after })
        if (!(await tail.waitBehind(tenantId, after, { signal, ms: lingerMs }))) return false
        continue
      }
      // No transaction is open meanwhile. Whoever was overtaken here is refused by the place itself: its end has moved on.
      await end.append(events)
      tellOfDelivery(world, events)
      after = nextAfter
      // A place that knows its end tells the next publisher more than a mark: that one need not be made for every page.
      if (end.position !== undefined && performance.now() - markedMs < markEveryMs) continue
      held = await moveTo(world, { tenantId, lease: held, position: after })
      markedMs = performance.now()
    }
    if (held !== undefined) held = await moveTo(world, { tenantId, lease: held, position: after })
    return handedOver
  } finally {
    const last = held
    if (last !== undefined)
      await write(world, tenantId, (tx) => releaseConsumer(tx, last)).catch(() => {
        // It ends by itself.
      })
  }
}

/** By this process's clock; the events have the database's. */
function tellOfDelivery({ database, sink }: PublisherWorld, events: readonly RenderedEvent[]): void {
  const nowMs = Date.now()
  for (const { event } of events) {
    const seconds = Math.max(0, nowMs - Date.parse(event.time)) / 1000
    database.telemetry.eventDelivered({ sink: sink.name, seconds })
  }
}

/**
 * Behind which event publishing goes on: behind the last that the place has, if it knows. It has more than was marked when a
 * process died between the two, and less when it lost what it had said to keep.
 */
async function whereToGoOn(
  { database, logger, sink }: PublisherWorld,
  { tenantId, lease, found }: { tenantId: TenantId; lease: Lease; found: number | undefined },
): Promise<number> {
  const position = found ?? lease.position
  if (position < lease.position)
    logger.error(
      { tenantId, sink: sink.name, marked: lease.position, found },
      'published events were lost there and are sent again',
    )
  const last = await database.read(tenantId, readLastPosition)
  invariant(position <= last, 'no place has events that the books have not: they may be of an older backup', {
    ...{ sink: sink.name, position, last },
  })
  return position
}

/** The lease with its mark at `position`, which never goes back; undefined: the tenant has somebody else. */
async function moveTo(
  world: PublisherWorld,
  { tenantId, lease, position }: { tenantId: TenantId; lease: Lease; position: number },
): Promise<Lease | undefined> {
  if (position <= lease.position) return lease
  return await write(world, tenantId, (tx) => advanceConsumer(tx, lease, position))
}

const write = <T>(
  { database }: PublisherWorld,
  tenantId: TenantId,
  work: (tx: Tx) => Promise<T>,
): Promise<T> => database.transaction({ tenantId, lane: 'batch', deadlineMs: Date.now() + patienceMs }, work)

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => {})
