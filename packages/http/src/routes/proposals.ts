import { createHash } from 'node:crypto'
import { type IdempotencyKey, type Instant, instantOf, uuidPattern } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import { commandOfRequest, type Submission } from '@plinth/posting'
import {
  listProposals,
  type Principal,
  type Proposal,
  type ProposalId,
  readProposals,
  type Verdict,
} from '@plinth/tenancy'
import { isSamePerson, proposalStatuses, renderProposal } from '@plinth/tenancy/domain'
import { z } from 'zod'
import { decidedProposal, listOf, proposal } from '../answer-schemas.js'
import { proposedCommands } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { isMalformed } from '../malformed.js'
import { commandOperation, readOperation } from '../operations.js'
import { notFound, refuse, refuseMalformed } from '../problem.js'
import { pageOf, pageParameters, readQuery } from '../query.js'
import { bodyBytesMax, readJsonBody } from '../read-body.js'
import { readProposedCommand } from '../read-command.js'
import { malformedBySchema } from '../read-fields.js'
import { isDryRun, requireCorrelation, requireIdempotencyKey } from '../request-headers.js'
import type { Route } from '../route.js'
import { answerOf, contextOf, countOutcome, runCommand, stamp } from '../run-command.js'

const listQuery = z.strictObject({
  ...pageParameters,
  status: z.enum(proposalStatuses, { error: 'wrong_type' }).optional(),
})
const text = (max: number) =>
  z.string({ error: 'wrong_type' }).min(1, { error: 'required' }).max(max, { error: 'too_long' })
const instant = z.iso.datetime({ error: 'date_malformed' })

const envelope = z.strictObject(
  { command: z.unknown(), reason: text(1000), expiresAt: instant.optional() },
  { error: 'wrong_type' },
)
const described = z
  .object({
    command: z
      .discriminatedUnion('type', Object.values(proposedCommands) as never)
      .meta({ description: 'A command as in a batch, without a key.' }),
    reason: text(1000),
    expiresAt: instant.optional().meta({ description: 'Absent: in seven days.' }),
  })
  .meta({ id: 'ProposalRequest' })

const verdictBody = z
  .strictObject(
    {
      payloadHash: z
        .string({ error: 'wrong_type' })
        .regex(/^[0-9a-f]{64}$/, { error: 'id_malformed' })
        .optional()
        .meta({ description: 'That of the proposal that was read: no other is decided.' }),
      comment: text(1000).optional(),
    },
    { error: 'wrong_type' },
  )
  .meta({ id: 'VerdictRequest' })

const inPath = z.object({ proposalId: z.string().meta({ format: 'uuid' }) })

const verdictRoute = (verdict: Verdict, summary: string, permission: Route['permission']): Route => ({
  method: 'post',
  path: `/v1/proposals/{proposalId}/${verdict}`,
  permission,
  operation: commandOperation({
    operationId: `${verdict}Proposal`,
    summary,
    path: inPath,
    body: verdictBody,
    status: 200,
    answer: decidedProposal,
  }),
  handle: (exchange, principal) => decide(exchange, principal, verdict),
})

export const proposalRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/proposals',
    permission: 'propose',
    operation: commandOperation({
      operationId: 'propose',
      summary: 'Ask for a second person’s approval of a command',
      body: described,
      status: 201,
      answer: proposal,
    }),
    handle: (exchange, principal) =>
      runCommand(exchange, principal, (value) => readProposal(value, principal)),
  },
  {
    method: 'get',
    path: '/v1/proposals',
    permission: 'read_proposals',
    operation: readOperation({
      operationId: 'listProposals',
      summary: 'Proposals in the order in which they were made',
      query: listQuery,
      answer: listOf(proposal),
    }),
    handle: list,
  },
  {
    method: 'get',
    path: '/v1/proposals/{proposalId}',
    permission: 'read_proposals',
    operation: readOperation({
      operationId: 'readProposal',
      summary: 'One proposal',
      path: inPath,
      answer: proposal,
    }),
    handle: read,
  },
  verdictRoute('approve', 'Approve what somebody else proposed, and run it', 'decide_proposals'),
  verdictRoute('reject', 'Reject what somebody else proposed', 'decide_proposals'),
  verdictRoute('withdraw', 'Take back a proposal of one’s own', 'propose'),
]

function readProposal(value: unknown, { currencies }: Principal) {
  const parsed = envelope.safeParse(value)
  if (!parsed.success) return malformedBySchema(parsed.error, value)
  const { command, reason, expiresAt } = parsed.data
  const proposed = readProposedCommand(command, currencies)
  if (isMalformed(proposed)) return proposed
  return {
    type: 'propose' as const,
    proposed,
    reason,
    expiresAt: expiresAt === undefined ? undefined : instantOf(Date.parse(expiresAt)),
  }
}

/** With the database's clock, by which it may have expired: those of the processes differ, and none of them decides. */
async function proposalInPath(
  exchange: Exchange,
  { tenant }: Principal,
): Promise<{ found: Proposal; now: Instant }> {
  const proposalId = exchange.param('proposalId')
  if (!uuidPattern.test(proposalId)) throw notFound()
  const [[found], { now }] = await exchange.edge.database.read(tenant.tenantId, (tx) =>
    Promise.all([readProposals(tx, [proposalId as ProposalId]), readHead(tx)]),
  )
  if (found === undefined) throw notFound()
  return { found, now }
}

async function read(exchange: Exchange, principal: Principal): Promise<Reply> {
  readQuery(exchange, z.strictObject({}))
  const { found, now } = await proposalInPath(exchange, principal)
  return { status: 200, body: renderProposal(found, now) }
}

async function list(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, listQuery)
  const page = pageOf<ProposalId, typeof query>(exchange, principal, { list: 'proposals', query })
  const { order, limit, after, filter } = page
  const [found, { now }] = await exchange.edge.database.read(principal.tenant.tenantId, (tx) =>
    Promise.all([listProposals(tx, { ...filter, order, limit, after }), readHead(tx)]),
  )
  return page.reply(
    found,
    ({ proposalId }) => proposalId,
    (each) => renderProposal(each, now),
  )
}

/**
 * A decision is a command with a key of its own. An approval runs what was proposed in the same transaction: if that is
 * rejected, so is the approval, and the proposal stays as it was.
 */
async function decide(exchange: Exchange, principal: Principal, verdict: Verdict): Promise<Reply> {
  const { edge, request, correlation } = exchange
  requireCorrelation(correlation)
  if (isDryRun(request.headers)) throw refuse('malformed_request', 'A decision cannot be rehearsed.')
  const key = requireIdempotencyKey(request.headers)
  const { payloadHash, comment } = readVerdict(await readJsonBody(request, bodyBytesMax))
  const { found } = await proposalInPath(exchange, principal)
  refuseWrongDecider(found, principal, verdict)
  const { proposalId } = found
  const command = { type: 'decide_proposal' as const, proposalId, verdict, payloadHash, comment }
  const submissions = [stamp({ key, command }, principal, contextOf(exchange, principal))]
  if (verdict === 'approve') submissions.push(proposedBy(found, { exchange, principal, key }))
  const outcomes = await edge.posting.submitTogether(principal, submissions)
  const answers = outcomes.map((outcome) => answerOf(edge, outcome, correlation.correlationId))
  for (const [at, answer] of answers.entries())
    countOutcome(edge, (submissions[at] as Submission).command, answer)
  const [decided, run] = answers as [(typeof answers)[0], (typeof answers)[0] | undefined]
  if (run === undefined || decided.outcome === 'rejected') return decided
  if (run.outcome !== 'accepted') return decided.code === 'linked_command_failed' ? run : decided
  return { ...decided, body: { ...decided.body, result: { status: run.status, body: run.body } } }
}

function readVerdict(value: unknown): z.output<typeof verdictBody> {
  const parsed = verdictBody.safeParse(value)
  if (!parsed.success) throw refuseMalformed(malformedBySchema(parsed.error, value))
  return parsed.data
}

function refuseWrongDecider({ deciders, maker }: Proposal, principal: Principal, verdict: Verdict): void {
  if (verdict === 'withdraw') {
    if (!isSamePerson(maker, principal)) throw refuse('forbidden', 'Only its maker withdraws a proposal.')
  } else if (!principal.roles.some((role) => deciders.includes(role))) {
    throw refuse('forbidden', `This proposal is decided by the roles ${deciders.join(', ')}.`)
  }
}

/** What was proposed, as a submission of the decider on behalf of the maker. Its key follows from that of the approval. */
function proposedBy(
  { proposalId, payload, maker }: Proposal,
  { exchange, principal, key }: { exchange: Exchange; principal: Principal; key: IdempotencyKey },
): Submission {
  const command = commandOfRequest(payload, principal.currencies)
  // Its currencies may be younger than what is remembered of the caller's tenant.
  if (command === undefined) throw refuse('unavailable', 'The proposal cannot be read yet.')
  const ofApproval = createHash('sha256').update(key).digest('hex').slice(0, 32)
  const context = { ...contextOf(exchange, principal), onBehalfOf: maker.onBehalfOf ?? maker.subject }
  const ownKey = `proposal:${proposalId}:${ofApproval}` as IdempotencyKey
  return stamp({ key: ownKey, command, approvedBy: proposalId }, principal, context)
}
