import { setTimeout as sleep } from 'node:timers/promises'
import type { Plinth } from '@plinth/cli'
import { listTenants } from '@plinth/tenancy'
import type { Logger } from 'pino'
import { expireHolds } from './expire-holds.js'

// An expired hold is recorded within five seconds (contract §1): with this there is time for a failed round.
const everyMs = 1_000

export interface Worker {
  /** Ends the round at hand and begins no other. */
  stop(): Promise<void>
}

/** Does again and again what nobody asks for: expires holds. A tenant or a round that fails is told of and tried again. */
export function startWorker(plinth: Plinth, logger: Pick<Logger, 'info' | 'error'>): Worker {
  const stopping = new AbortController()
  const ended = workUntil(stopping.signal, plinth, logger)
  return {
    stop: async () => {
      stopping.abort()
      await ended
    },
  }
}

async function workUntil(
  signal: AbortSignal,
  plinth: Plinth,
  logger: Pick<Logger, 'info' | 'error'>,
): Promise<void> {
  while (!signal.aborted) {
    await workOnce(plinth, logger).catch((error: unknown) => logger.error({ err: error }, 'a round failed'))
    await sleep(everyMs, undefined, { signal }).catch(() => {})
  }
}

async function workOnce(plinth: Plinth, logger: Pick<Logger, 'info' | 'error'>): Promise<void> {
  for (const { tenantId } of await plinth.database.read(undefined, listTenants)) {
    try {
      const holds = await expireHolds(plinth, tenantId)
      if (holds > 0) logger.info({ tenantId, holds }, 'holds expired')
    } catch (error) {
      logger.error({ err: error, tenantId }, 'holds could not be expired')
    }
  }
}
