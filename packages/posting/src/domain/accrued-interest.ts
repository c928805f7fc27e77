import type { AccountId, BusinessDate, EntryId } from '@plinth/kernel'

/** What has accrued on an account, as far as decisions hang on it. Amounts in minor units. */
export interface AccruedInterest {
  readonly accountId: AccountId
  /** Earned and owed: rounded, and not posted to the account yet. */
  readonly credit: bigint
  readonly debit: bigint
  /** The last day that has accrued, or the one before the first that will. */
  readonly through: BusinessDate
  /** An engine outside says what accrues. */
  readonly external: boolean
  /** The bank's accounts on which it stands; undefined: no day has accrued yet. */
  readonly standsOn: { readonly payable: AccountId; readonly receivable: AccountId } | undefined
}

/** What an entry of an outside engine adds to what has accrued on an account; below zero what it takes back. */
export interface InstructedInterest {
  readonly accountId: AccountId
  readonly entryId: EntryId
  readonly valueDate: BusinessDate
  readonly credit: bigint
  readonly debit: bigint
}
