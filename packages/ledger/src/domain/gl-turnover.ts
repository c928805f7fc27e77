import type { CurrencyCode, GlCode } from '@plinth/kernel'

/** Sums of one postable GL account in one currency, in minor units. */
export interface GlTurnover {
  readonly glCode: GlCode
  readonly currency: CurrencyCode
  readonly debits: bigint
  readonly credits: bigint
  /** Sum of (debits − credits) over the accounts on which debits prevail: overdrawn customers are not netted away. */
  readonly debitBalances: bigint
  /** Sum of (credits − debits) over the accounts on which credits prevail. */
  readonly creditBalances: bigint
}
