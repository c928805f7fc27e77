import type { AccountState } from '@plinth/account'
import type { AccountId, IdempotencyKey } from '@plinth/kernel'
import { accountsOf, type Submission } from '../domain/command.js'
import type { Decision } from '../domain/decide.js'
import type { BatchPlan } from '../domain/decide-batch.js'

/**
 * What a batch that is still being written will have done if it commits: the batch behind it may be decided on that (ADR
 * 0009).
 */
export interface Foreseen {
  /** Every account it names, as it leaves it; `rowVersion` is the one the row will have. */
  readonly accounts: ReadonlyMap<AccountId, AccountState>
  /** The keys it records. */
  readonly keys: ReadonlySet<IdempotencyKey>
  /** False if it creates or describes what others read without a lock, or records nothing that shows it has committed. */
  readonly groundForMore: boolean
  /** Resolves when this very attempt has committed; rejects if it has not. */
  readonly committed: Promise<void>
}

export function foresee(
  { records, opened, createdGlAccounts, changedDetails }: BatchPlan,
  accounts: ReadonlyMap<AccountId, AccountState>,
  committed: Promise<void>,
): Foreseen {
  return {
    accounts,
    keys: new Set(records.map(({ submission }) => submission.key)),
    groundForMore:
      records.length > 0 &&
      opened.length + createdGlAccounts.length + changedDetails.length === 0 &&
      records.every(({ decision }) => changesAccountsOnly.has(decision.kind)),
    committed,
  }
}

// The others change what is read without a lock: settings and proposals.
const changesAccountsOnly: ReadonlySet<Decision['kind']> = new Set([
  'rejected',
  'posted',
  'status_set',
  'terms_changed',
  'account_opened',
  'gl_account_created',
])

/** Whether these can be decided before the batch in front has committed: they name nothing that it creates. */
export const canBuildOn = ({ keys, groundForMore }: Foreseen, submissions: readonly Submission[]): boolean =>
  groundForMore && !submissions.some(({ key }) => keys.has(key))

/** The accounts that these name: those that the batch in front holds, as it leaves them, and the ids of the others. */
export function splitAccounts(
  submissions: readonly Submission[],
  foreseen: Foreseen | undefined,
): { held: AccountState[]; others: AccountId[] } {
  const held: AccountState[] = []
  const others: AccountId[] = []
  for (const accountId of new Set(submissions.flatMap(({ command }) => accountsOf(command)))) {
    const state = foreseen?.accounts.get(accountId)
    if (state === undefined) others.push(accountId)
    else held.push(state)
  }
  return { held, others }
}
