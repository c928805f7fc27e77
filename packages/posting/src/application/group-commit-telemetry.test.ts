import { AsyncLocalStorage } from 'node:async_hooks'
import { setImmediate } from 'node:timers/promises'
import type { IdempotencyKey } from '@plinth/kernel'
import { type Span, silent, type Telemetry, type Tracing } from '@plinth/telemetry'
import { expect, test } from 'vitest'
import { alone, transferOf } from '../../../../test/support/commands.js'
import type { Unit } from '../domain/command.js'
import { type GroupCommit, openGroupCommit } from './group-commit.js'

interface KeptSpan extends Span {
  readonly name: string
  readonly parent: KeptSpan | undefined
  readonly links: KeptSpan[]
  ended: boolean
}

/** Tracing that keeps spans in memory; all of them are sampled. */
function openKeptTracing(): { readonly tracing: Tracing; readonly spans: KeptSpan[] } {
  const spans: KeptSpan[] = []
  const inside = new AsyncLocalStorage<KeptSpan | undefined>()
  const tracing: Tracing = {
    open: (name, { parent = inside.getStore(), links = [] } = {}) => {
      const span: KeptSpan = {
        ...{ name, parent: parent as KeptSpan | undefined, links: [...links] as KeptSpan[], ended: false },
        ...{ traceId: String(spans.length), sampled: true },
        note: () => {},
        link: (other) => span.links.push(other as KeptSpan),
        end: () => {
          span.ended = true
        },
      }
      spans.push(span)
      return span
    },
    within: (span, work) => inside.run(span as KeptSpan | undefined, work),
    current: () => inside.getStore(),
  }
  return { tracing, spans }
}

type BatchTold = Parameters<Telemetry['batchEnded']>[0]

interface Watched extends ReturnType<typeof openKeptTracing> {
  readonly group: GroupCommit
  readonly batches: BatchTold[]
  /** The span inside which each transaction ran. */
  readonly ranInside: (Span | undefined)[]
  /** Lets the transaction that has waited longest end. */
  pass(): Promise<void>
}

function openWatched(): Watched {
  const kept = openKeptTracing()
  const batches: BatchTold[] = []
  const ranInside: (Span | undefined)[] = []
  const passes: (() => void)[] = []
  const telemetry: Telemetry = {
    ...silent,
    tracing: kept.tracing,
    batchEnded: (batch) => batches.push(batch),
  }
  const group = openGroupCommit(
    { commandsMax: 4, queuedMax: 10, inFlightMax: 1, waitMs: 5_000, answerMs: 10_000 },
    (units) => {
      ranInside.push(kept.tracing.current())
      const outcomes = units.map(() => ({ kind: 'key_reused', firstDifference: '' }) as const)
      return new Promise((resolve) => passes.push(() => resolve(outcomes)))
    },
    new Map(),
    { telemetry, lane: 'online', tenant: 'bank' },
  )
  const pass = async (): Promise<void> => {
    passes.shift()?.()
    await setImmediate()
  }
  return { ...kept, group, batches, ranInside, pass }
}

const unitOf = (key: string): Unit =>
  alone(transferOf({ from: 'alice', to: 'bob', amount: '1.00' }), key as IdempotencyKey)

test('a batch runs inside the first of its submissions that is traced, and it and the others name each other', async () => {
  const { group, tracing, spans, ranInside, pass } = openWatched()
  const requests = ['a', 'b', 'c'].map((name) => tracing.open(name) as KeptSpan)
  const done = [
    group.submit([unitOf('in front')]),
    group.submit([unitOf('untraced')]),
    ...requests.map((request) => tracing.within(request, () => group.submit([unitOf(request.name)]))),
  ]
  await pass()
  await pass()
  await Promise.all(done)
  const batch = spans.find(({ name }) => name === 'posting batch')
  expect(batch).toMatchObject({ parent: requests[0], links: [requests[1], requests[2]], ended: true })
  expect(requests.map(({ links }) => links)).toEqual([[], [batch], [batch]])
  expect(ranInside).toEqual([undefined, batch])
})

test('a batch that nobody traces is no part of the trace in front, whose end it was started by', async () => {
  const { group, tracing, ranInside, pass } = openWatched()
  const request = tracing.open('request')
  const done = [
    tracing.within(request, () => group.submit([unitOf('traced')])),
    group.submit([unitOf('untraced')]),
  ]
  await pass()
  await pass()
  await Promise.all(done)
  expect(ranInside).toEqual([expect.objectContaining({ name: 'posting batch' }), undefined])
})

test('each batch is told of once, with how many commands it had', async () => {
  const { group, batches, pass } = openWatched()
  const done = ['a', 'b', 'c'].map((key) => group.submit([unitOf(key)]))
  await pass()
  await pass()
  await Promise.all(done)
  expect(batches.map(({ lane, commands }) => [lane, commands])).toEqual([
    ['online', 1],
    ['online', 2],
  ])
  for (const { waitedSeconds, seconds } of batches) {
    expect(waitedSeconds).toBeGreaterThanOrEqual(0)
    expect(seconds).toBeGreaterThan(0)
  }
})
