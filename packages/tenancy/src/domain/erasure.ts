import type { EntryId, Instant } from '@plinth/kernel'
import type { ProposalId } from './proposal.js'

/** That two people had the details of an entry erased (ADR 0033). */
export interface Erasure {
  readonly entryId: EntryId
  /** The entry that was named: this one, or the one whose texts this one repeats. */
  readonly namedEntryId: EntryId
  /** The ground in law, as its maker wrote it. */
  readonly legalBasis: string
  readonly erasedAt: Instant
  /** The proposal that asked for it and was approved. */
  readonly proposalId: ProposalId
  /** The proposal by which the entry itself was made, whose payload had the same texts. */
  readonly madeByProposalId: ProposalId | undefined
}
