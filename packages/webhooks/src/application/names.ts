import type { TenantId } from '@plinth/kernel'
import type { WebhookId } from '../domain/webhook.js'

/** Under which name the outbox keeps how far a webhook is. */
export const consumerOf = (webhookId: WebhookId): string => `webhook:${webhookId}`

/** Where a sealed secret stands: moved to another row, it opens no more. */
export const placeOfSecret = (place: {
  tenantId: TenantId
  webhookId: WebhookId
  secretNo: number
}): string => `${place.tenantId}/${place.webhookId}/${place.secretNo}`
