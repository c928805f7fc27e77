import { glTypes } from '@plinth/account/domain'
import {
  accountIdPattern,
  glCodePattern,
  idempotencyKeyPattern,
  ownCurrencyDecimalsMax,
  ownCurrencyPattern,
  parseBusinessDate,
  parsePeriod,
  riskOutcomes,
  thirteenthPattern,
  uuidPattern,
} from '@plinth/kernel'
import { roles } from '@plinth/tenancy'
import { approvalMatters, weekdays } from '@plinth/tenancy/domain'
import { z } from 'zod'
import { erasureFields } from './erasure-schemas.js'
import type { FieldErrorCode } from './malformed.js'
import { isWellFormed } from './parse-json.js'

// The message of every check is its code of contract §6; read-fields.ts turns both into an answer.
export const says = (code: FieldErrorCode) => ({ error: code })

export const linesMax = 1000
export const commandsMax = 10_000
export const metadataKeysMax = 50
const metadataNameMax = 64
const metadataTextMax = 1024

/** Account and GL codes, and the codes of transactions, which reports print in one column. */
const transactionCodePattern = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,39}$/

export const text = (max: number) =>
  z.string(says('wrong_type')).max(max, says('too_long')).refine(isWellFormed, says('wrong_type'))
export const name = (max: number) => text(max).min(1, says('required'))

export const id = (pattern: RegExp, description: string) =>
  z.string(says('wrong_type')).regex(pattern, says('id_malformed')).meta({ description })

export const accountId = id(accountIdPattern, 'Chosen by the caller, or made by Plinth.')
export const glCode = id(glCodePattern, 'A code of the chart of accounts.')
const transactionCode = id(transactionCodePattern, 'What kind of transaction it is.')
export const currency = z
  .string(says('wrong_type'))
  .meta({ description: 'ISO 4217, or one of the tenant’s own.', pattern: '^[A-Z0-9]{3,10}$', example: 'EUR' })
// Digits, decimals and size depend on the currency beside it: read-command.ts reads them.
export const amount = z.string(says('amount_not_a_string')).meta({
  description: 'A decimal string with at most as many decimals as its currency. Never a JSON number.',
  pattern: '^(0|[1-9][0-9]*)(\\.[0-9]+)?$',
  example: '100.00',
})
export const date = z
  .string(says('wrong_type'))
  .refine((value) => parseBusinessDate(value) !== undefined, says('date_malformed'))
  .meta({ format: 'date', example: '2026-11-20' })

export const period = z
  .string(says('wrong_type'))
  .refine((value) => parsePeriod(value) !== undefined, says('date_malformed'))
  .meta({ description: 'A month, or the thirteenth period of a year.', example: '2026-11' })
/** Of a command: the month of the booking date needs no saying. */
const thirteenthPeriod = z
  .string(says('wrong_type'))
  .regex(thirteenthPattern, says('date_malformed'))
  .optional()
  .meta({
    description:
      'The thirteenth period of a year that is over, until its books are closed; for operators. Absent: the month of the booking date.',
    example: '2026-13',
  })

const metadata = z
  .record(
    z
      .string()
      .min(1, says('required'))
      .max(metadataNameMax, says('too_long'))
      .refine(isWellFormed, says('wrong_type')),
    text(metadataTextMax),
    says('wrong_type'),
  )
  .meta({ description: `At most ${metadataKeysMax} names.`, maxProperties: metadataKeysMax })

export const flag = z.boolean(says('wrong_type'))
export const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, says('wrong_type'))

const accountName = name(255)
const reference = text(64)
const customerId = name(64)
const productCode = name(64)
const eligibility = z
  .record(name(64), text(256), says('wrong_type'))
  .meta({ description: 'What is known of the customer, for the eligibility rules of the product.' })
export const side = oneOf(['debit', 'credit'])
export const glType = oneOf(glTypes)
export const accountStatus = oneOf(['open', 'dormant', 'frozen', 'closed'])
export const idempotencyKey = id(idempotencyKeyPattern, '1 to 255 visible ASCII characters.')

const lineFields = {
  accountId,
  side,
  currency,
  availableFrom: date
    .optional()
    .meta({ description: 'Of a credit: until this business date the money is held on the account.' }),
  fallbackAccountId: accountId.optional().meta({
    description:
      'Of a credit: where it goes, and waits as a suspense item, if the account is missing, closed, frozen or takes no credits.',
  }),
}
const line = z
  .strictObject(
    {
      ...lineFields,
      amount: z.union([amount, z.strictObject({ upTo: amount })], says('amount_not_a_string')).meta({
        description:
          'An amount above zero. Of a debit also `"all"` that is available, or `{"upTo": …}` of it; then one credit of the currency says `"all"` and takes what the other lines leave over.',
      }),
    },
    says('wrong_type'),
  )
  .meta({ id: 'LineRequest' })
const accruesFor = accountId
  .optional()
  .meta({ description: 'Of an accrual: the account on which it accrues.' })
const postLine = line.extend({ accruesFor }).meta({ id: 'PostingLineRequest' })
const fixedLine = z
  .strictObject({ ...lineFields, amount }, says('wrong_type'))
  .meta({ id: 'CaptureLineRequest' })

const uuid = (description: string) => id(uuidPattern, description).meta({ format: 'uuid' })
export const holdId = uuid('Made by Plinth.')
export const suspenseItemId = uuid('Made by Plinth.')
const journalEntryId = uuid('Made by Plinth.')
/** With any number of digits of a second, in UTC. */
export const instant = z.iso.datetime(says('date_malformed')).meta({ format: 'date-time' })

const condition = z
  .strictObject(
    {
      accountId,
      version: z
        .int(says('wrong_type'))
        .min(0, says('wrong_type'))
        .optional()
        .meta({ description: 'The `accountVersion` of its last line.' }),
      available: z.strictObject({ gte: amount }, says('wrong_type')).optional(),
    },
    says('wrong_type'),
  )
  .meta({
    id: 'Condition',
    description: 'What must be true of an account, or the command is `condition_failed`.',
  })

const demandFields = {
  notAfter: instant.optional().meta({ description: 'Later it is `command_expired`.' }),
  conditions: z.array(condition, says('wrong_type')).max(100, says('too_long')).optional(),
}

const decision = z
  .strictObject(
    {
      id: name(128),
      source: name(128),
      outcome: oneOf(riskOutcomes),
      decidedAt: instant,
      expiresAt: instant,
      checksum: name(128),
    },
    says('wrong_type'),
  )
  .meta({ id: 'RiskDecision', description: 'A risk or sanctions decision taken before; stored with it.' })

const linesOf = <Line extends z.ZodType>(schema: Line) =>
  z.array(schema, says('wrong_type')).min(2, says('too_few_lines')).max(linesMax, says('too_many_lines'))

const bookingFields = {
  transactionCode,
  description: text(1000).optional(),
  valueDate: date.optional(),
  reference: reference.optional(),
  endToEndId: reference.optional(),
  lines: linesOf(line),
  metadata: metadata.optional(),
}

const entryFields = { ...bookingFields, ...demandFields, decision: decision.optional() }

const postFields = {
  ...entryFields,
  lines: linesOf(postLine),
  kind: oneOf(['accrual']).optional().meta({ description: 'Of an engine outside: see `accruesFor`.' }),
  period: thirteenthPeriod,
  advice: z
    .literal(true, says('wrong_type'))
    .optional()
    .meta({ description: 'Book it although funds, limits, dormancy or blocks speak against it.' }),
  reason: name(1000).optional().meta({ description: 'Of an advice.' }),
}

const openAccountFields = {
  accountId: accountId.optional(),
  name: accountName,
  glCode: glCode.optional().meta({ description: 'Absent: that of the product.' }),
  currency: currency.optional().meta({ description: 'Absent: that of the product.' }),
  customerId: customerId.optional(),
  productCode: productCode.optional().meta({
    description: 'A product of the catalogue, whose terms the account gets; of no product there: a label.',
  }),
  overdraftLimit: amount.optional().meta({ description: 'Absent: that of the product, or none.' }),
  eligibility: eligibility.optional(),
  unlimited: flag.optional(),
  metadata: metadata.optional(),
}

const termsFields = {
  name: accountName.optional(),
  overdraftLimit: amount.optional(),
  metadata: metadata.optional(),
}

const statusFields = {
  status: accountStatus,
  blockDebits: flag.optional(),
  blockCredits: flag.optional(),
  reason: name(1000),
}

const glAccountFields = {
  code: glCode,
  name: accountName,
  type: glType,
  parentCode: glCode.optional(),
  normalSide: side.optional(),
  postable: flag.optional(),
}

const body = <Shape extends z.core.$ZodLooseShape>(shape: Shape) => z.strictObject(shape, says('wrong_type'))

const decimals = z
  .int(says('wrong_type'))
  .min(0, says('wrong_type'))
  .max(ownCurrencyDecimalsMax, says('too_long'))
const days = z.int(says('wrong_type')).min(0, says('wrong_type')).max(36_500, says('too_long'))
const postingLimit = z
  .strictObject(
    { transactionCode: transactionCode.optional(), currency, perPosting: amount },
    says('wrong_type'),
  )
  .meta({
    id: 'PostingLimit',
    description: 'The most that one posting may move, with this code or with any.',
  })

const calendarDays = z.array(date, says('wrong_type')).max(1000, says('too_long')).optional()
const calendar = z
  .strictObject(
    {
      weekend: z.array(oneOf(weekdays), says('wrong_type')).max(weekdays.length - 1, says('too_long')),
      holidays: z.string(says('wrong_type')).nullable().meta({
        description: 'Public and bank holidays of a country or a part of it; null: none.',
        example: 'DE-BY',
      }),
      extra: calendarDays.meta({ description: 'More days off.' }),
      working: calendarDays.meta({ description: 'Business days, whatever else says.' }),
    },
    says('wrong_type'),
  )
  .meta({ id: 'BusinessCalendar' })

const foreignExchange = z
  .strictObject(
    {
      positionGlCode: glCode.meta({ description: 'Of the accounts FX:POSITION:<currency>.' }),
      counterValueGlCode: glCode.meta({ description: 'Of the accounts FX:COUNTERVALUE:<currency>.' }),
      gainGlCode: glCode,
      lossGlCode: glCode,
      rateDaysMax: days.meta({ description: 'How many days before a day its rate may be of.' }),
    },
    says('wrong_type'),
  )
  .meta({ id: 'ForeignExchange' })

const settingsFields = {
  valueDateDaysBack: days.nullable().optional().meta({ description: 'Null: any date back.' }),
  valueDateDaysAhead: days.optional(),
  valueDateFloor: date
    .nullable()
    .optional()
    .meta({ description: 'Value dates before it are `period_closed`. Null: none is.' }),
  currencies: z
    .record(z.string().regex(ownCurrencyPattern, says('id_malformed')), decimals, says('wrong_type'))
    .optional()
    .meta({ description: 'Own currencies to add, with their decimals, which never change.' }),
  postingLimits: z.array(postingLimit, says('wrong_type')).max(1000, says('too_long')).optional(),
  strictTransactionCodes: flag.optional().meta({ description: 'Refuse codes that are not registered.' }),
  reversalsAlone: z
    .record(currency, amount, says('wrong_type'))
    .optional()
    .meta({ description: 'Where reversals need a second person: what one takes back alone, by currency.' }),
  approvals: z
    .array(oneOf(approvalMatters), says('wrong_type'))
    .max(approvalMatters.length, says('too_long'))
    .optional()
    .meta({ description: 'What needs a second person. If anything does, so do the settings.' }),
  calendar: calendar
    .nullable()
    .optional()
    .meta({ description: 'On which days the bank closes its books. Null: on every day.' }),
  foreignExchange: foreignExchange.nullable().optional().meta({
    description: 'How positions in other currencies are kept and revalued. Null: they are not.',
  }),
  retainedEarningsGlCode: glCode.nullable().optional().meta({
    description:
      'A postable GL account of equity, where income and expense of a year go when it is closed. Null: no year can be.',
  }),
  reason: name(1000),
}

const glTypeList = z
  .array(glType, says('wrong_type'))
  .min(1, says('required'))
  .max(glTypes.length, says('too_long'))
const transactionCodeFields = {
  code: transactionCode,
  name: name(255),
  roles: z
    .array(oneOf(roles), says('wrong_type'))
    .min(1, says('required'))
    .max(roles.length, says('too_long'))
    .optional()
    .meta({ description: 'Who may post it; absent: whoever may post.' }),
  debitGlTypes: glTypeList.optional(),
  creditGlTypes: glTypeList.optional(),
  customerInitiated: flag.optional().meta({ description: 'False: the bank’s own, which passes dormancy.' }),
  bankTransactionCode: z
    .string(says('wrong_type'))
    .regex(/^[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}$/, says('id_malformed'))
    .optional()
    .meta({ description: 'ISO 20022 domain, family and sub-family.', example: 'PMNT-ICDT-ESCT' }),
  active: flag.optional().meta({ description: 'False: withdrawn.' }),
}

const valueDateOfReversal = z
  .union([z.literal('original'), date], says('date_malformed'))
  .optional()
  .meta({ description: '`original`: that of the entry. Absent: the booking date.' })

const correctFields = {
  ...demandFields,
  reason: name(1000),
  valueDate: valueDateOfReversal,
  posting: z
    .strictObject(bookingFields, says('wrong_type'))
    .meta({ id: 'CorrectedPosting', description: 'What the entry should have been.' }),
}

const bound = z
  .strictObject(
    {
      amount: amount.optional(),
      count: z
        .int(says('wrong_type'))
        .min(0, says('wrong_type'))
        .max(1_000_000_000, says('too_long'))
        .optional(),
    },
    says('wrong_type'),
  )
  .meta({ id: 'LimitBound', description: 'How much, how often, or both.' })

const limitFields = {
  accountId: accountId.optional().meta({ description: 'Of this account.' }),
  productCode: productCode.optional().meta({
    description: 'Of each account of this product. Neither: of each limited account of the tenant.',
  }),
  transactionCode: transactionCode.optional().meta({ description: 'Absent: all codes together.' }),
  currency,
  perPosting: z.strictObject({ amount }, says('wrong_type')).optional(),
  perDay: bound.optional(),
  perMonth: bound.optional().meta({ description: 'None of the three: the limit is taken away.' }),
  reason: name(1000),
}

const reverseFields = {
  ...demandFields,
  reason: name(1000),
  valueDate: valueDateOfReversal,
  period: thirteenthPeriod,
  lines: z
    .array(
      z
        .strictObject(
          { lineNo: z.int(says('wrong_type')).min(1, says('wrong_type')), amount },
          says('wrong_type'),
        )
        .meta({ id: 'LineToReverse' }),
      says('wrong_type'),
    )
    .min(2, says('too_few_lines'))
    .max(linesMax, says('too_many_lines'))
    .optional()
    .meta({ description: 'A part that balances. Absent: all of it.' }),
}

const placeHoldFields = {
  accountId,
  amount,
  currency,
  ...demandFields,
  decision: decision.optional(),
  expiresAt: instant.optional().meta({ description: 'Absent: it never expires by itself.' }),
  transactionCode: transactionCode.optional().meta({
    description:
      'What it will be captured with. Absent: anything; it then counts against the limits of every code.',
  }),
  reference: reference.optional(),
}

const captureFields = {
  ...entryFields,
  lines: linesOf(fixedLine),
  amount: amount.meta({ description: 'The net debit on the account of the hold.' }),
  final: flag.optional().meta({ description: 'Let go of what is left (default true).' }),
}

const clearFields = {
  accountId: accountId.meta({
    description: 'Where the money goes: mostly the account that it was meant for.',
  }),
  reason: name(1000),
  valueDate: valueDateOfReversal,
}

const extendFields = { expiresAt: instant.nullable().meta({ description: 'Null: never.' }) }

/** The bodies of the single calls. */
export const bodies = {
  reverse: body(reverseFields).meta({ id: 'ReversalRequest' }),
  correct: body(correctFields).meta({ id: 'CorrectionRequest' }),
  place_hold: body(placeHoldFields).meta({ id: 'HoldRequest' }),
  capture_hold: body(captureFields).meta({ id: 'CaptureRequest' }),
  clear_suspense_item: body(clearFields).meta({ id: 'ClearingRequest' }),
  erase_details: body(erasureFields).meta({ id: 'ErasureRequest' }),
  release_hold: body({}).meta({ id: 'ReleaseRequest' }),
  extend_hold: body(extendFields).meta({ id: 'ExtendRequest' }),
  change_settings: body(settingsFields).meta({ id: 'SettingsRequest' }),
  set_limit: body(limitFields).meta({ id: 'LimitRequest' }),
  register_transaction_code: body(transactionCodeFields).meta({ id: 'TransactionCodeRequest' }),
  post: body(postFields).meta({ id: 'PostingRequest' }),
  open_account: body(openAccountFields).meta({ id: 'OpenAccountRequest' }),
  change_terms: body(termsFields).meta({ id: 'TermsRequest' }),
  set_status: body(statusFields).meta({ id: 'StatusRequest' }),
  create_gl_account: body(glAccountFields).meta({ id: 'GlAccountRequest' }),
}

const type = <const Type extends string>(value: Type) => z.literal(value, says('wrong_type'))

/** Commands of any type in one list: the body of the single call, and what the single call has in its path. */
const itemsWith = <Envelope extends z.core.$ZodLooseShape>(envelope: Envelope) => ({
  post: body({ type: type('post'), ...envelope, ...postFields }),
  open_account: body({ type: type('open_account'), ...envelope, ...openAccountFields }),
  change_terms: body({ type: type('change_terms'), ...envelope, accountId, ...termsFields }),
  set_status: body({ type: type('set_status'), ...envelope, accountId, ...statusFields }),
  // The body of the single call has a `type` of its own, so it stands whole.
  create_gl_account: body({
    type: type('create_gl_account'),
    ...envelope,
    glAccount: bodies.create_gl_account,
  }),
  reverse: body({ type: type('reverse'), ...envelope, journalEntryId, ...reverseFields }),
  correct: body({ type: type('correct'), ...envelope, journalEntryId, ...correctFields }),
  place_hold: body({ type: type('place_hold'), ...envelope, ...placeHoldFields }),
  capture_hold: body({ type: type('capture_hold'), ...envelope, holdId, ...captureFields }),
  clear_suspense_item: body({
    type: type('clear_suspense_item'),
    ...envelope,
    suspenseItemId,
    ...clearFields,
  }),
  erase_details: body({ type: type('erase_details'), ...envelope, journalEntryId, ...erasureFields }),
  release_hold: body({ type: type('release_hold'), ...envelope, holdId }),
  extend_hold: body({ type: type('extend_hold'), ...envelope, holdId, ...extendFields }),
  change_settings: body({ type: type('change_settings'), ...envelope, ...settingsFields }),
  set_limit: body({ type: type('set_limit'), ...envelope, ...limitFields }),
  register_transaction_code: body({
    type: type('register_transaction_code'),
    ...envelope,
    ...transactionCodeFields,
  }),
})

/** The commands of a batch, each with its key. */
export const batchCommands = itemsWith({ idempotencyKey, group: name(255).optional() })
/** What can be proposed. */
export const proposedCommands = itemsWith({})

export type CommandBodies = { [Type in keyof typeof bodies]: z.infer<(typeof bodies)[Type]> }
