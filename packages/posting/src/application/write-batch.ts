import { setImmediate } from 'node:timers/promises'
import {
  type AccountState,
  lockAsForeseen,
  type TakenTerms,
  writeCountedFrom,
  writeDetails,
  writeGlAccounts,
  writeOpenedAccounts,
  writeSpending,
  writeStanding,
  writeTerms,
  writeTurnovers,
} from '@plinth/account'
import { type AuditEvent, recordAuditEvents } from '@plinth/audit'
import type { Tx } from '@plinth/db'
import { type HoldStep, writeHolds } from '@plinth/holds'
import {
  type AccountId,
  type BusinessDate,
  type Currencies,
  type IdempotencyKey,
  invariant,
  monthOf,
} from '@plinth/kernel'
import {
  appendEntries,
  appendMarks,
  type EntryDraft,
  expectDetailsThere,
  type TakenNumbers,
  takeNumbers,
} from '@plinth/ledger'
import { assertBalanced, currentRendering, turnoverMarks } from '@plinth/ledger/domain'
import { enqueueEvents, type OutboxEvent } from '@plinth/outbox'
import { type ExpectedProduct, expectProducts, writeProducts } from '@plinth/product'
import { writeSuspense } from '@plinth/suspense'
import type { BatchPlan, Decided } from '../domain/decide-batch.js'
import type { Accepted } from '../domain/decision.js'
import { eventTypeOf } from '../domain/event-types.js'
import { renderAnswer } from '../domain/render-answer.js'
import type { InterestDesk } from './interest-desk.js'
import type { CommandStore, DecidedRow } from './ports.js'
import { writeErasures } from './write-erasures.js'
import { writeGovernance } from './write-governance.js'

/** Where commands are kept, and where it is known what has accrued. */
export interface Stores {
  readonly store: CommandStore
  readonly desk: InterestDesk | undefined
}

export interface DecidedBatch {
  readonly plan: BatchPlan
  /** If it was decided on the results of the batch in front: a key of that one, and the rows as it leaves them. */
  readonly expected: { readonly key: IdempotencyKey; readonly held: readonly AccountState[] } | undefined
  /** The products that were decided on. */
  readonly products: readonly ExpectedProduct[]
  /** Entries that were read with details, which may be repeated. */
  readonly detailed: readonly number[]
  readonly businessDate: BusinessDate
  /** The business date of the head, where the entries are booked into the day that is closing. */
  readonly enteredOn: BusinessDate | undefined
  readonly settingsVersion: number
  /** Those of the settings as the batch leaves them. */
  readonly currencies: Currencies
}

/**
 * Takes the head's lock and writes a decided batch under it: one set-based statement per module and purpose, in this order. Each is sent
 * as soon as its parameters stand, so the database works on it while the next ones are prepared; all are sent before the
 * numbers are known, because the statements find them in the transaction. The head is asked for at once, before this yields.
 */
export function writeBatch(stores: Stores, tx: Tx, batch: DecidedBatch): Written {
  const { plan, expected, enteredOn, settingsVersion } = batch
  const businessDate = enteredOn ?? batch.businessDate
  const entries = plan.records.flatMap(({ decision }) => (decision.kind === 'posted' ? decision.entries : []))
  // Before anything is sent: what fails here has touched nothing.
  for (const entry of entries) assertBalanced(entry)
  const events = plan.records.reduce((count, { decision }) => count + eventsOf(decision), 0)
  const numbers = takeNumbers(tx, { businessDate, settingsVersion, entries: entries.length, events })
  const asForeseen = expected ? expectForeseen(stores.store, tx, expected) : Promise.resolve()
  // Whoever waits for one of these first hears of its failure; nobody has to wait for all.
  for (const answer of [numbers, asForeseen]) answer.catch(() => {})
  return { numbers, asForeseen, sent: sendRows(stores, tx, { ...batch, entries }) }
}

/** The answers that a batch may wait for, and when everything is on its way. */
export interface Written {
  readonly numbers: Promise<TakenNumbers>
  /** The batch in front has committed and left the rows as they were decided on. */
  readonly asForeseen: Promise<void>
  readonly sent: Promise<void>
}

async function sendRows(
  { store, desk }: Stores,
  tx: Tx,
  {
    plan,
    entries,
    products,
    detailed,
    businessDate,
    enteredOn,
    currencies,
  }: DecidedBatch & { readonly entries: readonly EntryDraft[] },
): Promise<void> {
  const breathe = () => (plan.records.length > recordsAtOnce ? setImmediate() : undefined)
  expectProducts(tx, products)
  expectDetailsThere(tx, detailed)
  writeGlAccounts(tx, plan.createdGlAccounts)
  const decisions = plan.records.map(({ decision }) => decision)
  writeProducts(
    tx,
    decisions.filter((decision) => decision.kind === 'product_changed'),
  )
  writeOpenedAccounts(tx, plan.opened, businessDate)
  writeTerms(tx, decisions.flatMap(termsOf))
  writeDetails(tx, latest(plan.changedDetails))
  appendEntries(tx, entries, { bookingDate: businessDate, enteredOn, rendering: currentRendering })
  appendMarks(tx, turnoverMarks(entries, turnoversAfter(plan)))
  await breathe()
  const holdSteps = holdStepsOf(plan)
  for (const step of plan.balanceSteps) {
    if (step.kind === 'standing') writeStanding(tx, step.state, businessDate)
    else if (step.kind === 'counted') writeCountedFrom(tx, step.states, monthOf(businessDate))
    else writeTurnovers(tx, step.states, { withHeld: holdSteps.length > 0, forced: step.forced })
  }
  writeSpending(tx, plan.spending)
  writeHolds(tx, holdSteps)
  writeSuspense(
    tx,
    plan.records.flatMap(({ decision }) => (decision.kind === 'posted' ? decision.suspense : [])),
  )
  desk?.instruct(
    tx,
    plan.records.flatMap(({ decision }) =>
      decision.kind === 'posted' ? (decision.instructed?.added ?? []) : [],
    ),
  )
  writeGovernance(tx, plan.records)
  writeErasures(store, tx, plan.records)
  await breathe()
  store.writeCommandRows(tx, commandRows(plan, currencies), businessDate)
  await breathe()
  recordAuditEvents(tx, plan.records.map(auditEvent))
  await breathe()
  enqueueEvents(tx, outboxEvents(plan, currencies))
}

/** What accounts come to behind the batch; looked through when the first is asked for, which is seldom. */
function turnoversAfter({ balanceSteps }: BatchPlan): (accountId: AccountId) => AccountState | undefined {
  let states: Map<AccountId, AccountState> | undefined
  return (accountId) => {
    // A later step of an account comes over an earlier one.
    states ??= new Map(
      balanceSteps.flatMap((step) =>
        step.kind === 'turnovers' ? step.states.map((state) => [state.accountId, state] as const) : [],
      ),
    )
    return states.get(accountId)
  }
}

// Of a larger batch the rows of a table take milliseconds to prepare; between tables the process serves others and hands the
// database what it is waiting for.
const recordsAtOnce = 100

function termsOf(decision: Decided['decision']): TakenTerms[] {
  if (decision.kind !== 'account_opened' || decision.terms === undefined) return []
  return [{ accountId: decision.account.details.accountId, snapshotNo: 1, terms: decision.terms }]
}

async function expectForeseen(
  store: CommandStore,
  tx: Tx,
  { key, held }: NonNullable<DecidedBatch['expected']>,
): Promise<void> {
  await Promise.all([store.expectRecorded(tx, key), lockAsForeseen(tx, held)])
}

const latest = (details: BatchPlan['changedDetails']): BatchPlan['changedDetails'] => [
  ...new Map(details.map((each) => [each.accountId, each])).values(),
]

function holdStepsOf({ records }: BatchPlan): HoldStep[] {
  let entries = 0
  return records.flatMap(({ decision }): HoldStep[] => {
    if (decision.kind === 'hold_changed')
      return [{ change: decision.change, hold: decision.hold, entryAt: undefined }]
    if (decision.kind !== 'posted') return []
    const entryAt = entries
    entries += decision.entries.length
    return decision.holds.map(({ change, hold }) => ({
      change,
      hold,
      entryAt: change === 'captured' ? entryAt : undefined,
    }))
  })
}

/** How many events tell of what a command did: one, or one for each of its entries. */
function eventsOf(decision: Decided['decision']): number {
  if (decision.kind === 'rejected') return 0
  return decision.kind === 'posted' ? decision.entries.length : 1
}

function commandRows({ records }: BatchPlan, currencies: Currencies): DecidedRow[] {
  let entries = 0
  return records.map((record) => {
    const { submission, decision } = record
    const posted = decision.kind === 'posted'
    const entryAt = posted ? entries : undefined
    if (posted) entries += decision.entries.length
    return {
      key: submission.key,
      type: submission.command.type,
      request: submission.request,
      outcome: decision.kind === 'rejected' ? ('rejected' as const) : ('accepted' as const),
      entryAt,
      answer: posted ? undefined : JSON.stringify(keptAnswer(record, currencies)),
      correlationId: submission.context.correlationId,
    }
  })
}

/** What is kept of an answer that no entry can give again. */
function keptAnswer(record: Decided, currencies: Currencies): object {
  const answer = renderAnswer(record, [], currencies)
  return answer.outcome === 'accepted' ? answer.body : answer.rejection
}

function auditEvent({ submission, decision }: Decided): Omit<AuditEvent, 'occurredAt'> {
  const { key, command, context, ids } = submission
  const rejected = decision.kind === 'rejected'
  return {
    auditEventId: ids.auditEventId,
    subject: context.subject,
    roles: context.roles,
    client: context.client,
    onBehalfOf: context.onBehalfOf,
    origin: context.origin,
    action: command.type,
    object: rejected ? undefined : subjectOf(decision),
    outcome: rejected ? 'rejected' : 'accepted',
    code: rejected ? decision.code : undefined,
    idempotencyKey: key,
    correlationId: context.correlationId,
    causationId: context.causationId,
  }
}

function outboxEvents({ records }: BatchPlan, currencies: Currencies) {
  const events: Omit<OutboxEvent, 'occurredAt' | 'position'>[] = []
  for (const record of records) {
    const { decision, submission } = record
    if (decision.kind === 'rejected') continue
    const { correlationId, causationId } = submission.context
    const event = { type: eventTypeOf(submission.command.type), correlationId, causationId }
    const { eventId, second } = submission.ids
    if (decision.kind !== 'posted') {
      events.push({ ...event, eventId, subject: subjectOf(decision), data: keptAnswer(record, currencies) })
      continue
    }
    const [first, posting] = decision.entries
    events.push({ ...event, eventId, subject: first.entryId, data: undefined })
    if (posting === undefined) continue
    invariant(second !== undefined, 'a correction was stamped with two ids', { key: submission.key })
    events.push({ ...event, eventId: second.eventId, subject: posting.entryId, data: undefined })
  }
  return events
}

function subjectOf(accepted: Accepted): string {
  switch (accepted.kind) {
    case 'posted':
      // Of a correction both, which `verify` takes apart again.
      return accepted.entries.map(({ entryId }) => entryId).join(' ')
    case 'gl_account_created':
      return accepted.glAccount.code
    case 'hold_changed':
      return accepted.hold.holdId
    case 'own_limit_set':
      return accepted.state.accountId
    case 'settings_changed':
      return accepted.registered?.code ?? `settings/${accepted.settings.version}`
    case 'product_changed': {
      const { product, version } = accepted
      return version === undefined ? product.productCode : `${product.productCode}/${version.version}`
    }
    case 'details_erased':
      return accepted.found.entry.entryId
    case 'api_key_issued':
      return accepted.apiKey.keyId
    case 'proposed':
    case 'proposal_decided':
      return accepted.proposal.proposalId
    default:
      return accepted.account.details.accountId
  }
}
