import type { AccountDetails, AccountState, GlAccount } from '@plinth/account'
import type { AccountId, BusinessDate, GlCode, Instant } from '@plinth/kernel'
import type { Proposal, ProposalId, TenantSettings } from '@plinth/tenancy'

/**
 * What a decision reads: rows that were locked and then read, and the effects of the commands decided before in the same
 * batch. Reversals add the entries they name, holds their rows.
 */
export interface Book {
  readonly businessDate: BusinessDate
  /** The database's clock. */
  readonly now: Instant
  settings: TenantSettings
  readonly accounts: Map<AccountId, AccountState>
  /** Of the accounts whose status or terms the batch changes. */
  readonly details: Map<AccountId, AccountDetails>
  /** Of the accounts that are opened, and of all accounts that a posting names whose code says which ones it may. */
  readonly glAccounts: Map<GlCode, GlAccount>
  readonly proposals: Map<ProposalId, Proposal>
}
