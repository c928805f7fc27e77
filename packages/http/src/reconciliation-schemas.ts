import { z } from 'zod'
import { count, decimal, instant } from './answer-schemas.js'
import * as fields from './command-schemas.js'

const checksum = z.string().meta({
  description:
    'SHA-256, in hexadecimal, of the canonical JSON (RFC 8785) of each row, each move, each total and then of `schema`, `tenantId` and `businessDate`, each followed by a line feed.',
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
        }),
      )
      .meta({
        description:
          'By GL code and currency. Opening, closing and shown are debits less credits; `debitBalances` and `creditBalances` are of the accounts on which debits, and credits, prevail at the end of the day. Shown is the closing without overdrawn accounts that are shown elsewhere (`movedOut`) and with those of other GL accounts (`movedIn`).',
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
    checksum,
  })
  .meta({ id: 'GlExtract' })
