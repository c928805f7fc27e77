import { renderAccount, renderGlAccount } from '@plinth/account/domain'
import { renderHold } from '@plinth/holds/domain'
import { type Currencies, invariant } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/ledger'
import { renderEntry } from '@plinth/ledger/domain'
import { renderProduct, renderProductVersion } from '@plinth/product/domain'
import { renderProposal, renderSettings, renderTransactionCode } from '@plinth/tenancy/domain'
import type { CommandType } from './command.js'
import type { Decided } from './decide-batch.js'
import { renderErasure } from './decide-erasure.js'
import type { Answer } from './recorded-command.js'
import { renderLimit } from './render-limit.js'

/** What the caller of a decided command is answered; `entries` are the numbered entries of an accepted posting. */
export function renderAnswer(
  { submission, decision }: Decided,
  entries: readonly JournalEntry[],
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
      return { outcome: 'accepted', type, body: renderPosted(type, entries, currencies) }
    case 'gl_account_created':
      return { outcome: 'accepted', type, body: renderGlAccount(decision.glAccount) }
    case 'hold_changed':
      return { outcome: 'accepted', type, body: renderHold(decision.hold, currencies) }
    case 'own_limit_set': {
      const { limit, state } = decision
      const { accountId } = state
      return { outcome: 'accepted', type, body: renderLimit({ limit, accountId }, currencies) }
    }
    case 'settings_changed': {
      const { settings, registered, limit } = decision
      if (limit !== undefined) {
        const { productCode } = limit
        return { outcome: 'accepted', type, body: renderLimit({ limit, productCode }, currencies) }
      }
      const body = registered ? renderTransactionCode(registered) : renderSettings(settings)
      return { outcome: 'accepted', type, body }
    }
    case 'api_key_issued': {
      const { keyId, name, roles, expiresAt } = decision.apiKey
      return { outcome: 'accepted', type, body: { keyId, name, roles, expiresAt: expiresAt ?? null } }
    }
    case 'details_erased':
      return { outcome: 'accepted', type, body: renderErasure(decision) }
    case 'proposed':
    case 'proposal_decided':
      return { outcome: 'accepted', type, body: renderProposal(decision.proposal) }
    case 'product_changed': {
      const { product, version } = decision
      const body = version ? renderProductVersion(product, version) : renderProduct(product)
      return { outcome: 'accepted', type, body }
    }
    case 'account_opened': {
      const { account, terms } = decision
      const body = renderAccount(account, currencies)
      return { outcome: 'accepted', type, body: terms ? { ...body, productVersion: terms.version } : body }
    }
    default:
      return { outcome: 'accepted', type, body: renderAccount(decision.account, currencies) }
  }
}

/** The answer of an accepted command that made entries: the entry, or what a correction took back and what it posted. */
export function renderPosted(
  type: CommandType,
  [first, second]: readonly JournalEntry[],
  currencies: Currencies,
): object {
  invariant(first !== undefined, 'an accepted posting has a numbered entry', { type })
  if (type !== 'correct') return renderEntry(first, currencies)
  invariant(second !== undefined, 'a correction has two entries', { entryNo: first.entryNo })
  return { reversal: renderEntry(first, currencies), posting: renderEntry(second, currencies) }
}
