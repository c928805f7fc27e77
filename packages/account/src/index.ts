import { captureEffectiveTermsWith } from './application/capture-effective-terms.js'
import { readLastTerms, writeTerms } from './infrastructure/terms-store.js'

export type { TakenTerms } from './application/ports.js'
export type { Account, AccountDetails, AccountState, AccountStatus } from './domain/account-state.js'
export type { GlAccount, GlType } from './domain/gl-account.js'
export type { SpendingChange, SpendingRow, Usage } from './domain/spending.js'
export type { TermsSnapshot } from './domain/terms-snapshot.js'
export {
  type AccountFilter,
  type AccountPage,
  listAccounts,
  listAccountsUnder,
  readAccount,
  readChart,
  readDetails,
  readGlAccounts,
  readOpenedOn,
  readState,
  writeDetails,
  writeGlAccounts,
  writeOpenedAccounts,
} from './infrastructure/account-store.js'
export {
  lockAsForeseen,
  lockBalances,
  readStandings,
  type Standing,
  writeCountedFrom,
  writeStanding,
  writeTurnovers,
} from './infrastructure/balance-store.js'
export {
  type OpenedAccount,
  type Placement,
  readAccountMarks,
  readOpenedAccounts,
  readPlacements,
} from './infrastructure/placement-reader.js'
export {
  type CountedAccount,
  type LimitedPage,
  listLimitedAccounts,
  readCountedAccounts,
  readProductCodes,
  readSpendingRows,
  readUsage,
  writeSpending,
} from './infrastructure/spending-store.js'
export {
  listTermsHolders,
  readLastTerms,
  readTermsOfMany,
  readTermsSnapshots,
  type TermsOfMany,
  writeTerms,
} from './infrastructure/terms-store.js'
export {
  type AccountFacts,
  readStates,
  readStoredAccounts,
  type StoredAccount,
} from './infrastructure/verify-reader.js'

/** See captureEffectiveTermsWith. */
export const captureEffectiveTerms = captureEffectiveTermsWith({ readLastTerms, writeTerms })
