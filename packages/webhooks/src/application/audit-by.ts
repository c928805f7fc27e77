import { type AuditEvent, recordAuditEvents } from '@plinth/audit'
import type { Tx } from '@plinth/db'
import type { Instant } from '@plinth/kernel'
import type { WebhookId } from '../domain/webhook.js'

/** Who asks, for the audit event. */
export type Asker = Pick<AuditEvent, 'auditEventId' | 'subject' | 'roles' | 'correlationId' | 'causationId'> &
  Partial<Pick<AuditEvent, 'client' | 'onBehalfOf' | 'origin'>>

/** That something was done to a webhook, in the transaction in which it was. */
export function auditBy(
  tx: Tx,
  asker: Asker,
  { action, webhookId, now }: { action: string; webhookId: WebhookId; now: Instant },
): void {
  const { auditEventId, subject, roles, correlationId, causationId, client, onBehalfOf, origin } = asker
  const event = {
    ...{ auditEventId, subject, roles, correlationId, causationId, client, onBehalfOf, origin },
    ...{ action, object: webhookId as string, outcome: 'accepted' as const },
    code: undefined,
    idempotencyKey: undefined,
  }
  recordAuditEvents(tx, [event], now)
}
