import { z } from 'zod'
import { instant } from './answer-schemas.js'

const step = z
  .object({
    at: instant,
    kind: z.string().meta({
      description:
        '`command`, `entry`, `hold`, `suspense_item`, `proposal`, `audit_event`, `event` or `delivery`. Where several have one moment: what was asked, what it did, who is told, who was.',
      example: 'entry',
    }),
    id: z.string().meta({
      description: 'The idempotency key of a command, the webhook of a delivery, else the id of the thing.',
    }),
    correlationId: z.string().nullable().meta({
      description: 'Of the journey that it belongs to: this one, or one that touches the same things.',
    }),
    causationId: z.string().optional(),
    outcome: z.string().optional().meta({ description: '`accepted`, `rejected` or `denied`.' }),
    code: z.string().optional().meta({ description: 'Why not.' }),
    what: z
      .string()
      .meta({ description: 'In a few words, for people.', example: 'entry 42 posting TRANSFER' }),
    details: z.record(z.string(), z.unknown()).meta({
      description: 'Accounts, amounts, dates and numbers of the thing; none of the texts of a customer.',
    }),
  })
  .meta({ id: 'JourneyStep' })

export const journey = z
  .object({
    correlationId: z.string(),
    standing: z.object({
      state: z.string().meta({
        description:
          '`open` while something is not finished, `done`, or `refused` if everything was rejected or denied.',
        example: 'open',
      }),
      summary: z.string().meta({ description: 'One line.' }),
      open: z.array(
        z.object({
          kind: z.string().meta({
            description:
              '`hold`, `proposal`, `suspense_item`, `delivery` (an event that a webhook has not taken) or `event` (one that a consumer has not passed on).',
            example: 'hold',
          }),
          id: z.string(),
          since: instant,
          what: z.string(),
        }),
      ),
      whole: z.boolean().meta({
        description: 'False: there is more than is looked at at once, and this says where that much stands.',
      }),
    }),
    causes: z
      .array(
        z.object({
          causationId: z.string(),
          foundAs: z.string().nullable().meta({ description: 'Null: nothing that Plinth knows.' }),
          correlationId: z.string().nullable(),
        }),
      )
      .meta({ description: 'What the steps name as their causes.' }),
    related: z.array(z.string()).meta({
      description: 'Correlation ids of journeys that touch the same things, or that were caused by this one.',
    }),
    data: z.array(step),
    nextCursor: z.string().nullable(),
  })
  .meta({ id: 'Journey' })
