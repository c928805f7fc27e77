import type { SecretBox } from '../domain/secret-box.js'
import type { SendRequest } from './ports.js'

/** What an edge needs to look after webhooks: the box that their secrets are kept in, and a way to try one. */
export interface WebhookDesk {
  /** Opened when first asked for; the key is made where there is none. */
  box(): Promise<SecretBox>
  readonly send: SendRequest
}
