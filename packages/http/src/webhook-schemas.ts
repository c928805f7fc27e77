import { parseTypeFilter } from '@plinth/events'
import { deliveryStatuses, isWebhookUrl, webhookStatuses } from '@plinth/webhooks/domain'
import { z } from 'zod'
import { count, instant, uuid } from './answer-schemas.js'
import { says, text } from './command-schemas.js'
import { malformedBySchema } from './read-fields.js'

const patternsMax = 50

/** Whether there is a type that the pattern names: a slip of the pen would otherwise be silence for ever. */
const namesSomething = (pattern: string): boolean =>
  /^[a-z0-9_.]*\*?$/.test(pattern) && parseTypeFilter(pattern) !== undefined

const url = text(2_048).refine(isWebhookUrl, says('wrong_type')).meta({
  description:
    'https; http only to the machine itself, where the operator allows it. Without user and password: it is shown to whoever may see webhooks.',
  format: 'uri',
})
const description = text(200)
const eventTypes = z
  .array(z.string(says('wrong_type')).refine(namesSomething, says('wrong_type')), says('wrong_type'))
  .max(patternsMax, says('too_long'))
  .meta({
    description:
      'Types such as `plinth.hold.placed.v1`, or what they begin with and a star; none: all types.',
  })

export const newWebhookBody = z
  .strictObject(
    {
      url,
      description: description.optional(),
      eventTypes: eventTypes.optional(),
      startAfter: z
        .int(says('wrong_type'))
        .min(0, says('wrong_type'))
        .optional()
        .meta({ description: 'The position behind which its events begin; absent: with those to come.' }),
    },
    says('wrong_type'),
  )
  .meta({ id: 'NewWebhook' })

export const webhookChangesBody = z
  .strictObject(
    { url: url.optional(), description: description.optional(), eventTypes: eventTypes.optional() },
    says('wrong_type'),
  )
  .meta({ id: 'WebhookChanges' })

// A day to bring the new secret to the receiver; a week at most, for the old one may have become known.
const overlapSecondsDefault = 86_400
const overlapSecondsMax = 7 * 86_400

export const rotationBody = z
  .strictObject(
    {
      overlapSeconds: z
        .int(says('wrong_type'))
        .min(0, says('wrong_type'))
        .max(overlapSecondsMax, says('too_long'))
        .default(overlapSecondsDefault)
        .meta({ description: 'For how long events are also signed with the secret before.' }),
    },
    says('wrong_type'),
  )
  .meta({ id: 'WebhookSecretRotation' })

export const replayBody = z
  .strictObject(
    {
      eventId: z.uuid(says('id_malformed')).optional().meta({ description: 'This event’s alone.' }),
      fromPosition: z
        .int(says('wrong_type'))
        .min(0, says('wrong_type'))
        .default(0)
        .meta({ description: 'From this position on; absent: all.' }),
    },
    says('wrong_type'),
  )
  .meta({ id: 'WebhookReplay' })

const circuit = z.enum(['closed', 'open', 'half_open']).meta({
  description: '`open`: too many attempts failed in a row; `half_open`: the next attempt finds out.',
})

export const webhook = z
  .object({
    webhookId: uuid,
    url: z.string(),
    description: z.string(),
    eventTypes: z.array(z.string()),
    status: z.enum(webhookStatuses),
    disabledReason: z.enum(['by_hand', 'gone', 'long_failure']).nullable(),
    disabledAt: instant.nullable(),
    circuit,
    failuresInARow: count,
    failingSince: instant.nullable(),
    nextAttemptAt: instant.nullable().meta({ description: 'Null: at once.' }),
    position: count.meta({ description: 'The last event that was delivered, given up or not asked for.' }),
    lag: count.meta({ description: 'Events behind it, of any type.' }),
    deadLetters: count,
    createdAt: instant,
    createdBy: z.string(),
  })
  .meta({ id: 'Webhook' })

export const webhookWithSecret = webhook
  .extend({
    secret: z.string().meta({ description: '`whsec_…`, shown this once (Standard Webhooks).' }),
  })
  .meta({ id: 'WebhookWithSecret' })

const failure = z.enum([
  'status',
  'redirect',
  'timeout',
  'address_refused',
  'name_unknown',
  'certificate_refused',
  'connection_failed',
])

export const webhookDelivery = z
  .object({
    position: count,
    eventId: uuid,
    type: z.string(),
    status: z.enum(deliveryStatuses),
    attempts: count.meta({ description: 'Since it was first sent, or last asked to be sent again.' }),
    replays: count,
    firstAttemptAt: instant,
    lastAttemptAt: instant,
    responseStatus: count.nullable(),
    failure: failure.nullable(),
  })
  .meta({ id: 'WebhookDelivery' })

export const webhookTest = z
  .object({
    eventId: uuid,
    delivered: z.boolean(),
    responseStatus: count.nullable(),
    failure: failure.nullable(),
  })
  .meta({ id: 'WebhookTest' })

export const webhookReplay = z
  .object({ replayed: count.meta({ description: 'Dead letters that will be sent again.' }) })
  .meta({ id: 'WebhookReplayReport' })

/** A webhook as it is asked for, or what is wrong with it. */
export function readNewWebhook(value: unknown) {
  const parsed = newWebhookBody.safeParse(value)
  if (!parsed.success) return malformedBySchema(parsed.error, value)
  const { url: to, description: about = '', eventTypes: types = [], startAfter } = parsed.data
  return { url: to, description: about, eventTypes: types, startAfter }
}

/** What is to become of a webhook, or what is wrong with it. */
export function readWebhookChanges(value: unknown) {
  const parsed = webhookChangesBody.safeParse(value)
  return parsed.success ? parsed.data : malformedBySchema(parsed.error, value)
}
