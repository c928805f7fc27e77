import type { Tx } from '@plinth/db'
import { type DispatchOptions, openDispatchWith, type WebhookDispatch } from './application/dispatch.js'
import {
  changeWebhookWith,
  createWebhookWith,
  listWebhooksWith,
  readWebhookWith,
  replayWith,
  rotateSecretWith,
  setWebhookStatusWith,
} from './application/manage.js'
import { consumerOf } from './application/names.js'
import { prepareTestWith } from './application/send-test.js'
import { deliveryStore } from './infrastructure/delivery-store.js'
import { webhookStore } from './infrastructure/webhook-store.js'

export type { WebhookDesk } from './application/desk.js'
export type { DispatchOptions, WebhookDispatch } from './application/dispatch.js'
export type { SendRequest } from './application/ports.js'
export { sendTest } from './application/send-test.js'
export type { Delivery, DeliveryStatus, EventDelivery, WebhookId, WebhookStatus } from './domain/webhook.js'
export { openSender } from './infrastructure/send-request.js'

const stores = { webhooks: webhookStore, deliveries: deliveryStore }

/** See createWebhookWith. */
export const createWebhook = createWebhookWith(stores)
/** See changeWebhookWith. */
export const changeWebhook = changeWebhookWith(stores)
/** See setWebhookStatusWith. */
export const setWebhookStatus = setWebhookStatusWith(stores)
/** See rotateSecretWith. */
export const rotateWebhookSecret = rotateSecretWith(stores)
/** See replayWith. */
export const replayWebhook = replayWith(stores)
/** See prepareTestWith. */
export const prepareWebhookTest = prepareTestWith(webhookStore)
/** See readWebhookWith. */
export const readWebhook = readWebhookWith(stores)
/** See listWebhooksWith. */
export const listWebhooks = listWebhooksWith(stores)
/** What was sent to a webhook and what became of it, by position. */
export const listDeliveries = deliveryStore.list
/** What became of events at all webhooks of the tenant, by the events' positions. */
export const readDeliveriesOf = deliveryStore.readOfEvents
/** The names under which disabled webhooks are consumers of events: nothing is passed on by them. */
export const readDisabledConsumers = async (tx: Tx): Promise<ReadonlySet<string>> =>
  new Set((await webhookStore.readDisabled(tx)).map(consumerOf))

/** See WebhookDispatch. */
export const openDispatch = (options: DispatchOptions): WebhookDispatch => openDispatchWith(stores, options)
