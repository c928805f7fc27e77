import { expect, test } from 'vitest'
import type { Lost } from './figures.js'
import type { BenchReport, Load } from './run-bench.js'
import { sentencesOf, tableOf } from './tell-figures.js'

const load = (name: string, lost?: Lost): Load => ({
  name,
  what: `what ${name} is`,
  median: { rate: 1234.5, p50Ms: 1.234, p99Ms: 5.678 },
  rounds: [],
  ratio: 0.5,
  lost,
})

const report = (changes: Partial<BenchReport> = {}): BenchReport => ({
  baseline: 'pgbench',
  comparable: true,
  loads: [
    load('b', { to: 'b0', share: 0.0321, least: -0.01, most: 0.08 }),
    load('b0'),
    load('c', { to: 'c0', share: 0.12, least: 0.1, most: 0.2 }),
    load('c0'),
  ],
  memory: undefined,
  ...changes,
})

test('every load is a row, and what its guards cost stands in the row of the guarded load', () => {
  const { columns, rows } = tableOf(report())
  expect(columns.map(({ title }) => title)).toEqual([
    '',
    'per second',
    'p50 ms',
    'p99 ms',
    'ratio',
    'guards',
    'what',
  ])
  expect(rows).toEqual([
    ['(b)', '1235', '1.23', '5.68', '0.50', 'lost 3.2 %', 'what b is'],
    ['(b0)', '1235', '1.23', '5.68', '0.50', '', 'what b0 is'],
    ['(c)', '1235', '1.23', '5.68', '0.50', 'lost 12.0 %', 'what c is'],
    ['(c0)', '1235', '1.23', '5.68', '0.50', '', 'what c0 is'],
  ])
})

test('a loss is told with the range of its rounds and what is wanted', () => {
  expect(sentencesOf(report()).slice(1)).toEqual([
    '(b) lost 3.2 % of (b0) to row-level security (rounds: -1.0 to 8.0 %; at most 10 % is wanted).',
    '(c) lost 12.0 % of (c0) to authentication and the rate limit (rounds: 10.0 to 20.0 %; at most 15 % is wanted).',
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
