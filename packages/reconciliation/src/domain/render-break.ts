import type { Break, BreakEvent } from './settle-breaks.js'

/** A break as it is answered. What differs by an amount says by how many minor units: found less expected. */
export const renderBreak = ({
  difference,
  closedByRunId,
  explainedBy,
  note,
  eventCount: _,
  ...said
}: Break) => ({
  breakId: said.breakId,
  comparison: said.comparison,
  subject: said.subject,
  status: said.status,
  expected: said.expected,
  found: said.found,
  differenceMinor: difference === undefined ? null : String(difference),
  firstRunId: said.firstRunId,
  firstSeenAt: said.firstSeenAt,
  lastRunId: said.lastRunId,
  lastSeenAt: said.lastSeenAt,
  closedByRunId: closedByRunId ?? null,
  explainedBy: explainedBy ?? null,
  note: note ?? null,
})

/** What became of it, as it is answered. */
export const renderBreakEvent = ({ breakId: _, runId, note, ...event }: BreakEvent) => ({
  eventNo: event.eventNo,
  what: event.what,
  at: event.at,
  by: event.by,
  runId: runId ?? null,
  expected: event.expected,
  found: event.found,
  note: note ?? null,
})
