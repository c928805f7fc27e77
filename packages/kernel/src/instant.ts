import type { Brand } from './ids.js'
import { invariant } from './invariant.js'

/** A moment in UTC, RFC 3339 with milliseconds and `Z` (contract §2). Compares as text. */
export type Instant = Brand<string, 'Instant'>

/** The instant of a clock reading in milliseconds since 1970. */
export function instantOf(epochMs: number): Instant {
  return new Date(epochMs).toISOString() as Instant
}

// PostgreSQL's ISO output in a session whose time zone is UTC: `2026-11-21 03:10:31.123+00`.
const databaseForm = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?\+00(?::?00)?$/

/** Reads a `timestamptz` as the database prints it in UTC. Digits below the millisecond are cut off. */
export function instantFromDatabase(text: string): Instant {
  const parts = databaseForm.exec(text)
  invariant(parts !== null, 'the database prints instants in UTC', { text })
  return `${parts[1]}T${parts[2]}.${(parts[3] ?? '').padEnd(3, '0').slice(0, 3)}Z` as Instant
}
