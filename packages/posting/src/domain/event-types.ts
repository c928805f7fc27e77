import { invariant } from '@plinth/kernel'
import type { EventType } from '@plinth/outbox'
import type { CommandType } from './command.js'

const neverTold = 'plinth.command.abandoned.v1'

/**
 * The event that tells of an accepted command. What makes an entry is told by
 * the entry, which names the hold it captures or the entry it reverses.
 */
export const eventTypes: Readonly<Record<CommandType, EventType | typeof neverTold>> = {
  post: 'plinth.journal_entry.posted.v1',
  open_account: 'plinth.account.opened.v1',
  set_status: 'plinth.account.status_set.v1',
  change_terms: 'plinth.account.terms_changed.v1',
  create_gl_account: 'plinth.gl_account.created.v1',
  reverse: 'plinth.journal_entry.posted.v1',
  // One for each of its two entries.
  correct: 'plinth.journal_entry.posted.v1',
  clear_suspense_item: 'plinth.journal_entry.posted.v1',
  erase_details: 'plinth.journal_entry.details_erased.v1',
  place_hold: 'plinth.hold.placed.v1',
  capture_hold: 'plinth.journal_entry.posted.v1',
  release_hold: 'plinth.hold.released.v1',
  extend_hold: 'plinth.hold.extended.v1',
  expire_hold: 'plinth.hold.expired.v1',
  change_settings: 'plinth.settings.changed.v1',
  register_transaction_code: 'plinth.transaction_code.registered.v1',
  set_limit: 'plinth.limit.set.v1',
  issue_api_key: 'plinth.api_key.issued.v1',
  create_product: 'plinth.product.created.v1',
  draft_product_version: 'plinth.product.version_drafted.v1',
  change_product_version: 'plinth.product.version_changed.v1',
  submit_product_version: 'plinth.product.version_submitted.v1',
  approve_product_version: 'plinth.product.version_approved.v1',
  reject_product_version: 'plinth.product.version_rejected.v1',
  // Never accepted.
  abandon: neverTold,
  propose: 'plinth.proposal.made.v1',
  decide_proposal: 'plinth.proposal.decided.v1',
}

/** The type of the event that tells of an accepted command of this type. */
export function eventTypeOf(type: CommandType): EventType {
  const told = eventTypes[type]
  invariant(told !== neverTold, 'what is never accepted is never told', { type })
  return told
}
