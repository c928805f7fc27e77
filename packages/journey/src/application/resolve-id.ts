import { readAuditEventsMadeWith, readAuditEventsWithoutEntry } from '@plinth/audit'
import type { Tx } from '@plinth/db'
import { type HoldHistory, readHoldHistories } from '@plinth/holds'
import { parseHoldId } from '@plinth/holds/domain'
import {
  type AccountId,
  instantOf,
  parseAccountId,
  parseEntryId,
  parseIdempotencyKey,
  parseUuid,
} from '@plinth/kernel'
import { listEntries, readEntriesByNumber, readEntry } from '@plinth/ledger'
import { readEventsWithin } from '@plinth/outbox'
import { readOutcomes } from '@plinth/posting'
import { readSuspenseItems } from '@plinth/suspense'
import { parseSuspenseItemId } from '@plinth/suspense/domain'
import type { ProposalId } from '@plinth/tenancy'
import type { Cause, FoundAs } from '../domain/journey.js'

/** To which journey an id leads, and as what it is known. */
export interface ResolvedId {
  readonly foundAs: FoundAs
  readonly correlationId: string
}

type Way = (tx: Tx, id: string) => Promise<string | undefined>

// In this order: a caller may use one text as key and as correlation, and then the correlation says more.
const ways: readonly (readonly [FoundAs, Way])[] = [
  ['correlation', ofCorrelation],
  ['idempotency_key', ofKey],
  ['entry', ofEntry],
  ['hold', ofHold],
  ['suspense_item', ofSuspenseItem],
  ['proposal', ofProposal],
  ['event', ofEvent],
  ['account', ofAccount],
]

/**
 * The journey that an id belongs to: a correlation id, an idempotency key, the id of an entry (or its number), of a hold, a suspense
 * item, a proposal, an event, or of an account, which leads to the last that was posted on it. Undefined: nothing is known of it.
 */
export async function resolveId(
  tx: Tx,
  id: string,
  as?: FoundAs | undefined,
): Promise<ResolvedId | undefined> {
  for (const [foundAs, way] of ways) {
    if (as !== undefined && as !== foundAs) continue
    const correlationId = await way(tx, id)
    if (correlationId !== undefined) return { foundAs, correlationId }
  }
  return undefined
}

/** What steps name as their causes, each resolved. An account causes nothing. */
export async function resolveCauses(tx: Tx, causationIds: readonly string[]): Promise<Cause[]> {
  const causes: Cause[] = []
  for (const causationId of causationIds) {
    const found = await resolveId(tx, causationId)
    const cause = found?.foundAs === 'account' ? undefined : found
    causes.push({ causationId, foundAs: cause?.foundAs, correlationId: cause?.correlationId })
  }
  return causes
}

async function ofCorrelation(tx: Tx, correlationId: string): Promise<string | undefined> {
  const [entries, others] = await Promise.all([
    listEntries(tx, { filter: { correlationId }, order: 'asc', limit: 1 }),
    readAuditEventsWithoutEntry(tx, { correlationId, limit: 1 }),
  ])
  return entries.length + others.length > 0 ? correlationId : undefined
}

async function ofKey(tx: Tx, id: string): Promise<string | undefined> {
  const key = parseIdempotencyKey(id)
  return key && (await readOutcomes(tx, [key]))[0]?.correlationId
}

async function ofEntry(tx: Tx, id: string): Promise<string | undefined> {
  const entryId = parseEntryId(id)
  if (entryId !== undefined) return (await readEntry(tx, entryId))?.correlationId
  if (!/^[1-9][0-9]{0,14}$/.test(id)) return undefined
  return (await readEntriesByNumber(tx, [Number(id)]))[0]?.correlationId
}

/** Of who placed it; a clearing hold was placed with its entry. */
async function ofHold(tx: Tx, id: string): Promise<string | undefined> {
  const holdId = parseHoldId(id)
  const [history] = holdId === undefined ? [] : await readHoldHistories(tx, [holdId])
  return history && (await correlationOfHold(tx, history))
}

async function correlationOfHold(tx: Tx, { hold, moments }: HoldHistory): Promise<string | undefined> {
  const { holdId, clears } = hold
  if (clears !== undefined) return (await readEntry(tx, clears.entryId))?.correlationId
  const at = moments[0]?.changedAt ?? hold.placedAt
  const told = await readEventsWithin(tx, [{ from: at, to: at }], { subjects: [holdId] })
  return told[0]?.correlationId
}

async function ofSuspenseItem(tx: Tx, id: string): Promise<string | undefined> {
  const itemId = parseSuspenseItemId(id)
  const [item] = itemId === undefined ? [] : await readSuspenseItems(tx, [itemId])
  return item && (await readEntry(tx, item.entryId))?.correlationId
}

async function ofProposal(tx: Tx, id: string): Promise<string | undefined> {
  const proposalId = parseUuid<ProposalId>(id)
  if (proposalId === undefined) return undefined
  const made = await readAuditEventsMadeWith(tx, [proposalId])
  return made.find(({ action }) => action === 'propose')?.correlationId
}

// An event's id is made just before its command waits for its turn, by the clock of its process.
const beforeMs = 2_000
const soonMs = 5_000
// As long as a command may wait at most, and then some.
const lateMs = 80_000

async function ofEvent(tx: Tx, id: string): Promise<string | undefined> {
  const eventId = parseUuid<AccountId>(id)
  if (eventId === undefined) return undefined
  const madeMs = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16)
  if (!(madeMs < lastMs)) return undefined
  for (const [fromMs, toMs] of [
    [madeMs - beforeMs, madeMs + soonMs],
    [madeMs + soonMs, madeMs + lateMs],
  ] as const) {
    const window = { from: instantOf(Math.max(0, fromMs)), to: instantOf(toMs) }
    const [found] = await readEventsWithin(tx, [window], { eventId })
    if (found !== undefined) return found.correlationId
  }
  return undefined
}

// The year 9999: what lies behind it is no id of ours, and no instant either.
const lastMs = Date.UTC(9999, 0, 1)

/** Of the last entry on the account. */
async function ofAccount(tx: Tx, id: string): Promise<string | undefined> {
  const accountId = parseAccountId(id)
  if (accountId === undefined) return undefined
  const [last] = await listEntries(tx, { filter: { accountId }, order: 'desc', limit: 1 })
  return last?.correlationId
}
