import type { Database } from '@plinth/db'
import { explainRejectionWith } from './application/explain-rejection.js'
import type { InterestDesk } from './application/interest-desk.js'
import { postOwnWith } from './application/post-own.js'
import { postWithinWith } from './application/post-within.js'
import { type LaneOptions, openPostingEngine, type PostingEngine } from './application/posting-engine.js'
import { readOutcomesWith } from './application/read-outcomes.js'
import { verifyBooksWith } from './application/verify-books.js'
import { commandStore } from './infrastructure/command-store.js'
import { verifyStore } from './infrastructure/verify-store.js'

export { explainAvailable } from './application/explain-available.js'
export type { RejectionAnswer } from './application/explain-rejection.js'
export { failedOutcomes, KeyInProgress, QueueFull } from './application/group-commit.js'
export type { InterestDesk } from './application/interest-desk.js'
export { type LimitPage, type ListedLimit, listLimits } from './application/list-limits.js'
export {
  type InOwnName,
  internalAccount,
  type OwnCommand,
  OwnCommandRefused,
  type OwnOpening,
  openInternalAccounts,
  openingOf,
} from './application/post-own.js'
export type { OwnBatch, PostWithin } from './application/post-within.js'
export {
  type Books,
  type LaneOptions,
  laneDefaults,
  type PostingEngine,
} from './application/posting-engine.js'
export type { CommandOutcome } from './application/read-outcomes.js'
export type { AccruedInterest, InstructedInterest } from './domain/accrued-interest.js'
export { canonicalRequest } from './domain/canonical-request.js'
export type {
  Command,
  CommandContext,
  CommandType,
  CorrectCommand,
  Demands,
  FixedLineRequest,
  IssueApiKeyCommand,
  LineRequest,
  Post,
  ProposableCommand,
  ProposeCommand,
  Submission,
  SubmissionIds,
  Unit,
} from './domain/command.js'
export type { ExplainedRejection } from './domain/explain-rejection.js'
export { idsFor } from './domain/ids-for.js'
export type { Matter } from './domain/needs-approval.js'
export type { Answer, Outcome, RecordedCommand } from './domain/recorded-command.js'
export { commandOfRequest } from './domain/recorded-request.js'
export type { ExplainedAvailable } from './domain/render-explained-available.js'
export { renderLimit } from './domain/render-limit.js'
export { type Finding, Findings, type RuleResult, type VerifyReport } from './domain/verify-report.js'

/** The posting engine on a database. Without a desk for interest it closes no accounts. */
export const openPosting = (database: Database, lanes?: LaneOptions, desk?: InterestDesk): PostingEngine =>
  openPostingEngine(database, commandStore, { lanes, desk })

/** Runs commands in the transaction of whoever calls: the end of day. */
export const postWithin = postWithinWith(commandStore)

/** See PostOwn. */
export const postOwn = postOwnWith(postWithin)

/** Recomputes every invariant of the books of the transaction's tenant; wants a transaction that reads one snapshot. */
export const verifyBooks = verifyBooksWith(verifyStore)

/** See explainRejectionWith. */
export const explainRejection = explainRejectionWith(commandStore)

/** What became of the commands of these keys, without what they say; keys of which nothing is recorded are left out. */
export const readOutcomes = readOutcomesWith(commandStore)
