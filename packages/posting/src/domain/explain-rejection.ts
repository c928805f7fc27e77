import {
  addDays,
  type BusinessDate,
  type Currencies,
  formatMinor,
  type IdempotencyKey,
  type Instant,
  parseMinor,
  type Rejection,
  type RejectionCode,
  rejectionCodes,
} from '@plinth/kernel'
import type { SettingsRecord, TenantSettings } from '@plinth/tenancy'
import type { CommandType } from './command.js'
import type { Answer, RecordedCommand } from './recorded-command.js'

/** Why a command was rejected, by what is recorded of it, ready for JSON. */
export interface ExplainedRejection {
  readonly idempotencyKey: IdempotencyKey
  readonly type: CommandType
  /** As it was understood. */
  readonly request: unknown
  readonly correlationId: string
  readonly decidedAt: Instant
  readonly businessDate: BusinessDate
  /** Those that it was decided with; null where none is kept from so long ago. */
  readonly settings: { readonly version: number; readonly changedAt: Instant } | null
  readonly code: RejectionCode
  readonly detail: string
  /** What the decision found, as it was answered. */
  readonly facts: Readonly<Record<string, string>>
  /** The place of the code in the contract's order: of what stands before it, nothing spoke against the command. */
  readonly precedence: { readonly place: number; readonly of: number }
  /** What would have had to hold. It does not say that the command would then have passed: what comes behind was not reached. */
  readonly required: string
}

type Rejected = Extract<Answer, { outcome: 'rejected' }>

/** Reads a recorded rejection. `record`: the newest settings of before it was decided. */
export function explainRecorded(
  { key, request, decidedAt, businessDate, answer }: RecordedCommand & { readonly answer: Rejected },
  record: SettingsRecord | undefined,
  currencies: Currencies,
): ExplainedRejection {
  const { type, rejection, correlationId } = answer
  const { code, detail, facts } = rejection
  const settings = record?.settings
  return {
    ...{ idempotencyKey: key, type, request: JSON.parse(request) as unknown, correlationId },
    ...{ decidedAt, businessDate, code, detail, facts },
    settings: record === undefined ? null : { version: record.settings.version, changedAt: record.changedAt },
    precedence: { place: rejectionCodes.indexOf(code) + 1, of: rejectionCodes.length },
    required: requirements[code]({ rejection, businessDate, decidedAt, settings, currencies }),
  }
}

interface Refused {
  readonly rejection: Rejection
  readonly businessDate: BusinessDate
  readonly decidedAt: Instant
  readonly settings: TenantSettings | undefined
  readonly currencies: Currencies
}

const about = ({ rejection: { facts } }: Refused, name: string, otherwise: string): string =>
  facts[name] ?? otherwise
const account = (refused: Refused): string => `account ${about(refused, 'accountId', 'that it names')}`
const hold = (refused: Refused): string => `hold ${about(refused, 'holdId', 'that it names')}`
const entry = (refused: Refused): string => `entry ${about(refused, 'entryId', 'that it names')}`

/** What each rule asks for, in the contract's order. */
const requirements: Readonly<Record<RejectionCode, (refused: Refused) => string>> = {
  command_abandoned: () => 'the key had not been abandoned; another key would have been needed',
  command_expired: (refused) =>
    `it was decided by ${about(refused, 'notAfter', 'the moment that it named')}, and not at ${refused.decidedAt}`,
  decision_expired: ({ decidedAt }) => `the risk decision was still good at ${decidedAt}`,
  decision_negative: () => 'the outcome of the risk decision was approved',
  gl_account_not_found: () => 'the GL account that it names was there and postable',
  account_not_found: (refused) => `${account(refused)} was there`,
  hold_not_found: (refused) => `${hold(refused)} was there`,
  entry_not_found: (refused) => `${entry(refused)} was there`,
  product_not_found: () => 'the product that it names had a version in force',
  gl_account_exists: () => 'the code of the GL account was free',
  account_exists: () => 'the id of the account was free',
  account_closed: (refused) => `${account(refused)} was not closed`,
  account_frozen: (refused) => `${account(refused)} was not frozen`,
  account_dormant: (refused) => `${account(refused)} was not dormant`,
  account_debits_blocked: (refused) => `${account(refused)} took debits`,
  account_credits_blocked: (refused) => `${account(refused)} took credits`,
  status_transition_invalid: () => 'what it changes stood where that change begins',
  currency_mismatch: (refused) => `its amounts were of the currency of ${account(refused)}`,
  period_closed: (refused) =>
    refused.rejection.facts.period === undefined
      ? `its value date was ${about(refused, 'valueDateFloor', 'in a period that is open')} or later`
      : `the period ${refused.rejection.facts.period} was open: its year was over and had not begun to close`,
  value_date_out_of_window: windowOf,
  hold_expired: (refused) => `${hold(refused)} had not expired at ${refused.decidedAt}`,
  hold_released: (refused) => `${hold(refused)} had not been released`,
  hold_captured: (refused) => `${hold(refused)} had not been captured`,
  hold_amount_exceeded: (refused) => `no more was to be captured than ${hold(refused)} had left`,
  hold_account_mismatch: (refused) =>
    `its lines, together, debited the account of ${hold(refused)} by the amount captured`,
  entry_already_reversed: (refused) => `something was left of ${entry(refused)} to take back`,
  entry_is_a_reversal: (refused) => `${entry(refused)} was not a reversal itself`,
  reversal_exceeds_entry: (refused) => `it took back no more than was left of each line of ${entry(refused)}`,
  account_not_empty: () => 'nothing was posted, held or accrued on the account',
  condition_failed: (refused) =>
    `the condition ${about(refused, 'condition', 'that it states')} was met${foundOf(refused)}`,
  self_approval: () => 'somebody decided it who had no hand in it',
  limit_exceeded: limitOf,
  nothing_available: (refused) =>
    `more than zero was available: ${about(refused, 'available', 'nothing')} was`,
  insufficient_funds: fundsOf,
  balance_out_of_range: (refused) => `the debits and credits of ${account(refused)} stayed below 38 digits`,
}

const foundOf = ({ rejection: { facts } }: Refused): string =>
  facts.found === undefined ? '' : `; found was ${facts.found}`

function windowOf({ settings, businessDate }: Refused): string {
  if (settings === undefined) return 'its value date was inside the window of the settings'
  const { valueDateDaysBack, valueDateDaysAhead } = settings
  const last = addDays(businessDate, valueDateDaysAhead)
  return valueDateDaysBack === undefined
    ? `its value date was ${last} or earlier (${valueDateDaysAhead} days ahead of ${businessDate})`
    : `its value date was from ${addDays(businessDate, -valueDateDaysBack)} (${valueDateDaysBack} days back) to ${last} (${valueDateDaysAhead} ahead)`
}

/** Of a limit the answer says what was used of it and is left, or how much one posting may move. */
function limitOf({ rejection: { facts } }: Refused): string {
  const { limit, used, left, required, period, measure } = facts
  if (limit === undefined) return 'it stayed within the limit'
  if (period === undefined) return `it moved ${limit} or less; it moves ${required}`
  if (measure === 'count') return `fewer than ${limit} were counted in the ${period}; ${used} were`
  if (period === 'posting') return `it spent ${limit} or less; it spends ${required}`
  return `used + required ≤ limit in the ${period}: ${used} + ${required} ≤ ${limit}, so required was ${left} or less`
}

function fundsOf(refused: Refused): string {
  const { rejection, currencies } = refused
  const { available = '', required = '', currency = '' } = rejection.facts
  const decimals = currencies.decimalsOf(currency)
  const [has, needs] = [available, required].map((text) => signedMinor(text, decimals))
  const short =
    has === undefined || needs === undefined || decimals === undefined
      ? ''
      : `, ${formatMinor(needs - has, decimals)} more than there was`
  return `required ≤ available on ${account(refused)}: ${required} ≤ ${available}${short}`
}

/** An amount of an answer, which may be below zero. */
function signedMinor(text: string, decimals: number | undefined): bigint | undefined {
  if (decimals === undefined) return undefined
  const negative = text.startsWith('-')
  const minor = parseMinor(negative ? text.slice(1) : text, decimals)
  if (typeof minor === 'string') return undefined
  return negative ? -minor : minor
}
