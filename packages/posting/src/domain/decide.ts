import type { Account } from '@plinth/account'
import { decideGlAccount, decideOpenAccount, decideStatus, decideTerms } from '@plinth/account/domain'
import { type AccountId, invariant, monthOf, type Rejection, reject } from '@plinth/kernel'
import { decideProposal, decideSettings, registerTransactionCode } from '@plinth/tenancy/domain'
import type { Book } from './book.js'
import type { Command, DecideProposalCommand, ProposeCommand, Stamp } from './command.js'
import { decideCorrect } from './decide-correct.js'
import { decideCaptureHold, decideHoldChange, decidePlaceHold } from './decide-hold.js'
import { decideLimit } from './decide-limit.js'
import { decidePost } from './decide-posting.js'
import { decideReverse } from './decide-reverse.js'
import { decideClearSuspenseItem } from './decide-suspense.js'
import type { Decision } from './decision.js'
import { isToBeCounted } from './limits.js'
import { newProposal } from './new-proposal.js'

/**
 * The one place that decides what a command does to the books. Pure: the book is what was locked and read, ids come in with
 * the stamp, and the same call serves a single command, a batch and every test.
 *
 * A command with two faults always answers the one that contract §6 lists first.
 */
export function decide(book: Book, command: Command, stamp: Stamp): Decision {
  switch (command.type) {
    case 'post':
      return decidePost(book, command, stamp)
    case 'open_account': {
      const { name, glCode, currency, customerId, productCode, metadata, overdraftLimit, unlimited } = command
      const accountId = command.accountId ?? stamp.accountId
      const details = { accountId, name, glCode, currency, customerId, productCode, metadata }
      const known = { glAccount: book.glAccounts.get(glCode), account: book.accounts.get(accountId) }
      const opened = decideOpenAccount({ details, overdraftLimit, unlimited }, known)
      return asAccount('account_opened', 'kind' in opened ? opened : counted(book, opened))
    }
    case 'set_status':
      return asAccount('status_set', decideStatus(command, accountIn(book, command.accountId)))
    case 'change_terms':
      return asAccount(
        'terms_changed',
        decideTerms(command, accountIn(book, command.accountId), book.settings.currencies),
      )
    case 'create_gl_account': {
      const { code, parentCode } = command.glAccount
      const parent = parentCode && book.glAccounts.get(parentCode)
      const decided = decideGlAccount(command, { existing: book.glAccounts.get(code), parent })
      return 'kind' in decided ? decided : { kind: 'gl_account_created', glAccount: decided }
    }
    case 'abandon':
      return reject('command_abandoned', 'The key was abandoned: no command takes effect under it.')
    case 'reverse':
      return decideReverse(book, command, stamp)
    case 'correct':
      return decideCorrect(book, command, stamp)
    case 'place_hold':
      return decidePlaceHold(book, command, stamp)
    case 'capture_hold':
      return decideCaptureHold(book, command, stamp)
    case 'release_hold':
    case 'extend_hold':
    case 'expire_hold':
      return decideHoldChange(book, command)
    case 'clear_suspense_item':
      return decideClearSuspenseItem(book, command, stamp)
    case 'change_settings': {
      const { changes, reason } = command
      const settings = decideSettings(book.settings, changes)
      return 'kind' in settings ? settings : { kind: 'settings_changed', settings, reason }
    }
    case 'register_transaction_code': {
      const { transactionCode: registered } = command
      const settings = registerTransactionCode(book.settings, registered)
      return { kind: 'settings_changed', settings, reason: `transaction code ${registered.code}`, registered }
    }
    case 'set_limit':
      return decideLimit(book, command)
    case 'issue_api_key':
      return { kind: 'api_key_issued', apiKey: command, createdBy: stamp.subject }
    case 'propose':
      return decidePropose(book, command, stamp)
    case 'decide_proposal':
      return decideVerdict(book, command, stamp)
  }
}

/** What would be refused now is refused at once, with its own code: nobody is asked to approve what cannot be. */
function decidePropose(book: Book, command: ProposeCommand, stamp: Stamp): Decision {
  const foreseen = decide(book, command.proposed, stamp)
  if (foreseen.kind === 'rejected' || foreseen.kind === 'malformed') return foreseen
  const proposal = newProposal(book, command, stamp)
  return 'kind' in proposal ? proposal : { kind: 'proposed', proposal }
}

function decideVerdict(
  { proposals, now }: Book,
  command: DecideProposalCommand,
  { subject, onBehalfOf }: Stamp,
): Decision {
  const { proposalId } = command
  const proposal = proposals.get(proposalId)
  invariant(proposal !== undefined, 'a proposal that is decided was found before', { proposalId })
  const decided = decideProposal(proposal, command, { decider: { subject, onBehalfOf }, now })
  return 'kind' in decided ? decided : { kind: 'proposal_decided', proposal: decided }
}

/** A new account that a limit on days or months applies to is counted from its first posting on. */
function counted({ businessDate, settings, limits: { coming } }: Book, account: Account): Account {
  const { state, details } = account
  if (!isToBeCounted(state, details.productCode, { settings, coming })) return account
  return { details, state: { ...state, countedFrom: monthOf(businessDate) } }
}

function accountIn({ accounts, details }: Book, accountId: AccountId): Account | undefined {
  const state = accounts.get(accountId)
  const described = details.get(accountId)
  return state && described && { state, details: described }
}

function asAccount(
  kind: 'account_opened' | 'status_set' | 'terms_changed',
  decided: Account | Rejection,
): Decision {
  return 'kind' in decided ? decided : { kind, account: decided }
}
