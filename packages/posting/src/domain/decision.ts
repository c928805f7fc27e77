import type { Account, AccountState, GlAccount } from '@plinth/account'
import type { Hold, HoldChange } from '@plinth/holds'
import type { AccountId, Limit, Rejection } from '@plinth/kernel'
import type { EntryDraft } from '@plinth/ledger'
import type { CapturedTerms, ProductChanged } from '@plinth/product'
import type { SuspenseStep } from '@plinth/suspense'
import type { CommonLimit, Proposal, TenantSettings, TransactionCode } from '@plinth/tenancy'
import type { AccruedInterest, InstructedInterest } from './accrued-interest.js'
import type { IssueApiKeyCommand } from './command.js'
import type { DetailsErasure } from './decide-erasure.js'

/** An entry that is made, or the two of a correction, and the accounts as they leave them. */
export interface Posted {
  readonly kind: 'posted'
  readonly entries: readonly [EntryDraft, ...EntryDraft[]]
  readonly states: readonly AccountState[]
  /** Those that an advice took below their limit. */
  readonly forced: ReadonlySet<AccountId>
  /** What becomes of holds with it: the one that it captures, and those of money that is not available yet. */
  readonly holds: readonly HoldStep[]
  /** What becomes of suspense items with it. */
  readonly suspense: readonly SuspenseStep[]
  /** What it adds to what has accrued on accounts, and those as it leaves them. */
  readonly instructed?: {
    readonly added: readonly InstructedInterest[]
    readonly accrued: readonly AccruedInterest[]
  }
}

/** A change of a hold, as it leaves it. */
export interface HoldStep {
  readonly change: HoldChange
  readonly hold: Hold
}

/** What an accepted command does. */
export type Accepted =
  | Posted
  | {
      readonly kind: 'account_opened'
      readonly account: Account
      /** Of a product of the catalogue. */
      readonly terms?: CapturedTerms | undefined
    }
  | { readonly kind: 'status_set' | 'terms_changed'; readonly account: Account }
  | ProductChanged
  | DetailsErasure
  | { readonly kind: 'gl_account_created'; readonly glAccount: GlAccount }
  | {
      readonly kind: 'hold_changed'
      readonly change: HoldChange
      readonly hold: Hold
      readonly state: AccountState
    }
  | {
      readonly kind: 'settings_changed'
      readonly settings: TenantSettings
      readonly reason: string
      /** The code that was registered, if that is what changed. */
      readonly registered?: TransactionCode
      /** The limit that was set, if that is what changed. */
      readonly limit?: CommonLimit
    }
  /** A limit of an account's own. */
  | { readonly kind: 'own_limit_set'; readonly state: AccountState; readonly limit: Limit }
  | { readonly kind: 'api_key_issued'; readonly apiKey: IssueApiKeyCommand; readonly createdBy: string }
  | { readonly kind: 'proposed' | 'proposal_decided'; readonly proposal: Proposal }

/** What turns out to say nothing only when it is held against the books: never recorded (contract §6). */
export interface MalformedCommand {
  readonly kind: 'malformed'
  readonly code: 'entry_unbalanced'
  readonly detail: string
}

export type Decision = Accepted | Rejection | MalformedCommand
