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

/** What some of an account's lines come to, in minor units, and which ones: those that meet all that is not undefined. */
export interface PastBalance {
  readonly debits: bigint
  readonly credits: bigint
  /** How many they are, if they are the account's first ones. */
  readonly version: number | undefined
  readonly valueDate: string | undefined
  readonly bookingDate: string | undefined
  readonly knownAtEntryNo: number
}

/** A balance of the past (contract §4). What was held and which limit there was is not kept: both are null. */
export function renderPastBalance(
  state: AccountState,
  { debits, credits, version, valueDate, bookingDate, knownAtEntryNo }: PastBalance,
  currencies: Currencies,
) {
  const format = (minor: bigint): string => formatFor(state, minor, currencies)
  return {
    accountId: state.accountId,
    currency: state.currency,
    posted: format(postedOf({ normalSide: state.normalSide, debits, credits })),
    held: null,
    available: null,
    overdraftLimit: null,
    debits: format(debits),
    credits: format(credits),
    version: version ?? null,
    valueDate: valueDate ?? null,
    bookingDate: bookingDate ?? null,
    knownAtEntryNo,
  }
}
