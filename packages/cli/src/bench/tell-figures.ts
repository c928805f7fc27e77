import type { Column } from '../output.js'
import type { BenchReport, DaysEnded, Load } from './run-bench.js'

const right = (title: string): Column => ({ title, align: 'right' })
const percent = (share: number): string => (share * 100).toFixed(1)

/** The figures for people, a load a row. */
export function tableOf({ loads }: BenchReport): { columns: readonly Column[]; rows: readonly string[][] } {
  return {
    columns: [
      { title: '' },
      ...['per second', 'p50 ms', 'p99 ms', 'ratio', 'share', 'times', 'guards'].map(right),
      { title: 'what' },
    ],
    rows: loads.map(({ name, what, median, ratio, share, slowdown, lost }) => [
      `(${name})`,
      Math.round(median.rate).toString(),
      median.p50Ms.toFixed(2),
      median.p99Ms.toFixed(2),
      ratio === undefined ? '' : ratio.toFixed(2),
      share === undefined ? '' : `${share.median.toFixed(2)} of (${share.of})`,
      slowdown === undefined ? '' : `${slowdown.median.toFixed(2)} of (${slowdown.than})`,
      lost === undefined ? '' : `lost ${percent(lost.share)} %`,
      what,
    ]),
  }
}

// What stands between a load and the one it is compared with, and the share that it may cost.
const guards: Readonly<Record<string, { readonly what: string; readonly shareMax: number }>> = {
  b: { what: 'row-level security', shareMax: 0.1 },
  c: { what: 'authentication and the rate limit', shareMax: 0.15 },
}

// Setting an amount aside and taking it is a posting and an update of two rows more: that much of the rate may go to it.
const shareOfHoldsMin = 0.7
// Ten times as many accounts may cost a tenth of the rate at most: work grows with the accounts, and with nothing else.
// Entries are verified at least twice as fast as such transactions are made: an auditor catches up with any day in half of it.
const sharesMin: Readonly<Record<string, number>> = { f: shareOfHoldsMin, g: shareOfHoldsMin, i2: 0.9, v: 2 }

/** What has to be said beside the table. */
export function sentencesOf({ loads, memory, daysEnded, comparable }: BenchReport): string[] {
  return [
    comparable
      ? 'Ratios: of rates to (a), of (e) to (e0), medians over the rounds. Durability is on.'
      : 'No ratios: install pgbench (Debian: postgresql-contrib) for a comparison.',
    ...loads.flatMap(lossOf),
    ...loads.flatMap(shortfallOf),
    ...loads.flatMap(slowdownIn),
    ...loads.flatMap(lagOf),
    ...daysEnded.map(
      ({ accounts, peakMiB }) =>
        `The process that ended days of ${accounts} accounts took ${peakMiB} MiB at most (under 500 is wanted).`,
    ),
    ...daysEnded.flatMap(besideIn),
    ...(memory === undefined
      ? []
      : [`Server memory after ${memory.postings} more postings: ${memory.residentMiB} MiB.`]),
  ]
}

/** A day gives way to those who post, so it takes longer. */
const besideIn = ({ accounts, rateBeside }: DaysEnded): string[] =>
  rateBeside === undefined
    ? []
    : [
        `Days of ${accounts} accounts ended at ${rateBeside.toFixed(0)} accounts a second at least beside (j).`,
      ]

function lossOf({ name, lost }: Load): string[] {
  const guard = guards[name]
  if (lost === undefined || guard === undefined) return []
  const range = `rounds: ${percent(lost.least)} to ${percent(lost.most)} %`
  const most = `at most ${Math.round(guard.shareMax * 100)} % is wanted`
  return [`(${name}) lost ${percent(lost.share)} % of (${lost.to}) to ${guard.what} (${range}; ${most}).`]
}

function shortfallOf({ name, share }: Load): string[] {
  const least = sharesMin[name]
  if (share === undefined || least === undefined) return []
  const range = `rounds: ${share.least.toFixed(2)} to ${share.most.toFixed(2)}`
  return [
    `(${name}) runs at ${share.median.toFixed(2)} of (${share.of}) (${range}; at least ${least.toFixed(2)} is wanted).`,
  ]
}

// However long the history of the account is; and while a day ends.
const slowdownsBelow: Readonly<Record<string, number>> = { h: 10, j: 2 }

function slowdownIn({ name, slowdown }: Load): string[] {
  const below = slowdownsBelow[name]
  if (slowdown === undefined || below === undefined) return []
  const range = `rounds: ${slowdown.least.toFixed(2)} to ${slowdown.most.toFixed(2)}`
  return [
    `(${name}) takes ${slowdown.median.toFixed(2)} times as long as (${slowdown.than}) by ${slowdown.by} (${range}; under ${below} is wanted).`,
  ]
}

// From a posting to whoever is told of it, in milliseconds.
const lagsBelow: Readonly<Record<string, number>> = { l: 250, m: 250 }

function lagOf({ name, median }: Load): string[] {
  const below = lagsBelow[name]
  if (below === undefined) return []
  const p99 = median.p99Ms.toFixed(0)
  return [`(${name}) tells of a posting within ${p99} ms by p99 (under ${below} is wanted).`]
}
