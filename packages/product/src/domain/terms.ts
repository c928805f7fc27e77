import { type BusinessDate, canonicalJson, type GlCode, type Rejection, reject } from '@plinth/kernel'
import { Decimal } from 'decimal.js'
import { noProduct } from './decide-product.js'
import {
  checksumOf,
  type Product,
  type ProductVersion,
  type ProductVersionId,
  parametersText,
  versionInForce,
} from './product.js'
import type { EligibilityRule, ProductParameters } from './product-parameters.js'

/** What is known of a customer when an account is opened: a flat object of texts. */
export type Eligibility = Readonly<Record<string, string>>

/** Terms that an account has: a copy, so that nothing that becomes of the catalogue changes them (ADR 0016). */
export interface CapturedTerms {
  readonly productCode: string
  readonly version: number
  readonly productVersionId: ProductVersionId
  /** RFC 8785 JSON. */
  readonly parameters: string
  /** SHA-256 of it in hexadecimal. */
  readonly checksum: string
  /** The first day that accrues with them: the business date of the opening, or the version's if that is later. */
  readonly effectiveFrom: BusinessDate
  /** RFC 8785 JSON of what the eligibility rules were tested on; undefined if nothing was said, and behind the opening. */
  readonly eligibility: string | undefined
  readonly eligibilityChecksum: string | undefined
}

/** What an opening says of terms. Amounts are decimal strings with all decimals of the currency. */
export interface StatedTerms {
  readonly glCode: GlCode | undefined
  readonly currency: string | undefined
  /** Undefined: whatever the product gives. */
  readonly overdraftLimit: string | undefined
  readonly unlimited: boolean
  readonly eligibility: Eligibility | undefined
}

/** The terms of the version in force on the business date, and what the opening of an account under them is refused for. */
export function captureTerms(
  product: Product,
  stated: StatedTerms,
  businessDate: BusinessDate,
): { captured: CapturedTerms; parameters: ProductParameters; fault: Rejection | undefined } | Rejection {
  const { productCode } = product
  const inForce = versionInForce(product, businessDate)
  if (inForce === undefined) {
    const none = noProduct(productCode)
    return { ...none, detail: `No version of product ${productCode} is in force on ${businessDate}.` }
  }
  const { parameters } = inForce
  const eligibility = stated.eligibility && canonicalJson(stated.eligibility)
  const captured: CapturedTerms = {
    ...copyOf(productCode, inForce),
    effectiveFrom: businessDate,
    eligibility,
    eligibilityChecksum: eligibility === undefined ? undefined : checksumOf(eligibility),
  }
  const fault = disagreement(stated, parameters, productCode) ?? ineligible(stated.eligibility, parameters)
  return { captured, parameters, fault }
}

function copyOf(
  productCode: string,
  { version, versionId, parameters }: ProductVersion,
): Pick<CapturedTerms, 'productCode' | 'version' | 'productVersionId' | 'parameters' | 'checksum'> {
  const text = parametersText(parameters)
  return { productCode, version, productVersionId: versionId, parameters: text, checksum: checksumOf(text) }
}

/**
 * The terms that an account takes on up to a date behind those that it has: one for each newer version that came into force in
 * between, in order, so that days that were missed accrue with the terms of their own.
 */
export function laterTerms(
  { productCode, versions }: Product,
  last: Pick<CapturedTerms, 'version' | 'effectiveFrom'>,
  upTo: BusinessDate,
): CapturedTerms[] {
  const coming = versions
    .filter(({ status, version, effectiveFrom }) => {
      return status === 'approved' && version > last.version && effectiveFrom <= upTo
    })
    // Of those of one day the newest first, which hides the others.
    .sort((a, b) =>
      a.effectiveFrom < b.effectiveFrom ? -1 : a.effectiveFrom > b.effectiveFrom ? 1 : b.version - a.version,
    )
  const terms: CapturedTerms[] = []
  let newest = last.version
  for (const version of coming) {
    if (version.version < newest) continue
    newest = version.version
    terms.push({
      ...copyOf(productCode, version),
      effectiveFrom: [version.effectiveFrom, last.effectiveFrom].sort()[1] as BusinessDate,
      eligibility: undefined,
      eligibilityChecksum: undefined,
    })
  }
  return terms
}

function disagreement(
  { glCode, currency, overdraftLimit, unlimited }: StatedTerms,
  parameters: ProductParameters,
  productCode: string,
): Rejection | undefined {
  const terms = [
    { condition: 'currency', said: currency, is: parameters.currency },
    { condition: 'glCode', said: glCode, is: parameters.glMapping.customerGlCode },
    {
      condition: 'overdraftLimit',
      said: unlimited ? 'unlimited' : overdraftLimit,
      is: parameters.overdraftLimit,
    },
  ]
  const wrong = terms.find(({ said, is }) => said !== undefined && said !== is)
  if (wrong === undefined) return undefined
  const { condition, is } = wrong
  return reject('condition_failed', `The ${condition} of product ${productCode} is ${is}.`, {
    condition,
    required: is,
  })
}

/** Names the attribute, never what it is: that is the customer's. */
function ineligible(given: Eligibility = {}, { eligibility }: ProductParameters): Rejection | undefined {
  const broken = eligibility.find((rule) => !fulfils(given, rule))
  if (broken === undefined) return undefined
  const { attribute } = broken
  return reject('condition_failed', `The customer’s ${attribute} is not what the product asks for.`, {
    condition: 'eligibility',
    attribute,
  })
}

function fulfils(given: Eligibility, { attribute, equals, in: choices, min, max }: EligibilityRule): boolean {
  const value = given[attribute]
  if (value === undefined) return false
  if (equals !== undefined && value !== equals) return false
  if (choices !== undefined && !choices.includes(value)) return false
  return (min === undefined || isOrdered(min, value)) && (max === undefined || isOrdered(value, max))
}

const datePattern = /^\d{4}-\d{2}-\d{2}$/
const numberPattern = /^-?\d{1,40}(\.\d{1,40})?$/

/** Whether a text is a number or a date, which can be compared. */
export const isMeasure = (text: string): boolean => datePattern.test(text) || numberPattern.test(text)

/** Dates are compared with dates and numbers with numbers; of anything else no order is known. */
function isOrdered(lower: string, higher: string): boolean {
  if (datePattern.test(lower) && datePattern.test(higher)) return lower <= higher
  if (!numberPattern.test(lower) || !numberPattern.test(higher)) return false
  return new Decimal(lower).lessThanOrEqualTo(higher)
}
