import type { AccountState } from '@plinth/account'
import { type Rejection, reject } from '@plinth/kernel'

/** What is moved on an account is of its currency. */
export function faultOfCurrency(
  { accountId, currency }: AccountState,
  wanted: AccountState['currency'],
): Rejection | undefined {
  if (currency === wanted) return undefined
  return reject('currency_mismatch', `Account ${accountId} is kept in ${currency}, not in ${wanted}.`, {
    accountId,
  })
}
