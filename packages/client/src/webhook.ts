import { createHmac, timingSafeEqual } from 'node:crypto'

/** A delivery as it came in. The body is the text or bytes that arrived, not what was parsed from them. */
export interface WebhookDelivery {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>> | Headers
  readonly body: string | Uint8Array
}

export interface WebhookTrust {
  /** `whsec_…`; two while one is being replaced by the other. */
  readonly secret: string | readonly string[]
  /** How far the sender's clock and the time on the way may be off; an older delivery may be a recording (default 300). */
  readonly toleranceSeconds?: number
  readonly nowMs?: number
}

/** A delivery that must not be believed. */
export class WebhookRefused extends Error {
  override readonly name = 'WebhookRefused'
}

/**
 * Checks a delivery's signature and age as Standard Webhooks has it and answers its id, which is the same for every repetition,
 * and its parsed body. Fails with `WebhookRefused`.
 */
export function readWebhook<Body = unknown>(
  delivery: WebhookDelivery,
  trust: WebhookTrust,
): { readonly id: string; readonly body: Body } {
  const { body } = delivery
  const id = headerOf(delivery, 'webhook-id')
  const timestamp = headerOf(delivery, 'webhook-timestamp')
  const signatures = headerOf(delivery, 'webhook-signature').split(' ')
  const ageSeconds = Math.abs((trust.nowMs ?? Date.now()) / 1000 - Number(timestamp))
  if (!/^\d{1,12}$/.test(timestamp) || ageSeconds > (trust.toleranceSeconds ?? 300))
    throw new WebhookRefused('The delivery is too old, or its time is none.')
  const secrets = typeof trust.secret === 'string' ? [trust.secret] : trust.secret
  const good = secrets.some((secret) => {
    const signed = createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest()
    return signatures.some((signature) => matches(signature, signed))
  })
  if (!good) throw new WebhookRefused('No signature of the delivery is good.')
  return { id, body: JSON.parse(Buffer.from(body).toString()) as Body }
}

function headerOf({ headers }: WebhookDelivery, name: string): string {
  const found = headers instanceof Headers ? headers.get(name) : headers[name]
  if (typeof found !== 'string' || found === '') throw new WebhookRefused(`The delivery has no ${name}.`)
  return found
}

function keyOf(secret: string): Buffer {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  if (key.length < 16) throw new Error('A secret of a webhook is whsec_ and at least 16 bytes in base64.')
  return key
}

/** Versions other than v1 are passed over. */
function matches(signature: string, signed: Buffer): boolean {
  const [version, text] = signature.split(',')
  const given = Buffer.from(text ?? '', 'base64')
  return version === 'v1' && given.length === signed.length && timingSafeEqual(given, signed)
}
