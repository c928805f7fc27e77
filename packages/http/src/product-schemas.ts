import {
  capitalisations,
  dayCounts,
  feeFrequencies,
  productCodePattern,
  roundings,
} from '@plinth/product/domain'
import { z } from 'zod'
import { amount, currency, date, glCode, id, name, oneOf, says, text } from './command-schemas.js'

const tiersMax = 50
const rulesMax = 50
const choicesMax = 200
const balancesMax = 10_000

export const productCode = id(productCodePattern, 'Chosen by the caller.')

// Form and size are read with the amounts beside it: read-products.ts.
const rate = z.string(says('wrong_type')).meta({
  description: 'A fraction a year as a decimal string of at most 12 decimals: "0.0125" is 1.25 %.',
  example: '0.0125',
})

const object = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, says('wrong_type'))
const listOf = <Item extends z.ZodType>(item: Item, max: number) =>
  z.array(item, says('wrong_type')).max(max, says('too_long'))

const tiers = listOf(object({ from: amount, rate }).meta({ id: 'InterestTier' }), tiersMax)

const glMapping = object({
  customerGlCode: glCode.meta({ description: 'That accounts are opened under.' }),
  overdrawnGlCode: glCode.meta({ description: 'Under which overdrawn accounts are shown: an asset.' }),
  interestExpenseGlCode: glCode,
  interestIncomeGlCode: glCode,
  accruedPayableGlCode: glCode,
  accruedReceivableGlCode: glCode,
  feesGlCode: glCode,
  taxGlCode: glCode,
}).meta({ id: 'ProductGlMapping' })

const fee = object({
  code: name(40),
  amount,
  frequency: oneOf(feeFrequencies),
}).meta({ id: 'ProductFee' })

const eligibilityRule = object({
  attribute: name(64),
  equals: text(256).optional(),
  in: listOf(text(256), choicesMax).min(1, says('required')).optional(),
  min: text(64).optional(),
  max: text(64).optional(),
}).meta({
  id: 'EligibilityRule',
  description: 'What an attribute of the customer must be; `min` and `max` are numbers, or dates.',
})

export const parameters = object({
  currency,
  glMapping,
  overdraftLimit: amount.optional().meta({ description: 'Absent: none.' }),
  creditTiers: tiers.optional().meta({
    description:
      'On what the customer has: each rate on the slice from `from` to the next. Absent: no interest.',
  }),
  debitTiers: tiers.optional().meta({ description: 'On what the customer owes, likewise.' }),
  dayCount: oneOf(dayCounts),
  capitalisation: oneOf(capitalisations),
  rounding: oneOf(roundings).optional().meta({ default: 'half_even' }),
  minimumBalance: amount.optional().meta({ description: 'A day with less earns nothing.' }),
  dormancyDays: z
    .int(says('wrong_type'))
    .min(1, says('wrong_type'))
    .max(36_500, says('too_long'))
    .optional()
    .meta({ description: 'Days without a customer’s posting after which an account is dormant.' }),
  fees: listOf(fee, tiersMax).optional(),
  interestEngine: z.literal('external', says('wrong_type')).optional().meta({
    description:
      'An engine outside says what accrues, with postings of kind `accrual`; there are no tiers then.',
  }),
  withholdingTaxRate: rate.optional().meta({ description: 'Of credit interest, at most "1". Absent: none.' }),
  eligibility: listOf(eligibilityRule, rulesMax).optional(),
}).meta({ id: 'ProductParameters' })

const reason = name(1000)
const verdict = {
  checksum: z
    .string(says('wrong_type'))
    .regex(/^[0-9a-f]{64}$/, says('id_malformed'))
    .optional()
    .meta({ description: 'Of the parameters that were read; no others are then decided.' }),
}

/** The bodies of the calls that change the catalogue. */
export const productBodies = {
  create_product: object({ productCode, name: name(255) }).meta({ id: 'ProductRequest' }),
  draft_product_version: object({
    effectiveFrom: date,
    parameters,
    reason: reason.optional(),
  }).meta({ id: 'ProductVersionRequest' }),
  change_product_version: object({
    effectiveFrom: date.optional(),
    parameters: parameters.optional(),
    reason: reason.optional(),
  }).meta({ id: 'ProductVersionChangeRequest' }),
  submit_product_version: object({ reason: reason.optional() }).meta({ id: 'ProductSubmission' }),
  approve_product_version: object({ ...verdict, reason: reason.optional() }).meta({ id: 'ProductApproval' }),
  reject_product_version: object({ ...verdict, reason }).meta({ id: 'ProductRejection' }),
}

export type ProductBodies = { [Type in keyof typeof productBodies]: z.infer<(typeof productBodies)[Type]> }

const signedAmount = z.string(says('amount_not_a_string')).meta({
  description: 'An amount, below zero what the customer owes.',
  pattern: '^-?(0|[1-9][0-9]*)(\\.[0-9]+)?$',
  example: '-250.00',
})

export const simulationBody = object({
  version: z
    .int(says('wrong_type'))
    .min(1, says('wrong_type'))
    .optional()
    .meta({ description: 'Of any status. Absent: the one in force.' }),
  from: date.meta({ description: 'The first day that accrues.' }),
  to: date.meta({ description: 'The last one, at most 20 years later.' }),
  balances: listOf(
    object({ from: date, balance: signedAmount }).meta({ id: 'StatedBalance' }),
    balancesMax,
  ).meta({
    description:
      'What is on the account from which day on, in the order of the days. Before the first: nothing.',
  }),
  compounding: z.boolean(says('wrong_type')).optional().meta({
    description: 'Capitalised interest and fees change the balances that are stated.',
    default: false,
  }),
  days: z.boolean(says('wrong_type')).optional().meta({ description: 'Answer every day.', default: false }),
}).meta({ id: 'SimulationRequest' })

const decimal = z.string().meta({ example: '400.00' })
const exact = z.string().meta({ description: 'Unrounded, to 18 decimals.', example: '1.369863013698630137' })
const accrued = z.object({ exact, rounded: decimal })
const dayAccrual = z.object({
  exact,
  posted: decimal.meta({ description: 'The change of what is rounded.' }),
})
const capitalised = z.object({ credit: decimal, tax: decimal, debit: decimal })
const instant = z.string().meta({ format: 'date-time' })
const uuid = z.string().meta({ format: 'uuid' })
const checksum = z.string().meta({ description: 'SHA-256 of the RFC 8785 JSON of the parameters.' })

const storedParameters = z
  .looseObject({ currency: z.string(), glMapping: z.record(z.string(), z.string()), overdraftLimit: decimal })
  .meta({ id: 'StoredProductParameters', description: 'As they were asked for, with all that was left out.' })

const productShape = {
  productCode: z.string(),
  name: z.string(),
  createdAt: instant,
  newestVersion: z.int().nullable().meta({ description: 'Null: there is none yet.' }),
  versionInForce: z.int().nullable().optional().meta({ description: 'That accounts are opened with today.' }),
}

export const product = z.object(productShape).meta({ id: 'Product' })

export const productVersion = z
  .object({
    productCode: z.string(),
    version: z.int(),
    productVersionId: uuid,
    status: z.enum(['draft', 'submitted', 'approved', 'rejected', 'superseded']),
    effectiveFrom: date,
    parameters: storedParameters,
    checksum,
    history: z.array(
      z.object({
        change: z.string(),
        by: z.string(),
        onBehalfOf: z.string().optional(),
        at: instant,
        reason: z.string().optional(),
        checksum,
      }),
    ),
  })
  .meta({ id: 'ProductVersion' })

export const productWithVersions = z
  .object({ ...productShape, versions: z.array(productVersion) })
  .meta({ id: 'ProductWithVersions' })

export const termsSnapshot = z
  .object({
    accountId: z.string(),
    snapshotNo: z.int(),
    productCode: z.string(),
    version: z.int(),
    productVersionId: uuid,
    effectiveFrom: date.meta({ description: 'The first day that accrues with them.' }),
    parameters: storedParameters,
    checksum,
    eligibility: z.record(z.string(), z.string()).optional(),
    eligibilityChecksum: z.string().optional(),
    capturedAt: instant,
  })
  .meta({ id: 'TermsSnapshot' })

export const simulation = z
  .object({
    productCode: z.string(),
    version: z.int(),
    currency: z.string(),
    from: date,
    to: date,
    compounding: z.boolean(),
    totals: z.object({ creditExact: exact, debitExact: exact, ...capitalised.shape, fees: decimal }),
    fees: z
      .array(z.object({ code: z.string(), amount: decimal, periodEnd: date, valueDate: date }))
      .meta({ description: 'Each for a period that ended, in the order of the days.' }),
    periods: z.array(
      z.object({
        from: date,
        to: date,
        capitalised: capitalised.nullable().meta({ description: 'Null: the period goes on.' }),
        valueDate: date,
        remaining: z
          .object({ credit: accrued, debit: accrued })
          .meta({ description: 'What stays accrued: of a capitalised period what rounding left.' }),
      }),
    ),
    days: z
      .array(
        z.object({
          date,
          balance: decimal,
          dayFraction: z.string().meta({ description: 'Of a year.', example: '1/365' }),
          credit: dayAccrual,
          debit: dayAccrual,
        }),
      )
      .optional(),
  })
  .meta({ id: 'Simulation' })
