import type { SpendingChange, Usage } from '@plinth/account'
import type { AccountId } from '@plinth/kernel'
import type { SetLimitCommand } from './command.js'

/** What limits are tested with (ADR 0014). */
export interface LimitBook {
  /** What those accounts have spent, on the book's date and in its month, that a limit on periods applies to. */
  readonly usage: Map<AccountId, Usage>
  /** Where the settings limit products. */
  readonly products: ReadonlyMap<AccountId, string>
  /** Accounts that are counted from this batch on, with what they had spent in the month before it. */
  readonly begun: ReadonlyMap<AccountId, readonly SpendingChange[]>
  /** What the batch's own commands set: an account that it will concern is counted from the start. */
  readonly coming: readonly ComingLimit[]
}

/** A limit that a command is about to set. */
export type ComingLimit = Pick<
  SetLimitCommand,
  'accountId' | 'productCode' | 'currency' | 'perDay' | 'perMonth'
>

/** A book in which nothing is limited. */
export const noLimits = (): LimitBook => ({
  usage: new Map(),
  products: new Map(),
  begun: new Map(),
  coming: [],
})
