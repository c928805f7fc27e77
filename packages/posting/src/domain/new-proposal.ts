import { type Instant, instantOf, type Rejection, reject } from '@plinth/kernel'
import type { Proposal, ProposalId } from '@plinth/tenancy'
import { rolesWith } from '@plinth/tenancy/domain'
import type { Book } from './book.js'
import { canonicalRequest } from './canonical-request.js'
import type { ProposeCommand, Stamp } from './command.js'

// Long enough for a weekend and a holiday; what nobody looked at for longer is asked for again.
const daysToDecide = 7
const dayMs = 86_400_000

/** A proposal of what `decide` would accept now. Its payload is what is run, to the letter, when somebody approves it. */
export function newProposal(book: Book, command: ProposeCommand, stamp: Stamp): Proposal | Rejection {
  const { proposed, reason, expiresAt = later(book.now) } = command
  if (expiresAt <= book.now)
    return reject('command_expired', `A proposal that expired at ${expiresAt} cannot be decided any more.`)
  return {
    proposalId: stamp.entryId as string as ProposalId,
    action: proposed.type,
    payload: canonicalRequest(proposed, book.settings.currencies),
    reason,
    deciders: rolesWith('decide_proposals'),
    maker: { subject: stamp.subject, onBehalfOf: stamp.onBehalfOf },
    madeAt: book.now,
    expiresAt,
    status: 'pending',
    decision: undefined,
  }
}

const later = (now: Instant): Instant => instantOf(Date.parse(now) + daysToDecide * dayMs)
