import type { Tx } from '@plinth/db'
import { type Currencies, type EntryId, invariant, type TenantId } from '@plinth/kernel'
import { readEntriesById } from '@plinth/ledger'
import { renderEntry } from '@plinth/ledger/domain'
import type { OutboxEvent } from '@plinth/outbox'
import { type CloudEvent, cloudEventOf } from '../domain/cloud-event.js'

/**
 * Events as they are told outside, in the order given. An event without data of its own tells of an entry, which is rendered as
 * GET /journal-entries/{id} answers it, now and for ever.
 */
export async function renderEvents(
  tx: Tx,
  events: readonly OutboxEvent[],
  { tenantId, currencies }: { tenantId: TenantId; currencies: Currencies },
): Promise<CloudEvent[]> {
  const entryIds = events.filter(({ data }) => data === undefined).map(({ subject }) => subject as EntryId)
  const entries = new Map((await readEntriesById(tx, entryIds)).map((entry) => [entry.entryId, entry]))
  return events.map((event) => {
    if (event.data !== undefined) return cloudEventOf(tenantId, event, event.data)
    const entry = entries.get(event.subject as EntryId)
    invariant(entry !== undefined, 'the entry that an event tells of is there', { position: event.position })
    return cloudEventOf(tenantId, event, renderEntry(entry, currencies))
  })
}
