export {
  type Actor,
  decideProposal,
  isSamePerson,
  type Proposal,
  type ProposalId,
  payloadHashOf,
  proposalStatuses,
  type Verdict,
} from './proposal.js'
export { renderProposal, renderSettings, renderTransactionCode } from './render-tenancy.js'
export { rolesWith } from './role.js'
export {
  type ApprovalMatter,
  approvalMatters,
  type BusinessCalendar,
  type CommonLimit,
  commonLimitDocumentOf,
  decideSettings,
  initialSettings,
  isSameCommonLimit,
  registerTransactionCode,
  type SettingsChange,
  type SettingsDocument,
  setCommonLimit,
  settingsOf,
  type TenantSettings,
  type Weekday,
  weekdays,
} from './settings.js'
export { mayPostCode, type TransactionCode } from './transaction-code.js'
