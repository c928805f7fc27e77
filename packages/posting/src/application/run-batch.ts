import type { Database, Lane } from '@plinth/db'
import type { TenantId } from '@plinth/kernel'
import type { Outcome } from '../domain/recorded-command.js'
import { canBuildOn } from './foreseen.js'
import type { Neighbours } from './group-commit.js'
import type { InterestDesk } from './interest-desk.js'
import type { CommandStore } from './ports.js'
import { type Batch, postBatchWith } from './post-batch.js'

export interface Run {
  readonly tenantId: TenantId
  readonly lane: Lane
  /** Epoch milliseconds past which no further attempt starts. */
  readonly deadlineMs: number
}

/**
 * Runs a batch in a transaction: at first on what the one in front will have done, if it may, and if that does not come,
 * again on things as they are when that one has ended (ADR 0009).
 */
export const runBatchWith = (database: Database, store: CommandStore, desk?: InterestDesk) => {
  const postBatch = postBatchWith(store, desk, database.telemetry)
  return async (run: Run, batch: Batch, { inFront, decided }: Neighbours): Promise<Outcome[]> => {
    const submissions = batch.units.flatMap((unit) => unit.submissions)
    let foreseen = inFront?.foreseen
    if (foreseen === undefined || !canBuildOn(foreseen, submissions)) {
      foreseen = undefined
      await inFront?.ended
    }
    const beforeRepeat = async (): Promise<void> => {
      decided(undefined)
      foreseen = undefined
      await inFront?.ended
    }
    const { outcomes } = await database.transaction(
      { ...run, repeatable: true, rehearse: batch.rehearsal, beforeRepeat },
      (tx) => postBatch(tx, batch, { foreseen, decided }),
    )
    return outcomes
  }
}
