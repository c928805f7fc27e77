import { explainBalanceWith } from './application/explain-balance.js'
import { pastTurnoversWith } from './application/past-turnovers.js'
import { trialBalanceWith } from './application/trial-balance.js'
import { readCountedLines, readExplainedSums } from './infrastructure/account-lines-reader.js'
import { readHead } from './infrastructure/head-store.js'
import { readEntryNoAt, readTurnoversBy } from './infrastructure/past-turnovers-reader.js'
import { readTurnovers } from './infrastructure/trial-balance-reader.js'

export type { ExplainedBalance } from './domain/explained-balance.js'
export type {
  BankEntryKind,
  DetailsErased,
  EntryDraft,
  EntryKind,
  JournalEntry,
  PostingLine,
} from './domain/journal-entry.js'
export type { NotKnownYet, PastQuestion, PastTurnovers } from './domain/past-balance.js'
export type { TrialBalance, TrialBalanceRow } from './domain/trial-balance.js'
export type { TrialBalanceQuestion } from './domain/trial-balance-question.js'
export { type HistoricLine, readHistory } from './infrastructure/account-lines-reader.js'
export {
  type AccountSums,
  readAccountSumsByDay,
  readMarkedTurnovers,
  readSumsBetween,
  readSumsByDay,
  type SumsByDay,
} from './infrastructure/comparison-reader.js'
export { readLastCustomerLines } from './infrastructure/customer-line-reader.js'
export { type DayEnd, readDayEnds } from './infrastructure/day-end-reader.js'
export { type DaySums, readDaySums } from './infrastructure/day-sums-reader.js'
export { eraseEntryDetails, expectDetailsThere, readFollowers } from './infrastructure/erasure-store.js'
export { type BookFigures, readBookFigures } from './infrastructure/figures-reader.js'
export {
  beginYearEnd,
  closeDay,
  type DateMove,
  finishYearEnd,
  type Head,
  moveBusinessDate,
  openBooks,
  readHead,
  type TakenNumbers,
  takeNumbers,
  writeSettingsVersion,
} from './infrastructure/head-store.js'
export {
  type EntryFilter,
  type EntryPage,
  listEntries,
  type ReversedAmounts,
  readEntriesById,
  readEntriesByNumber,
  readEntry,
  readReversedAmounts,
  readRunEnd,
} from './infrastructure/journal-reader.js'
export { appendEntries, appendMarks } from './infrastructure/journal-writer.js'
export { readReversingEntryNos } from './infrastructure/journey-reader.js'
export {
  type LineBehind,
  readEntryNumbers,
  readLinesBehind,
  readSumsUpTo,
} from './infrastructure/lines-behind-reader.js'
export { readYearBalances, readYearEndEntries, type YearEndEntry } from './infrastructure/period-reader.js'
export { readPostedSpending } from './infrastructure/spending-reader.js'
export {
  readBalanceBookedBy,
  readStatementLines,
  type StatementLine,
  type StatementPosition,
  type StatementRange,
} from './infrastructure/statement-reader.js'

const pastTurnovers = { readHead, readEntryNoAt, readTurnoversBy }
export const readPastTurnovers = pastTurnoversWith(pastTurnovers)
export const explainBalance = explainBalanceWith({ ...pastTurnovers, readCountedLines, readExplainedSums })
export const readTrialBalance = trialBalanceWith({ readTurnovers })
export { countDiverted, type LineKey, readLinesByKey } from './infrastructure/verify-keyed-reader.js'
export {
  countCaptures,
  readNetDebits,
  readUnfitReversals,
  readUnlinkedReversals,
} from './infrastructure/verify-links-reader.js'
export {
  type DigestedRow,
  type DigestPage,
  digestEntries,
  type EarlierLine,
  type HeadCounters,
  type LineSums,
  readDigestedEntries,
  readHeadCounters,
  readLineSums,
  readLinesByVersion,
  readStoredEntries,
  type StoredEntry,
  type StoredLine,
} from './infrastructure/verify-reader.js'
export {
  type CheckedPage,
  readUnkeptLines,
  readWrongMarks,
  readWrongTurnovers,
  type WrongMark,
} from './infrastructure/verify-turnovers-reader.js'
