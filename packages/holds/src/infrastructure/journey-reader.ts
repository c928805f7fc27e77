import type { Tx } from '@plinth/db'
import { plainArray, type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import { type EntryId, type Instant, minorFromDatabase } from '@plinth/kernel'
import type { HoldChange, HoldId, HoldStatus } from '../domain/hold.js'
import { readShownHolds, type ShownHold } from './hold-store.js'

const sql = sqlDoor<Record<never, never>>('holds')

/** One change of a hold, as it left it. Amounts are minor units of the hold's currency. */
export interface HoldMoment {
  readonly version: number
  readonly change: HoldChange
  readonly captured: bigint
  readonly remaining: bigint
  readonly status: HoldStatus
  readonly expiresAt: Instant | undefined
  /** The entry of a capture. */
  readonly entryNo: number | undefined
  readonly changedAt: Instant
}

export interface HoldHistory {
  readonly hold: ShownHold
  readonly moments: readonly HoldMoment[]
}

const moments: Statement = {
  name: 'holds.journey_moments',
  text: `select k.hold_id, e.* from unnest($2::uuid[]) as k (hold_id)
    cross join lateral (
      select version, change, captured::text, remaining::text, status, expires_at, entry_no, changed_at
        from holds.hold_event where tenant_id = $1 and hold_id = k.hold_id order by version offset 0) e`,
}

interface Row {
  hold_id: HoldId
  version: number
  change: HoldChange
  captured: string
  remaining: string
  status: HoldStatus
  expires_at: Instant | null
  entry_no: number | null
  changed_at: Instant
}

/** Holds as they stand, each with everything that became of it. Wants a transaction that reads one snapshot. */
export async function readHoldHistories(tx: Tx, holdIds: readonly HoldId[]): Promise<HoldHistory[]> {
  if (holdIds.length === 0) return []
  const [holds, rows] = await Promise.all([
    readShownHolds(tx, holdIds),
    sql.run<Row>(tx, moments, [tenantOf(tx), plainArray(holdIds)]),
  ])
  return holds.map((hold) => ({
    hold,
    moments: rows.filter((row) => row.hold_id === hold.holdId).map(toMoment),
  }))
}

const toMoment = (row: Row): HoldMoment => ({
  version: row.version,
  change: row.change,
  captured: minorFromDatabase(row.captured),
  remaining: minorFromDatabase(row.remaining),
  status: row.status,
  expiresAt: row.expires_at ?? undefined,
  entryNo: row.entry_no ?? undefined,
  changedAt: row.changed_at,
})

const clearing: Statement = {
  name: 'holds.journey_clearing',
  text: `select h.hold_id from unnest($2::uuid[]) as k (entry_id)
    cross join lateral (
      select hold_id from holds.account_hold where tenant_id = $1 and clears_entry_id = k.entry_id offset 0) h`,
}

/** The clearing holds that were placed with these entries, whatever became of them. */
export async function readClearingHoldIds(tx: Tx, entryIds: readonly EntryId[]): Promise<HoldId[]> {
  if (entryIds.length === 0) return []
  const rows = await sql.run<{ hold_id: HoldId }>(tx, clearing, [tenantOf(tx), plainArray(entryIds)])
  return rows.map((row) => row.hold_id)
}
