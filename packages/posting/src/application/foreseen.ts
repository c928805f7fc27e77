import type { AccountState, Usage } from '@plinth/account'
import type { Hold, HoldId } from '@plinth/holds'
import type { AccountId, BusinessDate, IdempotencyKey } from '@plinth/kernel'
import type { Book } from '../domain/book.js'
import type { Submission } from '../domain/command.js'
import { accountsOf, accruedOf, type Targets } from '../domain/command-targets.js'
import type { BatchPlan, Decided } from '../domain/decide-batch.js'

/**
 * What a batch that is still being written will have done if it commits: the batch behind it may be decided on that (ADR
 * 0009).
 */
export interface Foreseen {
  /** Every account it names, as it leaves it; `rowVersion` is the one the row will have. */
  readonly accounts: ReadonlyMap<AccountId, AccountState>
  /** The holds it read or changed, as it leaves them. */
  readonly holds: ReadonlyMap<HoldId, Hold>
  /** What accounts that are limited by day or month have then spent on `businessDate` and in its month. */
  readonly usage: ReadonlyMap<AccountId, Usage>
  readonly businessDate: BusinessDate
  /** The keys it records. */
  readonly keys: ReadonlySet<IdempotencyKey>
  /** False if it creates or describes what others read without a lock, or records nothing that shows it has committed. */
  readonly groundForMore: boolean
  /** Resolves when this very attempt has committed; rejects if it has not. */
  readonly committed: Promise<void>
}

export function foresee(
  { records, opened, createdGlAccounts, changedDetails }: BatchPlan,
  { accounts, holds, limits, businessDate }: Pick<Book, 'accounts' | 'holds' | 'limits' | 'businessDate'>,
  committed: Promise<void>,
): Foreseen {
  return {
    accounts,
    holds,
    usage: limits.usage,
    businessDate,
    keys: new Set(records.map(({ submission }) => submission.key)),
    groundForMore:
      records.length > 0 &&
      opened.length + createdGlAccounts.length + changedDetails.length === 0 &&
      records.every(({ decision }) => isForeseeable(decision)),
    committed,
  }
}

/** Whether all that it changes is told to the batch behind: not what was reversed or cleared, nor settings, proposals, keys. */
function isForeseeable(decision: Decided['decision']): boolean {
  if (decision.kind === 'posted')
    return (
      decision.entries.every(({ reverses }) => reverses === undefined) &&
      decision.suspense.every(({ change }) => change === 'opened')
    )
  return [
    'rejected',
    'status_set',
    'terms_changed',
    'hold_changed',
    'account_opened',
    'own_limit_set',
    'gl_account_created',
  ].includes(decision.kind)
}

/**
 * Whether these can be decided before the batch in front has committed: they name nothing that it creates. What asks what has
 * accrued asks it behind the lock of the account's balance, which the batch in front may hold.
 */
export const canBuildOn = ({ keys, groundForMore }: Foreseen, submissions: readonly Submission[]): boolean =>
  groundForMore && !submissions.some(({ key, command }) => keys.has(key) || accruedOf(command).length > 0)

/** The accounts that these name: those that the batch in front holds, as it leaves them, and the ids of the others. */
export function splitAccounts(
  submissions: readonly Submission[],
  targets: Targets,
  foreseen: Foreseen | undefined,
): { held: AccountState[]; others: AccountId[] } {
  const held: AccountState[] = []
  const others: AccountId[] = []
  for (const accountId of new Set(submissions.flatMap(({ command }) => accountsOf(command, targets)))) {
    const state = foreseen?.accounts.get(accountId)
    if (state === undefined) others.push(accountId)
    else held.push(state)
  }
  return { held, others }
}
