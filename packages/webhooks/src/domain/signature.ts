import { createHmac, randomBytes } from 'node:crypto'
import { invariant } from '@plinth/kernel'

const prefix = 'whsec_'

/** A secret as Standard Webhooks writes it: `whsec_` and 32 random bytes in base64. */
export const newSecret = (): string => prefix + randomBytes(32).toString('base64')

/** What is signed: exactly what is sent. */
export interface SignedMessage {
  /** The event's id: the same however often it is sent. */
  readonly id: string
  /** Seconds since 1970, of this attempt. */
  readonly timestamp: number
  readonly body: string
}

/** The header `webhook-signature`: one for each secret that is valid, so that a receiver may still know the one before. */
export const signatureHeader = (message: SignedMessage, secrets: readonly string[]): string =>
  secrets.map((secret) => `v1,${signatureOf(message, secret)}`).join(' ')

function signatureOf({ id, timestamp, body }: SignedMessage, secret: string): string {
  invariant(secret.startsWith(prefix), 'a webhook is signed with a secret of Standard Webhooks')
  const key = Buffer.from(secret.slice(prefix.length), 'base64')
  return createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
}
