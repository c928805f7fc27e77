import type { Instant } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import { type Comparison, Differences } from './comparisons.js'
import { type Break, explainBreak, type ReconciliationRunId, settleBreaks } from './settle-breaks.js'

const at = '2026-11-21T01:00:00.000Z' as Instant
let ids = 0
const runNamed = (runId: string, cutShort: readonly Comparison[] = []) => ({
  ...{ runId: runId as ReconciliationRunId, at, since: at, by: 'ann', cutShort: new Set(cutShort) },
  newId: () => {
    ids += 1
    return `break-${ids}`
  },
})
const difference = (subject: string, found = '2', comparison: Comparison = 'holds_held') => ({
  ...{ comparison, subject, expected: '1', found, difference: 1n },
})

const first = settleBreaks([], [difference('a'), difference('b')], runNamed('first'))
const [a, b] = first.opened as [Break, Break]

describe('a difference', () => {
  test('that nobody has seen opens a break', () => {
    expect(
      first.opened.map(({ subject, status, firstRunId, lastRunId, eventCount }) => [
        subject,
        status,
        firstRunId,
        lastRunId,
        eventCount,
      ]),
    ).toEqual([
      ['a', 'open', 'first', 'first', 1],
      ['b', 'open', 'first', 'first', 1],
    ])
    expect(first.events.map(({ breakId, eventNo, what }) => [breakId, eventNo, what])).toEqual([
      [a.breakId, 1, 'opened'],
      [b.breakId, 1, 'opened'],
    ])
  })

  test('that somebody has found since a run read its snapshot is not closed by that run', () => {
    const late = { ...runNamed('late'), since: '2026-11-21T00:59:59.999Z' as Instant }
    expect(settleBreaks([a, b], [], late)).toEqual({ opened: [], changed: [], events: [] })
    expect(settleBreaks([a, b], [], runNamed('next')).events.map(({ what }) => what)).toEqual([
      'closed',
      'closed',
    ])
  })

  test.each<[what: string, before: Partial<Break>, found: string, after: Partial<Break>, told: string[]]>([
    ['seen again is the same break', {}, '2', { status: 'open', eventCount: 1 }, []],
    [
      'with other figures is the same break',
      {},
      '3',
      { status: 'open', found: '3', eventCount: 2 },
      ['changed'],
    ],
    [
      'that is explained stays so',
      { status: 'explained', explainedBy: 'bob', note: 'x' },
      '2',
      { status: 'explained', note: 'x', eventCount: 1 },
      [],
    ],
    [
      'that is explained is open again with other figures',
      { status: 'explained', explainedBy: 'bob', note: 'x' },
      '3',
      { status: 'open', note: undefined, explainedBy: undefined, eventCount: 2 },
      ['changed'],
    ],
  ])('%s', (_what, before, found, after, told) => {
    const { opened, changed, events } = settleBreaks(
      [{ ...a, ...before }],
      [difference('a', found)],
      runNamed('next'),
    )
    expect(opened).toEqual([])
    expect(changed).toMatchObject([{ breakId: a.breakId, firstRunId: 'first', lastRunId: 'next', ...after }])
    expect(events.map(({ what }) => what)).toEqual(told)
  })

  test('that is not there any more closes its break, as it was seen last', () => {
    const { changed, events } = settleBreaks([a, b], [difference('b')], runNamed('next'))
    expect(changed).toMatchObject([
      { breakId: b.breakId, status: 'open' },
      {
        breakId: a.breakId,
        status: 'closed',
        closedByRunId: 'next',
        lastRunId: 'first',
        found: '2',
        eventCount: 2,
      },
    ])
    expect(events).toMatchObject([{ breakId: a.breakId, what: 'closed', eventNo: 2 }])
  })

  test('that may not have been seen closes nothing', () => {
    expect(settleBreaks([a], [], runNamed('next', ['holds_held']))).toEqual({
      opened: [],
      changed: [],
      events: [],
    })
    expect(settleBreaks([a], [], runNamed('next', ['accruals_gl'])).changed).toHaveLength(1)
  })

  test('of another comparison is another break', () => {
    const { opened, changed } = settleBreaks([a], [difference('a', '2', 'accruals_gl')], runNamed('next'))
    expect([opened.length, changed.map(({ status }) => status)]).toEqual([1, ['closed']])
  })
})

test('an explanation names who and why, and the newer one stands', () => {
  const once = explainBreak(a, { at, by: 'bob', note: 'x' })
  const twice = explainBreak(once.explained, { at, by: 'cleo', note: 'y' })
  expect(twice.explained).toMatchObject({
    status: 'explained',
    explainedBy: 'cleo',
    note: 'y',
    eventCount: 3,
  })
  expect([once.event, twice.event]).toMatchObject([
    { eventNo: 2, what: 'explained', by: 'bob', note: 'x', runId: undefined },
    { eventNo: 3, what: 'explained', by: 'cleo', note: 'y', runId: undefined },
  ])
})

test('of more than a thousand differences the first are kept, all are counted, and the comparison is cut short', () => {
  const differences = new Differences()
  const text = String
  for (let at = 0; at < 1_002; at += 1)
    differences.amount('holds_held', `${at}`, { expected: 0n, found: 1n, text })
  differences.amount('journal_balances', 'a', { expected: 1n, found: 1n, text })
  differences.amount('balances_marks', 'a', { expected: 3n, found: 1n, text })
  expect(differences.kept).toHaveLength(1_001)
  expect(differences.kept.at(-1)).toEqual({
    ...{ comparison: 'balances_marks', subject: 'a', expected: '3', found: '1', difference: -2n },
  })
  expect([...differences.cutShort]).toEqual(['holds_held'])
  expect(differences.counts().slice(0, 3)).toEqual([
    { comparison: 'journal_balances', compared: 1, differing: 0 },
    { comparison: 'balances_marks', compared: 1, differing: 1 },
    { comparison: 'holds_held', compared: 1_002, differing: 1_002 },
  ])
})
