import { expect, test } from 'vitest'
import type { Lost, Share, Slowdown } from './figures.js'
import type { BenchReport, Load } from './run-bench.js'
import { sentencesOf, tableOf } from './tell-figures.js'

const load = (
  name: string,
  { lost, share, slowdown }: { lost?: Lost; share?: Share; slowdown?: Slowdown } = {},
): Load => ({
  name,
  what: `what ${name} is`,
  median: { rate: 1234.5, p50Ms: 1.234, p99Ms: 5.678 },
  rounds: [],
  ratio: 0.5,
  lost,
  share,
  slowdown,
})

const report = (changes: Partial<BenchReport> = {}): BenchReport => ({
  baseline: 'pgbench',
  comparable: true,
  loads: [
    load('b', { lost: { to: 'b0', share: 0.0321, least: -0.01, most: 0.08 } }),
    load('b0'),
    load('c', { lost: { to: 'c0', share: 0.12, least: 0.1, most: 0.2 } }),
    load('c0'),
    load('d', { share: { of: 'c', median: 0.91, least: 0.9, most: 0.92 } }),
    load('h', { slowdown: { than: 'h0', by: 'p50', median: 4.321, least: 3.9, most: 5.25 } }),
    load('f', { share: { of: 'b', median: 0.749, least: 0.7, most: 0.8 } }),
  ],
  memory: undefined,
  daysEnded: [],
  ...changes,
})

test('every load is a row, with what its guards cost and its share of the load it is measured by', () => {
  const { columns, rows } = tableOf(report())
  expect(columns.map(({ title }) => title)).toEqual([
    '',
    'per second',
    'p50 ms',
    'p99 ms',
    'ratio',
    'share',
    'times',
    'guards',
    'what',
  ])
  expect(rows).toEqual([
    ['(b)', '1235', '1.23', '5.68', '0.50', '', '', 'lost 3.2 %', 'what b is'],
    ['(b0)', '1235', '1.23', '5.68', '0.50', '', '', '', 'what b0 is'],
    ['(c)', '1235', '1.23', '5.68', '0.50', '', '', 'lost 12.0 %', 'what c is'],
    ['(c0)', '1235', '1.23', '5.68', '0.50', '', '', '', 'what c0 is'],
    ['(d)', '1235', '1.23', '5.68', '0.50', '0.91 of (c)', '', '', 'what d is'],
    ['(h)', '1235', '1.23', '5.68', '0.50', '', '4.32 of (h0)', '', 'what h is'],
    ['(f)', '1235', '1.23', '5.68', '0.50', '0.75 of (b)', '', '', 'what f is'],
  ])
})

test('a loss and a share are told with the range of their rounds and what is wanted', () => {
  expect(sentencesOf(report()).slice(1)).toEqual([
    '(b) lost 3.2 % of (b0) to row-level security (rounds: -1.0 to 8.0 %; at most 10 % is wanted).',
    '(c) lost 12.0 % of (c0) to authentication and the rate limit (rounds: 10.0 to 20.0 %; at most 15 % is wanted).',
    '(f) runs at 0.75 of (b) (rounds: 0.70 to 0.80; at least 0.70 is wanted).',
    '(h) takes 4.32 times as long as (h0) by p50 (rounds: 3.90 to 5.25; under 10 is wanted).',
  ])
})

test('without pgbench there is no ratio, and the memory is told when it was weighed', () => {
  const memory = { postings: 1000, residentMiB: 99 }
  const sentences = sentencesOf(report({ comparable: false, loads: [], memory }))
  expect(sentences).toEqual([
    expect.stringContaining('No ratios'),
    'Server memory after 1000 more postings: 99 MiB.',
  ])
})

test('how long events take is told beside what is wanted', () => {
  const told = sentencesOf(report({ loads: [load('l'), load('m')] }))
  expect(told).toContain('(l) tells of a posting within 6 ms by p99 (under 250 is wanted).')
  expect(told).toContain('(m) tells of a posting within 6 ms by p99 (under 250 is wanted).')
})

test('of days that ended, what they took and how fast they were while others posted is told', () => {
  const daysEnded = [
    { accounts: 10, peakMiB: 99, rateBeside: undefined },
    { accounts: 100, peakMiB: 101, rateBeside: 1234.5 },
  ]
  expect(sentencesOf(report({ loads: [], daysEnded })).slice(1)).toEqual([
    'The process that ended days of 10 accounts took 99 MiB at most (under 500 is wanted).',
    'The process that ended days of 100 accounts took 101 MiB at most (under 500 is wanted).',
    'Days of 100 accounts ended at 1235 accounts a second at least beside (j).',
  ])
})
