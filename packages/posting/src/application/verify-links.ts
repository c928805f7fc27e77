import { digestAuditEvents, readDigestedAuditEvents } from '@plinth/audit'
import type { Tx } from '@plinth/db'
import { type DigestedRow, digestEntries, type HeadCounters, readDigestedEntries } from '@plinth/ledger'
import { checkPositions, digestEvents, readDigestedEvents } from '@plinth/outbox'
import type { CommandType } from '../domain/command.js'
import { eventTypes } from '../domain/event-types.js'
import type { BookRule, Findings } from '../domain/verify-report.js'
import type { Digest, ReadDigested, VerifyStore } from './verify-ports.js'

// A page of this size is digested in a fraction of a second, so no statement comes near a time limit.
const rowsPerPage = 100_000

const commandTypes = Object.keys(eventTypes)
const entryMakingTypes: readonly CommandType[] = [
  'post',
  'reverse',
  'correct',
  'capture_hold',
  'clear_suspense_item',
]

/** One of two tables that must tell of the same things. */
interface Side {
  readonly name: string
  /** What its key is called in a finding. */
  readonly key: string
  readonly digest: Digest
  readonly rows: ReadDigested
}

/** Compares what modules say of each other's rows: entries, commands, audit events and outbox events. */
export async function verifyLinks(
  store: VerifyStore,
  tx: Tx,
  head: HeadCounters,
  findings: Findings,
): Promise<void> {
  const entries: Side = { name: 'an entry', key: 'entryNo', digest: digestEntries, rows: readDigestedEntries }
  const commands = (view: 'audit' | 'events'): Side => ({
    name: 'a command',
    key: 'key',
    digest: store.digestCommands(view, eventTypes),
    rows: store.readDigestedCommands(view, eventTypes),
  })
  const audit = (view: 'entries' | 'commands', actions: readonly string[]): Side => ({
    name: 'an audit event',
    key: 'auditEventId',
    digest: digestAuditEvents(view, actions),
    rows: readDigestedAuditEvents(view, actions),
  })
  const events = (view: 'entries' | 'commands'): Side => ({
    name: 'an outbox event',
    key: 'position',
    digest: digestEvents(view),
    rows: readDigestedEvents(view),
  })
  await compare(tx, 'commands_are_audited', [commands('audit'), audit('commands', commandTypes)], findings)
  await compare(tx, 'entries_are_audited', [entries, audit('entries', entryMakingTypes)], findings)
  await compare(tx, 'entries_are_told', [entries, events('entries')], findings)
  await compare(tx, 'commands_are_told', [commands('events'), events('commands')], findings)
  await verifyPositions(tx, head, findings)
}

async function verifyPositions(tx: Tx, head: HeadCounters, findings: Findings): Promise<void> {
  const { lastPosition, missing } = await checkPositions(tx, rowsPerPage)
  if (missing !== undefined) {
    findings.add('events_are_numbered', {
      row: { position: missing },
      expected: 'an event',
      found: 'nothing',
    })
    return
  }
  findings.compare(
    'events_are_numbered',
    { position: lastPosition + 1 },
    {
      expected: `the head's next event position to be ${lastPosition + 1}`,
      found: `the head's next event position to be ${head.nextEventPosition}`,
    },
  )
}

/**
 * Neither table has an index in the order of the other, and neither statement may name both. So each is digested into a
 * thousand buckets, whatever its size; rows are fetched only from buckets whose digests differ.
 */
async function compare(
  tx: Tx,
  rule: BookRule,
  [left, right]: readonly [Side, Side],
  findings: Findings,
): Promise<void> {
  const digests = [await digestAll(tx, left.digest), await digestAll(tx, right.digest)] as const
  const buckets = [...new Set(digests.flatMap((digest) => [...digest.keys()]))]
  const differing = buckets
    .filter((bucket) => digests[0].get(bucket) !== digests[1].get(bucket))
    .sort((a, b) => a - b)
  const unmatched: Unmatched[] = []
  // Ten buckets name an offender; a table that is wrong throughout is not read row by row.
  for (const bucket of differing.slice(0, 10)) {
    const rows = [await left.rows(tx, bucket), await right.rows(tx, bucket)] as const
    unmatched.push(
      ...without(rows[0], rows[1]).map((row) => ({ side: left, other: right, row })),
      ...without(rows[1], rows[0]).map((row) => ({ side: right, other: left, row })),
    )
  }
  for (const { side, other, row } of unmatched.sort((a, b) => inOrder(a, b, left))) {
    findings.add(rule, {
      row: { [side.key]: isNumbered(side) ? Number(row.key) : row.key },
      expected: `${other.name} for ${row.content}`,
      found: 'nothing',
    })
  }
}

interface Unmatched {
  readonly side: Side
  readonly other: Side
  readonly row: DigestedRow
}

/** Offenders on the left are named first, by number where their keys are numbers. */
function inOrder(a: Unmatched, b: Unmatched, left: Side): number {
  if (a.side !== b.side) return a.side === left ? -1 : 1
  if (isNumbered(a.side)) return Number(a.row.key) - Number(b.row.key)
  return a.row.key < b.row.key ? -1 : 1
}

const isNumbered = ({ key }: Side): boolean => key === 'entryNo' || key === 'position'

async function digestAll(tx: Tx, digest: Digest): Promise<Map<number, string>> {
  const buckets = new Map<number, { rows: number; sum: bigint }>()
  for (let after: string | undefined = ''; after !== undefined; ) {
    const page: Awaited<ReturnType<Digest>> = await digest(tx, { after, limit: rowsPerPage })
    for (const { bucket, rows, sum } of page.buckets) {
      const known = buckets.get(bucket)
      buckets.set(bucket, { rows: rows + (known?.rows ?? 0), sum: sum + (known?.sum ?? 0n) })
    }
    after = page.next
  }
  return new Map([...buckets].map(([bucket, { rows, sum }]) => [bucket, `${rows} ${sum}`]))
}

/** The rows whose content the others do not have, or have less often. */
function without(rows: readonly DigestedRow[], others: readonly DigestedRow[]): DigestedRow[] {
  const left = new Map<string, number>()
  for (const { content } of others) left.set(content, (left.get(content) ?? 0) + 1)
  return rows.filter(({ content }) => {
    const times = left.get(content) ?? 0
    left.set(content, times - 1)
    return times <= 0
  })
}
