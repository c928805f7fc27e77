export {
  type Account,
  type AccountDetails,
  type AccountState,
  type AccountStatus,
  availableOf,
  postedOf,
} from './account-state.js'
export {
  type ChangeTerms,
  type CreateGlAccount,
  decideGlAccount,
  decideOpenAccount,
  decideOwnLimit,
  decideStatus,
  decideTerms,
  noAccount,
  type OpenAccount,
  type SetStatus,
  type Unsettled,
} from './decide-account.js'
export { type GlAccount, type GlType, glTypes, normalSideOf } from './gl-account.js'
export { lineFault } from './line-fault.js'
export {
  formatFor,
  renderAccount,
  renderBalance,
  renderGlAccount,
  renderPastBalance,
} from './render-account.js'
export {
  type CodeUsage,
  rowsOf,
  type SpendingChange,
  type SpendingRow,
  type Spent,
  spentUnder,
  type Usage,
  usageWith,
} from './spending.js'
export { renderTermsSnapshot, termsOn } from './terms-snapshot.js'
