import { type Currencies, formatMinor, invariant } from '@plinth/kernel'
import { remainingOf, type SuspenseItem, statusOf } from './suspense-item.js'

/** An item as it is answered. */
export function renderSuspenseItem(item: SuspenseItem, currencies: Currencies) {
  const { suspenseItemId, entryId, lineNo, accountId, intendedAccountId, because, currency } = item
  const decimals = currencies.decimalsOf(currency)
  invariant(decimals !== undefined, 'the currency of a suspense item stays known', { currency })
  const format = (minor: bigint): string => formatMinor(minor, decimals)
  return {
    suspenseItemId,
    status: statusOf(item),
    journalEntryId: entryId,
    lineNo,
    valueDate: item.valueDate,
    accountId,
    intendedAccountId,
    because,
    amount: format(item.amount),
    cleared: format(item.cleared),
    returned: format(item.returned),
    remaining: format(remainingOf(item)),
    currency,
    openedAt: item.openedAt,
  }
}
