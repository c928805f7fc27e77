import { type Currencies, formatMinor, type Instant, invariant, renderRiskDecision } from '@plinth/kernel'
import { type Hold, isOverdue } from './hold.js'

/** A hold as it is answered. `now`: one whose time is over shows `expired` at once, whether or not that is recorded yet. */
export function renderHold(hold: Hold, currencies: Currencies, now?: Instant) {
  const { holdId, accountId, currency, amount, captured, remaining, status, expiresAt, reference, placedAt } =
    hold
  const decimals = currencies.decimalsOf(currency)
  invariant(decimals !== undefined, 'the currency of a hold stays known', { currency })
  const overdue = status === 'active' && now !== undefined && isOverdue(hold, now)
  return {
    holdId,
    accountId,
    status: overdue ? ('expired' as const) : status,
    amount: formatMinor(amount, decimals),
    captured: formatMinor(captured, decimals),
    remaining: formatMinor(overdue ? 0n : remaining, decimals),
    currency,
    expiresAt: expiresAt ?? null,
    ...(reference !== undefined && { reference }),
    ...(hold.transactionCode !== undefined && { transactionCode: hold.transactionCode }),
    ...(hold.decision !== undefined && { decision: renderRiskDecision(hold.decision) }),
    ...(hold.clears !== undefined && {
      clears: {
        journalEntryId: hold.clears.entryId,
        lineNo: hold.clears.lineNo,
        availableFrom: hold.clears.availableFrom,
      },
    }),
    placedAt,
  }
}
