import type { Tx } from '@plinth/db'
import type { AccountId } from '@plinth/kernel'
import type { CapturedTerms } from '@plinth/product'
import type { TermsSnapshot } from '../domain/terms-snapshot.js'

/** Terms that an account takes on, and the number of the snapshot that keeps them. */
export interface TakenTerms {
  readonly accountId: AccountId
  readonly snapshotNo: number
  readonly terms: CapturedTerms
}

export interface TermsStore {
  /** The last snapshot of each account that has one. */
  readLastTerms(
    tx: Tx,
    accountIds: readonly AccountId[],
  ): Promise<
    readonly Pick<TermsSnapshot, 'accountId' | 'snapshotNo' | 'productCode' | 'version' | 'effectiveFrom'>[]
  >
  writeTerms(tx: Tx, taken: readonly TakenTerms[]): void
}
