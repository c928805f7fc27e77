import { setTimeout as sleep } from 'node:timers/promises'
import type { Plinth } from '@plinth/cli'
import type { TenantId } from '@plinth/kernel'
import { listTenants } from '@plinth/tenancy'
import type { Logger } from 'pino'
import { type Anchor, openAnchor } from './anchor.js'
import type { Configuration } from './configuration.js'
import { expireHolds } from './expire-holds.js'
import { openSealer, type Sealer, sealTenant } from './seal-tenant.js'
import { signBalances } from './sign-balances.js'

type Log = Pick<Logger, 'info' | 'error'>

export interface Worker {
  /** Ends the rounds at hand and begins no others. */
  stop(): Promise<void>
}

/** Something to do for each tenant again and again. */
interface Chore {
  readonly everyMs: number
  /** What the log says of a tenant for which it failed. */
  readonly failed: string
  readonly work: (tenantId: TenantId) => Promise<void>
}

/**
 * Does again and again what nobody asks for: expires holds, seals entries, keeps
 * checkpoints outside. What fails for a tenant, or a round, is told of and
 * tried again. One chore does not wait for another.
 */
function startWorker(
  plinth: Plinth,
  { sealer, anchor }: { sealer: Sealer; anchor: Anchor | undefined },
  logger: Log,
): Worker {
  const stopping = new AbortController()
  const chores: Chore[] = [
    {
      // An expired hold is recorded within five seconds (contract §1): with this there is time for a failed round.
      everyMs: 1_000,
      failed: 'holds could not be expired',
      work: async (tenantId) => {
        const holds = await expireHolds(plinth, tenantId)
        if (holds > 0) logger.info({ tenantId, holds }, 'holds expired')
      },
    },
    {
      // An entry has its checkpoint within a second (ADR 0026); the sealing itself takes some tenths of it.
      everyMs: 500,
      failed: 'entries could not be sealed',
      work: async (tenantId) => {
        const entries = await sealTenant(plinth, sealer, { tenantId, stopped: () => stopping.signal.aborted })
        if (entries > 0) logger.info({ tenantId, entries }, 'entries sealed')
      },
    },
    {
      // A customer's proof of a day is asked for on the next one.
      everyMs: 5_000,
      failed: 'balances could not be signed',
      work: async (tenantId) => {
        const signed = await signBalances(plinth, sealer, {
          tenantId,
          stopped: () => stopping.signal.aborted,
        })
        for (const businessDate of signed) logger.info({ tenantId, businessDate }, 'balances signed')
      },
    },
  ]
  if (anchor !== undefined) {
    chores.push({
      // The place outside gets one a minute, whatever the load: each is of all entries before it.
      everyMs: 60_000,
      failed: 'a checkpoint could not be kept outside',
      work: async (tenantId) => {
        if (await anchor(tenantId)) logger.info({ tenantId }, 'checkpoint kept outside')
      },
    })
  }
  const ended = Promise.all(chores.map((chore) => doUntil(stopping.signal, chore, { plinth, logger })))
  return {
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}

/** The worker of a process, as its configuration has it. */
export async function startConfiguredWorker(
  plinth: Plinth,
  configuration: Configuration,
  logger: Log,
): Promise<Worker> {
  const { anchor: place } = configuration
  const anchor = place === undefined ? undefined : openAnchor(plinth, place)
  return startWorker(plinth, { sealer: await openSealer(configuration), anchor }, logger)
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

async function doOnce({ work, failed }: Chore, { plinth, logger }: World): Promise<void> {
  for (const { tenantId } of await plinth.database.read(undefined, listTenants)) {
    await work(tenantId).catch((error: unknown) => logger.error({ err: error, tenantId }, failed))
  }
}
