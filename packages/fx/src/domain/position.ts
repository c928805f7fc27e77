import type { AccountId, CurrencyCode } from '@plinth/kernel'

const positionPrefix = 'FX:POSITION:'

/** What the bank has bought and not sold of a currency (credits less debits), in that currency. */
export const positionAccount = (currency: CurrencyCode): AccountId =>
  `${positionPrefix}${currency}` as AccountId

/** What it has paid for its position and what that has earned since, in the base currency: the other side of each exchange. */
export const counterValueAccount = (currency: CurrencyCode): AccountId =>
  `FX:COUNTERVALUE:${currency}` as AccountId

/** The currency of whose position this is the account; undefined: of none. */
export const currencyOfPosition = (accountId: AccountId): CurrencyCode | undefined =>
  accountId.startsWith(positionPrefix) ? (accountId.slice(positionPrefix.length) as CurrencyCode) : undefined

/** Where the ids of position accounts begin: every one of them sorts behind it. */
export const beforePositions = positionPrefix as AccountId

/**
 * What a position has gained since it was last revalued, a loss below zero: what it is worth and what stands against it come
 * to nothing afterwards. Both are credits less debits in the base currency.
 */
export const gainOf = ({
  baseValue,
  counterValue,
}: {
  readonly baseValue: bigint
  readonly counterValue: bigint
}): bigint => baseValue + counterValue
