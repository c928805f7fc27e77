import { type Rejection, reject, type Side } from '@plinth/kernel'
import type { AccountState } from './account-state.js'

/**
 * Whether the account's status and blocks let a line through (contract §5, Status), in the contract's precedence. Dormancy
 * refuses a customer's debits only: money may always come in, and the bank takes what it is owed. Dormancy and blocks do not
 * stand against an advice; a freeze, which is somebody's order, does.
 */
export function lineFault(
  state: AccountState,
  side: Side,
  { customerInitiated = true, advice = false }: { customerInitiated?: boolean; advice?: boolean } = {},
): Rejection | undefined {
  const { accountId, status } = state
  if (status === 'closed') return reject('account_closed', `Account ${accountId} is closed.`, { accountId })
  if (status === 'frozen') return reject('account_frozen', `Account ${accountId} is frozen.`, { accountId })
  if (advice) return undefined
  if (side === 'credit') {
    return state.blockCredits
      ? reject('account_credits_blocked', `Account ${accountId} takes no credits.`, { accountId })
      : undefined
  }
  if (status === 'dormant' && customerInitiated)
    return reject('account_dormant', `Account ${accountId} is dormant.`, { accountId })
  return state.blockDebits
    ? reject('account_debits_blocked', `Account ${accountId} takes no debits.`, { accountId })
    : undefined
}
