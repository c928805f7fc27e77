import { rateStatuses } from '@plinth/fx/domain'
import { z } from 'zod'
import { currency, date, name, says } from './command-schemas.js'

/** What of rates and positions is asked and answered (ADR 0024). */
const ratesMax = 1000

export const rateText = z.string(says('amount_not_a_string')).meta({
  description:
    'What one unit of the currency costs in the base currency: above zero, at most 18 digits before and behind the point.',
  pattern: '^(0|[1-9][0-9]*)(\\.[0-9]+)?$',
  example: '0.92165',
})

const day = date.meta({ description: 'The day from which it holds.' })
const version = z.int(says('wrong_type')).min(1, says('wrong_type')).max(1_000_000, says('wrong_type'))
const list = <Item extends z.ZodType>(item: Item) =>
  z.array(item, says('wrong_type')).min(1, says('required')).max(ratesMax, says('too_long'))

const rateKey = z.strictObject({ currency, date: day, version }, says('wrong_type')).meta({ id: 'RateKey' })

export const rateBodies = {
  submit: z
    .strictObject(
      {
        rates: list(
          z
            .strictObject(
              {
                currency,
                date: day,
                rate: rateText,
                source: name(200).meta({ description: 'Where it was read.', example: 'ECB' }),
              },
              says('wrong_type'),
            )
            .meta({ id: 'RateToSubmit' }),
        ),
      },
      says('wrong_type'),
    )
    .meta({ id: 'RatesToSubmit' }),
  approve: z
    .strictObject({ rates: list(rateKey), reason: name(1000).optional() }, says('wrong_type'))
    .meta({ id: 'RatesToApprove' }),
  reject: z
    .strictObject({ rates: list(rateKey), reason: name(1000) }, says('wrong_type'))
    .meta({ id: 'RatesToReject' }),
}

const instant = z.string().meta({ format: 'date-time' })

export const rate = z
  .object({
    currency: z.string(),
    baseCurrency: z.string(),
    date,
    version: z.int().meta({ description: 'The newest approved version of a day holds.' }),
    rate: rateText,
    source: z.string(),
    status: z.enum(rateStatuses),
    submittedBy: z.string(),
    submittedOnBehalfOf: z.string().optional(),
    submittedAt: instant,
    decidedBy: z.string().optional(),
    decidedOnBehalfOf: z.string().optional(),
    decidedAt: instant.optional(),
    reason: z.string().optional(),
  })
  .meta({ id: 'Rate' })

/** Rates as they stand behind what was asked, in its order. */
export const rates = z.object({ data: z.array(rate) }).meta({ id: 'Rates' })

const inBaseCurrency = z.string().nullable()

export const baseNet = inBaseCurrency.meta({
  description: 'The net in the base currency, at the rate of the date; null: there is no rate.',
})

export const baseTotals = z
  .object({
    currency: z.string(),
    debits: inBaseCurrency.meta({
      description: 'Of the postable GL accounts that net to a debit; null: one of them has no rate.',
    }),
    credits: inBaseCurrency,
    rounding: inBaseCurrency.meta({
      description: 'What rounding each net left over: debits and rounding are the credits.',
    }),
    withoutRate: z.array(z.string()).meta({ description: 'Currencies that have no rate.' }),
    rates: z
      .array(z.object({ currency: z.string(), rate: rateText, date, version: z.int() }))
      .meta({ description: 'What was converted with, and of which day it is.' }),
  })
  .meta({
    id: 'BaseTotals',
    description: 'What all comes to in the base currency, at the rates of the date.',
  })

export const keptForeignExchange = z
  .object({
    positionGlCode: z.string(),
    counterValueGlCode: z.string(),
    gainGlCode: z.string(),
    lossGlCode: z.string(),
    rateDaysMax: z.int(),
  })
  .nullable()
  .meta({ description: 'How positions in other currencies are kept and revalued. Null: they are not.' })
