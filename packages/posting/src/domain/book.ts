import type { AccountDetails, AccountState, GlAccount } from '@plinth/account'
import type { Hold, HoldId } from '@plinth/holds'
import type { AccountId, BusinessDate, EntryId, GlCode, Instant } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/ledger'
import type { Product } from '@plinth/product'
import type { SuspenseItem, SuspenseItemId } from '@plinth/suspense'
import type { Proposal, ProposalId, TenantSettings } from '@plinth/tenancy'
import type { AccruedInterest } from './accrued-interest.js'
import type { ErasureCase } from './erasure-case.js'
import type { LimitBook } from './limit-book.js'

/** Which years are over for good (ADR 0023). */
export interface BookYears {
  /** The last one whose books are final. */
  readonly final: number
  /** The one behind it, while it is being closed. */
  readonly closing: number | undefined
}

/**
 * What a decision reads: rows that were locked and then read, and the effects of the commands decided before in the same
 * batch.
 */
export interface Book {
  readonly businessDate: BusinessDate
  readonly years: BookYears
  /** The database's clock. */
  readonly now: Instant
  settings: TenantSettings
  readonly accounts: Map<AccountId, AccountState>
  /** Of the accounts whose status or terms the batch changes. */
  readonly details: Map<AccountId, AccountDetails>
  /** Of the accounts that are opened, and of all accounts that a posting names whose code says which ones it may. */
  readonly glAccounts: Map<GlCode, GlAccount>
  readonly holds: Map<HoldId, Hold>
  /** The entries that are to be reversed. */
  readonly entries: Map<EntryId, JournalEntry>
  /** What was taken back of their lines, by line number; in minor units. */
  readonly reversed: Map<EntryId, ReadonlyMap<number, bigint>>
  /** The items that are to be cleared, and those of the entries that are to be reversed. */
  readonly suspenseItems: Map<SuspenseItemId, SuspenseItem>
  /** Which item an entry that is to be reversed has cleared. */
  readonly clearings: ReadonlyMap<EntryId, SuspenseItemId>
  readonly proposals: Map<ProposalId, Proposal>
  /** The entries whose details shall be erased. */
  readonly erasures: Map<EntryId, ErasureCase>
  readonly limits: LimitBook
  /** Those that are changed, or that accounts are opened with, by code. */
  readonly products: Map<string, Product>
  /** Of the accounts that are closed, or for which interest is said to have accrued. */
  readonly accrued: Map<AccountId, AccruedInterest>
}
