import { renderAccount, renderGlAccount } from '@plinth/account/domain'
import { type Currencies, invariant } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/ledger'
import { renderEntry } from '@plinth/ledger/domain'
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
    default:
      return { outcome: 'accepted', type, body: renderAccount(decision.account, currencies) }
  }
}
