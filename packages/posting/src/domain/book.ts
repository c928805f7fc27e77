import type { AccountDetails, AccountState, GlAccount } from '@plinth/account'
import type { AccountId, BusinessDate, Currencies, GlCode } from '@plinth/kernel'

/**
 * What a decision reads: rows that were locked and then read, and the effects of the commands decided before in the same
 * batch. Reversals add the entries they name, holds their rows.
 */
export interface Book {
  readonly businessDate: BusinessDate
  readonly currencies: Currencies
  readonly valueDates: ValueDateWindow
  readonly accounts: Map<AccountId, AccountState>
  /** Of the accounts whose status or terms the batch changes. */
  readonly details: Map<AccountId, AccountDetails>
  readonly glAccounts: Map<GlCode, GlAccount>
}

/** How far a value date may lie from the booking date, in days; undefined is any date back. */
export interface ValueDateWindow {
  readonly daysBack: number | undefined
  readonly daysAhead: number
}
