import type { AuditEvent } from '@plinth/audit'
import type { BusinessDate } from '@plinth/kernel'
import type { OutboxEvent } from '@plinth/outbox'
import type { CommandContext } from '@plinth/posting'
import type { RunId } from '../domain/run.js'

/** What is told of a run to the audit trail and to subscribers. */
interface Told {
  readonly runId: RunId
  readonly businessDate: BusinessDate
  readonly nextDate: BusinessDate
  readonly context: CommandContext
  newId(): string
}

export const auditEventOf = (
  { businessDate, context, newId }: Pick<Told, 'businessDate' | 'context' | 'newId'>,
  action: 'run_eod' | 'resume_eod' | 'complete_eod',
): Omit<AuditEvent, 'occurredAt'> => ({
  ...context,
  auditEventId: newId(),
  action,
  object: businessDate,
  outcome: 'accepted',
  code: undefined,
  idempotencyKey: undefined,
})

/** `plinth.business_day.closing.v1` at the cut-off, `.closed.v1` when all steps are done. */
export const eventOf = (
  { runId, businessDate, nextDate, context, newId }: Told,
  what: 'closing' | 'closed',
  more: Readonly<Record<string, number>> = {},
): Omit<OutboxEvent, 'occurredAt' | 'position'> => ({
  eventId: newId(),
  type: `plinth.business_day.${what}.v1`,
  subject: businessDate,
  correlationId: context.correlationId,
  causationId: context.causationId,
  data: { runId, businessDate, nextDate, ...more },
})
