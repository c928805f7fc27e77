import { setTimeout as sleep } from 'node:timers/promises'
import type { Plinth } from '@plinth/cli'
import type { TenantId } from '@plinth/kernel'
import { secondsSince } from '@plinth/telemetry'
import { listTenants } from '@plinth/tenancy'
import type { WebhookDispatch } from '@plinth/webhooks'
import type { Logger } from 'pino'
import { type Anchor, openAnchor } from './anchor.js'
import type { Configuration } from './configuration.js'
import { expireHolds } from './expire-holds.js'
import { openSealer, type Sealer, sealTenant } from './seal-tenant.js'
import { signBalances } from './sign-balances.js'
import { startPublishing } from './start-publishing.js'
import { openWebhookDesk, openWebhookDispatch } from './webhook-desk.js'

type Log = Pick<Logger, 'info' | 'error'>

export interface Worker {
  /** Ends the rounds at hand and begins no others. */
  stop(): Promise<void>
}

/** Something to do for each tenant again and again. */
interface Chore {
  /** What metrics call it. */
  readonly name: string
  readonly everyMs: number
  /** What the log says of a tenant for which it failed. */
  readonly failed: string
  /** Answers how much there was to do. */
  readonly work: (tenantId: TenantId) => Promise<number>
}

/** What the chores are done with. */
interface Means {
  readonly sealer: Sealer
  readonly anchor: Anchor | undefined
  readonly webhooks: WebhookDispatch
}

/**
 * Does again and again what nobody asks for: expires holds, seals entries, signs balances, sends events to webhooks, keeps
 * checkpoints outside. What fails for a tenant, or a round, is told of and tried again. One chore does not wait for another.
 */
function startWorker(plinth: Plinth, { sealer, anchor, webhooks }: Means, logger: Log): Worker {
  const stopping = new AbortController()
  const chores = choresOf(plinth, { sealer, anchor, webhooks, signal: stopping.signal, logger })
  const ended = Promise.all(chores.map((chore) => doUntil(stopping.signal, chore, { plinth, logger })))
  return {
    stop: async () => {
      stopping.abort()
      await ended
      await webhooks.stop()
    },
  }
}

function choresOf(
  plinth: Plinth,
  {
    sealer,
    anchor,
    webhooks,
    signal,
    logger,
  }: Means & { readonly signal: AbortSignal; readonly logger: Log },
): Chore[] {
  const chores: Chore[] = [
    {
      // An expired hold is recorded within five seconds (contract §1): with this there is time for a failed round.
      name: 'expire_holds',
      everyMs: 1_000,
      failed: 'holds could not be expired',
      work: async (tenantId) => {
        const holds = await expireHolds(plinth, tenantId)
        if (holds > 0) logger.info({ tenantId, holds }, 'holds expired')
        return holds
      },
    },
    {
      // An entry has its checkpoint within a second (ADR 0026); the sealing itself takes some tenths of it.
      name: 'seal_entries',
      everyMs: 500,
      failed: 'entries could not be sealed',
      work: async (tenantId) => {
        const entries = await sealTenant(plinth, sealer, { tenantId, stopped: () => signal.aborted })
        if (entries > 0) logger.info({ tenantId, entries }, 'entries sealed')
        return entries
      },
    },
    {
      // A customer's proof of a day is asked for on the next one.
      name: 'sign_balances',
      everyMs: 5_000,
      failed: 'balances could not be signed',
      work: async (tenantId) => {
        const signed = await signBalances(plinth, sealer, {
          tenantId,
          stopped: () => signal.aborted,
        })
        for (const businessDate of signed) logger.info({ tenantId, businessDate }, 'balances signed')
        return signed.length
      },
    },
    {
      // A round only begins what there is to send: no receiver is waited for here.
      name: 'send_webhooks',
      everyMs: 200,
      failed: 'webhooks could not be served',
      work: (tenantId) => webhooks.round(tenantId),
    },
  ]
  if (anchor !== undefined) {
    chores.push({
      // The place outside gets one a minute, whatever the load: each is of all entries before it.
      name: 'keep_checkpoints',
      everyMs: 60_000,
      failed: 'a checkpoint could not be kept outside',
      work: async (tenantId) => {
        if (!(await anchor(tenantId))) return 0
        logger.info({ tenantId }, 'checkpoint kept outside')
        return 1
      },
    })
  }
  return chores
}

/** The worker of a process, as its configuration has it. */
export async function startConfiguredWorker(
  plinth: Plinth,
  configuration: Configuration,
  logger: Log,
): Promise<Worker> {
  const { anchor: place } = configuration
  const anchor = place === undefined ? undefined : openAnchor(plinth, place)
  const sealer = await openSealer(configuration)
  const webhooks = openWebhookDispatch(plinth, openWebhookDesk(configuration), logger)
  const worker = startWorker(plinth, { sealer, anchor, webhooks }, logger)
  const publishing = await startPublishing(plinth, configuration, logger)
  return {
    stop: async () => {
      await Promise.all([worker.stop(), publishing.stop()])
    },
  }
}

interface World {
  readonly plinth: Plinth
  readonly logger: Log
}

async function doUntil(signal: AbortSignal, chore: Chore, world: World): Promise<void> {
  while (!signal.aborted) {
    await doOnce(chore, world).catch((error: unknown) => world.logger.error({ err: error }, 'a round failed'))
    await sleep(chore.everyMs, undefined, { signal }).catch(() => {})
  }
}

async function doOnce({ name, work, failed }: Chore, { plinth, logger }: World): Promise<void> {
  const { database } = plinth
  const { telemetry } = database
  for (const { tenantId } of await database.read(undefined, listTenants)) {
    const startedMs = performance.now()
    const told = (outcome: 'done' | 'failed', items: number): void =>
      telemetry.choreEnded({ chore: name, outcome, items, seconds: secondsSince(startedMs) })
    try {
      told('done', await work(tenantId))
    } catch (error) {
      told('failed', 0)
      logger.error({ err: error, tenantId }, failed)
    }
  }
}
