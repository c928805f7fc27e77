import { parseMinor } from '@plinth/kernel'
import type { ApprovalMatter } from '@plinth/tenancy'
import type { Book } from './book.js'
import type { ProposableCommand } from './command.js'
import { isLimitRaise } from './decide-limit.js'
import type { Accepted } from './decision.js'

/** What a second person is demanded for: a matter of the settings, the settings themselves, or, whatever they say, an erasure. */
export type Matter = ApprovalMatter | 'settings' | 'erasures'

/** The transaction code of entries that somebody writes by hand. */
const manualCode = 'MANUAL'

/**
 * Why a command that would otherwise be accepted needs a second person (ADR 0011); undefined if it does not. Changing what
 * needs one needs one itself.
 */
export function needsApproval(
  book: Book,
  command: ProposableCommand,
  accepted: Accepted,
): Matter | undefined {
  if (command.type === 'erase_details') return 'erasures'
  const { approvals } = book.settings
  if (approvals.size === 0) return undefined
  if (command.type === 'change_settings' || command.type === 'register_transaction_code') return 'settings'
  return mattersOf(book, command, accepted).find((matter) => approvals.has(matter))
}

function mattersOf(book: Book, command: ProposableCommand, accepted: Accepted): ApprovalMatter[] {
  switch (command.type) {
    case 'reverse':
      return isLarge(book, accepted) ? ['reversals'] : []
    case 'correct': {
      const manual = command.posting.transactionCode === manualCode
      return [
        ...(isLarge(book, accepted) ? ['reversals' as const] : []),
        ...(manual ? ['manual_postings' as const] : []),
      ]
    }
    case 'post':
    case 'capture_hold':
      return command.transactionCode === manualCode ? ['manual_postings'] : []
    case 'open_account':
      if (command.unlimited) return ['unlimited_accounts']
      // The limit is the one of its product's version, which two people have agreed to.
      if (accepted.kind === 'account_opened' && accepted.terms !== undefined) return []
      return command.overdraftLimit > 0n ? ['limit_increases'] : []
    case 'change_terms': {
      const state = book.accounts.get(command.accountId)
      if (state === undefined || command.overdraftLimit === undefined) return []
      const limit = parseMinor(
        command.overdraftLimit,
        book.settings.currencies.decimalsOf(state.currency) as number,
      )
      return typeof limit === 'bigint' && limit > state.overdraftLimit ? ['limit_increases'] : []
    }
    case 'set_status': {
      const frozen = book.accounts.get(command.accountId)?.status === 'frozen'
      return frozen && command.status !== 'frozen' ? ['unfreezing'] : []
    }
    case 'set_limit':
      return isLimitRaise(book, command) ? ['limit_increases'] : []
    case 'issue_api_key':
      // Whoever may decide proposals is as good as an admin here: with such a key of their own nobody would need a second.
      return command.roles.some((role) => role === 'admin' || role === 'approver') ? ['admin_api_keys'] : []
    default:
      return []
  }
}

/** Whether a reversal, alone or of a correction, moves more, in any currency, than one person may take back; where no amount is set, any does. */
function isLarge({ settings }: Book, accepted: Accepted): boolean {
  if (accepted.kind !== 'posted') return false
  const moved = new Map<string, bigint>()
  for (const { side, currency, amount } of accepted.entries[0].lines)
    if (side === 'debit') moved.set(currency, (moved.get(currency) ?? 0n) + amount)
  return [...moved].some(([currency, amount]) => amount > (settings.reversalsAlone.get(currency) ?? 0n))
}
