export { addDays, type BusinessDate, parseBusinessDate } from './business-date.js'
export { canonicalJson, escapePointer, firstDifference, type Json } from './canonical-json.js'
export {
  type Currencies,
  type CurrencyCode,
  currenciesWith,
  isoCurrencyCodes,
  ownCurrencyDecimalsMax,
  ownCurrencyPattern,
} from './currency.js'
export {
  type AccountId,
  accountIdPattern,
  type Brand,
  behindAllAccounts,
  type EntryId,
  type GlCode,
  glCodePattern,
  type IdempotencyKey,
  idempotencyKeyPattern,
  parseAccountId,
  parseEntryId,
  parseGlCode,
  parseIdempotencyKey,
  parseTenantId,
  parseUuid,
  type TenantId,
  tenantIdPattern,
  uuidPattern,
} from './ids.js'
export { type Instant, instantFromDatabase, instantOf } from './instant.js'
export { InvariantViolation, invariant, unreachable } from './invariant.js'
export { membersIn, membersNamed } from './json-members.js'
export {
  type Bound,
  type BoundDocument,
  isSameLimit,
  type Limit,
  type LimitDocument,
  limitDocumentOf,
  limitOf,
  limitsPeriods,
  limitsSomething,
  monthOf,
  withLimit,
} from './limit.js'
export {
  type AmountFault,
  amountDigitsMax,
  amountPattern,
  formatMinor,
  minorFromDatabase,
  oppositeOf,
  parseMinor,
  type Side,
  sumMinorMax,
} from './money.js'
export {
  firstDayOfYear,
  isThirteenth,
  lastDayOf,
  lastDayOfYear,
  type Period,
  parsePeriod,
  periodOf,
  thirteenthOf,
  thirteenthPattern,
  yearOf,
} from './period.js'
export { prevailing, type Rejection, type RejectionCode, reject, rejectionCodes } from './rejection.js'
export { type RiskDecision, renderRiskDecision, riskOutcomes } from './risk-decision.js'
