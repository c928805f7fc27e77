import type { CurrencyCode, GlCode } from '@plinth/kernel'
import type { DayCount } from './day-count.js'

export const capitalisations = ['monthly', 'quarterly', 'yearly', 'none'] as const
export type Capitalisation = (typeof capitalisations)[number]

export const feeFrequencies = ['monthly', 'quarterly', 'yearly'] as const
export type FeeFrequency = (typeof feeFrequencies)[number]

/** `up` and `down` are towards higher and lower amounts; of a half, `half_up` is too, and `half_even` takes the even neighbour. */
export const roundings = ['half_even', 'half_up', 'up', 'down'] as const
export type Rounding = (typeof roundings)[number]

/**
 * What a version of a product says, ready for RFC 8785 JSON: amounts are decimal strings with all decimals of the currency, rates
 * are decimal strings of a fraction a year without trailing zeros (`0.0125` is 1.25 %), so one meaning is one text.
 */
export interface ProductParameters {
  readonly currency: CurrencyCode
  readonly glMapping: GlMapping
  readonly overdraftLimit: string
  /** On what the customer has, by slices; none: no interest. */
  readonly creditTiers: readonly InterestTier[]
  /** On what the customer owes on the account, by slices of the amount owed. */
  readonly debitTiers: readonly InterestTier[]
  readonly dayCount: DayCount
  readonly capitalisation: Capitalisation
  readonly rounding: Rounding
  /** A day on which the customer has less earns no credit interest. */
  readonly minimumBalance: string
  /** Calendar days without a customer's posting after which an account is dormant. Undefined: never. */
  readonly dormancyDays?: number | undefined
  readonly fees: readonly Fee[]
  /** An engine outside says what accrues (ADR 0021); there are no tiers then. Undefined: the bank accrues by its tiers. */
  readonly interestEngine?: 'external' | undefined
  /** Of capitalised credit interest, a fraction between 0 and 1. */
  readonly withholdingTaxRate: string
  readonly eligibility: readonly EligibilityRule[]
}

/** The rate applies to the part of the balance from `from` up to where the next tier begins; the first begins at zero. */
export interface InterestTier {
  readonly from: string
  readonly rate: string
}

export interface Fee {
  readonly code: string
  readonly amount: string
  readonly frequency: FeeFrequency
}

/** The GL accounts that accounts of the product, and what is booked on them, stand under. */
export interface GlMapping {
  /** That accounts are opened under. */
  readonly customerGlCode: GlCode
  /** Under which a customer's account is shown while it is overdrawn: an asset, never netted with what others have. */
  readonly overdrawnGlCode: GlCode
  readonly interestExpenseGlCode: GlCode
  readonly interestIncomeGlCode: GlCode
  readonly accruedPayableGlCode: GlCode
  readonly accruedReceivableGlCode: GlCode
  readonly feesGlCode: GlCode
  readonly taxGlCode: GlCode
}

/** What an attribute of the customer must be: one of some texts, or not below or above a decimal number or a date. */
export interface EligibilityRule {
  readonly attribute: string
  readonly equals?: string | undefined
  readonly in?: readonly string[] | undefined
  readonly min?: string | undefined
  readonly max?: string | undefined
}

/** The types that each GL account of a mapping may have. Customers have deposits (liability) or loans (asset). */
export const glTypesOf: Readonly<Record<keyof GlMapping, readonly string[]>> = {
  customerGlCode: ['liability', 'asset'],
  overdrawnGlCode: ['asset'],
  interestExpenseGlCode: ['expense'],
  interestIncomeGlCode: ['income'],
  accruedPayableGlCode: ['liability'],
  accruedReceivableGlCode: ['asset'],
  feesGlCode: ['income'],
  taxGlCode: ['liability'],
}
