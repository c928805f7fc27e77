import type { Instant } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import { decideProposal, isSamePerson, type Proposal, type ProposalId, payloadHashOf } from './proposal.js'
import { renderProposal } from './render-tenancy.js'

const before = '2026-11-27T09:59:59.999Z' as Instant
const expiry = '2026-11-27T10:00:00.000Z' as Instant

const pending: Proposal = {
  proposalId: 'p' as ProposalId,
  action: 'issue_api_key',
  payload: '{"name":"x","secretHash":"00","type":"issue_api_key"}',
  reason: 'a test',
  deciders: ['approver'],
  maker: { subject: 'jwt:mia' },
  madeAt: '2026-11-20T10:00:00.000Z' as Instant,
  expiresAt: expiry,
  status: 'pending',
  decision: undefined,
}
const decided: Proposal = {
  ...pending,
  status: 'rejected',
  decision: { decider: { subject: 'jwt:otto' }, decidedAt: before, comment: undefined },
}

const outcome = (
  proposal: Proposal,
  {
    verdict = 'approve',
    by = 'jwt:otto',
    now = before,
    payloadHash,
  }: {
    verdict?: 'approve' | 'reject' | 'withdraw'
    by?: string
    now?: Instant
    payloadHash?: string
  } = {},
): string => {
  const decision = decideProposal(
    proposal,
    { verdict, payloadHash, comment: undefined },
    { decider: { subject: by }, now },
  )
  return 'kind' in decision ? decision.code : decision.status
}

describe('a proposal', () => {
  test.each([
    ['approved by another', pending, {}, 'approved'],
    ['rejected by another', pending, { verdict: 'reject' }, 'rejected'],
    ['withdrawn by its maker', pending, { verdict: 'withdraw', by: 'jwt:mia' }, 'withdrawn'],
    ['approved by its maker', pending, { by: 'jwt:mia' }, 'self_approval'],
    ['rejected by its maker', pending, { verdict: 'reject', by: 'jwt:mia' }, 'self_approval'],
    ['approved in the moment at which it expires', pending, { now: expiry }, 'command_expired'],
    ['decided before, and late', decided, { now: expiry }, 'status_transition_invalid'],
    ['decided before', decided, {}, 'status_transition_invalid'],
    ['decided before, by its maker', decided, { by: 'jwt:mia' }, 'status_transition_invalid'],
    ['approved as what was read', pending, { payloadHash: payloadHashOf(pending.payload) }, 'approved'],
    ['approved as something else', pending, { payloadHash: payloadHashOf('{}') }, 'condition_failed'],
    [
      'approved as something else by its maker',
      pending,
      { payloadHash: 'x', by: 'jwt:mia' },
      'condition_failed',
    ],
  ] as const)('that is %s', (_, proposal, attempt, expected) => {
    expect(outcome(proposal, attempt)).toBe(expected)
  })

  test('shows that it expired, and not the hash of a secret', () => {
    expect(renderProposal(pending, before).status).toBe('pending')
    expect(renderProposal(pending, expiry).status).toBe('expired')
    expect(renderProposal(decided, expiry).status).toBe('rejected')
    expect(renderProposal(pending).payload).toEqual({ name: 'x', type: 'issue_api_key' })
  })
})

test.each([
  ['two people', { subject: 'mia' }, { subject: 'otto' }, false],
  ['one person', { subject: 'mia' }, { subject: 'mia' }, true],
  [
    'two people through one application',
    { subject: 'app', onBehalfOf: 'mia' },
    { subject: 'app', onBehalfOf: 'otto' },
    false,
  ],
  [
    'one person through two applications',
    { subject: 'a', onBehalfOf: 'mia' },
    { subject: 'b', onBehalfOf: 'mia' },
    true,
  ],
  ['a person, then an application for them', { subject: 'mia' }, { subject: 'app', onBehalfOf: 'mia' }, true],
  [
    'an application for a person, then itself',
    { subject: 'app', onBehalfOf: 'mia' },
    { subject: 'app' },
    true,
  ],
] as const)('%s: the same person or not', (_, one, other, same) => {
  expect([isSamePerson(one, other), isSamePerson(other, one)]).toEqual([same, same])
})
