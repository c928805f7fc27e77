import type { Tx } from '@plinth/db'
import { type Currencies, type EntryId, invariant, type TenantId } from '@plinth/kernel'
import { readEntriesById } from '@plinth/ledger'
import { renderEntry } from '@plinth/ledger/domain'
import type { OutboxEvent } from '@plinth/outbox'
import { readSettings } from '@plinth/tenancy'
import { type CloudEvent, cloudEventOf } from '../domain/cloud-event.js'

/**
 * Events of the tenant of `tx` as they are told outside, in the order given. An event without data of its own tells of an entry,
 * which is rendered as GET /journal-entries/{id} answers it: the same for ever, but for details that are erased.
 */
export async function renderEvents(
  tx: Tx,
  tenantId: TenantId,
  events: readonly OutboxEvent[],
): Promise<CloudEvent[]> {
  const render = await entriesOf(tx, events)
  return events.map((event) => cloudEventOf(tenantId, event, event.data ?? render(event)))
}

/** Reads the entries that events tell of, with the currencies as they are now: an entry may be in one that is a second old. */
async function entriesOf(tx: Tx, events: readonly OutboxEvent[]): Promise<(event: OutboxEvent) => object> {
  const entryIds = events.filter(({ data }) => data === undefined).map(({ subject }) => subject as EntryId)
  if (entryIds.length === 0) return (event) => rendered(event, undefined, undefined)
  const [entries, settings] = await Promise.all([readEntriesById(tx, entryIds), readSettings(tx)])
  const byId = new Map(entries.map((entry) => [entry.entryId, entry]))
  return (event) => rendered(event, byId.get(event.subject as EntryId), settings?.currencies)
}

function rendered(
  { position }: OutboxEvent,
  entry: Parameters<typeof renderEntry>[0] | undefined,
  currencies: Currencies | undefined,
): object {
  invariant(entry !== undefined && currencies !== undefined, 'what an event tells of is there', { position })
  return renderEntry(entry, currencies)
}
