/**
 * Every type of event that Plinth tells of: a CloudEvents type, versioned by its last part. A type is here before anything can
 * write it, and has a schema of its data before anything can read it (ADR 0027). None ever goes: old events are read for ever.
 */
export const allEventTypes = [
  'plinth.account.opened.v1',
  'plinth.account.status_set.v1',
  'plinth.account.terms_changed.v1',
  'plinth.api_key.issued.v1',
  'plinth.business_day.closed.v1',
  'plinth.business_day.closing.v1',
  'plinth.gl_account.created.v1',
  'plinth.hold.expired.v1',
  'plinth.hold.extended.v1',
  'plinth.hold.placed.v1',
  'plinth.hold.released.v1',
  'plinth.journal_entry.details_erased.v1',
  'plinth.journal_entry.posted.v1',
  'plinth.limit.set.v1',
  'plinth.product.created.v1',
  'plinth.product.version_approved.v1',
  'plinth.product.version_changed.v1',
  'plinth.product.version_drafted.v1',
  'plinth.product.version_rejected.v1',
  'plinth.product.version_submitted.v1',
  'plinth.proposal.decided.v1',
  'plinth.proposal.made.v1',
  'plinth.rate.approved.v1',
  'plinth.settings.changed.v1',
  'plinth.transaction_code.registered.v1',
  'plinth.year.closed.v1',
  'plinth.year.closing.v1',
] as const

export type EventType = (typeof allEventTypes)[number]

const typeSet: ReadonlySet<string> = new Set(allEventTypes)

export const isEventType = (text: string): text is EventType => typeSet.has(text)
