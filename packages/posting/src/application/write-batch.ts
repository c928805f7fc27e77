import {
  writeDetails,
  writeGlAccounts,
  writeOpenedAccounts,
  writeStanding,
  writeTurnovers,
} from '@plinth/account'
import { type AuditEvent, recordAuditEvents } from '@plinth/audit'
import type { Tx } from '@plinth/db'
import type { BusinessDate } from '@plinth/kernel'
import { appendEntries, type JournalEntry, type TakenNumbers } from '@plinth/ledger'
import { currentRendering } from '@plinth/ledger/domain'
import { enqueueEvents, type OutboxEvent } from '@plinth/outbox'
import type { Accepted } from '../domain/decide.js'
import type { BatchPlan, Decided } from '../domain/decide-batch.js'
import type { Answer } from '../domain/recorded-command.js'
import type { CommandStore } from './ports.js'

export interface DecidedBatch {
  readonly plan: BatchPlan
  readonly entries: ReadonlyMap<Decided, JournalEntry>
  readonly answerOf: (decided: Decided) => Answer
  readonly businessDate: BusinessDate
  readonly numbers: TakenNumbers
}

/** Each accepted command tells of itself once. */
export const eventCountOf = ({ records }: BatchPlan): number =>
  records.filter(({ decision }) => decision.kind !== 'rejected').length

/**
 * Writes a decided batch under the head's lock: one set-based statement per table, in this order. Each is sent as soon as its
 * parameters stand, so the database works on it while the next ones are prepared.
 */
export async function writeBatch(store: CommandStore, tx: Tx, batch: DecidedBatch): Promise<void> {
  const { plan, entries, numbers, businessDate } = batch
  const decided = { on: businessDate, at: numbers.postedAt }
  await Promise.all([
    writeGlAccounts(tx, plan.createdGlAccounts, decided.at),
    writeOpenedAccounts(tx, plan.opened, decided),
    writeDetails(tx, latest(plan.changedDetails)),
    appendEntries(tx, [...entries.values()], {
      bookingDate: businessDate,
      postedAt: decided.at,
      rendering: currentRendering,
    }),
    ...plan.balanceSteps.map((step) =>
      step.kind === 'standing' ? writeStanding(tx, step.state) : writeTurnovers(tx, step.states),
    ),
    store.writeCommandRows(tx, commandRows(batch), decided),
    recordAuditEvents(tx, plan.records.map(auditEvent), decided.at),
    enqueueEvents(tx, outboxEvents(batch), decided.at),
  ])
}

const latest = (details: BatchPlan['changedDetails']): BatchPlan['changedDetails'] => [
  ...new Map(details.map((each) => [each.accountId, each])).values(),
]

function commandRows({ plan, entries, answerOf }: DecidedBatch) {
  return plan.records.map((record) => {
    const { submission, decision } = record
    const entryNo = entries.get(record)?.entryNo
    return {
      key: submission.key,
      type: submission.command.type,
      request: submission.request,
      outcome: decision.kind === 'rejected' ? ('rejected' as const) : ('accepted' as const),
      entryNo,
      answer: entryNo === undefined ? JSON.stringify(keptOf(answerOf(record))) : undefined,
      correlationId: submission.context.correlationId,
    }
  })
}

const keptOf = (answer: Answer): object => (answer.outcome === 'accepted' ? answer.body : answer.rejection)

function auditEvent({ submission, decision }: Decided): Omit<AuditEvent, 'occurredAt'> {
  const { key, command, context, ids } = submission
  const rejected = decision.kind === 'rejected'
  return {
    auditEventId: ids.auditEventId,
    subject: context.subject,
    roles: context.roles,
    action: command.type,
    object: rejected ? undefined : subjectOf(decision),
    outcome: rejected ? 'rejected' : 'accepted',
    code: rejected ? decision.code : undefined,
    idempotencyKey: key,
    correlationId: context.correlationId,
    causationId: context.causationId,
  }
}

function outboxEvents({ plan, answerOf, numbers }: DecidedBatch) {
  const events: Omit<OutboxEvent, 'occurredAt'>[] = []
  for (const record of plan.records) {
    const { decision, submission } = record
    if (decision.kind === 'rejected') continue
    events.push({
      position: numbers.firstEventPosition + events.length,
      eventId: submission.ids.eventId,
      type: eventTypes[decision.kind],
      subject: subjectOf(decision),
      correlationId: submission.context.correlationId,
      causationId: submission.context.causationId,
      data: decision.kind === 'posted' ? undefined : keptOf(answerOf(record)),
    })
  }
  return events
}

const eventTypes: Readonly<Record<Accepted['kind'], string>> = {
  posted: 'plinth.journal_entry.posted.v1',
  account_opened: 'plinth.account.opened.v1',
  status_set: 'plinth.account.status_set.v1',
  terms_changed: 'plinth.account.terms_changed.v1',
  gl_account_created: 'plinth.gl_account.created.v1',
}

function subjectOf(accepted: Accepted): string {
  switch (accepted.kind) {
    case 'posted':
      return accepted.entry.entryId
    case 'gl_account_created':
      return accepted.glAccount.code
    default:
      return accepted.account.details.accountId
  }
}
