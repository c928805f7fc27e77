import {
  type AuditEvent,
  readAuditEventsCausedBy,
  readAuditEventsMadeWith,
  readAuditEventsWithoutEntry,
} from '@plinth/audit'
import type { Tx } from '@plinth/db'
import { type HoldHistory, type HoldId, readClearingHoldIds, readHoldHistories } from '@plinth/holds'
import { type EntryId, type IdempotencyKey, type Instant, instantOf } from '@plinth/kernel'
import {
  type JournalEntry,
  listEntries,
  readEntriesById,
  readEntriesByNumber,
  readHead,
  readReversingEntryNos,
} from '@plinth/ledger'
import {
  type Consumer,
  listConsumers,
  type OutboxEvent,
  readEventsWithin,
  type TimeWindow,
} from '@plinth/outbox'
import { readOutcomes } from '@plinth/posting'
import { readSuspenseHistories, readSuspenseItemIds, type SuspenseHistory } from '@plinth/suspense'
import { type Proposal, type ProposalId, readProposals } from '@plinth/tenancy'
import { readDeliveriesOf, readDisabledConsumers } from '@plinth/webhooks'
import type { JourneyMaterial, JourneyPlace } from '../domain/journey.js'
import { resolveCauses } from './resolve-id.js'

// A payment has a handful. What an end of day posts under one correlation is read in parts.
const rootsAtOnce = 1_000
const causesAtMost = 50
const effectsAtMost = 50
// A decision is told when its transaction commits, which waits for the head at most this long.
const toldWithinMs = 10_000

/**
 * Reads what belongs to a correlation, from where the part before ended; undefined if nothing does. Wants a transaction that
 * reads one snapshot.
 */
export async function gatherJourney(
  tx: Tx,
  { correlationId, from }: { readonly correlationId: string; readonly from?: JourneyPlace | undefined },
): Promise<JourneyMaterial | undefined> {
  const roots = await readRoots(tx, correlationId, from)
  if (roots.entries.length + roots.auditEvents.length === 0) return undefined
  const things = await readThings(tx, roots)
  const entries = uniqueBy([...roots.entries, ...things.entries], ({ entryId }) => entryId)
  const events = await readEvents(tx, correlationId, { ...things, ...roots })
  const caused = await readCaused(tx, { ...things, ...roots, correlationId, events })
  const auditEvents = uniqueBy(
    [...roots.auditEvents, ...things.auditEvents, ...caused],
    ({ auditEventId }) => auditEventId,
  )
  const keys = auditEvents.flatMap(({ idempotencyKey }) => idempotencyKey ?? [])
  const causes = unique(
    [...roots.entries, ...roots.auditEvents].flatMap(({ causationId }) => causationId ?? []),
  )
  return {
    correlationId,
    entries,
    auditEvents,
    commands: await readOutcomes(tx, unique<IdempotencyKey>(keys)),
    holds: things.holds,
    suspense: things.suspense,
    proposals: things.proposals,
    events,
    deliveries: await readDeliveriesOf(
      tx,
      events.map(({ position }) => position),
    ),
    consumers: await readConsumers(tx),
    causes: await resolveCauses(tx, causes.slice(0, causesAtMost)),
    readAt: (await readHead(tx)).now,
    more: roots.more,
  }
}

/** What carries the correlation itself. */
interface Roots {
  readonly entries: readonly JournalEntry[]
  readonly auditEvents: readonly AuditEvent[]
  readonly more: JourneyPlace | undefined
}

async function readRoots(tx: Tx, correlationId: string, from: JourneyPlace | undefined): Promise<Roots> {
  const limit = rootsAtOnce + 1
  const [entries, others] = await Promise.all([
    listEntries(tx, { filter: { correlationId }, order: 'asc', limit, after: from?.entryNo }),
    readAuditEventsWithoutEntry(tx, { correlationId, after: from?.audit, limit }),
  ])
  const part = partOf(entries, others, from)
  const made = await readAuditEventsMadeWith(
    tx,
    part.entries.map(({ entryId }) => entryId),
  )
  const ofEntries = made.filter((event) => event.correlationId === correlationId)
  return {
    ...part,
    auditEvents: uniqueBy([...ofEntries, ...part.auditEvents], (event) => event.auditEventId),
  }
}

/** Two lists by time, read side by side: if one has more, the other waits at the moment where that one was cut. */
function partOf(
  entries: readonly JournalEntry[],
  auditEvents: readonly AuditEvent[],
  from: JourneyPlace | undefined,
): Roots {
  const cutOf = <Item>(items: readonly Item[], at: (item: Item) => Instant): Instant | undefined =>
    items.length > rootsAtOnce ? at(items[rootsAtOnce - 1] as Item) : undefined
  const cuts = [
    cutOf(entries, ({ postedAt }) => postedAt),
    cutOf(auditEvents, ({ occurredAt }) => occurredAt),
  ].filter((cut) => cut !== undefined)
  const [cut] = cuts.toSorted()
  if (cut === undefined) return { entries, auditEvents, more: undefined }
  const shown = entries.slice(0, rootsAtOnce).filter(({ postedAt }) => postedAt <= cut)
  const audited = auditEvents.slice(0, rootsAtOnce).filter(({ occurredAt }) => occurredAt <= cut)
  const more = { entryNo: shown.at(-1)?.entryNo ?? from?.entryNo ?? 0, audit: audited.at(-1) ?? from?.audit }
  return { entries: shown, auditEvents: audited, more }
}

/** What the roots did, with what others did to the same things. */
interface Things {
  readonly holds: readonly HoldHistory[]
  readonly suspense: readonly SuspenseHistory[]
  readonly proposals: readonly Proposal[]
  /** Of other journeys: what captured, reversed or cleared. */
  readonly entries: readonly JournalEntry[]
  /** Of other journeys: who made the proposals that are decided here. */
  readonly auditEvents: readonly AuditEvent[]
}

async function readThings(tx: Tx, { entries, auditEvents }: Roots): Promise<Things> {
  const entryIds = entries.map(({ entryId }) => entryId)
  const objectsOf = (actions: ReadonlySet<string>): string[] =>
    auditEvents.flatMap(({ action, object }) => (object !== undefined && actions.has(action) ? object : []))
  const [clearing, itemIds, reversing] = await Promise.all([
    readClearingHoldIds(tx, entryIds),
    readSuspenseItemIds(tx, entryIds),
    readReversingEntryNos(
      tx,
      entries.map(({ entryNo }) => entryNo),
    ),
  ])
  const named = [...objectsOf(ofHolds), ...entries.flatMap(({ holdId }) => holdId ?? [])] as HoldId[]
  const proposalIds = unique(objectsOf(ofProposals)) as ProposalId[]
  const [holds, suspense, proposals, makers] = await Promise.all([
    readHoldHistories(tx, unique([...named, ...clearing])),
    readSuspenseHistories(tx, itemIds),
    readProposals(tx, proposalIds),
    readAuditEventsMadeWith(tx, proposalIds),
  ])
  const captures = holds.flatMap(({ moments }) => moments.flatMap(({ entryNo }) => entryNo ?? []))
  const cleared = suspense.flatMap(({ moments }) => moments.map(({ entryId }) => entryId))
  return {
    holds,
    suspense,
    proposals,
    entries: await readOthers(tx, entries, { entryNos: [...captures, ...reversing], entryIds: cleared }),
    auditEvents: makers,
  }
}

const ofHolds: ReadonlySet<string> = new Set(['place_hold', 'release_hold', 'extend_hold', 'expire_hold'])
const ofProposals: ReadonlySet<string> = new Set(['propose', 'decide_proposal'])

async function readOthers(
  tx: Tx,
  known: readonly JournalEntry[],
  { entryNos, entryIds }: { readonly entryNos: readonly number[]; readonly entryIds: readonly EntryId[] },
): Promise<JournalEntry[]> {
  const knownNos = new Set(known.map(({ entryNo }) => entryNo))
  const knownIds = new Set(known.map(({ entryId }) => entryId))
  const [byNumber, byId] = await Promise.all([
    readEntriesByNumber(
      tx,
      unique(entryNos).filter((entryNo) => !knownNos.has(entryNo)),
    ),
    readEntriesById(
      tx,
      unique(entryIds).filter((entryId) => !knownIds.has(entryId)),
    ),
  ])
  return [...byNumber, ...byId]
}

/** The events of the roots, and those that tell what others did to their holds and proposals. */
async function readEvents(
  tx: Tx,
  correlationId: string,
  { entries, auditEvents, holds, proposals }: Roots & Things,
): Promise<OutboxEvent[]> {
  const own = [
    ...entries.map(({ postedAt }) => postedAt),
    ...auditEvents.flatMap(({ outcome, occurredAt }) => (outcome === 'accepted' ? occurredAt : [])),
  ]
  const ofHolds = holds.flatMap(({ moments }) => moments.map(({ changedAt }) => changedAt))
  const decided = proposals.flatMap(({ decision }) => decision?.decidedAt ?? [])
  const [ownEvents, holdEvents, decisions] = await Promise.all([
    readEventsWithin(tx, own.map(moment), { correlationIds: [correlationId] }),
    readEventsWithin(tx, ofHolds.map(moment), { subjects: holds.map(({ hold }) => hold.holdId) }),
    readEventsWithin(tx, decided.map(soonAfter), {
      subjects: proposals.map(({ proposalId }) => proposalId),
    }),
  ])
  return uniqueBy([...ownEvents, ...holdEvents, ...decisions], ({ eventId }) => eventId)
}

/** Whoever passes events on. A webhook that is disabled does not, and nothing waits for it. */
async function readConsumers(tx: Tx): Promise<Consumer[]> {
  const [consumers, disabled] = await Promise.all([listConsumers(tx), readDisabledConsumers(tx)])
  return consumers.filter(({ consumer }) => !disabled.has(consumer))
}

const moment = (at: Instant): TimeWindow => ({ from: at, to: at })
const soonAfter = (at: Instant): TimeWindow => ({ from: at, to: instantOf(Date.parse(at) + toldWithinMs) })

/** What other journeys did because of this one, and which of the things named there is a cause. */
async function readCaused(
  tx: Tx,
  journey: Roots &
    Pick<Things, 'holds' | 'proposals'> & {
      readonly correlationId: string
      readonly events: readonly OutboxEvent[]
    },
): Promise<AuditEvent[]> {
  const { correlationId, events, entries, auditEvents, holds, proposals } = journey
  const named = [
    correlationId,
    ...entries.map(({ entryId }) => entryId),
    ...auditEvents.flatMap(({ idempotencyKey }) => idempotencyKey ?? []),
    ...events.map(({ eventId }) => eventId),
    ...holds.map(({ hold }) => hold.holdId),
    ...proposals.map(({ proposalId }) => proposalId),
  ]
  const caused = await readAuditEventsCausedBy(tx, unique(named), effectsAtMost)
  return caused.filter((event) => event.correlationId !== correlationId)
}

const unique = <Item>(items: readonly Item[]): Item[] => [...new Set(items)]

const uniqueBy = <Item>(items: readonly Item[], idOf: (item: Item) => string): Item[] => [
  ...new Map(items.map((item) => [idOf(item), item])).values(),
]
