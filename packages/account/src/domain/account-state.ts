import type { AccountId, BusinessDate, CurrencyCode, GlCode, Limit, Side } from '@plinth/kernel'

/** Contract §5. */
export type AccountStatus = 'open' | 'dormant' | 'frozen' | 'closed'

/**
 * Everything a decision reads of an account: its balance row. Amounts are minor units of `currency`.
 * `version` counts the account's posting lines, `rowVersion` every change of this row.
 */
export interface AccountState {
  readonly accountId: AccountId
  readonly glCode: GlCode
  readonly currency: CurrencyCode
  readonly normalSide: Side
  /** No funds test; `available` means nothing. */
  readonly unlimited: boolean
  readonly status: AccountStatus
  readonly blockDebits: boolean
  readonly blockCredits: boolean
  readonly overdraftLimit: bigint
  readonly debits: bigint
  readonly credits: bigint
  readonly held: bigint
  readonly version: number
  readonly rowVersion: number
  /** Its own; those of its product and of the tenant stand in the settings. */
  readonly limits: readonly Limit[]
  /** The first of the month since which its spending is counted; undefined: it is not. */
  readonly countedFrom: BusinessDate | undefined
}

/** The balance on the account's normal side, in minor units. */
export const postedOf = ({
  normalSide,
  debits,
  credits,
}: Pick<AccountState, 'normalSide' | 'debits' | 'credits'>): bigint =>
  normalSide === 'debit' ? debits - credits : credits - debits

/** Contract §5, Funds: whatever the normal side. In minor units. */
export const availableOf = ({ credits, debits, held, overdraftLimit }: AccountState): bigint =>
  credits - debits - held + overdraftLimit

/** What changes rarely and no decision on money reads. */
export interface AccountDetails {
  readonly accountId: AccountId
  readonly name: string
  readonly glCode: GlCode
  readonly currency: CurrencyCode
  readonly customerId: string | undefined
  readonly productCode: string | undefined
  readonly metadata: Readonly<Record<string, string>>
}

export interface Account {
  readonly details: AccountDetails
  readonly state: AccountState
}
