import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import type { EntryId, IdempotencyKey } from '@plinth/kernel'
import type { AuditTables } from './tables.js'

const sql = sqlDoor<AuditTables>('audit')

// A submission's ids are made one behind the other by one process (UUIDv7: milliseconds, then a counter), so the event that tells of
// an entry stands beside it in the order of ids. A second is far more than that takes.
const apartMs = 1_000

const keysOfEntries: Statement = {
  name: 'audit.keys_of_entries',
  text: `select k.entry_id, a.idempotency_key
      from unnest($2::uuid[], $3::uuid[], $4::uuid[]) as k (entry_id, first_id, last_id)
     cross join lateral (
      select idempotency_key from audit.audit_event
       where tenant_id = $1 and audit_event_id between k.first_id and k.last_id and outcome = 'accepted'
         and idempotency_key is not null
         and (object = k.entry_id::text or object like k.entry_id::text || ' %' or object like '% ' || k.entry_id::text)
       limit 1 offset 0) a`,
}

/** The keys of the commands that made these entries, found without an index that every posting would pay for. */
export async function readKeysOfEntries(
  tx: Tx,
  entryIds: readonly EntryId[],
): Promise<ReadonlyMap<EntryId, IdempotencyKey>> {
  if (entryIds.length === 0) return new Map()
  const rows = await sql.run<{ entry_id: EntryId; idempotency_key: IdempotencyKey }>(tx, keysOfEntries, [
    tenantOf(tx),
    plainArray(entryIds),
    plainArray(entryIds.map((entryId) => boundOf(entryId, -apartMs, '0'))),
    plainArray(entryIds.map((entryId) => boundOf(entryId, apartMs, 'f'))),
  ])
  return new Map(rows.map((row) => [row.entry_id, row.idempotency_key]))
}

/** The first or last UUID of a moment, counted from that of `id`. */
function boundOf(id: string, ms: number, rest: '0' | 'f'): string {
  const at = Math.max(0, Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16) + ms)
  const text = at.toString(16).padStart(12, '0').slice(-12)
  return `${text.slice(0, 8)}-${text.slice(8)}-${rest.repeat(4)}-${rest.repeat(4)}-${rest.repeat(12)}`
}
