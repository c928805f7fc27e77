import type { Tx } from '@plinth/db'
import { instantOf } from '@plinth/kernel'
import { failureOf } from '../domain/after-attempt.js'
import type { SecretBox } from '../domain/secret-box.js'
import type { AttemptFailure, AttemptOutcome, Webhook, WebhookId } from '../domain/webhook.js'
import { auditBy } from './audit-by.js'
import { type Asking, openSecrets } from './manage.js'
import type { SendRequest, WebhookRequest, WebhookStore } from './ports.js'
import { signedRequest } from './signed-request.js'

/** What came of a test. */
export interface TestReport {
  readonly eventId: string
  readonly delivered: boolean
  readonly responseStatus: number | null
  readonly failure: AttemptFailure | null
}

/**
 * A test event for a webhook, active or not, signed and ready to be sent; undefined: there is none. It is in no feed, has no
 * position and leaves the webhook as it is.
 */
export const prepareTestWith =
  (webhooks: WebhookStore) =>
  async (
    tx: Tx,
    { webhookId, eventId }: { webhookId: WebhookId; eventId: string },
    { box, ...asking }: Asking & { box: SecretBox },
  ): Promise<WebhookRequest | undefined> => {
    const { tenantId, nowMs, asker } = asking
    const now = instantOf(nowMs)
    const webhook = await webhooks.read(tx, webhookId)
    if (webhook === undefined) return undefined
    const secrets = openSecrets(await webhooks.readSecrets(tx, webhookId, now), { box, tenantId, webhookId })
    auditBy(tx, asker, { action: 'test_webhook', webhookId, now })
    return signedRequest(
      webhook.url,
      { eventId, body: testEvent(webhook, { ...asking, eventId }) },
      { secrets, nowMs },
    )
  }

const testEvent = (
  { webhookId }: Webhook,
  { tenantId, nowMs, asker, eventId }: Asking & { eventId: string },
): string =>
  JSON.stringify({
    specversion: '1.0',
    id: eventId,
    type: 'plinth.webhook.test.v1',
    source: `/tenants/${tenantId}`,
    subject: webhookId,
    time: instantOf(nowMs),
    datacontenttype: 'application/json',
    correlationid: asker.correlationId,
    data: { webhookId },
  })

/** Sends what was prepared, with no transaction open. */
export async function sendTest(send: SendRequest, request: WebhookRequest): Promise<TestReport> {
  const outcome: AttemptOutcome = await send(request)
  const failure = failureOf(outcome)
  return {
    eventId: request.headers['webhook-id'] as string,
    delivered: failure === undefined,
    responseStatus: outcome.kind === 'answered' ? outcome.status : null,
    failure: failure ?? null,
  }
}
