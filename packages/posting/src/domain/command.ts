import type { ChangeTerms, CreateGlAccount, SetStatus } from '@plinth/account/domain'
import {
  type AccountId,
  type BusinessDate,
  type Currencies,
  type CurrencyCode,
  canonicalJson,
  type EntryId,
  formatMinor,
  type GlCode,
  type IdempotencyKey,
  type Instant,
  type Side,
} from '@plinth/kernel'
import type { ProposalId, Role, SettingsChange, TransactionCode, Verdict } from '@plinth/tenancy'

/** A line as the caller asks for it. The amount is in minor units of `currency`, above zero. */
export interface LineRequest {
  readonly accountId: AccountId
  readonly side: Side
  readonly amount: bigint
  readonly currency: CurrencyCode
}

/** Contract §5. */
export interface Post {
  readonly type: 'post'
  readonly transactionCode: string
  readonly description: string | undefined
  /** Undefined: the booking date. */
  readonly valueDate: BusinessDate | undefined
  readonly reference: string | undefined
  readonly endToEndId: string | undefined
  readonly lines: readonly LineRequest[]
  readonly metadata: Readonly<Record<string, string>>
}

export interface OpenAccountCommand {
  readonly type: 'open_account'
  /** Undefined: Plinth makes one. */
  readonly accountId: AccountId | undefined
  readonly name: string
  readonly glCode: GlCode
  readonly currency: CurrencyCode
  readonly customerId: string | undefined
  readonly productCode: string | undefined
  /** In minor units. */
  readonly overdraftLimit: bigint
  readonly unlimited: boolean
  readonly metadata: Readonly<Record<string, string>>
}

export type SetStatusCommand = SetStatus & { readonly type: 'set_status' }

export type ChangeTermsCommand = ChangeTerms & { readonly type: 'change_terms' }

export type CreateGlAccountCommand = CreateGlAccount & { readonly type: 'create_gl_account' }

/** What is named changes, the rest of the tenant's settings stays. */
export interface ChangeSettingsCommand {
  readonly type: 'change_settings'
  readonly changes: SettingsChange
  readonly reason: string
}

/** Registers a transaction code, or says anew what one is. */
export interface RegisterTransactionCodeCommand {
  readonly type: 'register_transaction_code'
  readonly transactionCode: TransactionCode
}

/** A key whose token its maker was shown before: here is only what is kept of it. */
export interface IssueApiKeyCommand {
  readonly type: 'issue_api_key'
  readonly keyId: string
  readonly name: string
  readonly roles: readonly Role[]
  readonly expiresAt: Instant | undefined
  /** SHA-256 in hexadecimal. */
  readonly secretHash: string
}

/** What somebody may do alone, unless the tenant's settings demand a second person (ADR 0011). */
export type ProposableCommand =
  | Post
  | OpenAccountCommand
  | SetStatusCommand
  | ChangeTermsCommand
  | CreateGlAccountCommand
  | ChangeSettingsCommand
  | RegisterTransactionCodeCommand
  | IssueApiKeyCommand

export interface ProposeCommand {
  readonly type: 'propose'
  readonly proposed: ProposableCommand
  readonly reason: string
  /** Undefined: a week from now. */
  readonly expiresAt: Instant | undefined
}

/** Approving runs the proposed command as a submission of its own, in the same unit: they stand or fall together. */
export interface DecideProposalCommand {
  readonly type: 'decide_proposal'
  readonly proposalId: ProposalId
  readonly verdict: Verdict
  /** What the decider has read; undefined: whatever it is. */
  readonly payloadHash: string | undefined
  readonly comment: string | undefined
}

/** Everything that may change the books. Reversals and holds join here. */
export type Command = ProposableCommand | ProposeCommand | DecideProposalCommand

export type CommandType = Command['type']

/** Who sent a command and what it belongs to. No part of what the command is: a replay may come from somebody else. */
export interface CommandContext {
  readonly subject: string
  readonly roles: readonly string[]
  readonly client?: string | undefined
  readonly onBehalfOf?: string | undefined
  readonly origin?: string | undefined
  readonly correlationId: string
  readonly causationId: string | undefined
}

/** A command with its key, its context, and the ids it will use if it needs them, stamped at the edge. */
export interface Submission {
  readonly key: IdempotencyKey
  readonly command: Command
  /** The canonical request: what "same command" is compared with (ADR 0005). */
  readonly request: string
  readonly context: CommandContext
  readonly ids: SubmissionIds
  /** The proposal whose payload it is: approved by the command before it in its unit, it needs nobody else. */
  readonly approvedBy?: ProposalId | undefined
}

export interface SubmissionIds {
  /** Of the entry, or of whatever else the command makes. */
  readonly entryId: EntryId
  readonly accountId: AccountId
  readonly auditEventId: string
  readonly eventId: string
}

/** What a decision hears beside the command: who asks, and the ids of what it makes. */
export type Stamp = Pick<SubmissionIds, 'entryId' | 'accountId'> &
  Pick<CommandContext, 'correlationId' | 'causationId' | 'subject' | 'onBehalfOf'>

/** Commands that stand or fall together, or one that stands alone. */
export interface Unit {
  readonly submissions: readonly Submission[]
  /** A member was malformed: none of the others may take effect, though known keys still replay. */
  readonly broken: boolean
}

/**
 * The validated content of a command as one text: amounts normalised to their currency's decimals, members in name order,
 * nothing that depends on time, route, caller or headers (contract §3, "same command").
 */
export function canonicalRequest(command: Command, currencies: Currencies): string {
  const amount = (minor: bigint, currency: CurrencyCode): string =>
    formatMinor(minor, currencies.decimalsOf(currency) as number)
  switch (command.type) {
    case 'post':
      return canonicalPost(command, amount)
    case 'open_account':
      return canonicalJson({ ...command, overdraftLimit: amount(command.overdraftLimit, command.currency) })
    case 'propose':
      // Text within text: the canonical form of what is proposed is what will be compared when it is run.
      return canonicalJson({ ...command, proposed: canonicalRequest(command.proposed, currencies) })
    default:
      return canonicalJson(command)
  }
}

// What `canonicalJson` would say, at a fifth of its cost: JSON.stringify keeps the order in which the members are written here.
function canonicalPost(post: Post, amountOf: (minor: bigint, currency: CurrencyCode) => string): string {
  const { type, transactionCode, description, valueDate, reference, endToEndId, metadata } = post
  const lines = post.lines.map(({ accountId, side, amount, currency }) => ({
    accountId,
    amount: amountOf(amount, currency),
    currency,
    side,
  }))
  const before = JSON.stringify({ description, endToEndId, lines })
  const behind = JSON.stringify({ reference, transactionCode, type, valueDate })
  return `${before.slice(0, -1)},"metadata":${canonicalJson(metadata)},${behind.slice(1)}`
}

/** The accounts whose balance rows a command needs locked. */
export function accountsOf(command: Command): readonly AccountId[] {
  switch (command.type) {
    case 'post':
      return command.lines.map(({ accountId }) => accountId)
    case 'open_account':
      return command.accountId === undefined ? [] : [command.accountId]
    case 'set_status':
    case 'change_terms':
      return [command.accountId]
    case 'propose':
      return accountsOf(command.proposed)
    default:
      return []
  }
}

/** The proposals a command decides. */
export const proposalsOf = (command: Command): readonly ProposalId[] =>
  command.type === 'decide_proposal' ? [command.proposalId] : []

/** The accounts whose description a command reads beside the balance row. */
export function describedAccountsOf(command: Command): readonly AccountId[] {
  if (command.type === 'propose') return describedAccountsOf(command.proposed)
  return command.type === 'set_status' || command.type === 'change_terms' ? [command.accountId] : []
}

/** The GL accounts a command reads. */
export function glCodesOf(command: Command): readonly GlCode[] {
  if (command.type === 'propose') return glCodesOf(command.proposed)
  if (command.type === 'open_account') return [command.glCode]
  if (command.type !== 'create_gl_account') return []
  const { code, parentCode } = command.glAccount
  return parentCode === undefined ? [code] : [code, parentCode]
}
