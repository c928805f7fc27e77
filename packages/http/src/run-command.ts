import type { IdempotencyKey } from '@plinth/kernel'
import {
  type Command,
  type CommandContext,
  canonicalRequest,
  idsFor,
  type Outcome,
  type Submission,
} from '@plinth/posting'
import type { Principal, ProposalId } from '@plinth/tenancy'
import { approvalNeeded, refusalOf } from './command-permission.js'
import type { Edge, Exchange, Reply } from './exchange.js'
import { faultOfError } from './fault-of-error.js'
import { isMalformed, type Malformed } from './malformed.js'
import { type Fault, headersOf, problemOf, refuseMalformed, statusByCode } from './problem.js'
import { bodyBytesMax, readJsonBody } from './read-body.js'
import { isDryRun, requireCorrelation, requireIdempotencyKey } from './request-headers.js'
import { uuidV7 } from './uuid-v7.js'

const statusOfAccepted: Readonly<Record<Command['type'], 200 | 201>> = {
  post: 201,
  open_account: 201,
  create_gl_account: 201,
  abandon: 200,
  reverse: 201,
  correct: 201,
  clear_suspense_item: 201,
  erase_details: 200,
  place_hold: 201,
  capture_hold: 201,
  release_hold: 200,
  extend_hold: 200,
  expire_hold: 200,
  register_transaction_code: 201,
  issue_api_key: 201,
  create_product: 201,
  draft_product_version: 201,
  propose: 201,
  set_status: 200,
  change_terms: 200,
  change_settings: 200,
  set_limit: 200,
  change_product_version: 200,
  submit_product_version: 200,
  approve_product_version: 200,
  reject_product_version: 200,
  decide_proposal: 200,
}

/**
 * Every single command goes this way: with which key, what exactly, and what became of it. The route's permission was asked
 * before the body is read; what the body adds to it is asked here.
 */
export async function runCommand(
  exchange: Exchange,
  principal: Principal,
  read: (value: unknown) => Command | Malformed,
): Promise<Reply> {
  const { edge, request, correlation } = exchange
  requireCorrelation(correlation)
  const dryRun = isDryRun(request.headers)
  const key = requireIdempotencyKey(request.headers)
  const command = read(await readJsonBody(request, bodyBytesMax))
  if (isMalformed(command)) throw refuseMalformed(command)
  const refusal = refusalOf(principal, command)
  if (refusal !== undefined) throw refusal

  const submission = stamp({ key, command }, principal, contextOf(exchange, principal))
  const outcome = await (dryRun
    ? edge.posting.rehearse(principal, submission)
    : edge.posting.submit(principal, submission))
  if (outcome.kind === 'approval_needed') throw approvalNeeded(outcome.matter)
  const answer = answerOf(edge, outcome, correlation.correlationId)
  if (!dryRun) {
    countOutcome(edge, command, answer)
    const { outcome: end, replayed, body } = answer
    exchange.command = { command, key, outcome: end, replayed, body }
  }
  return dryRun ? { ...answer, headers: { ...answer.headers, 'Plinth-Dry-Run': 'true' } } : answer
}

export const contextOf = (
  { correlation, request }: Exchange,
  { subject, roles, client, onBehalfOf }: Principal,
): CommandContext => ({
  subject,
  roles,
  client,
  onBehalfOf,
  origin: request.socket.remoteAddress,
  correlationId: correlation.correlationId,
  causationId: correlation.causationId,
})

/** Times and ids are stamped here and nowhere below, so that a decision can be replayed. */
export function stamp(
  {
    key,
    command,
    approvedBy,
  }: { key: IdempotencyKey; command: Command; approvedBy?: ProposalId | undefined },
  { currencies }: Principal,
  context: CommandContext,
): Submission {
  return {
    key,
    command,
    approvedBy,
    request: canonicalRequest(command, currencies),
    context,
    ids: idsFor(command, uuidV7),
  }
}

/** What became of a command, as it is answered. */
export interface CommandReply extends Reply {
  readonly replayed: boolean
  readonly outcome: 'accepted' | 'rejected' | 'not_recorded'
}

/** What a caller of a single command is answered, and the same in a batch. */
export function answerOf(edge: Edge, outcome: Outcome, correlationId: string): CommandReply {
  switch (outcome.kind) {
    case 'answered': {
      const { answer, replayed } = outcome
      const headers = replayed ? replayHeaders : undefined
      if (answer.outcome === 'accepted') {
        return {
          status: statusOfAccepted[answer.type],
          body: answer.body,
          headers,
          replayed,
          outcome: 'accepted',
        }
      }
      const { code, detail, facts } = answer.rejection
      const rejected = replyOf({ code, detail, members: facts }, answer.correlationId)
      return { ...rejected, headers, replayed, outcome: 'rejected' }
    }
    case 'key_reused': {
      const { firstDifference } = outcome
      const detail = `The key belongs to another command, which differs first at ${firstDifference || 'its root'}.`
      return replyOf({ code: 'idempotency_key_reused', detail, members: { firstDifference } }, correlationId)
    }
    case 'linked_failed': {
      const detail =
        'Another command that this one stands or falls with failed. Nothing was recorded for this one.'
      return replyOf({ code: 'linked_command_failed', detail }, correlationId)
    }
    case 'malformed':
      return replyOf(outcome, correlationId)
    case 'approval_needed':
      return replyOf(approvalNeeded(outcome.matter).fault, correlationId)
    case 'failed':
      return replyOf(faultToTell(edge, outcome.error, correlationId), correlationId)
  }
}

const replayHeaders = { 'Idempotency-Replayed': 'true' }

/** What a failure is told as. What it was, if it is ours, goes into the log. */
export function faultToTell({ logger, metrics }: Edge, error: unknown, correlationId: string): Fault {
  const fault = faultOfError(error)
  if (fault.code === 'outcome_unknown') metrics.outcomeUnknown()
  if (fault.code === 'idempotency_in_progress') metrics.idempotencyHit('in_progress')
  if (fault.code === 'internal_error')
    logger.error({ err: error, correlationId, facts: factsOf(error) }, 'fault')
  return fault
}

// Facts of an invariant may hold bigints, which JSON cannot say.
const factsOf = (error: unknown): Record<string, string> | undefined => {
  const facts = (error as { facts?: Record<string, unknown> } | undefined)?.facts
  return facts && Object.fromEntries(Object.entries(facts).map(([name, value]) => [name, String(value)]))
}

/** A fault as the reply to a command that was not recorded, or whose rejection was. */
export function replyOf(fault: Fault, correlationId: string): CommandReply {
  const { code } = fault
  const body = problemOf(fault, correlationId)
  return {
    status: statusByCode[code],
    body,
    code,
    headers: headersOf(code),
    replayed: false,
    outcome: 'not_recorded',
  }
}

export function countOutcome({ metrics }: Edge, { type }: Command, reply: CommandReply): void {
  if (reply.code === 'idempotency_key_reused') metrics.idempotencyHit('reused')
  if (reply.replayed) metrics.idempotencyHit('replayed')
  else metrics.commandAnswered({ type, outcome: reply.outcome, code: reply.code ?? '' })
}
