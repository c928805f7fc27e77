import { z } from 'zod'
import { count, decimal, eodRunReportShape, instant, uuid } from './answer-schemas.js'
import * as fields from './command-schemas.js'
import { baseTotals, rateText } from './fx-schemas.js'

const checksum = z.string().meta({
  description:
    'SHA-256, in hexadecimal, of the canonical JSON (RFC 8785) of each row, each move, each total, of `base` and then of `schema`, `tenantId` and `businessDate`, each followed by a line feed.',
})

/** A GL extract without what it says. */
export const glExtractHead = z
  .object({ businessDate: fields.date, form: count, rows: count, checksum, madeAt: instant })
  .meta({ id: 'GlExtractHead' })

const turnover = { opening: decimal, debits: decimal, credits: decimal, closing: decimal, lines: count }
const balances = { debitBalances: decimal, creditBalances: decimal }

export const glExtract = z
  .object({
    schema: z.string(),
    tenantId: z.string(),
    businessDate: fields.date,
    rows: z
      .array(
        z.object({
          glCode: z.string(),
          name: z.string(),
          type: fields.glType,
          currency: z.string(),
          ...turnover,
          ...balances,
          movedIn: decimal,
          movedOut: decimal,
          shown: decimal,
          baseClosing: decimal.nullable().meta({
            description: 'The closing in the base currency, at the rate of the day; null: there was none.',
          }),
          rate: rateText.nullable(),
          rateDate: fields.date.nullable(),
          rateVersion: count.nullable(),
        }),
      )
      .meta({
        description:
          'By GL code and currency. Opening, closing and shown are debits less credits; `debitBalances` and `creditBalances` are of the accounts on which debits, and credits, prevail at the end of the day. Shown is the closing without overdrawn accounts that are shown elsewhere (`movedOut`) and with those of other GL accounts (`movedIn`). `rate`, its day and its version are those of the currency on the day, as they were when the extract was made: a correction does not change them.',
      }),
    moves: z
      .array(
        z.object({
          glCode: z.string(),
          overdrawnGlCode: z.string(),
          currency: z.string(),
          amount: decimal,
          accounts: count,
        }),
      )
      .meta({ description: 'From where to where overdrawn accounts were moved, as their terms say.' }),
    totals: z.array(
      z.object({ currency: z.string(), ...turnover, ...balances, moved: decimal, shown: decimal }),
    ),
    base: baseTotals,
    checksum,
  })
  .meta({ id: 'GlExtract' })

export const eodRunReport = z
  .object({
    ...eodRunReportShape,
    extract: glExtract
      .optional()
      .meta({ description: 'Of a rehearsal: the GL extract that the day would have, with its interest.' }),
    differences: z
      .array(z.object({ subject: z.string(), expected: z.string(), found: z.string() }))
      .optional()
      .meta({ description: 'Of a rehearsal: where turnover and accounts differ in the extract.' }),
  })
  .meta({ id: 'EodRunReport' })

const breakShape = {
  breakId: uuid,
  comparison: z.string(),
  subject: z.string().meta({ description: 'What differs: as long as it does it is the same break.' }),
  status: z.enum(['open', 'explained', 'closed']),
  expected: z.string(),
  found: z.string(),
  differenceMinor: z
    .string()
    .nullable()
    .meta({ description: 'Found less expected, in minor units; null where it is no amount.' }),
  firstRunId: uuid,
  firstSeenAt: instant,
  lastRunId: uuid,
  lastSeenAt: instant,
  closedByRunId: uuid.nullable().meta({ description: 'The run that found it no more.' }),
  explainedBy: z.string().nullable(),
  note: z.string().nullable(),
}

export const reconciliationBreak = z.object(breakShape).meta({ id: 'ReconciliationBreak' })

export const reconciliationBreakHistory = z
  .object({
    ...breakShape,
    events: z.array(
      z.object({
        eventNo: count,
        what: z.enum(['opened', 'changed', 'explained', 'closed']),
        at: instant,
        by: z.string(),
        runId: uuid.nullable(),
        expected: z.string(),
        found: z.string(),
        note: z.string().nullable(),
      }),
    ),
  })
  .meta({ id: 'ReconciliationBreakHistory' })

export const reconciliationRun = z
  .object({
    runId: uuid,
    asOfEntryNo: count.meta({ description: 'The last entry that it knew.' }),
    startedAt: instant,
    finishedAt: instant,
    startedBy: z.string(),
    correlationId: z.string(),
    comparisons: z.array(z.object({ comparison: z.string(), compared: count, differing: count })),
  })
  .meta({ id: 'ReconciliationRun' })
