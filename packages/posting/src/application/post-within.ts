import type { Tx } from '@plinth/db'
import type { BusinessDate } from '@plinth/kernel'
import type { Unit } from '../domain/command.js'
import type { Outcome } from '../domain/recorded-command.js'
import type { CommandStore } from './ports.js'
import { postBatchWith } from './post-batch.js'
import type { Books } from './posting-engine.js'

/** What the end of day posts in a transaction of its own. */
export interface OwnBatch {
  readonly units: readonly Unit[]
  /** The day that is closing, to book into that; undefined: on the business date. */
  readonly bookInto?: BusinessDate | undefined
}

/**
 * Runs units in the caller's transaction, which it neither begins nor ends: lock, decide, write as for everybody. The head stays
 * locked until that transaction ends, so whatever else it has to do comes before. An outcome for each submission, in order, which
 * is true only when the transaction has committed. Throws if `bookInto` is not the day that is closing.
 */
export type PostWithin = (tx: Tx, books: Books, batch: OwnBatch) => Promise<Outcome[]>

export const postWithinWith = (store: CommandStore): PostWithin => {
  const postBatch = postBatchWith(store)
  return async (tx, { tenant }, { units, bookInto }) => {
    const own = units.map(({ broken, submissions }) => ({
      broken,
      submissions: submissions.map((submission) => ({ ...submission, own: true as const })),
    }))
    const batch = { tenantId: tenant.tenantId, units: own, rehearsal: false, bookInto }
    const { outcomes } = await postBatch(tx, batch, { foreseen: undefined, decided: () => {} })
    return await outcomes
  }
}
