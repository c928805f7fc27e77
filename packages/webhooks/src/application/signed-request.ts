import { signatureHeader } from '../domain/signature.js'
import type { WebhookRequest } from './ports.js'

/** An event as it is sent, signed at that moment: a receiver refuses what is older than some minutes. */
export function signedRequest(
  url: string,
  { eventId, body }: { eventId: string; body: string },
  { secrets, nowMs }: { secrets: readonly string[]; nowMs: number },
): WebhookRequest {
  const timestamp = Math.floor(nowMs / 1_000)
  return {
    url,
    body,
    headers: {
      'content-type': 'application/cloudevents+json; charset=UTF-8',
      'user-agent': 'Plinth-Webhooks',
      'webhook-id': eventId,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatureHeader({ id: eventId, timestamp, body }, secrets),
    },
  }
}
