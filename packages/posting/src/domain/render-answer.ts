import { renderAccount, renderGlAccount } from '@plinth/account/domain'
import { renderHold } from '@plinth/holds/domain'
import { type Currencies, invariant } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/ledger'
import { renderEntry } from '@plinth/ledger/domain'
import { renderProposal, renderSettings, renderTransactionCode } from '@plinth/tenancy/domain'
import type { Decided } from './decide-batch.js'
import type { Answer } from './recorded-command.js'

/** What the caller of a decided command is answered; `entry` is the numbered entry of an accepted posting. */
export function renderAnswer(
  { submission, decision }: Decided,
  entry: JournalEntry | undefined,
  currencies: Currencies,
): Answer {
  const { type } = submission.command
  switch (decision.kind) {
    case 'rejected':
      return {
        outcome: 'rejected',
        type,
        rejection: decision,
        correlationId: submission.context.correlationId,
      }
    case 'posted':
      invariant(entry !== undefined, 'an accepted posting has a numbered entry', { key: submission.key })
      return { outcome: 'accepted', type, body: renderEntry(entry, currencies) }
    case 'gl_account_created':
      return { outcome: 'accepted', type, body: renderGlAccount(decision.glAccount) }
    case 'hold_changed':
      return { outcome: 'accepted', type, body: renderHold(decision.hold, currencies) }
    case 'settings_changed': {
      const { settings, registered } = decision
      const body = registered ? renderTransactionCode(registered) : renderSettings(settings)
      return { outcome: 'accepted', type, body }
    }
    case 'api_key_issued': {
      const { keyId, name, roles, expiresAt } = decision.apiKey
      return { outcome: 'accepted', type, body: { keyId, name, roles, expiresAt: expiresAt ?? null } }
    }
    case 'proposed':
    case 'proposal_decided':
      return { outcome: 'accepted', type, body: renderProposal(decision.proposal) }
    default:
      return { outcome: 'accepted', type, body: renderAccount(decision.account, currencies) }
  }
}
