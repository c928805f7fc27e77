import type { Brand, Instant } from '@plinth/kernel'
import type { Comparison, Difference } from './comparisons.js'

/** A UUIDv7. */
export type BreakId = Brand<string, 'BreakId'>

/** A UUIDv7. */
export type ReconciliationRunId = Brand<string, 'ReconciliationRunId'>

export const breakStatuses = ['open', 'explained', 'closed'] as const
export type BreakStatus = (typeof breakStatuses)[number]

/** Something that differs, from the run that found it to the one that did not find it any more. */
export interface Break extends Difference {
  readonly breakId: BreakId
  readonly status: BreakStatus
  readonly firstRunId: ReconciliationRunId
  readonly firstSeenAt: Instant
  readonly lastRunId: ReconciliationRunId
  readonly lastSeenAt: Instant
  readonly closedByRunId: ReconciliationRunId | undefined
  /** Who said why, and what. */
  readonly explainedBy: string | undefined
  readonly note: string | undefined
  readonly eventCount: number
}

/** What became of a break at some moment. */
export interface BreakEvent {
  readonly breakId: BreakId
  readonly eventNo: number
  readonly what: 'opened' | 'changed' | 'explained' | 'closed'
  readonly at: Instant
  readonly by: string
  /** Undefined: somebody explained it. */
  readonly runId: ReconciliationRunId | undefined
  readonly expected: string
  readonly found: string
  readonly note: string | undefined
}

/** What a run makes of the breaks that stand. */
export interface Settled {
  readonly opened: readonly Break[]
  /** As they are now, those that were only seen again too. */
  readonly changed: readonly Break[]
  readonly events: readonly BreakEvent[]
}

interface SettlingRun {
  readonly runId: ReconciliationRunId
  readonly at: Instant
  /** When it read its snapshot. */
  readonly since: Instant
  readonly by: string
  /** What it may not have seen, so what is not there is not gone. */
  readonly cutShort: ReadonlySet<Comparison>
  newId(): string
}

const keyOf = ({ comparison, subject }: Pick<Difference, 'comparison' | 'subject'>): string =>
  `${comparison} ${subject}`

/**
 * Holds what a run found against the breaks that stand: what was found before is the same break, also when its figures changed,
 * which opens it again if it was explained; what is found no more is closed.
 */
export function settleBreaks(
  standing: readonly Break[],
  found: readonly Difference[],
  run: SettlingRun,
): Settled {
  const known = new Map(standing.map((each) => [keyOf(each), each]))
  const seen = new Set<string>()
  const opened: Break[] = []
  const changed: Break[] = []
  const events: BreakEvent[] = []
  const tell = (of: Break, what: BreakEvent['what']): void => {
    const { breakId, eventCount: eventNo, expected, found: was } = of
    const { at, by, runId } = run
    events.push({ breakId, eventNo, what, at, by, runId, expected, found: was, note: undefined })
  }
  for (const difference of found) {
    seen.add(keyOf(difference))
    const before = known.get(keyOf(difference))
    if (before === undefined) {
      const fresh = openedBy(run, difference)
      opened.push(fresh)
      tell(fresh, 'opened')
      continue
    }
    const again = { ...before, lastRunId: run.runId, lastSeenAt: run.at }
    if (before.expected === difference.expected && before.found === difference.found) {
      changed.push(again)
      continue
    }
    // Whoever explained it explained other figures.
    const other: Break = {
      ...{ ...again, ...difference, status: 'open' },
      ...{ explainedBy: undefined, note: undefined, eventCount: before.eventCount + 1 },
    }
    changed.push(other)
    tell(other, 'changed')
  }
  for (const before of standing) {
    // What somebody has seen since this run read its snapshot is not for this run to close.
    const seenSince = before.lastSeenAt > run.since
    if (seen.has(keyOf(before)) || seenSince || run.cutShort.has(before.comparison)) continue
    const eventCount = before.eventCount + 1
    const closed: Break = { ...before, status: 'closed', closedByRunId: run.runId, eventCount }
    changed.push(closed)
    tell(closed, 'closed')
  }
  return { opened, changed, events }
}

const openedBy = (run: SettlingRun, difference: Difference): Break => ({
  ...difference,
  breakId: run.newId() as BreakId,
  status: 'open',
  ...{ firstRunId: run.runId, firstSeenAt: run.at, lastRunId: run.runId, lastSeenAt: run.at },
  ...{ closedByRunId: undefined, explainedBy: undefined, note: undefined },
  eventCount: 1,
})

/** A break with an explanation, and what is told of it. It must not be closed. */
export function explainBreak(
  standing: Break,
  { at, by, note }: { at: Instant; by: string; note: string },
): { readonly explained: Break; readonly event: BreakEvent } {
  const eventCount = standing.eventCount + 1
  const explained: Break = { ...standing, status: 'explained', explainedBy: by, note, eventCount }
  const { breakId, expected, found } = standing
  const event: BreakEvent = {
    ...{ breakId, eventNo: eventCount, what: 'explained', at, by, runId: undefined, expected, found, note },
  }
  return { explained, event }
}
