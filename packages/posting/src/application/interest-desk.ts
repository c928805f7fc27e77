import type { Tx } from '@plinth/db'
import type { AccountId, Currencies } from '@plinth/kernel'
import type { AccruedInterest, InstructedInterest } from '../domain/accrued-interest.js'

/**
 * Where the engine learns what has accrued on accounts, and says what outside engines add to it. Interest is a module behind this
 * one, so whoever composes the two hands it in.
 */
export interface InterestDesk {
  /** Locks what has accrued on accounts that will be instructed, in ascending order: asked before balances are locked (ADR 0021). */
  lock(tx: Tx, ascendingIds: readonly AccountId[]): Promise<void>
  /** What has accrued, behind the locks of the balances; accounts on which nothing can accrue are left out. */
  read(tx: Tx, accountIds: readonly AccountId[], currencies: Currencies): Promise<readonly AccruedInterest[]>
  /** Adds to locked rows. */
  instruct(tx: Tx, instructed: readonly InstructedInterest[]): void
}
