import { keepBalanceTreesWith } from './application/balance-trees.js'
import { compareAnchorsWith } from './application/compare-anchors.js'
import { commitmentsOfDetailsWith } from './application/erase-details.js'
import { proveConsistencyWith, proveEntryWith } from './application/prove.js'
import { proveBalanceWith } from './application/prove-balance.js'
import { countUnsealedWith, sealEntriesWith } from './application/seal-entries.js'
import { verifyEvidenceWith } from './application/verify-evidence.js'
import { balanceStore } from './infrastructure/balance-store.js'
import { evidenceStore } from './infrastructure/evidence-store.js'

export {
  BalanceGathering,
  type BalanceTrees,
  type KeepRequest,
  totalOf,
} from './application/balance-trees.js'
export type { AnchorsCompared } from './application/compare-anchors.js'
export type { KeptCommitment } from './application/erase-details.js'
export type { StoredBalanceDay, StoredBlock, StoredCheckpoint } from './application/ports.js'
export type { ConsistencyProof, ProofRequest, Unproved } from './application/prove.js'
export type { BalanceProofRequest } from './application/prove-balance.js'
export type { Sealed, SealRequest } from './application/seal-entries.js'
export type { EvidenceReport, VerifyRequest } from './application/verify-evidence.js'
export type { EvidenceFindings } from './domain/findings.js'

export const countUnsealed = countUnsealedWith(evidenceStore)
export const sealEntries = sealEntriesWith(evidenceStore)
export const proveEntry = proveEntryWith(evidenceStore)
export const proveConsistency = proveConsistencyWith(evidenceStore)
/** Wants a transaction that reads one snapshot. */
export const verifyEvidence = verifyEvidenceWith(evidenceStore)
export const compareAnchors = compareAnchorsWith(evidenceStore)
export const commitmentsOfDetails = commitmentsOfDetailsWith(evidenceStore)
/** Destroys the salts of details whose erasure the journal records: nobody can try out any more what they had been. */
export const destroyDetailsSalts = evidenceStore.eraseSalts
/** The last checkpoint; undefined before the first. */
export const readLatestCheckpoint = evidenceStore.readLatest
/** What checkpoints were signed with, in the form of signed notes, the first that was used first. */
export const readVerifierKeys = evidenceStore.readKeys

/** See keepBalanceTreesWith. */
export const keepBalanceTrees = keepBalanceTreesWith(balanceStore)
/** See proveBalanceWith. */
export const proveBalance = proveBalanceWith(balanceStore)
/** The trees of closed days as they are kept: one, those behind one, the last; and the blocks of a tree. */
export const {
  readDay: readBalanceDay,
  readDays: readBalanceDays,
  readLastDay: readLastBalanceDay,
  readBlocks: readBalanceBlocks,
  readLeaves: readBalanceLeaves,
} = balanceStore
