import { z } from 'zod'
import * as fields from './command-schemas.js'
import { detailsErased, erasedLines } from './erasure-schemas.js'
import { baseNet, baseTotals, keptForeignExchange } from './fx-schemas.js'

export const decimal = z
  .string()
  .meta({ description: 'With all decimals of the currency.', example: '400.00' })
export const instant = z.string().meta({ format: 'date-time', example: '2026-11-21T09:30:00.123Z' })
export const uuid = z.string().meta({ format: 'uuid' })
export const count = z.int()
const texts = z.record(z.string(), z.string())
const unlessUnlimited = decimal.nullable().meta({ description: 'Null for an unlimited account.' })

const riskDecision = z
  .object({
    id: z.string(),
    source: z.string(),
    outcome: z.string(),
    decidedAt: instant,
    expiresAt: instant,
    checksum: z.string(),
  })
  .meta({ id: 'StoredRiskDecision' })

/** The answers of the API, for its description alone: what is answered is built where it is known. */
export const entry = z
  .object({
    journalEntryId: uuid,
    entryNo: count,
    status: z.literal('posted'),
    kind: z.string(),
    transactionCode: z.string(),
    description: z.string().optional(),
    reference: z.string().optional(),
    endToEndId: z.string().optional(),
    bookingDate: fields.date,
    period: z.string().optional().meta({
      description:
        '`YYYY-MM` of the booking date, or `YYYY-13`. Absent from entries of before there were periods: that of the booking date.',
      example: '2026-11',
    }),
    valueDate: fields.date,
    postedAt: instant,
    reverses: uuid.optional().meta({ description: 'The entry that it takes back.' }),
    reason: z.string().optional().meta({ description: 'Why it was reversed, or had to be booked.' }),
    advice: z.literal(true).optional().meta({ description: 'Booked although something spoke against it.' }),
    decision: riskDecision.optional(),
    holdId: uuid.optional().meta({ description: 'The hold that it captures.' }),
    lines: z.array(
      z.object({
        lineNo: count,
        accountId: z.string(),
        side: fields.side,
        amount: decimal,
        currency: z.string(),
        balanceAfter: decimal,
        accountVersion: count,
        reversesLineNo: count.optional(),
        divertedFrom: z.string().optional().meta({ description: 'The account that a credit was meant for.' }),
        divertedBecause: z
          .string()
          .optional()
          .meta({ description: 'What it would have been refused with there.' }),
        availableFrom: fields.date
          .optional()
          .meta({ description: 'The money of a credit was held until then.' }),
      }),
    ),
    correlationId: z.string(),
    causationId: z.string().optional(),
    metadata: texts,
    detailsErased: detailsErased.optional(),
  })
  .meta({ id: 'JournalEntry' })

export const correction = z
  .object({
    reversal: entry,
    posting: entry,
  })
  .meta({
    id: 'Correction',
    description: 'What was taken back, and what it should have been, of the kind `correction`.',
  })

export const account = z
  .object({
    accountId: z.string(),
    name: z.string(),
    glCode: z.string(),
    currency: z.string(),
    normalSide: fields.side,
    customerId: z.string().optional(),
    productCode: z.string().optional(),
    productVersion: count.optional().meta({
      description: 'The version of its product whose terms it has; told when it is opened and read.',
    }),
    overdraftLimit: decimal,
    unlimited: z.boolean(),
    status: fields.accountStatus,
    blockDebits: z.boolean(),
    blockCredits: z.boolean(),
    metadata: texts,
  })
  .meta({ id: 'Account' })

export const glAccount = z
  .object({
    code: z.string(),
    name: z.string(),
    type: fields.glType,
    parentCode: z.string().optional(),
    normalSide: fields.side,
    postable: z.boolean(),
  })
  .meta({ id: 'GlAccount' })

export const balance = z
  .object({
    accountId: z.string(),
    currency: z.string(),
    posted: decimal,
    held: decimal,
    available: unlessUnlimited,
    overdraftLimit: decimal,
    debits: decimal,
    credits: decimal,
    version: count,
    bookingDate: fields.date,
  })
  .meta({ id: 'Balance' })

const statementLine = z.object({
  entryNo: count,
  lineNo: count,
  journalEntryId: uuid,
  bookingDate: fields.date,
  valueDate: fields.date,
  postedAt: instant,
  transactionCode: z.string(),
  description: z.string().optional(),
  reference: z.string().optional(),
  endToEndId: z.string().optional(),
  detailsErased: z.literal(true).optional(),
  side: fields.side,
  amount: decimal,
  runningBalance: decimal,
  accountVersion: count,
})

export const statement = z
  .object({
    accountId: z.string(),
    currency: z.string(),
    from: fields.date,
    to: fields.date,
    opening: decimal,
    lines: z.array(statementLine),
    closing: decimal,
    provisional: z.boolean().meta({ description: 'A day in it is not closed yet.' }),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'Statement' })

const turnover = z.object({ count, amount: decimal })

/** A numbered statement without its lines. */
export const keptStatement = z
  .object({
    accountId: z.string(),
    statementNo: count.meta({ description: '1, 2, 3 … of the account.' }),
    name: z.string().meta({ description: 'Of the account, when the statement was made.' }),
    currency: z.string(),
    normalSide: fields.side.meta({ description: 'On which balances are above zero.' }),
    from: fields.date,
    to: fields.date,
    opening: decimal,
    debits: turnover,
    credits: turnover,
    closing: decimal,
    provisional: z.literal(false).meta({ description: 'All its days are closed.' }),
    madeAt: instant,
    madeBy: z.string(),
    checksum: z.string().meta({
      description:
        'SHA-256, in hexadecimal, of the canonical JSON (RFC 8785) of each line and then of all other members but `checksum`, `erased`, `page` and `pages`, each followed by a line feed.',
    }),
  })
  .meta({ id: 'NumberedStatement' })

export const statementPage = keptStatement
  .extend({
    erased: erasedLines.optional(),
    page: count,
    pages: count,
    lines: z.array(statementLine.extend({ kind: z.string().meta({ description: 'Of the entry.' }) })),
  })
  .meta({ id: 'NumberedStatementPage' })

export const trialBalance = z
  .object({
    date: fields.date,
    by: z.enum(['booking', 'value']),
    period: z.string().optional().meta({ description: 'That was asked for; `date` is its last day.' }),
    yearEndClose: z.literal('without').optional(),
    rows: z.array(
      z.object({
        glCode: z.string(),
        name: z.string(),
        type: fields.glType,
        parentCode: z.string().optional(),
        normalSide: fields.side,
        postable: z.boolean(),
        currency: z.string(),
        debits: decimal,
        credits: decimal,
        net: decimal,
        debitBalances: decimal,
        creditBalances: decimal,
        baseNet,
      }),
    ),
    totals: z.array(z.object({ currency: z.string(), debits: decimal, credits: decimal })),
    base: baseTotals,
  })
  .meta({ id: 'TrialBalance' })

export const hold = z
  .object({
    holdId: uuid,
    accountId: z.string(),
    status: z.enum(['active', 'captured', 'released', 'expired']),
    amount: decimal,
    captured: decimal,
    remaining: decimal,
    currency: z.string(),
    expiresAt: instant.nullable(),
    reference: z.string().optional(),
    transactionCode: z.string().optional().meta({ description: 'What it will be captured with.' }),
    decision: riskDecision.optional(),
    clears: z.object({ journalEntryId: uuid, lineNo: count, availableFrom: fields.date }).optional().meta({
      description: 'Of a clearing hold: the credit that it keeps from being available before its day.',
    }),
    placedAt: instant,
  })
  .meta({ id: 'Hold' })

export const suspenseItem = z
  .object({
    suspenseItemId: uuid,
    status: z.enum(['open', 'cleared', 'returned']),
    journalEntryId: uuid.meta({ description: 'The entry with the diverted line.' }),
    lineNo: count,
    valueDate: fields.date,
    accountId: z.string().meta({ description: 'Where the money stands.' }),
    intendedAccountId: z.string(),
    because: z.string(),
    amount: decimal,
    cleared: decimal,
    returned: decimal,
    remaining: decimal,
    currency: z.string(),
    openedAt: instant,
  })
  .meta({ id: 'SuspenseItem' })

const spent = z.object({ amount: decimal, count })
const left = z.object({ amount: decimal.optional(), count: count.optional() })
const periodLimit = z
  .object({
    amount: decimal.optional(),
    count: count.optional(),
    used: spent.optional().meta({ description: 'By the account that was asked for, in the current period.' }),
    left: left.optional(),
  })
  .meta({ id: 'PeriodLimit' })

export const limit = z
  .object({
    scope: z.enum(['account', 'product', 'tenant']),
    accountId: z.string().optional(),
    productCode: z.string().optional(),
    transactionCode: z.string().optional().meta({ description: 'Absent: all codes together.' }),
    currency: z.string(),
    perPosting: z.object({ amount: decimal }).optional(),
    perDay: periodLimit.optional(),
    perMonth: periodLimit.optional(),
  })
  .meta({ id: 'Limit' })

const settingsShape = {
  version: count,
  valueDateDaysBack: count.nullable().meta({ description: 'Null: any date back.' }),
  valueDateDaysAhead: count,
  valueDateFloor: fields.date.nullable().meta({ description: 'Value dates before it are refused.' }),
  currencies: z.record(z.string(), count).meta({ description: 'Own ones, with their decimals.' }),
  postingLimits: z.array(
    z.object({ transactionCode: z.string().optional(), currency: z.string(), perPosting: decimal }),
  ),
  strictTransactionCodes: z.boolean(),
  approvals: z.array(z.string()).meta({ description: 'What needs a second person.' }),
  reversalsAlone: z.record(z.string(), decimal),
  calendar: z
    .object({
      weekend: z.array(z.string()),
      holidays: z.string().nullable().meta({ example: 'DE-BY' }),
      extra: z.array(fields.date),
      working: z.array(fields.date),
    })
    .nullable()
    .meta({ description: 'On which days the bank closes its books. Null: on every day.' }),
  retainedEarningsGlCode: z.string().nullable(),
  foreignExchange: keptForeignExchange,
}

export const settings = z.object(settingsShape).meta({ id: 'Settings' })

export const transactionCode = z
  .object({
    code: z.string(),
    name: z.string(),
    roles: z.array(z.string()).optional(),
    debitGlTypes: z.array(fields.glType).optional(),
    creditGlTypes: z.array(fields.glType).optional(),
    customerInitiated: z.boolean(),
    bankTransactionCode: z.string().optional(),
    active: z.boolean(),
  })
  .meta({ id: 'TransactionCode' })

export const settingsVersion = z
  .object({
    ...settingsShape,
    transactionCodes: z.array(transactionCode),
    limits: z.array(limit).meta({ description: 'Of products and of the tenant.' }),
    firstEntryNo: count.meta({ description: 'The first entry that is decided with it.' }),
    changedAt: instant,
    changedBy: z.string(),
    changedOnBehalfOf: z.string().optional(),
    reason: z.string(),
  })
  .meta({ id: 'SettingsVersion' })

const proposalShape = {
  proposalId: uuid,
  action: z.string().meta({ description: 'The type of the command that is proposed.' }),
  status: z.enum(['pending', 'approved', 'rejected', 'withdrawn', 'expired']),
  payload: z.looseObject({}).meta({ description: 'The command, as it is run when it is approved.' }),
  payloadHash: z.string().meta({ description: 'SHA-256 of its canonical text.' }),
  reason: z.string(),
  deciders: z.array(z.string()).meta({ description: 'Roles of which the decider must have one.' }),
  madeBy: z.string(),
  madeOnBehalfOf: z.string().optional(),
  madeAt: instant,
  expiresAt: instant,
  decidedBy: z.string().optional(),
  decidedOnBehalfOf: z.string().optional(),
  decidedAt: instant.optional(),
  comment: z.string().optional(),
}

export const proposal = z.object(proposalShape).meta({ id: 'Proposal' })

export const decidedProposal = z
  .object({
    ...proposalShape,
    result: z
      .object({ status: z.int(), body: z.looseObject({}) })
      .optional()
      .meta({ description: 'What was approved, as the single call would answer it.' }),
  })
  .meta({ id: 'DecidedProposal' })

export const businessDate = z.object({ businessDate: fields.date }).meta({ id: 'BusinessDate' })

const eodRunShape = {
  runId: uuid,
  businessDate: fields.date,
  nextDate: fields.date.meta({ description: 'What everybody else books on from the cut-off.' }),
  dayStatus: z.enum(['closing', 'closed']),
  status: z.enum(['running', 'failed', 'completed']),
  cutOffEntryNo: count.meta({ description: 'The last entry before the cut-off; 0: there was none.' }),
  startedAt: instant,
  startedBy: z.string(),
  finishedAt: instant.nullable(),
  correlationId: z.string(),
  worker: z.string().optional().meta({ description: 'Who works on it, or did until `workerUntil`.' }),
  workerSince: instant.optional(),
  workerUntil: instant.optional(),
  failedStep: z.string().optional(),
  failure: z.string().optional(),
}

export const eodRun = z.object(eodRunShape).meta({ id: 'EodRun' })

export const eodRunReportShape = {
  ...eodRunShape,
  steps: z.array(
    z.object({
      name: z.string(),
      startedAt: instant,
      finishedAt: instant.nullable(),
      partitions: count,
      partitionsDone: count,
      counts: z.record(z.string(), count).meta({ description: 'What was done, by name.' }),
    }),
  ),
  setAside: z
    .array(
      z.object({
        accountId: z.string(),
        step: z.string(),
        code: z.string(),
        detail: z.string(),
        setAsideAt: instant,
        attempts: count,
        settledAt: instant.nullable(),
      }),
    )
    .meta({ description: 'Accounts for which a step failed; resume tries them again.' }),
  controlTotals: z
    .array(
      z.object({
        glCode: z.string(),
        currency: z.string(),
        opening: decimal,
        debits: decimal,
        credits: decimal,
        closing: decimal,
        lines: count,
      }),
    )
    .meta({ description: 'By booking date; opening and closing are debits less credits.' }),
}

export const auditEvent = z
  .object({
    auditEventId: uuid,
    occurredAt: instant,
    subject: z.string(),
    roles: z.array(z.string()),
    client: z.string().optional(),
    onBehalfOf: z.string().optional(),
    origin: z.string().optional().meta({ description: 'The network address the request came from.' }),
    action: z.string(),
    object: z.string().optional(),
    outcome: z.enum(['accepted', 'rejected', 'denied']),
    code: z.string().optional(),
    idempotencyKey: z.string().optional(),
    correlationId: z.string(),
    causationId: z.string().optional(),
  })
  .meta({ id: 'AuditEvent' })

export const recordedCommand = z
  .object({
    idempotencyKey: z.string(),
    type: z.string(),
    status: z.int().meta({ description: 'The HTTP status that the command was answered with.' }),
    decidedAt: instant,
    businessDate: fields.date,
    body: z.looseObject({}).meta({ description: 'The body that it was answered with.' }),
  })
  .meta({ id: 'RecordedCommand' })

export const batchAnswer = z
  .object({
    results: z.array(
      z.object({
        status: z.int(),
        replayed: z.boolean(),
        body: z.looseObject({}).meta({ description: 'What the single call would answer.' }),
      }),
    ),
    summary: z.object({ succeeded: count, replayed: count, rejected: count }),
  })
  .meta({ id: 'BatchAnswer' })

export const problem = z
  .looseObject({
    type: z.string().meta({ format: 'uri-reference' }),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    correlationId: z.string(),
    errors: z.array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457, with a stable code.' })

export const listOf = (item: z.ZodType) =>
  z.object({ data: z.array(item), nextCursor: z.string().nullable() })
