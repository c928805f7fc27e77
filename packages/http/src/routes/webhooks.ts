import { instantOf, parseUuid } from '@plinth/kernel'
import type { Principal } from '@plinth/tenancy'
import {
  changeWebhook,
  createWebhook,
  listDeliveries,
  listWebhooks,
  prepareWebhookTest,
  readWebhook,
  replayWebhook,
  rotateWebhookSecret,
  sendTest,
  setWebhookStatus,
  type WebhookDesk,
  type WebhookId,
  type WebhookStatus,
} from '@plinth/webhooks'
import { deliveryStatuses, renderDelivery, renderWebhook } from '@plinth/webhooks/domain'
import { z } from 'zod'
import { listOf } from '../answer-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { isMalformed, type Malformed } from '../malformed.js'
import { actionOperation, readOperation } from '../operations.js'
import { notFound, refuse, refuseMalformed } from '../problem.js'
import { pageOf, pageParameters, readQuery } from '../query.js'
import { bodyBytesMax, readJsonBody } from '../read-body.js'
import { malformedBySchema } from '../read-fields.js'
import { requireCorrelation } from '../request-headers.js'
import type { Route } from '../route.js'
import { contextOf } from '../run-command.js'
import { uuidV7 } from '../uuid-v7.js'
import {
  newWebhookBody,
  readNewWebhook,
  readWebhookChanges,
  replayBody,
  rotationBody,
  webhook,
  webhookChangesBody,
  webhookDelivery,
  webhookReplay,
  webhookTest,
  webhookWithSecret,
} from '../webhook-schemas.js'

const path = z.object({ webhookId: z.string() })
const listQuery = z.strictObject(pageParameters)
const deliveryQuery = z.strictObject({
  status: z.enum(deliveryStatuses, { error: 'wrong_type' }).optional(),
  ...pageParameters,
})

export const webhookRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/webhooks',
    permission: 'manage_webhooks',
    operation: actionOperation({
      operationId: 'createWebhook',
      summary:
        'Have events sent to a URL, signed (Standard Webhooks) and in order; each request makes another',
      body: newWebhookBody,
      status: 201,
      answer: webhookWithSecret,
    }),
    handle: create,
  },
  {
    method: 'get',
    path: '/v1/webhooks',
    permission: 'read_webhooks',
    operation: readOperation({
      operationId: 'listWebhooks',
      summary: 'The webhooks of the tenant and how far they are, oldest first, without their secrets',
      query: listQuery,
      answer: listOf(webhook),
    }),
    handle: list,
  },
  {
    method: 'get',
    path: '/v1/webhooks/{webhookId}',
    permission: 'read_webhooks',
    operation: readOperation({
      operationId: 'readWebhook',
      summary: 'A webhook and how far it is',
      path,
      answer: webhook,
    }),
    handle: async (exchange, principal) => {
      readQuery(exchange, z.strictObject({}))
      return answer(exchange, principal, idInPath(exchange))
    },
  },
  {
    method: 'post',
    path: '/v1/webhooks/{webhookId}/change',
    permission: 'manage_webhooks',
    operation: actionOperation({
      operationId: 'changeWebhook',
      summary: 'Change where events go, and which; what is not named stays',
      path,
      body: webhookChangesBody,
      status: 200,
      answer: webhook,
    }),
    handle: change,
  },
  {
    method: 'post',
    path: '/v1/webhooks/{webhookId}/rotate-secret',
    permission: 'manage_webhooks',
    operation: actionOperation({
      operationId: 'rotateWebhookSecret',
      summary: 'Make another secret; for a time events are signed with both',
      path,
      body: rotationBody,
      status: 200,
      answer: webhookWithSecret,
    }),
    handle: rotate,
  },
  {
    method: 'post',
    path: '/v1/webhooks/{webhookId}/enable',
    permission: 'manage_webhooks',
    operation: actionOperation({
      operationId: 'enableWebhook',
      summary: 'Send events again, from the first that was not settled on',
      path,
      status: 200,
      answer: webhook,
    }),
    handle: (exchange, principal) => setStatus(exchange, principal, 'active'),
  },
  {
    method: 'post',
    path: '/v1/webhooks/{webhookId}/disable',
    permission: 'manage_webhooks',
    operation: actionOperation({
      operationId: 'disableWebhook',
      summary: 'Send nothing any more; events wait',
      path,
      status: 200,
      answer: webhook,
    }),
    handle: (exchange, principal) => setStatus(exchange, principal, 'disabled'),
  },
  {
    method: 'post',
    path: '/v1/webhooks/{webhookId}/test',
    permission: 'replay_webhooks',
    operation: actionOperation({
      operationId: 'testWebhook',
      summary: 'Send an event of type `plinth.webhook.test.v1` now, once, and say what came of it',
      path,
      status: 200,
      answer: webhookTest,
    }),
    handle: test,
  },
  {
    method: 'get',
    path: '/v1/webhooks/{webhookId}/deliveries',
    permission: 'read_webhooks',
    operation: readOperation({
      operationId: 'listWebhookDeliveries',
      summary: 'Events that were sent, and what became of them, by position; dead letters by their status',
      path,
      query: deliveryQuery,
      answer: listOf(webhookDelivery),
    }),
    handle: deliveries,
  },
  {
    method: 'post',
    path: '/v1/webhooks/{webhookId}/replay',
    permission: 'replay_webhooks',
    operation: actionOperation({
      operationId: 'replayWebhook',
      summary: 'Send dead letters again, in their order and under their ids, before newer events',
      path,
      body: replayBody,
      status: 200,
      answer: webhookReplay,
    }),
    handle: replay,
  },
]

const patienceMs = 10_000

function idInPath(exchange: Exchange): WebhookId {
  const webhookId = parseUuid<WebhookId>(exchange.param('webhookId'))
  if (webhookId === undefined) throw notFound()
  return webhookId
}

function deskOf({ edge }: Exchange): WebhookDesk {
  if (edge.webhooks === undefined) throw refuse('unavailable', 'Webhooks are not looked after here.')
  return edge.webhooks
}

function wellFormed<Read extends object>(read: Read | Malformed): Read {
  if (isMalformed(read)) throw refuseMalformed(read)
  return read
}

async function bodyOf<Schema extends z.ZodType>(
  { request }: Exchange,
  schema: Schema,
): Promise<z.output<Schema>> {
  const value = await readJsonBody(request, bodyBytesMax)
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw refuseMalformed(malformedBySchema(parsed.error, value))
  return parsed.data
}

/** Who asks and when, and a transaction to do it in. */
function asking(exchange: Exchange, principal: Principal) {
  const { edge } = exchange
  const { tenantId } = principal.tenant
  const nowMs = edge.now()
  return {
    by: { tenantId, nowMs, asker: { ...contextOf(exchange, principal), auditEventId: uuidV7() } },
    write: { tenantId, lane: 'online', deadlineMs: nowMs + patienceMs } as const,
  }
}

async function answer(
  { edge }: Exchange,
  { tenant }: Principal,
  webhookId: WebhookId,
  { status = 200, ...more }: { status?: 200 | 201; secret?: string } = {},
): Promise<Reply> {
  const found = await edge.database.read(tenant.tenantId, (tx) => readWebhook(tx, webhookId))
  if (found === undefined) throw notFound()
  return { status, body: { ...renderWebhook(found, instantOf(edge.now())), ...more } }
}

async function create(exchange: Exchange, principal: Principal): Promise<Reply> {
  requireCorrelation(exchange.correlation)
  const asked = wellFormed(readNewWebhook(await readJsonBody(exchange.request, bodyBytesMax)))
  const box = await deskOf(exchange).box()
  const webhookId = uuidV7() as string as WebhookId
  const { by, write } = asking(exchange, principal)
  const secret = await exchange.edge.database.transaction(write, (tx) =>
    createWebhook(tx, { webhookId, ...asked }, { ...by, box }),
  )
  return answer(exchange, principal, webhookId, { status: 201, secret })
}

async function list(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, listQuery)
  const page = pageOf<WebhookId, typeof query>(exchange, principal, { list: 'webhooks', query })
  const { order, limit, after } = page
  const { edge } = exchange
  const found = await edge.database.read(principal.tenant.tenantId, (tx) =>
    listWebhooks(tx, { order, limit, after }),
  )
  const now = instantOf(edge.now())
  return page.reply(
    found,
    ({ webhookId }) => webhookId,
    (each) => renderWebhook(each, now),
  )
}

async function change(exchange: Exchange, principal: Principal): Promise<Reply> {
  requireCorrelation(exchange.correlation)
  const webhookId = idInPath(exchange)
  const changes = wellFormed(readWebhookChanges(await readJsonBody(exchange.request, bodyBytesMax)))
  const { by, write } = asking(exchange, principal)
  await exchange.edge.database.transaction(write, (tx) => changeWebhook(tx, { webhookId, changes }, by))
  return answer(exchange, principal, webhookId)
}

async function rotate(exchange: Exchange, principal: Principal): Promise<Reply> {
  requireCorrelation(exchange.correlation)
  const webhookId = idInPath(exchange)
  const { overlapSeconds } = await bodyOf(exchange, rotationBody)
  const box = await deskOf(exchange).box()
  const { by, write } = asking(exchange, principal)
  const secret = await exchange.edge.database.transaction(write, (tx) =>
    rotateWebhookSecret(tx, { webhookId, overlapMs: overlapSeconds * 1_000 }, { ...by, box }),
  )
  if (secret === undefined) throw notFound()
  return answer(exchange, principal, webhookId, { secret })
}

async function setStatus(exchange: Exchange, principal: Principal, status: WebhookStatus): Promise<Reply> {
  requireCorrelation(exchange.correlation)
  const webhookId = idInPath(exchange)
  const { by, write } = asking(exchange, principal)
  await exchange.edge.database.transaction(write, (tx) => setWebhookStatus(tx, { webhookId, status }, by))
  return answer(exchange, principal, webhookId)
}

async function test(exchange: Exchange, principal: Principal): Promise<Reply> {
  requireCorrelation(exchange.correlation)
  const webhookId = idInPath(exchange)
  const { box, send } = deskOf(exchange)
  const opened = await box()
  const { by, write } = asking(exchange, principal)
  const request = await exchange.edge.database.transaction(write, (tx) =>
    prepareWebhookTest(tx, { webhookId, eventId: uuidV7() }, { ...by, box: opened }),
  )
  if (request === undefined) throw notFound()
  return { status: 200, body: await sendTest(send, request) }
}

async function deliveries(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, deliveryQuery)
  const webhookId = idInPath(exchange)
  const scope = { list: `deliveries of ${webhookId}`, query }
  const page = pageOf<number, typeof query>(exchange, principal, scope)
  const { filter, order, limit, after } = page
  const found = await exchange.edge.database.read(principal.tenant.tenantId, async (tx) =>
    (await readWebhook(tx, webhookId)) === undefined
      ? undefined
      : await listDeliveries(tx, webhookId, { status: filter.status, order, limit, after }),
  )
  if (found === undefined) throw notFound()
  return page.reply(found, ({ position }) => position, renderDelivery)
}

async function replay(exchange: Exchange, principal: Principal): Promise<Reply> {
  requireCorrelation(exchange.correlation)
  const webhookId = idInPath(exchange)
  const which = await bodyOf(exchange, replayBody)
  const { by, write } = asking(exchange, principal)
  const replayed = await exchange.edge.database.transaction(write, (tx) =>
    replayWebhook(tx, { webhookId, ...which }, by),
  )
  if (replayed === undefined) throw notFound()
  return { status: 200, body: { replayed } }
}
