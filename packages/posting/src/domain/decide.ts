import type { Account, AccountState, GlAccount } from '@plinth/account'
import {
  availableOf,
  decideGlAccount,
  decideOpenAccount,
  decideStatus,
  decideTerms,
  formatFor,
  lineFault,
  noAccount,
  postedOf,
} from '@plinth/account/domain'
import {
  type AccountId,
  addDays,
  type BusinessDate,
  invariant,
  prevailing,
  type Rejection,
  reject,
  sumMinorMax,
} from '@plinth/kernel'
import type { EntryDraft, PostingLine } from '@plinth/ledger'
import type { Proposal, TenantSettings, TransactionCode } from '@plinth/tenancy'
import { decideProposal, decideSettings, registerTransactionCode } from '@plinth/tenancy/domain'
import type { Book } from './book.js'
import type {
  Command,
  DecideProposalCommand,
  IssueApiKeyCommand,
  LineRequest,
  Post,
  ProposeCommand,
  Stamp,
} from './command.js'
import { newProposal } from './new-proposal.js'
import { faultOfCode, faultOfLimit, isCustomerInitiated } from './posting-rules.js'

/** What an accepted command does. */
export type Accepted =
  | { readonly kind: 'posted'; readonly entry: EntryDraft; readonly states: readonly AccountState[] }
  | { readonly kind: 'account_opened' | 'status_set' | 'terms_changed'; readonly account: Account }
  | { readonly kind: 'gl_account_created'; readonly glAccount: GlAccount }
  | {
      readonly kind: 'settings_changed'
      readonly settings: TenantSettings
      readonly reason: string
      /** The code that was registered, if that is what changed. */
      readonly registered?: TransactionCode
    }
  | { readonly kind: 'api_key_issued'; readonly apiKey: IssueApiKeyCommand; readonly createdBy: string }
  | { readonly kind: 'proposed' | 'proposal_decided'; readonly proposal: Proposal }

export type Decision = Accepted | Rejection

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
      return asAccount('account_opened', decideOpenAccount({ details, overdraftLimit, unlimited }, known))
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
    case 'issue_api_key':
      return { kind: 'api_key_issued', apiKey: command, createdBy: stamp.subject }
    case 'propose':
      return decidePropose(book, command, stamp)
    case 'decide_proposal':
      return decideVerdict(book, command, stamp)
    // A reversal is a post whose lines come from the entry it names; placing, capturing, releasing and extending a hold
    // read and change `held` in the same account state. Each becomes a case here, and nowhere else.
  }
}

function decidePost(book: Book, command: Post, stamp: Stamp): Decision {
  const valueDate = command.valueDate ?? book.businessDate
  const customerInitiated = isCustomerInitiated(book, command.transactionCode)
  let fault: Rejection | undefined
  for (const line of command.lines) fault = prevailing(fault, faultOfLine(book, line, customerInitiated))
  fault = prevailing(fault, faultOfValueDate(book, valueDate))
  fault = prevailing(fault, faultOfCode(book, command))
  fault = prevailing(fault, faultOfLimit(book, command))
  // Funds stand behind all of these in precedence, and are only meaningful without them.
  if (fault !== undefined) return fault

  const { lines, states } = apply(book, command.lines)
  for (const after of states.values()) {
    fault = prevailing(fault, faultOfFunds(book, book.accounts.get(after.accountId) as AccountState, after))
  }
  if (fault !== undefined) return fault
  const { transactionCode, description, reference, endToEndId, metadata } = command
  const { entryId, correlationId, causationId } = stamp
  const texts = { transactionCode, description, reference, endToEndId, correlationId, causationId, metadata }
  const entry: EntryDraft = {
    entryId,
    kind: 'posting',
    bookingDate: book.businessDate,
    valueDate,
    ...texts,
    lines,
  }
  return { kind: 'posted', entry, states: [...states.values()] }
}

/** What would be refused now is refused at once, with its own code: nobody is asked to approve what cannot be. */
function decidePropose(book: Book, command: ProposeCommand, stamp: Stamp): Decision {
  const foreseen = decide(book, command.proposed, stamp)
  if (foreseen.kind === 'rejected') return foreseen
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

function faultOfLine(
  book: Book,
  { accountId, side, currency }: LineRequest,
  customerInitiated: boolean,
): Rejection | undefined {
  const state = book.accounts.get(accountId)
  if (state === undefined) return noAccount(accountId)
  const fault = lineFault(state, side, { customerInitiated })
  if (fault !== undefined || state.currency === currency) return fault
  return reject(
    'currency_mismatch',
    `Account ${accountId} is kept in ${state.currency}, not in ${currency}.`,
    { accountId },
  )
}

function faultOfValueDate({ businessDate, settings }: Book, valueDate: BusinessDate): Rejection | undefined {
  if (valueDate === businessDate) return undefined
  const { valueDateDaysBack, valueDateDaysAhead } = settings
  const last = addDays(businessDate, valueDateDaysAhead)
  const first = valueDateDaysBack === undefined ? undefined : addDays(businessDate, -valueDateDaysBack)
  if (valueDate <= last && (first === undefined || valueDate >= first)) return undefined
  const from = first === undefined ? '' : `from ${first} `
  return reject(
    'value_date_out_of_window',
    `The value date ${valueDate} is outside the window ${from}to ${last}.`,
  )
}

/** Runs the lines over copies of the states, in order. */
function apply(book: Book, requests: readonly LineRequest[]) {
  const states = new Map<AccountId, AccountState>()
  const lines = requests.map(({ accountId, side, amount, currency }): PostingLine => {
    const before = states.get(accountId) ?? book.accounts.get(accountId)
    invariant(before !== undefined, 'a line is applied to an account that was found', { accountId })
    const debits = side === 'debit' ? before.debits + amount : before.debits
    const credits = side === 'credit' ? before.credits + amount : before.credits
    const version = before.version + 1
    const after = { ...before, debits, credits, version }
    states.set(accountId, after)
    const balanceAfter = postedOf(after)
    return { accountId, side, amount, currency, glCode: before.glCode, balanceAfter, accountVersion: version }
  })
  return { lines, states }
}

/** Contract §5, Funds: a net effect that lowers `available` may not leave it below zero. */
function faultOfFunds(book: Book, before: AccountState, after: AccountState): Rejection | undefined {
  const available = availableOf(before)
  const left = availableOf(after)
  if (!before.unlimited && left < available && left < 0n) {
    const { accountId, currency } = before
    const facts = {
      accountId,
      currency,
      available: formatFor(before, available, book.settings.currencies),
      required: formatFor(before, available - left, book.settings.currencies),
    }
    return reject(
      'insufficient_funds',
      `Account ${accountId} has ${facts.available} available; ${facts.required} is needed.`,
      facts,
    )
  }
  const { accountId } = after
  return after.debits > sumMinorMax || after.credits > sumMinorMax
    ? reject('balance_out_of_range', `The turnover of account ${accountId} would exceed 38 digits.`, {
        accountId,
      })
    : undefined
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
