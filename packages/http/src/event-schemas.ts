import { schemaNameOf } from '@plinth/events'
import type { EventType } from '@plinth/outbox'
import { z } from 'zod'
import * as answers from './answer-schemas.js'
import { date } from './command-schemas.js'
import { erasureFields } from './erasure-schemas.js'
import { rateText } from './fx-schemas.js'
import { product, productVersion } from './product-schemas.js'

const businessDay = { runId: answers.uuid, businessDate: date, nextDate: date }
const year = z.object({
  year: answers.count,
  period: z.string().meta({ description: 'The one in which the year is closed.', example: '2026-13' }),
})

const erasedEntry = { journalEntryId: answers.uuid, entryNo: answers.count }
const erasure = z.object({
  ...{ ...erasedEntry, ...erasureFields, erasedAt: answers.instant },
  entries: z.array(z.object(erasedEntry)),
})

/** What happened, and what an event of a type says of it. What the API answers too is said by the same schema. */
const described: Readonly<Record<EventType, readonly [what: string, data: z.ZodType]>> = {
  'plinth.account.opened.v1': ['An account was opened: as it was then.', answers.account],
  'plinth.account.status_set.v1': ['The status or the blocks of an account were set.', answers.account],
  'plinth.account.terms_changed.v1': [
    'Name, overdraft limit or metadata of an account changed.',
    answers.account,
  ],
  'plinth.api_key.issued.v1': [
    'An API key was issued by a proposal. Its secret is told nowhere.',
    z.object({
      keyId: z.string(),
      name: z.string(),
      roles: z.array(z.string()),
      expiresAt: answers.instant.nullable(),
    }),
  ],
  'plinth.business_day.closed.v1': [
    'All steps of the end of a business day are done.',
    z.object({
      ...businessDay,
      setAside: answers.count.meta({
        description: 'Accounts for which a step failed and was left for later.',
      }),
    }),
  ],
  'plinth.business_day.closing.v1': [
    'The cut-off of a business day: what is posted behind it is booked on `nextDate`.',
    z.object(businessDay),
  ],
  'plinth.gl_account.created.v1': ['A GL account is in the chart.', answers.glAccount],
  'plinth.hold.expired.v1': ['A hold ran out: as it was left.', answers.hold],
  'plinth.hold.extended.v1': ['A hold lasts longer.', answers.hold],
  'plinth.hold.placed.v1': ['An amount was set aside.', answers.hold],
  'plinth.hold.released.v1': ['A hold was released: as it was left.', answers.hold],
  'plinth.journal_entry.details_erased.v1': [
    'The details of an entry, and of those that repeat them, were erased: whoever keeps copies erases them too.',
    erasure,
  ],
  'plinth.journal_entry.posted.v1': [
    'An entry is in the books; also a reversal, a capture of a hold, a correction.',
    answers.entry,
  ],
  'plinth.limit.set.v1': ['A limit was set.', answers.limit],
  'plinth.product.created.v1': ['A product was created.', product],
  'plinth.product.version_approved.v1': ['A version of a product was approved.', productVersion],
  'plinth.product.version_changed.v1': ['The draft of a version changed.', productVersion],
  'plinth.product.version_drafted.v1': ['A version of a product was drafted.', productVersion],
  'plinth.product.version_rejected.v1': ['A version of a product was rejected.', productVersion],
  'plinth.product.version_submitted.v1': ['A version of a product waits for approval.', productVersion],
  'plinth.proposal.decided.v1': ['Somebody decided what somebody else had proposed.', answers.proposal],
  'plinth.proposal.made.v1': ['Somebody proposed what somebody else must decide.', answers.proposal],
  'plinth.rate.approved.v1': [
    'A rate holds from its date on.',
    z.object({
      currency: z.string(),
      baseCurrency: z.string(),
      date,
      version: answers.count,
      rate: rateText,
      source: z.string(),
    }),
  ],
  'plinth.settings.changed.v1': ['The tenant’s settings changed: as they are now.', answers.settings],
  'plinth.transaction_code.registered.v1': [
    'A transaction code was registered or changed.',
    answers.transactionCode,
  ],
  'plinth.year.closed.v1': ['A year is final.', year],
  'plinth.year.closing.v1': ['The closing of a year has begun.', year],
}

/** The schema of a type's data, as JSON Schema 2020-12. Open: fields may be added within a version, and none goes. */
export function describeEvent(type: EventType): object {
  const [description, data] = described[type]
  const { $schema, ...schema } = z.toJSONSchema(data, {
    io: 'output',
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      const { example } = jsonSchema
      if (example === undefined) return
      // OpenAPI's word for it; JSON Schema has another.
      delete jsonSchema.example
      jsonSchema.examples = [example]
    },
  })
  return { $schema, $id: schemaNameOf(type), title: type, description, ...schema }
}
