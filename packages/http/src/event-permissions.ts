import { allEventTypes, type EventType } from '@plinth/outbox'
import { may, type Permission, type Principal } from '@plinth/tenancy'

/** What one must be allowed to do to be told of it: what one needs to read the thing itself. */
const permissionByType: Readonly<Record<EventType, Permission>> = {
  'plinth.account.opened.v1': 'read_books',
  'plinth.account.status_set.v1': 'read_books',
  'plinth.account.terms_changed.v1': 'read_books',
  'plinth.api_key.issued.v1': 'read_audit',
  'plinth.business_day.closed.v1': 'read_books',
  'plinth.business_day.closing.v1': 'read_books',
  'plinth.gl_account.created.v1': 'read_chart',
  'plinth.hold.expired.v1': 'read_books',
  'plinth.hold.extended.v1': 'read_books',
  'plinth.hold.placed.v1': 'read_books',
  'plinth.hold.released.v1': 'read_books',
  'plinth.journal_entry.details_erased.v1': 'read_books',
  'plinth.journal_entry.posted.v1': 'read_books',
  'plinth.limit.set.v1': 'read_books',
  'plinth.product.created.v1': 'read_chart',
  'plinth.product.version_approved.v1': 'read_chart',
  'plinth.product.version_changed.v1': 'read_chart',
  'plinth.product.version_drafted.v1': 'read_chart',
  'plinth.product.version_rejected.v1': 'read_chart',
  'plinth.product.version_submitted.v1': 'read_chart',
  'plinth.proposal.decided.v1': 'read_proposals',
  'plinth.proposal.made.v1': 'read_proposals',
  'plinth.rate.approved.v1': 'read_chart',
  'plinth.settings.changed.v1': 'read_chart',
  'plinth.transaction_code.registered.v1': 'read_chart',
  'plinth.year.closed.v1': 'read_books',
  'plinth.year.closing.v1': 'read_books',
}

/** Those of the types asked for that the caller may be told of; undefined: all that there are. */
export function visibleTypes(
  { roles }: Principal,
  asked: readonly EventType[] = allEventTypes,
): readonly EventType[] | undefined {
  const visible = asked.filter((type) => may(roles, permissionByType[type]))
  return visible.length === allEventTypes.length ? undefined : visible
}
