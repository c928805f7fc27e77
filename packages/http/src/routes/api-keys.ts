import { recordAuditEvents } from '@plinth/audit'
import { type IdempotencyKey, instantOf, invariant } from '@plinth/kernel'
import type { IssueApiKeyCommand, Outcome, ProposeCommand } from '@plinth/posting'
import {
  type ApiKeyInfo,
  draftApiKey,
  listApiKeys,
  type Principal,
  revokeApiKey,
  roles,
} from '@plinth/tenancy'
import { z } from 'zod'
import { listOf, proposal } from '../answer-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { actionOperation, readOperation } from '../operations.js'
import { notFound, refuseMalformed } from '../problem.js'
import { pageOf, pageParameters, readQuery } from '../query.js'
import { bodyBytesMax, readJsonBody } from '../read-body.js'
import { malformedBySchema } from '../read-fields.js'
import { requireCorrelation } from '../request-headers.js'
import type { Route } from '../route.js'
import { answerOf, contextOf, stamp } from '../run-command.js'
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

const proposedKey = z
  .object({
    keyId: z.string(),
    token: z.string().meta({ description: 'Shown this once. Opens nothing until the proposal is approved.' }),
    proposal,
  })
  .meta({ id: 'ProposedApiKey' })

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
      accepted: proposedKey,
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
  const { keyId, token, secretHash } = draftApiKey(principal.tenant.tenantId)
  const command = {
    type: 'issue_api_key' as const,
    keyId,
    name,
    roles: roles.filter((each) => wanted.includes(each)),
    expiresAt: expiresAt === undefined ? undefined : instantOf(Date.parse(expiresAt)),
    secretHash: secretHash.toString('hex'),
  }
  const issued = await submitOnce(exchange, principal, command)
  if (issued.kind === 'approval_needed') return await proposeKey(exchange, principal, { command, token })
  settled(exchange, issued)
  return { status: 201, body: { ...render(await readKey(exchange, principal, keyId)), token } }
}

// A request without a key of its own: the command's is made from what it makes, and nobody can ask again.
const submitOnce = (
  exchange: Exchange,
  principal: Principal,
  command: IssueApiKeyCommand | ProposeCommand,
) => {
  const issued = command.type === 'propose' ? command.proposed : command
  const { keyId } = issued as IssueApiKeyCommand
  const key = `${command.type}:${keyId}` as IdempotencyKey
  const submission = stamp({ key, command }, principal, contextOf(exchange, principal))
  return exchange.edge.posting.submit(principal, submission)
}

/** The key is proposed, and its maker shown the token: it opens nothing until a second person has approved it. */
async function proposeKey(
  exchange: Exchange,
  principal: Principal,
  { command, token }: { command: IssueApiKeyCommand; token: string },
): Promise<Reply> {
  const { keyId, name } = command
  const reason = `API key ${name}: ${command.roles.join(', ')}`
  const proposing = { type: 'propose' as const, proposed: command, reason, expiresAt: undefined }
  const made = settled(exchange, await submitOnce(exchange, principal, proposing))
  return { status: 202, body: { keyId, token, proposal: made } }
}

/** The body of what was done; whatever else became of it is told as the failure it is. */
function settled({ edge, correlation }: Exchange, outcome: Outcome): object {
  if (outcome.kind === 'failed') throw outcome.error
  const reply = answerOf(edge, outcome, correlation.correlationId)
  invariant(reply.outcome === 'accepted', 'a new key is not refused', { code: reply.code })
  return reply.body
}

async function readKey({ edge }: Exchange, { tenant }: Principal, keyId: string): Promise<ApiKeyInfo> {
  const [key] = await edge.database.read(tenant.tenantId, (tx) => listApiKeys(tx, { keyId }))
  if (key === undefined) throw notFound()
  return key
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

const patienceMs = 10_000

/** A key that was revoked before is answered as it is; that it is revoked now is audited in the same transaction. */
async function revoke(exchange: Exchange, principal: Principal): Promise<Reply> {
  requireCorrelation(exchange.correlation)
  const keyId = exchange.param('keyId')
  const { edge } = exchange
  const nowMs = edge.now()
  const write = {
    tenantId: principal.tenant.tenantId,
    lane: 'online',
    deadlineMs: nowMs + patienceMs,
  } as const
  await edge.database.transaction(write, async (tx) => {
    if (!(await revokeApiKey(tx, keyId))) return
    const event = {
      ...contextOf(exchange, principal),
      auditEventId: uuidV7(),
      action: 'revoke_api_key',
      object: keyId,
      outcome: 'accepted' as const,
      code: undefined,
      idempotencyKey: undefined,
    }
    recordAuditEvents(tx, [event], instantOf(nowMs))
  })
  return { status: 200, body: render(await readKey(exchange, principal, keyId)) }
}
