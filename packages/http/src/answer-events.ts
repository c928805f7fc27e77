import { z } from 'zod'
import { count, instant } from './answer-schemas.js'

/** An event as the API answers it; what `data` is, the schema that `dataschema` names says. */
export const cloudEvent = z
  .object({
    specversion: z.literal('1.0'),
    id: z.string().meta({ format: 'uuid', description: 'Constant over every delivery.' }),
    type: z.string().meta({ example: 'plinth.journal_entry.posted.v1' }),
    source: z.string().meta({ example: '/tenants/demo' }),
    subject: z.string().meta({ description: 'The id of what it happened to.' }),
    time: instant,
    datacontenttype: z.literal('application/json'),
    dataschema: z.string().meta({
      description: 'The name of the schema of `data`, which /schemas/events/{type} answers.',
      example: 'urn:plinth:event-schema:plinth.journal_entry.posted.v1',
    }),
    position: count.meta({ description: '1, 2, 3 … of the tenant, without gaps.' }),
    correlationid: z.string(),
    causationid: z.string().optional(),
    data: z.looseObject({}),
  })
  .meta({ id: 'CloudEvent', description: 'CloudEvents 1.0 in JSON.' })
