import type { Account, AccountDetails, AccountState, GlAccount, SpendingChange, Usage } from '@plinth/account'
import { usageWith } from '@plinth/account/domain'
import {
  type AccountId,
  firstDifference,
  type GlCode,
  type IdempotencyKey,
  invariant,
  type Json,
  type Rejection,
} from '@plinth/kernel'
import type { Proposal, ProposalId, TenantSettings } from '@plinth/tenancy'
import type { Book } from './book.js'
import type { Submission, Unit } from './command.js'
import { accountsOf, isProductCommand } from './command-targets.js'
import { decide } from './decide.js'
import { applyErasure, awaitSeal } from './decide-erasure.js'
import type { Accepted, Decision, MalformedCommand, Posted } from './decision.js'
import { spendingChangesOf } from './limits.js'
import { type Matter, needsApproval } from './needs-approval.js'
import type { Answer, RecordedCommand } from './recorded-command.js'
import { withoutTexts } from './without-texts.js'

/** A submission that was decided and will be recorded. */
export interface Decided {
  readonly submission: Submission
  readonly decision: Exclude<Decision, MalformedCommand>
}

/** How each submission of a batch will end, before numbers are known. */
export type Verdict =
  | { readonly kind: 'decided'; readonly decided: Decided; readonly replayed: boolean }
  | { readonly kind: 'known'; readonly answer: Answer }
  | { readonly kind: 'key_reused'; readonly firstDifference: string }
  | { readonly kind: 'linked_failed' }
  /** It would be accepted, but not from one person alone. Not recorded. */
  | { readonly kind: 'approval_needed'; readonly matter: Matter }
  | MalformedCommand

/** Balance rows to write, in order. A row is written once a batch, unless its status or terms change in between. */
export type BalanceStep =
  | {
      readonly kind: 'turnovers'
      readonly states: readonly AccountState[]
      /** Those that an advice took below their limit. */
      readonly forced: ReadonlySet<AccountId>
    }
  | { readonly kind: 'standing'; readonly state: AccountState }
  /** Their spending is counted from this batch on. */
  | { readonly kind: 'counted'; readonly states: readonly AccountState[] }

/** All that a batch changes. The final states are in the book that was decided on. */
export interface BatchPlan {
  readonly verdicts: readonly Verdict[]
  /** In order; rejections included. */
  readonly records: readonly Decided[]
  readonly opened: readonly Account[]
  readonly createdGlAccounts: readonly GlAccount[]
  readonly changedDetails: readonly AccountDetails[]
  readonly balanceSteps: readonly BalanceStep[]
  /** What counted accounts spent, and what was given back to them. */
  readonly spending: readonly SpendingChange[]
}

/**
 * Runs the units in order over the book, which it changes: a later command sees what an earlier one did, and a unit of
 * which one fails leaves nothing behind but the record of its first failure (contract §5).
 */
export function decideBatch(
  book: Book,
  units: readonly Unit[],
  known: ReadonlyMap<IdempotencyKey, RecordedCommand>,
): BatchPlan {
  const run = new BatchRun(book, known)
  for (const unit of units) run.take(unit)
  return run.plan()
}

interface Mark {
  readonly settings: TenantSettings
  readonly proposals: ReadonlyMap<ProposalId, Proposal>
  readonly entries: Book['entries']
  readonly erasures: Book['erasures']
  readonly products: Book['products']
  readonly holds: Book['holds']
  readonly suspenseItems: Book['suspenseItems']
  readonly reversed: Book['reversed']
  readonly accrued: Book['accrued']
  readonly accounts: ReadonlyMap<AccountId, AccountState | undefined>
  readonly details: ReadonlyMap<AccountId, AccountDetails | undefined>
  readonly glCodes: readonly GlCode[]
  readonly unwritten: ReadonlySet<AccountId>
  readonly forced: ReadonlySet<AccountId>
  readonly usage: ReadonlyMap<AccountId, Usage>
  readonly lengths: readonly [number, number, number, number, number]
}

class BatchRun {
  readonly #verdicts: Verdict[] = []
  readonly #records: Decided[] = []
  readonly #decidedKeys = new Map<IdempotencyKey, Decided>()
  readonly #opened: Account[] = []
  readonly #createdGlAccounts: GlAccount[] = []
  readonly #changedDetails: AccountDetails[] = []
  readonly #steps: BalanceStep[] = []
  readonly #spending: SpendingChange[] = []
  /** Accounts with lines whose balance row no step covers yet. */
  #unwritten = new Set<AccountId>()
  /** Payloads that were approved in the unit at hand. */
  readonly #approved = new Map<ProposalId, string>()
  /** Accounts that an advice took below their limit, whose row no step covers yet. */
  #forced = new Set<AccountId>()

  constructor(
    readonly book: Book,
    readonly known: ReadonlyMap<IdempotencyKey, RecordedCommand>,
  ) {
    const { begun } = book.limits
    if (begun.size === 0) return
    // No command's doing: it stays whatever becomes of them.
    this.#steps.push({ kind: 'counted', states: this.#states([...begun.keys()]) })
    this.#spending.push(...[...begun.values()].flat())
  }

  take(unit: Unit): void {
    const { submissions } = unit
    if (submissions.length === 1 && !unit.broken) {
      this.#verdicts.push(this.#verdictOf(submissions[0] as Submission))
      return
    }
    const settled = submissions.map((submission) => this.#settledBefore(submission))
    const spoilt = unit.broken || settled.some((verdict) => verdict !== undefined && failed(verdict))
    if (spoilt) this.#verdicts.push(...settled.map((verdict) => verdict ?? linkedFailed))
    else this.#takeLinked(submissions)
  }

  plan(): BatchPlan {
    const steps = [...this.#steps]
    if (this.#unwritten.size > 0) steps.push(this.#turnovers([...this.#unwritten]))
    return {
      verdicts: this.#verdicts,
      records: this.#records,
      opened: this.#opened,
      createdGlAccounts: this.#createdGlAccounts,
      changedDetails: this.#changedDetails,
      balanceSteps: steps,
      spending: this.#spending,
    }
  }

  #takeLinked(submissions: readonly Submission[]): void {
    const mark = this.#mark(submissions)
    this.#approved.clear()
    const verdicts: Verdict[] = []
    for (const submission of submissions) {
      const verdict = this.#verdictOf(submission)
      verdicts.push(verdict)
      if (!failed(verdict)) continue
      this.#undo(mark, submissions)
      const failure = verdict.kind === 'decided' && !verdict.replayed ? verdict.decided : undefined
      if (failure !== undefined) this.#record(failure)
      this.#verdicts.push(
        ...submissions.map((each, index) => {
          if (index === verdicts.length - 1) return verdict
          return this.#settledBefore(each) ?? linkedFailed
        }),
      )
      return
    }
    this.#verdicts.push(...verdicts)
  }

  /** The verdict on a key that was answered before, by an earlier batch or earlier in this one. */
  #settledBefore({ key, request, command }: Submission): Verdict | undefined {
    const recorded = this.known.get(key)
    const decided = this.#decidedKeys.get(key)
    const earlier = recorded?.request ?? decided?.submission.request
    if (earlier === undefined) return undefined
    // Whoever abandons a key hears what it got; whoever comes behind hears that it was abandoned.
    const abandoned = command.type === 'abandon' || earlier === abandonedRequest
    // Of texts that were erased nobody knows any more what they were: any are the same.
    const asked = recorded?.textsErased === true ? withoutTexts(request) : request
    if (earlier !== asked && !abandoned) {
      const difference = firstDifference(JSON.parse(earlier) as Json, JSON.parse(asked) as Json)
      return { kind: 'key_reused', firstDifference: difference ?? '' }
    }
    if (recorded !== undefined) return { kind: 'known', answer: recorded.answer }
    return { kind: 'decided', decided: decided as Decided, replayed: true }
  }

  #verdictOf(submission: Submission): Verdict {
    const before = this.#settledBefore(submission)
    if (before !== undefined) return before
    const { command, ids, context } = submission
    const { entryId, accountId, lineIds, second } = ids
    const { correlationId, causationId, subject, onBehalfOf } = context
    const stamp = { entryId, accountId, lineIds, second, correlationId, causationId, subject, onBehalfOf }
    const decision = decide(this.book, command, stamp)
    if (decision.kind === 'malformed') return decision
    const matter = decision.kind === 'rejected' ? undefined : this.#unapproved(submission, decision)
    if (matter !== undefined) return { kind: 'approval_needed', matter }
    const decided: Decided = { submission, decision }
    this.#record(decided)
    if (decision.kind !== 'rejected') this.#apply(decision)
    return { kind: 'decided', decided, replayed: false }
  }

  /** What the submission needs a second person for, and has none. */
  #unapproved({ command, request, approvedBy, own }: Submission, accepted: Accepted): Matter | undefined {
    if (own === true) return undefined
    if (command.type === 'propose' || command.type === 'decide_proposal') return undefined
    if (command.type === 'expire_hold' || command.type === 'abandon') return undefined
    // Whoever submits a version of a product is never who approves it, whatever the settings say.
    if (isProductCommand(command)) return undefined
    // To the letter: what was approved is what is run.
    if (approvedBy !== undefined && this.#approved.get(approvedBy) === request) return undefined
    invariant(approvedBy === undefined, 'what runs as approved was approved just before', { approvedBy })
    return needsApproval(this.book, command, accepted)
  }

  #record(decided: Decided): void {
    this.#records.push(decided)
    this.#decidedKeys.set(decided.submission.key, decided)
  }

  #apply(accepted: Accepted): void {
    this.#count(accepted)
    switch (accepted.kind) {
      case 'posted':
        this.#applyPosted(accepted)
        return
      case 'hold_changed':
        this.book.holds.set(accepted.hold.holdId, accepted.hold)
        this.#applyState(accepted.state)
        return
      case 'account_opened':
        this.#opened.push(accepted.account)
        this.book.accounts.set(accepted.account.state.accountId, accepted.account.state)
        this.book.details.set(accepted.account.details.accountId, accepted.account.details)
        if (accepted.account.state.countedFrom !== undefined)
          this.book.limits.usage.set(accepted.account.state.accountId, new Map())
        return
      case 'status_set':
      case 'terms_changed':
        this.#applyDetails(accepted.account.details)
        this.#applyStanding(accepted.account.state)
        return
      case 'own_limit_set':
        this.#applyStanding(accepted.state)
        return
      case 'gl_account_created':
        this.#createdGlAccounts.push(accepted.glAccount)
        this.book.glAccounts.set(accepted.glAccount.code, accepted.glAccount)
        return
      case 'settings_changed':
        this.book.settings = accepted.settings
        return
      case 'proposed':
        this.book.proposals.set(accepted.proposal.proposalId, accepted.proposal)
        return
      case 'proposal_decided': {
        const { proposal } = accepted
        this.book.proposals.set(proposal.proposalId, proposal)
        if (proposal.status === 'approved') this.#approved.set(proposal.proposalId, proposal.payload)
        return
      }
      case 'product_changed':
        this.book.products.set(accepted.product.productCode, accepted.product)
        return
      case 'details_erased':
        applyErasure(this.book, accepted)
        return
      case 'api_key_issued':
    }
  }

  #applyPosted({ entries, states, holds, suspense, forced, instructed }: Posted): void {
    for (const each of instructed?.accrued ?? []) this.book.accrued.set(each.accountId, each)
    for (const state of states) this.#applyState(state)
    for (const accountId of forced) this.#forced.add(accountId)
    for (const { hold } of holds) this.book.holds.set(hold.holdId, hold)
    for (const { item } of suspense) this.book.suspenseItems.set(item.suspenseItemId, item)
    if (this.book.erasures.size > 0) {
      const cleared = suspense.flatMap(({ change, item }) => (change === 'cleared' ? [item.entryId] : []))
      awaitSeal(this.book, [...entries.flatMap(({ reverses }) => reverses?.entryId ?? []), ...cleared])
    }
    for (const { reverses, lines } of entries) {
      if (reverses === undefined) continue
      const reversed = new Map(this.book.reversed.get(reverses.entryId))
      for (const { reversesLineNo = 0, amount } of lines)
        reversed.set(reversesLineNo, (reversed.get(reversesLineNo) ?? 0n) + amount)
      this.book.reversed.set(reverses.entryId, reversed)
    }
  }

  #applyState(state: AccountState): void {
    this.book.accounts.set(state.accountId, state)
    this.#unwritten.add(state.accountId)
  }

  // Lines before the change are written before it and lines after it behind it: the database tests each against the limit
  // that was in force when it was decided.
  #applyStanding(state: AccountState): void {
    const { accountId } = state
    if (this.#unwritten.delete(accountId)) this.#steps.push(this.#turnovers([accountId]))
    const rowVersion = this.book.accounts.get(accountId)?.rowVersion ?? state.rowVersion
    this.#steps.push({ kind: 'standing', state: { ...state, rowVersion } })
    this.book.accounts.set(accountId, { ...state, rowVersion: rowVersion + 1 })
  }

  #applyDetails(details: AccountDetails): void {
    const { accountId } = details
    if (details !== this.book.details.get(accountId)) this.#changedDetails.push(details)
    this.book.details.set(accountId, details)
  }

  #count(accepted: Accepted): void {
    const { businessDate, limits } = this.book
    for (const change of spendingChangesOf(this.book, accepted)) {
      this.#spending.push(change)
      const usage = limits.usage.get(change.accountId)
      if (usage !== undefined) limits.usage.set(change.accountId, usageWith(usage, change, businessDate))
    }
  }

  #turnovers(accountIds: readonly AccountId[]): BalanceStep {
    const forced = new Set(accountIds.filter((accountId) => this.#forced.delete(accountId)))
    return { kind: 'turnovers', states: this.#states(accountIds), forced }
  }

  /** The states to write, each with the row_version it was decided on; the book moves on to the one it will have. */
  #states(accountIds: readonly AccountId[]): AccountState[] {
    return accountIds.map((accountId) => {
      const state = this.book.accounts.get(accountId) as AccountState
      this.book.accounts.set(accountId, { ...state, rowVersion: state.rowVersion + 1 })
      return state
    })
  }

  #mark(submissions: readonly Submission[]): Mark {
    const accountIds = submissions.flatMap(({ command, ids }) => [
      ...accountsOf(command, this.book),
      ids.accountId,
    ])
    return {
      settings: this.book.settings,
      proposals: new Map(this.book.proposals),
      entries: new Map(this.book.entries),
      erasures: new Map(this.book.erasures),
      products: new Map(this.book.products),
      holds: new Map(this.book.holds),
      suspenseItems: new Map(this.book.suspenseItems),
      reversed: new Map(this.book.reversed),
      accrued: new Map(this.book.accrued),
      accounts: new Map(accountIds.map((accountId) => [accountId, this.book.accounts.get(accountId)])),
      details: new Map(accountIds.map((accountId) => [accountId, this.book.details.get(accountId)])),
      glCodes: this.#createdGlAccounts.map(({ code }) => code),
      unwritten: new Set(this.#unwritten),
      forced: new Set(this.#forced),
      usage: new Map(this.book.limits.usage),
      lengths: [
        this.#records.length,
        this.#opened.length,
        this.#changedDetails.length,
        this.#steps.length,
        this.#spending.length,
      ],
    }
  }

  #undo(mark: Mark, submissions: readonly Submission[]): void {
    this.book.settings = mark.settings
    putBack(this.book.proposals, mark.proposals)
    putBack(this.book.entries, mark.entries)
    putBack(this.book.erasures, mark.erasures)
    putBack(this.book.products, mark.products)
    putBack(this.book.holds, mark.holds)
    putBack(this.book.suspenseItems, mark.suspenseItems)
    putBack(this.book.reversed, mark.reversed)
    putBack(this.book.accrued, mark.accrued)
    putBack(this.book.limits.usage, mark.usage)
    this.#approved.clear()
    for (const [accountId, state] of mark.accounts) restore(this.book.accounts, accountId, state)
    for (const [accountId, details] of mark.details) restore(this.book.details, accountId, details)
    for (const { code } of this.#createdGlAccounts.splice(mark.glCodes.length))
      this.book.glAccounts.delete(code)
    const [records, opened, changedDetails, steps, spending] = mark.lengths
    this.#records.length = records
    this.#opened.length = opened
    this.#changedDetails.length = changedDetails
    this.#steps.length = steps
    this.#spending.length = spending
    this.#unwritten = new Set(mark.unwritten)
    this.#forced = new Set(mark.forced)
    const kept = new Set(this.#records)
    for (const { key } of submissions) {
      const decided = this.#decidedKeys.get(key)
      if (decided !== undefined && !kept.has(decided)) this.#decidedKeys.delete(key)
    }
  }
}

const abandonedRequest = '{"type":"abandon"}'

const linkedFailed: Verdict = { kind: 'linked_failed' }

/** Whether a verdict makes the others of its unit fail. A replay counts by its stored outcome (contract §5). */
function failed(verdict: Verdict): boolean {
  if (verdict.kind === 'decided') return isRejection(verdict.decided.decision)
  if (verdict.kind === 'known') return verdict.answer.outcome === 'rejected'
  return true
}

const isRejection = (decision: Decision): decision is Rejection => decision.kind === 'rejected'

function putBack<Key, Value>(map: Map<Key, Value>, marked: ReadonlyMap<Key, Value>): void {
  map.clear()
  for (const [key, value] of marked) map.set(key, value)
}

function restore<Key, Value>(map: Map<Key, Value>, key: Key, value: Value | undefined): void {
  if (value === undefined) map.delete(key)
  else map.set(key, value)
}
