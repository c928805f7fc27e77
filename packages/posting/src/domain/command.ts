import type { ChangeTerms, CreateGlAccount, SetStatus } from '@plinth/account/domain'
import type { HoldId } from '@plinth/holds'
import type {
  AccountId,
  BoundDocument,
  BusinessDate,
  CurrencyCode,
  EntryId,
  GlCode,
  IdempotencyKey,
  Instant,
  Period,
  RiskDecision,
  Side,
} from '@plinth/kernel'
import type { BankEntryKind } from '@plinth/ledger'
import type { Eligibility, ProductCommand } from '@plinth/product'
import type { SuspenseItemId } from '@plinth/suspense'
import type { ProposalId, Role, SettingsChange, TransactionCode, Verdict } from '@plinth/tenancy'

/** A line as the caller asks for it. */
export interface LineRequest {
  readonly accountId: AccountId
  readonly side: Side
  readonly amount: AmountRequest
  readonly currency: CurrencyCode
  /** Of a credit: the business date from which the money is available; until then a clearing hold keeps it. */
  readonly availableFrom?: BusinessDate | undefined
  /** Of a credit: where it goes if the account is missing, closed or takes none (ADR 0015). */
  readonly fallbackAccountId?: AccountId | undefined
  /** Of an accrual of an outside engine, on the bank's account of accrued interest: the account on which it accrues (ADR 0021). */
  readonly accruesFor?: AccountId | undefined
}

/**
 * In minor units of the line's currency, above zero. Of a debit, `all` is what the account has available, and `upTo` as much of
 * that, at most; of a credit, `all` is what the other lines of its currency leave over. The entry records what was taken.
 */
export type AmountRequest = bigint | 'all' | { readonly upTo: bigint }

/** What the caller demands of the moment at which a command is decided: part of what the command is. */
export interface Demands {
  /** Later it is `command_expired`. */
  readonly notAfter?: Instant | undefined
  /** Undefined: none. */
  readonly conditions?: readonly Condition[] | undefined
  /** What a risk engine decided before; an expired or negative one stands against it. */
  readonly decision?: RiskDecision | undefined
}

/** What must be true of an account. */
export interface Condition {
  readonly accountId: AccountId
  /** That of its last line (contract §5, `accountVersion`). */
  readonly version?: number | undefined
  /** At least so much, as a decimal string in the currency of the account. */
  readonly availableGte?: string | undefined
}

/** A line that says how much it moves. */
export interface FixedLineRequest extends LineRequest {
  readonly amount: bigint
}

/** Contract §5. */
export interface Post extends Demands {
  readonly type: 'post'
  readonly transactionCode: string
  readonly description: string | undefined
  /** Undefined: the booking date. */
  readonly valueDate: BusinessDate | undefined
  /** The thirteenth of a year that is over; undefined: the month of the booking date. */
  readonly period?: Period | undefined
  readonly reference: string | undefined
  readonly endToEndId: string | undefined
  readonly lines: readonly LineRequest[]
  readonly metadata: Readonly<Record<string, string>>
  /** Why it must be booked although funds, limits, dormancy or blocks speak against it (contract §1, advice). */
  readonly adviceReason?: string | undefined
  /**
   * Of the bank's own entries, which the end of a day or a year posts. No caller may say it but an engine outside, of what accrues: its lines
   * say for whom. Undefined: a caller's posting.
   */
  readonly kind?: BankEntryKind | undefined
}

export interface OpenAccountCommand {
  readonly type: 'open_account'
  /** Undefined: Plinth makes one. */
  readonly accountId: AccountId | undefined
  readonly name: string
  /** Undefined, as the currency may be: that of the product. */
  readonly glCode: GlCode | undefined
  readonly currency: CurrencyCode | undefined
  readonly customerId: string | undefined
  /** A product of the catalogue, or, if there is none of that code, a label. */
  readonly productCode: string | undefined
  /** In minor units. Zero is what an opening says that says nothing: of a product the limit is then the product's. */
  readonly overdraftLimit: bigint
  /** Zero was said in so many words, of a product that may give more. */
  readonly noOverdraft?: true | undefined
  /** What is known of the customer, for the eligibility rules of the product. */
  readonly eligibility?: Eligibility | undefined
  readonly unlimited: boolean
  readonly metadata: Readonly<Record<string, string>>
}

export type SetStatusCommand = SetStatus & { readonly type: 'set_status' }

export type ChangeTermsCommand = ChangeTerms & { readonly type: 'change_terms' }

export type CreateGlAccountCommand = CreateGlAccount & { readonly type: 'create_gl_account' }

/** Contract §4: whole, or a part that balances. */
export interface ReverseCommand extends Demands {
  readonly type: 'reverse'
  readonly entryId: EntryId
  readonly reason: string
  /** Undefined: the booking date. */
  readonly valueDate: BusinessDate | 'original' | undefined
  /** As of a posting: it need not be that of the entry. */
  readonly period?: Period | undefined
  /** Undefined: all of it. Amounts are decimal strings in the currencies of the lines, which the caller need not name. */
  readonly lines: readonly { readonly lineNo: number; readonly amount: string }[] | undefined
}

/** Takes an entry back and posts what it should have been: both, or neither. */
export interface CorrectCommand extends Demands {
  readonly type: 'correct'
  readonly entryId: EntryId
  readonly reason: string
  /** Of the reversal; undefined: the booking date. */
  readonly valueDate: BusinessDate | 'original' | undefined
  readonly posting: EntryRequest
}

/** What a posting says of its entry. */
export type EntryRequest = Omit<Post, 'type' | 'adviceReason' | 'kind' | 'period' | keyof Demands>

export interface PlaceHoldCommand extends Demands {
  readonly type: 'place_hold'
  readonly accountId: AccountId
  /** In minor units of `currency`, above zero. */
  readonly amount: bigint
  readonly currency: CurrencyCode
  /** Undefined: never. */
  readonly expiresAt: Instant | undefined
  readonly reference: string | undefined
  /** What it will be captured with. Undefined: anything, and it counts against the limits of every code. */
  readonly transactionCode?: string | undefined
}

/** A posting that takes what a hold has set aside. */
export interface CaptureHoldCommand
  extends Omit<Post, 'type' | 'adviceReason' | 'kind' | 'period' | 'lines'> {
  readonly type: 'capture_hold'
  readonly lines: readonly FixedLineRequest[]
  readonly holdId: HoldId
  /** A decimal string in the currency of the hold: the net debit on its account. */
  readonly amount: string
  /** Lets go of what is left. */
  readonly final: boolean
}

export interface ReleaseHoldCommand {
  readonly type: 'release_hold'
  readonly holdId: HoldId
}

export interface ExtendHoldCommand {
  readonly type: 'extend_hold'
  readonly holdId: HoldId
  /** Undefined: never. */
  readonly expiresAt: Instant | undefined
}

/** Posts what waits of a suspense item on to an account, with the texts of the entry that was diverted. */
export interface ClearSuspenseItemCommand {
  readonly type: 'clear_suspense_item'
  readonly suspenseItemId: SuspenseItemId
  readonly accountId: AccountId
  readonly reason: string
  /** Undefined: the booking date. */
  readonly valueDate: BusinessDate | 'original' | undefined
}

/** Erases description, reference, end-to-end id and metadata of an entry and of all that repeat them (ADR 0033). */
export interface EraseDetailsCommand {
  readonly type: 'erase_details'
  readonly entryId: EntryId
  /** Why. Says nothing of what is erased: it stays. */
  readonly reason: string
  /** The ground in law. */
  readonly legalBasis: string
}

/** The worker's: records that a hold's time is over. */
export interface ExpireHoldCommand {
  readonly type: 'expire_hold'
  readonly holdId: HoldId
}

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

/** Sets what an account, each account of a product, or each limited account of the tenant may spend (ADR 0014). */
export interface SetLimitCommand {
  readonly type: 'set_limit'
  /** At most one of the two; none: the tenant's. */
  readonly accountId: AccountId | undefined
  readonly productCode: string | undefined
  /** Undefined: of all codes together. */
  readonly transactionCode: string | undefined
  readonly currency: CurrencyCode
  /** None of the three: the limit is taken away. Amounts are decimal strings in `currency`. */
  readonly perPosting: { readonly amount: string } | undefined
  readonly perDay: BoundDocument | undefined
  readonly perMonth: BoundDocument | undefined
  readonly reason: string
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
  | ReverseCommand
  | CorrectCommand
  | PlaceHoldCommand
  | CaptureHoldCommand
  | ReleaseHoldCommand
  | ExtendHoldCommand
  | ClearSuspenseItemCommand
  | EraseDetailsCommand
  | ChangeSettingsCommand
  | RegisterTransactionCodeCommand
  | SetLimitCommand
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

/** Burns the key under which it comes, if nothing is recorded for it: a delayed copy can then never take effect. */
export interface AbandonCommand {
  readonly type: 'abandon'
}

/** Everything that may change the books. */
export type Command =
  | AbandonCommand
  | ProposableCommand
  | ExpireHoldCommand
  | ProductCommand
  | ProposeCommand
  | DecideProposalCommand

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
  /** The bank's own work at the end of the day: nobody else is asked. No edge says so. */
  readonly own?: true | undefined
}

export interface SubmissionIds {
  /** Of the entry, or of whatever else the command makes. */
  readonly entryId: EntryId
  readonly accountId: AccountId
  readonly auditEventId: string
  readonly eventId: string
  /** Of what comes of single lines, such as clearing holds: one for each line that asks for it, at the place of the line. */
  readonly lineIds?: readonly (string | undefined)[] | undefined
  /** Of the entry that a correction posts, and the event that tells of it. */
  readonly second?: { readonly entryId: EntryId; readonly eventId: string } | undefined
}

/** What a decision hears beside the command: who asks, and the ids of what it makes. */
export type Stamp = Pick<SubmissionIds, 'entryId' | 'accountId' | 'lineIds' | 'second'> &
  Pick<CommandContext, 'correlationId' | 'causationId' | 'subject' | 'onBehalfOf'>

/** Commands that stand or fall together, or one that stands alone. */
export interface Unit {
  readonly submissions: readonly Submission[]
  /** A member was malformed: none of the others may take effect, though known keys still replay. */
  readonly broken: boolean
}
