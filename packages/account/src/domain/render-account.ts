import { type Currencies, formatMinor, invariant } from '@plinth/kernel'
import { type Account, type AccountState, availableOf, postedOf } from './account-state.js'
import type { GlAccount } from './gl-account.js'

/** An amount of the account's currency as the API writes it. */
export function formatFor(
  state: Pick<AccountState, 'currency'>,
  minor: bigint,
  currencies: Currencies,
): string {
  const decimals = currencies.decimalsOf(state.currency)
  invariant(decimals !== undefined, 'the currency of an account stays known', { currency: state.currency })
  return formatMinor(minor, decimals)
}

/** An account as every answer shows it (contract §4). */
export function renderAccount({ details, state }: Account, currencies: Currencies) {
  return {
    accountId: details.accountId,
    name: details.name,
    glCode: details.glCode,
    currency: details.currency,
    normalSide: state.normalSide,
    customerId: details.customerId,
    productCode: details.productCode,
    overdraftLimit: formatFor(state, state.overdraftLimit, currencies),
    unlimited: state.unlimited,
    status: state.status,
    blockDebits: state.blockDebits,
    blockCredits: state.blockCredits,
    metadata: details.metadata,
  }
}

/** A GL account as every answer shows it (contract §4). */
export function renderGlAccount(glAccount: GlAccount) {
  const { code, name, type, parentCode, normalSide, postable } = glAccount
  return { code, name, type, parentCode, normalSide, postable }
}

/** The balance of now (contract §4). `bookingDate` is the business date at which it was read. */
export function renderBalance(state: AccountState, bookingDate: string, currencies: Currencies) {
  const format = (minor: bigint): string => formatFor(state, minor, currencies)
  return {
    accountId: state.accountId,
    currency: state.currency,
    posted: format(postedOf(state)),
    held: format(state.held),
    available: state.unlimited ? null : format(availableOf(state)),
    overdraftLimit: format(state.overdraftLimit),
    debits: format(state.debits),
    credits: format(state.credits),
    version: state.version,
    bookingDate,
  }
}
