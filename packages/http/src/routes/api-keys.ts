import { recordAuditEvents } from '@plinth/audit'
import type { Tx } from '@plinth/db'
import { instantOf, invariant } from '@plinth/kernel'
import {
  type ApiKeyInfo,
  issueApiKey,
  listApiKeys,
  type Principal,
  revokeApiKey,
  roles,
} from '@plinth/tenancy'
import { z } from 'zod'
import { listOf } from '../answer-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { actionOperation, readOperation } from '../operations.js'
import { notFound, refuseMalformed } from '../problem.js'
import { pageOf, pageParameters, readQuery } from '../query.js'
import { bodyBytesMax, readJsonBody } from '../read-body.js'
import { malformedBySchema } from '../read-fields.js'
import { requireCorrelation } from '../request-headers.js'
import type { Route } from '../route.js'
import { contextOf } from '../run-command.js'
import { uuidV7 } from '../uuid-v7.js'

const listQuery = z.strictObject(pageParameters)
const role = z.enum(roles, { error: 'wrong_type' })
const instant = z.iso.datetime({ error: 'date_malformed' })

const issueBody = z
  .strictObject(
    {
      name: z
        .string({ error: 'wrong_type' })
        .max(128, { error: 'too_long' })
        // It stands in logs and tables: no control characters, no halves of pairs.
        .regex(/^[^\p{C}]+$/u, { error: 'wrong_type' })
        .meta({ description: 'Whose it is, or what for. Stands in the audit trail as the client.' }),
      roles: z.array(role, { error: 'wrong_type' }).min(1, { error: 'required' }).max(roles.length, {
        error: 'too_long',
      }),
      expiresAt: instant.optional().meta({ description: 'Absent: until it is revoked.' }),
    },
    { error: 'wrong_type' },
  )
  .meta({ id: 'ApiKeyRequest' })

const apiKey = z
  .object({
    keyId: z.string(),
    name: z.string(),
    roles: z.array(z.string()),
    createdAt: instant,
    createdBy: z.string(),
    expiresAt: instant.nullable(),
    revokedAt: instant.nullable(),
    lastUsedAt: instant.nullable().meta({ description: 'To the minute.' }),
  })
  .meta({ id: 'ApiKey' })

const issuedKey = apiKey
  .extend({ token: z.string().meta({ description: 'Shown this once: only its hash is kept.' }) })
  .meta({ id: 'IssuedApiKey' })

const keyInPath = z.object({ keyId: z.string() })

export const apiKeyRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/api-keys',
    permission: 'manage_api_keys',
    operation: actionOperation({
      operationId: 'issueApiKey',
      summary: 'Make an API key; each request makes another',
      body: issueBody,
      status: 201,
      answer: issuedKey,
    }),
    handle: issue,
  },
  {
    method: 'get',
    path: '/v1/api-keys',
    permission: 'manage_api_keys',
    operation: readOperation({
      operationId: 'listApiKeys',
      summary: 'The API keys of the tenant, by id, without their secrets',
      query: listQuery,
      answer: listOf(apiKey),
    }),
    handle: list,
  },
  {
    method: 'post',
    path: '/v1/api-keys/{keyId}/revoke',
    permission: 'manage_api_keys',
    operation: actionOperation({
      operationId: 'revokeApiKey',
      summary: 'Close an API key for good; every process knows it within five seconds',
      path: keyInPath,
      status: 200,
      answer: apiKey,
    }),
    handle: revoke,
  },
]

const render = ({ expiresAt, revokedAt, lastUsedAt, ...key }: ApiKeyInfo) => ({
  ...key,
  expiresAt: expiresAt ?? null,
  revokedAt: revokedAt ?? null,
  lastUsedAt: lastUsedAt ?? null,
})

async function issue(exchange: Exchange, principal: Principal): Promise<Reply> {
  requireCorrelation(exchange.correlation)
  const value = await readJsonBody(exchange.request, bodyBytesMax)
  const parsed = issueBody.safeParse(value)
  if (!parsed.success) throw refuseMalformed(malformedBySchema(parsed.error, value))
  const { name, roles: wanted, expiresAt } = parsed.data
  const { tenantId } = principal.tenant
  const key = {
    name,
    roles: [...new Set(wanted)],
    createdBy: principal.subject,
    ...(expiresAt !== undefined && { expiresAt: instantOf(Date.parse(expiresAt)) }),
  }
  const issued = await audited(exchange, principal, 'issue_api_key', async (tx) => {
    const { keyId, token } = await issueApiKey(tx, tenantId, key)
    const [made] = await listApiKeys(tx, { keyId })
    invariant(made !== undefined, 'a key that was made is there', { keyId })
    return { ...render(made), token }
  })
  return { status: 201, body: issued }
}

async function list(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, listQuery)
  const page = pageOf<string, typeof query>(exchange, principal, { list: 'api-keys', query })
  const { order, limit, after } = page
  const found = await exchange.edge.database.read(principal.tenant.tenantId, (tx) =>
    listApiKeys(tx, { order, limit, after }),
  )
  return page.reply(found, ({ keyId }) => keyId, render)
}

/** A key that was revoked before is answered as it is. */
async function revoke(exchange: Exchange, principal: Principal): Promise<Reply> {
  requireCorrelation(exchange.correlation)
  const keyId = exchange.param('keyId')
  await audited(exchange, principal, 'revoke_api_key', async (tx) =>
    (await revokeApiKey(tx, keyId)) ? { keyId } : undefined,
  )
  const [key] = await exchange.edge.database.read(principal.tenant.tenantId, (tx) =>
    listApiKeys(tx, { keyId }),
  )
  if (key === undefined) throw notFound()
  return { status: 200, body: render(key) }
}

const patienceMs = 10_000

/** Changes a key and says so in the audit trail, in one transaction; nothing is said where nothing was changed. */
async function audited<Done extends { readonly keyId: string } | undefined>(
  exchange: Exchange,
  principal: Principal,
  action: string,
  work: (tx: Tx) => Promise<Done>,
): Promise<Done> {
  const { edge } = exchange
  const { tenantId } = principal.tenant
  const nowMs = edge.now()
  return await edge.database.transaction(
    { tenantId, lane: 'online', deadlineMs: nowMs + patienceMs },
    async (tx) => {
      const done = await work(tx)
      if (done === undefined) return done
      const event = {
        ...contextOf(exchange, principal),
        auditEventId: uuidV7(),
        action,
        object: done.keyId,
        outcome: 'accepted' as const,
        code: undefined,
        idempotencyKey: undefined,
      }
      recordAuditEvents(tx, [event], instantOf(nowMs))
      return done
    },
  )
}
