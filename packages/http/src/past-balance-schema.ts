import { z } from 'zod'
import { count, decimal } from './answer-schemas.js'
import * as fields from './command-schemas.js'

const nothingKept = z.null().meta({ description: 'Not kept of the past.' })
const unlessAsked = 'Null if not asked for.'

/** The query parameters of a balance that ask for the past. */
const parametersOfThePast = ['valueDate', 'bookingDate', 'knownAtEntryNo', 'knownAt'] as const

export const pastBalance = z
  .object({
    accountId: z.string(),
    currency: z.string(),
    posted: decimal,
    held: nothingKept,
    available: nothingKept,
    overdraftLimit: nothingKept,
    debits: decimal,
    credits: decimal,
    version: count.nullable().meta({
      description:
        'How many lines count, the first ones; null if asked for by value date, or where the end of day made some later.',
    }),
    valueDate: fields.date.nullable().meta({ description: unlessAsked }),
    bookingDate: fields.date.nullable().meta({ description: unlessAsked }),
    knownAtEntryNo: count.meta({
      description: 'The last entry that was known: asked with it, the question has this answer for ever.',
    }),
  })
  // No program is answered so that does not ask so: test/openapi looks whether these are there and were not before.
  .meta({ id: 'PastBalance', 'x-only-when-asked-by': parametersOfThePast })
