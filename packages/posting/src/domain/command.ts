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
  type Side,
} from '@plinth/kernel'

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

/** Everything that may change the books. Reversals and holds join here. */
export type Command =
  | Post
  | OpenAccountCommand
  | SetStatusCommand
  | ChangeTermsCommand
  | CreateGlAccountCommand

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
}

export interface SubmissionIds {
  readonly entryId: EntryId
  readonly accountId: AccountId
  readonly auditEventId: string
  readonly eventId: string
}

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
    case 'create_gl_account':
      return []
  }
}

/** The GL accounts a command reads. */
export function glCodesOf(command: Command): readonly GlCode[] {
  if (command.type === 'open_account') return [command.glCode]
  if (command.type !== 'create_gl_account') return []
  const { code, parentCode } = command.glAccount
  return parentCode === undefined ? [code] : [code, parentCode]
}
