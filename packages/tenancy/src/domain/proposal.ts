import { createHash } from 'node:crypto'
import { type Brand, type Instant, type Rejection, reject } from '@plinth/kernel'
import type { Role } from './role.js'

export type ProposalId = Brand<string, 'ProposalId'>

/** Who acts, and for whom. */
export interface Actor {
  readonly subject: string
  readonly onBehalfOf?: string | undefined
}

/** What one person proposes and another decides (ADR 0011). */
export interface Proposal {
  readonly proposalId: ProposalId
  /** The type of the command that is proposed. */
  readonly action: string
  /** Its canonical request: what is run when it is approved, and nothing else. */
  readonly payload: string
  readonly reason: string
  /** Roles of which a decider must have one. */
  readonly deciders: readonly Role[]
  readonly maker: Actor
  readonly madeAt: Instant
  readonly expiresAt: Instant
  readonly status: ProposalStatus
  /** Undefined while it is pending. */
  readonly decision: ProposalDecision | undefined
}

export const proposalStatuses = ['pending', 'approved', 'rejected', 'withdrawn'] as const
export type ProposalStatus = (typeof proposalStatuses)[number]

export interface ProposalDecision {
  readonly decider: Actor
  readonly decidedAt: Instant
  readonly comment: string | undefined
}

export type Verdict = 'approve' | 'reject' | 'withdraw'

const statusAfter: Readonly<Record<Verdict, ProposalStatus>> = {
  approve: 'approved',
  reject: 'rejected',
  withdraw: 'withdrawn',
}

/** SHA-256 of the payload in hexadecimal: what a decider may state, so that they decide what they have read. */
export const payloadHashOf = (payload: string): string => createHash('sha256').update(payload).digest('hex')

/** Whoever acts for somebody is that somebody, and neither may decide what either proposed. */
export function isSamePerson(one: Actor, other: Actor): boolean {
  const person = ({ subject, onBehalfOf }: Actor): string => onBehalfOf ?? subject
  return person(one) === person(other) || person(one) === other.subject || one.subject === person(other)
}

/** A decision on a proposal; nobody decides their own, and nothing is decided twice or after its time. */
export function decideProposal(
  proposal: Proposal,
  {
    verdict,
    payloadHash,
    comment,
  }: { verdict: Verdict; payloadHash: string | undefined; comment: string | undefined },
  { decider, now }: { decider: Actor; now: Instant },
): Proposal | Rejection {
  const { proposalId, status, expiresAt, payload, maker } = proposal
  if (status === 'pending' && now >= expiresAt)
    return reject('command_expired', `Proposal ${proposalId} expired at ${expiresAt}.`)
  if (status !== 'pending')
    return reject('status_transition_invalid', `Proposal ${proposalId} is ${status} already.`)
  if (payloadHash !== undefined && payloadHash !== payloadHashOf(payload))
    return reject('condition_failed', `Proposal ${proposalId} does not have the payload that was meant.`)
  if (verdict !== 'withdraw' && isSamePerson(maker, decider))
    return reject('self_approval', `Proposal ${proposalId} is decided by somebody else than its maker.`)
  return { ...proposal, status: statusAfter[verdict], decision: { decider, decidedAt: now, comment } }
}
