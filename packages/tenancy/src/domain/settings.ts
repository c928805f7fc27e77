import {
  type BusinessDate,
  type Currencies,
  currenciesWith,
  formatMinor,
  type GlCode,
  isSameLimit,
  type Limit,
  type LimitDocument,
  limitDocumentOf,
  limitOf,
  parseMinor,
  type Rejection,
  reject,
  withLimit,
} from '@plinth/kernel'
import type { TransactionCode } from './transaction-code.js'

/**
 * What a tenant can demand a second person for (ADR 0011). The settings themselves need one as soon as anything does: who
 * could switch it off alone would need nobody.
 */
export const approvalMatters = [
  'admin_api_keys',
  'unlimited_accounts',
  'limit_increases',
  'unfreezing',
  'manual_postings',
  'reversals',
] as const
export type ApprovalMatter = (typeof approvalMatters)[number]

/** The most that one posting may move in a currency, of one transaction code or of all. */
export interface PostingLimit {
  /** Undefined: whatever the code. */
  readonly transactionCode: string | undefined
  readonly currency: string
  /** In minor units. */
  readonly perPosting: bigint
}

/** What each account of a product, or each limited account of the tenant, may spend by itself (ADR 0014). */
export interface CommonLimit extends Limit {
  /** Undefined: of the tenant. */
  readonly productCode: string | undefined
}

export const weekdays = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const
export type Weekday = (typeof weekdays)[number]

/** On which days the bank closes its books. What is named under `working` is a business day whatever else says. */
export interface BusinessCalendar {
  readonly weekend: readonly Weekday[]
  /** A country `DE`, a state `DE-BY` or a region of one; undefined: holidays are business days. */
  readonly holidays: string | undefined
  readonly extra: readonly BusinessDate[]
  readonly working: readonly BusinessDate[]
}

/** On which GL accounts the bank keeps what it has in other currencies, and what that gains and loses (ADR 0024). */
export interface ForeignExchange {
  readonly positionGlCode: GlCode
  readonly counterValueGlCode: GlCode
  readonly gainGlCode: GlCode
  readonly lossGlCode: GlCode
  /** How many days before a day its rate may be of. */
  readonly rateDaysMax: number
}

/** The settings of a tenant that decisions are made with. A version never changes; every change makes the next one. */
export interface TenantSettings {
  readonly version: number
  /** How many days a value date may lie before the booking date; undefined is any. */
  readonly valueDateDaysBack: number | undefined
  readonly valueDateDaysAhead: number
  /** Value dates before it are refused: the books of those days are closed. Undefined: none is. */
  readonly valueDateFloor: BusinessDate | undefined
  /** Own currencies beside ISO 4217: code to number of decimals. */
  readonly ownCurrencies: Readonly<Record<string, number>>
  /** ISO 4217 and the own ones. */
  readonly currencies: Currencies
  readonly postingLimits: readonly PostingLimit[]
  /** Whether a posting needs a registered transaction code. */
  readonly strictTransactionCodes: boolean
  readonly transactionCodes: ReadonlyMap<string, TransactionCode>
  /** What needs a second person. */
  readonly approvals: ReadonlySet<ApprovalMatter>
  /** Where reversals need one: up to how much one person takes back alone, by currency, in minor units. Not named: nothing. */
  readonly reversalsAlone: ReadonlyMap<string, bigint>
  /** Of products and of the tenant; those of single accounts stand with the account. */
  readonly limits: readonly CommonLimit[]
  /** Undefined: every day is a business day. */
  readonly calendar: BusinessCalendar | undefined
  /** Where income and expense of a year go when it is closed. Undefined: no year can be. */
  readonly retainedEarningsGlCode: GlCode | undefined
  /** Undefined: positions in other currencies are not revalued. */
  readonly foreignExchange: ForeignExchange | undefined
}

/** Settings as they are kept and shown: JSON, amounts as decimal strings. */
export interface SettingsDocument {
  readonly valueDateDaysBack: number | null
  readonly valueDateDaysAhead: number
  readonly currencies: Readonly<Record<string, number>>
  readonly postingLimits: readonly PostingLimitDocument[]
  readonly strictTransactionCodes: boolean
  readonly transactionCodes: readonly TransactionCode[]
  readonly approvals: readonly ApprovalMatter[]
  /** Decimal strings by currency. Not in documents from before there were reversals. */
  readonly reversalsAlone?: Readonly<Record<string, string>> | undefined
  /** Not in documents from before books could be closed. */
  readonly valueDateFloor?: string | null | undefined
  /** Not in documents from before there were limits. */
  readonly limits?: readonly CommonLimitDocument[] | undefined
  /** Not in documents from before there was an end of day. */
  readonly calendar?: CalendarDocument | null | undefined
  /** Not in documents from before years were closed. */
  readonly retainedEarningsGlCode?: string | null | undefined
  /** Not in documents from before there were rates. */
  readonly foreignExchange?: ForeignExchangeDocument | null | undefined
}

export type ForeignExchangeDocument = {
  readonly [Name in keyof ForeignExchange]: Name extends 'rateDaysMax' ? number : string
}

export interface CalendarDocument {
  readonly weekend: readonly Weekday[]
  readonly holidays: string | null
  readonly extra: readonly string[]
  readonly working: readonly string[]
}

export interface CommonLimitDocument extends LimitDocument {
  readonly productCode?: string | undefined
}

export interface PostingLimitDocument {
  readonly transactionCode?: string | undefined
  readonly currency: string
  readonly perPosting: string
}

/** As a tenant begins: value dates any time back and none ahead, ISO 4217, nothing registered, nobody's approval needed. */
export const initialSettings: SettingsDocument = {
  valueDateDaysBack: null,
  valueDateDaysAhead: 0,
  currencies: {},
  postingLimits: [],
  strictTransactionCodes: false,
  transactionCodes: [],
  approvals: [],
  reversalsAlone: {},
  valueDateFloor: null,
  limits: [],
  calendar: null,
  retainedEarningsGlCode: null,
  foreignExchange: null,
}

/** Reads a version of the settings back from its document, which was checked when it was made. */
export function settingsOf(version: number, document: SettingsDocument): TenantSettings {
  const currencies = currenciesWith(document.currencies)
  return {
    version,
    valueDateDaysBack: document.valueDateDaysBack ?? undefined,
    valueDateDaysAhead: document.valueDateDaysAhead,
    valueDateFloor: (document.valueDateFloor ?? undefined) as BusinessDate | undefined,
    ownCurrencies: document.currencies,
    currencies,
    postingLimits: document.postingLimits.map(({ transactionCode, currency, perPosting }) => ({
      transactionCode,
      currency,
      perPosting: parseMinor(perPosting, currencies.decimalsOf(currency) as number) as bigint,
    })),
    strictTransactionCodes: document.strictTransactionCodes,
    transactionCodes: new Map(document.transactionCodes.map((code) => [code.code, code])),
    approvals: new Set(document.approvals),
    reversalsAlone: new Map(
      Object.entries(document.reversalsAlone ?? {}).map(([currency, amount]) => [
        currency,
        parseMinor(amount, currencies.decimalsOf(currency) as number) as bigint,
      ]),
    ),
    limits: (document.limits ?? []).map((limit) => ({
      ...limitOf(limit, currencies.decimalsOf(limit.currency) as number),
      productCode: limit.productCode,
    })),
    calendar: calendarOf(document.calendar ?? undefined),
    retainedEarningsGlCode: (document.retainedEarningsGlCode ?? undefined) as GlCode | undefined,
    foreignExchange: (document.foreignExchange ?? undefined) as ForeignExchange | undefined,
  }
}

const calendarOf = (document: CalendarDocument | undefined): BusinessCalendar | undefined =>
  document && {
    weekend: document.weekend,
    holidays: document.holidays ?? undefined,
    extra: document.extra as readonly BusinessDate[],
    working: document.working as readonly BusinessDate[],
  }

export function documentOf(settings: TenantSettings): SettingsDocument {
  const { currencies, valueDateDaysBack, valueDateDaysAhead, ownCurrencies, strictTransactionCodes } =
    settings
  return {
    valueDateDaysBack: valueDateDaysBack ?? null,
    valueDateDaysAhead,
    valueDateFloor: settings.valueDateFloor ?? null,
    currencies: ownCurrencies,
    postingLimits: settings.postingLimits.map(({ transactionCode, currency, perPosting }) => ({
      transactionCode,
      currency,
      perPosting: formatMinor(perPosting, currencies.decimalsOf(currency) as number),
    })),
    strictTransactionCodes,
    transactionCodes: [...settings.transactionCodes.values()],
    approvals: approvalMatters.filter((matter) => settings.approvals.has(matter)),
    reversalsAlone: Object.fromEntries(
      [...settings.reversalsAlone].map(([currency, amount]) => [
        currency,
        formatMinor(amount, currencies.decimalsOf(currency) as number),
      ]),
    ),
    limits: settings.limits.map((limit) => commonLimitDocumentOf(limit, currencies)),
    calendar: settings.calendar
      ? { ...settings.calendar, holidays: settings.calendar.holidays ?? null }
      : null,
    retainedEarningsGlCode: settings.retainedEarningsGlCode ?? null,
    foreignExchange: settings.foreignExchange ?? null,
  }
}

export const commonLimitDocumentOf = (limit: CommonLimit, currencies: Currencies): CommonLimitDocument => ({
  ...(limit.productCode !== undefined && { productCode: limit.productCode }),
  ...limitDocumentOf(limit, currencies.decimalsOf(limit.currency) as number),
})

/** What is named changes, the rest stays. Currencies are added; lists are replaced. */
export type SettingsChange = {
  readonly [Name in Exclude<keyof SettingsDocument, 'transactionCodes' | 'limits'>]?:
    | SettingsDocument[Name]
    | undefined
}

/** The next version of the settings. A currency that is known keeps its decimals: amounts are stored in minor units. */
export function decideSettings(current: TenantSettings, change: SettingsChange): TenantSettings | Rejection {
  const document = documentOf(current)
  for (const [code, decimals] of Object.entries(change.currencies ?? {})) {
    const known = current.currencies.decimalsOf(code)
    if (known !== undefined && known !== decimals)
      return reject('condition_failed', `The currency ${code} has ${known} decimals and keeps them.`)
  }
  const currencies = { ...document.currencies, ...change.currencies }
  const named = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
  return settingsOf(current.version + 1, { ...document, ...named, currencies })
}

/** The next version of the settings, in which the code is registered as it is said here. */
export function registerTransactionCode(current: TenantSettings, code: TransactionCode): TenantSettings {
  const transactionCodes = new Map(current.transactionCodes).set(code.code, code)
  return { ...current, version: current.version + 1, transactionCodes }
}

// Every version of the settings holds all of them: some hundred kilobytes at the most.
const commonLimitsMax = 1000

/** The next version of the settings, in which the limit is as it is said here, or is none if it limits nothing. */
export function setCommonLimit(current: TenantSettings, limit: CommonLimit): TenantSettings | Rejection {
  const limits = withLimit(current.limits, limit, isSameCommonLimit)
  if (limits.length > commonLimitsMax)
    return reject('condition_failed', `A tenant sets ${commonLimitsMax} limits at the most.`, {
      condition: 'limits',
    })
  return { ...current, version: current.version + 1, limits }
}

export const isSameCommonLimit = (one: CommonLimit, other: CommonLimit): boolean =>
  one.productCode === other.productCode && isSameLimit(one, other)
