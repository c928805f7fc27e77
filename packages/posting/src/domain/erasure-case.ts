import type { KeptCommitment } from '@plinth/evidence'
import type { EntryId, IdempotencyKey } from '@plinth/kernel'
import type { JournalEntry } from '@plinth/ledger'
import type { Proposal } from '@plinth/tenancy'

/** An entry whose details shall be erased, and everything in the books that repeats them. */
export interface ErasureCase {
  readonly entry: JournalEntry
  /** The entry, what reverses it, what it should have been, and what posted on what it diverted, and so on; some erased before. */
  readonly family: readonly FamilyMember[]
  /** How many of the family reverse another of it. */
  readonly reversals: number
  /** How many of the family posted on what another of it had diverted. */
  readonly clearings: number
  /** What stays of the salts of those that are not erased yet; undefined: one of them is not sealed. */
  readonly kept: readonly KeptCommitment[] | undefined
  /** Recorded commands that state texts of the family, and those on the proposals below. */
  readonly commands: readonly RecordedTexts[]
  /** Those by which entries of the family were made. */
  readonly proposals: readonly Proposal[]
}

export interface FamilyMember {
  readonly entry: JournalEntry
  /** The proposal by which it was made. */
  readonly madeBy: Proposal['proposalId'] | undefined
}

/** A recorded command as it stands. */
export interface RecordedTexts {
  readonly key: IdempotencyKey
  readonly type: string
  readonly request: string
  readonly answer: string | undefined
  /** The proposal that it made or decided. */
  readonly onProposal: Proposal['proposalId'] | undefined
}

/** Those of the family that still have details. */
export const notErased = ({ family }: ErasureCase): FamilyMember[] =>
  family.filter(({ entry }) => entry.detailsErased === undefined)

/** Whether an entry is one of the family. */
export const isOfFamily = ({ family }: ErasureCase, entryId: EntryId): boolean =>
  family.some(({ entry }) => entry.entryId === entryId)
