import { DatabaseUnavailable, OutcomeUnknown } from '@plinth/db'
import type { BusinessDate, IdempotencyKey } from '@plinth/kernel'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { alone, submissionOf, together, transferOf } from '../../../../test/support/commands.js'
import type { Unit } from '../domain/command.js'
import type { Outcome } from '../domain/recorded-command.js'
import type { Foreseen } from './foreseen.js'
import {
  type GroupCommit,
  type GroupCommitOptions,
  KeyInProgress,
  type Neighbours,
  openGroupCommit,
  QueueFull,
} from './group-commit.js'

const options: GroupCommitOptions = {
  commandsMax: 4,
  queuedMax: 6,
  inFlightMax: 1,
  waitMs: 5_000,
  answerMs: 10_000,
}

const unitOf = (key: string): Unit =>
  alone(transferOf({ from: 'alice', to: 'bob', amount: '1.00' }), key as IdempotencyKey)
const keysOf = (units: readonly Unit[]): string[] =>
  units.flatMap(({ submissions }) => submissions.map(({ key }) => key))
const outcomesOf = (units: readonly Unit[]): Outcome[] =>
  keysOf(units).map((key) => ({ kind: 'key_reused', firstDifference: key }))

interface Run {
  readonly keys: string[]
  readonly deadlineMs: number
  readonly neighbours: Neighbours
  pass(): void
  fail(error: unknown): void
}

/** A group commit whose transactions wait until the test lets them pass or fail. */
function openByHand(given: Partial<GroupCommitOptions> = {}): { group: GroupCommit; runs: Run[] } {
  const runs: Run[] = []
  const group = openGroupCommit(
    { ...options, ...given },
    (units, deadlineMs, neighbours) =>
      new Promise((resolve, reject) => {
        const pass = () => resolve(outcomesOf(units))
        runs.push({ keys: keysOf(units), deadlineMs, neighbours, pass, fail: reject })
      }),
    new Map(),
  )
  return { group, runs }
}

const foreseen: Foreseen = {
  accounts: new Map(),
  holds: new Map(),
  usage: new Map(),
  businessDate: '2026-11-20' as BusinessDate,
  keys: new Set(),
  groundForMore: true,
  committed: Promise.resolve(),
}

/** What came of a submission, once something did. */
function follow(answer: Promise<readonly Outcome[]>): { readonly seen: unknown[] } {
  const seen: unknown[] = []
  answer.then(
    (outcomes) =>
      seen.push(
        ...outcomes.map((outcome) => (outcome.kind === 'key_reused' ? outcome.firstDifference : outcome)),
      ),
    (error: unknown) => seen.push(error),
  )
  return { seen }
}
const settle = () => vi.advanceTimersByTimeAsync(0)

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

describe('commands that come while a transaction is in flight', () => {
  test('go together into the next one, in the order in which they came', async () => {
    const { group, runs } = openByHand()
    const answers = ['a', 'b', 'c', 'd'].map((key) => follow(group.submit([unitOf(key)])))
    expect(runs.map(({ keys }) => keys)).toEqual([['a']])
    expect(group.queued()).toBe(3)
    runs[0]?.pass()
    await settle()
    expect(answers.map(({ seen }) => seen)).toEqual([['a'], [], [], []])
    expect(runs.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c', 'd']])
    runs[1]?.pass()
    await settle()
    expect(answers.map(({ seen }) => seen)).toEqual([['a'], ['b'], ['c'], ['d']])
    expect(group.queued()).toBe(0)
  })

  test('are split where they are more than a transaction takes, but never within one call', async () => {
    const { group, runs } = openByHand({ queuedMax: 100 })
    const calls = [['a'], ['b', 'c', 'd'], ['e', 'f'], ['g', 'h', 'i', 'j', 'k'], ['l']]
    const answers = calls.map((keys) => follow(group.submit(keys.map(unitOf))))
    for (let at = 0; at < 5; at += 1) {
      runs[at]?.pass()
      await settle()
    }
    expect(runs.map(({ keys }) => keys.join(''))).toEqual(['a', 'bcd', 'ef', 'ghijk', 'l'])
    expect(answers.map(({ seen }) => seen)).toEqual(calls)
  })

  test('wait until the one in front is decided, and start on what it will have done', async () => {
    const { group, runs } = openByHand({ inFlightMax: 2 })
    for (const key of ['a', 'b', 'c']) follow(group.submit([unitOf(key)]))
    expect(runs.map(({ keys }) => keys)).toEqual([['a']])
    runs[0]?.neighbours.decided(foreseen)
    expect(runs.map(({ keys }) => keys)).toEqual([['a'], ['b', 'c']])
    expect(runs.map(({ neighbours }) => neighbours.inFront?.foreseen)).toEqual([undefined, foreseen])
  })

  test('wait for one of as many transactions as may be in flight', async () => {
    const { group, runs } = openByHand({ inFlightMax: 2 })
    for (const key of ['a', 'b']) follow(group.submit([unitOf(key)]))
    runs[0]?.neighbours.decided(foreseen)
    follow(group.submit([unitOf('c')]))
    runs[1]?.neighbours.decided(foreseen)
    expect(runs.map(({ keys }) => keys)).toEqual([['a'], ['b']])
    runs[0]?.pass()
    await settle()
    expect(runs.map(({ keys }) => keys)).toEqual([['a'], ['b'], ['c']])
  })

  test('do not start on what an attempt that failed had foreseen', async () => {
    const { group, runs } = openByHand({ inFlightMax: 3 })
    for (const key of ['a', 'b']) follow(group.submit([unitOf(key)]))
    runs[0]?.neighbours.decided(foreseen)
    runs[1]?.neighbours.decided(foreseen)
    runs[1]?.neighbours.decided(undefined)
    follow(group.submit([unitOf('c')]))
    expect(runs.map(({ keys }) => keys)).toEqual([['a'], ['b']])
    runs[1]?.neighbours.decided(foreseen)
    expect(runs.map(({ keys }) => keys)).toEqual([['a'], ['b'], ['c']])
  })

  test('know when the one in front has ended, run again in halves or not', async () => {
    const { group, runs } = openByHand({ inFlightMax: 2 })
    follow(group.submit(['a', 'b'].map(unitOf)))
    follow(group.submit([unitOf('c')]))
    runs[0]?.neighbours.decided(foreseen)
    const ended = follow(runs[1]?.neighbours.inFront?.ended.then(() => outcomesOf([unitOf('end')])) as never)
    runs[0]?.fail(new Error('poison'))
    await settle()
    expect(runs.map(({ keys }) => keys)).toEqual([['a', 'b'], ['c'], ['a']])
    runs[2]?.pass()
    await settle()
    expect(ended.seen).toEqual([])
    runs[3]?.pass()
    await settle()
    expect(ended.seen).toEqual(['end'])
  })

  test('have a deadline that is the earliest of theirs', async () => {
    const { group, runs } = openByHand()
    follow(group.submit([unitOf('a')]))
    await vi.advanceTimersByTimeAsync(100)
    follow(group.submit([unitOf('b')]))
    await vi.advanceTimersByTimeAsync(100)
    follow(group.submit([unitOf('c')]))
    runs[0]?.pass()
    await settle()
    expect(runs.map(({ deadlineMs }) => deadlineMs - 1_000_000)).toEqual([10_000, 10_100])
  })
})

describe('a fault in a batch', () => {
  /** A transaction fails as a whole while a poisoned key is in it. */
  function openPoisoned(poisoned: readonly string[], given: Partial<GroupCommitOptions> = {}) {
    const ran: string[] = []
    const group = openGroupCommit(
      { ...options, queuedMax: 100, commandsMax: 8, ...given },
      async (units) => {
        ran.push(keysOf(units).join(''))
        const poison = keysOf(units).find((key) => poisoned.includes(key))
        if (poison !== undefined) throw new Error(`poison ${poison}`)
        return outcomesOf(units)
      },
      new Map(),
    )
    return { group, ran }
  }

  test.each([
    [['d'], ['abcdefgh', 'abcd', 'ab', 'cd', 'c', 'd', 'efgh']],
    [
      ['a', 'h'],
      ['abcdefgh', 'abcd', 'ab', 'a', 'b', 'cd', 'efgh', 'ef', 'gh', 'g', 'h'],
    ],
  ])('of %j reaches nobody else: its halves are run again', async (poisoned, expectedRuns) => {
    const { group, ran } = openPoisoned(poisoned)
    const first = follow(group.submit([unitOf('x')]))
    const answers = [...'abcdefgh'].map((key) => ({ key, ...follow(group.submit([unitOf(key)])) }))
    await settle()
    expect(first.seen).toEqual(['x'])
    expect(ran).toEqual(['x', ...expectedRuns])
    for (const { key, seen } of answers) {
      expect(seen).toEqual(
        poisoned.includes(key) ? [{ kind: 'failed', error: new Error(`poison ${key}`) }] : [key],
      )
    }
  })

  test('takes all commands of its own unit along, one failure each', async () => {
    const { group, ran } = openPoisoned(['b'])
    const pay = transferOf({ from: 'a', to: 'b', amount: '1.00' })
    const unit = together(submissionOf(pay, 'a' as IdempotencyKey), submissionOf(pay, 'b' as IdempotencyKey))
    const { seen } = follow(group.submit([unit, unitOf('c')]))
    await settle()
    expect(ran).toEqual(['abc', 'ab', 'c'])
    expect(seen).toEqual([
      expect.objectContaining({ kind: 'failed' }),
      expect.objectContaining({ kind: 'failed' }),
      'c',
    ])
  })

  test.each([new DatabaseUnavailable('gone'), new OutcomeUnknown('lost')])(
    'that is an outage concerns them all and is not run again in halves: %s',
    async (outage) => {
      const { group, runs } = openByHand()
      const answers = ['a', 'b', 'c'].map((key) => follow(group.submit([unitOf(key)])))
      runs[0]?.pass()
      await settle()
      runs[1]?.fail(outage)
      await settle()
      expect(runs).toHaveLength(2)
      expect(answers.slice(1).map(({ seen }) => seen)).toEqual([
        [{ kind: 'failed', error: outage }],
        [{ kind: 'failed', error: outage }],
      ])
    },
  )

  test('does not stop what comes later', async () => {
    const { group } = openPoisoned(['a'])
    follow(group.submit([unitOf('a')]))
    await settle()
    const later = follow(group.submit([unitOf('b')]))
    await settle()
    expect(later.seen).toEqual(['b'])
  })
})

describe('a full queue', () => {
  test('turns away what does not fit, and takes it again when there is room', async () => {
    const { group, runs } = openByHand()
    follow(group.submit([unitOf('a')]))
    for (const key of ['b', 'c', 'd', 'e', 'f', 'g']) follow(group.submit([unitOf(key)]))
    await expect(group.submit([unitOf('h')])).rejects.toBeInstanceOf(QueueFull)
    expect(group.queued()).toBe(6)
    runs[0]?.pass()
    await settle()
    expect(group.queued()).toBe(2)
    const taken = follow(group.submit([unitOf('h')]))
    runs[1]?.pass()
    await settle()
    runs[2]?.pass()
    await settle()
    expect(taken.seen).toEqual(['h'])
  })

  test('is never the answer to a large call that finds the queue empty', async () => {
    const { group, runs } = openByHand({ queuedMax: 2 })
    const large = follow(group.submit(['a', 'b', 'c'].map(unitOf)))
    runs[0]?.pass()
    await settle()
    expect(large.seen).toEqual(['a', 'b', 'c'])
  })
})

describe('a command that waits too long', () => {
  test('for its turn was never tried: the database is unavailable', async () => {
    const { group, runs } = openByHand()
    follow(group.submit([unitOf('a')]))
    const waiting = follow(group.submit([unitOf('b')]))
    await vi.advanceTimersByTimeAsync(4_999)
    expect(waiting.seen).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(waiting.seen).toEqual([expect.any(DatabaseUnavailable)])
    expect(group.queued()).toBe(0)
    runs[0]?.pass()
    await settle()
    expect(runs).toHaveLength(1)
  })

  test('for its turn while its own key is at work is told that the key is in progress', async () => {
    const { group } = openByHand()
    follow(group.submit([unitOf('a')]))
    const same = follow(group.submit([unitOf('a')]))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(same.seen).toEqual([expect.any(KeyInProgress)])
  })

  test('for its key, which another lane has at work, is told so too', async () => {
    const keysAtWork = new Map<IdempotencyKey, number>()
    const never = () => new Promise<never>(() => {})
    const online = openGroupCommit(options, never, keysAtWork)
    const batch = openGroupCommit(options, never, keysAtWork)
    follow(batch.submit([unitOf('k')]))
    follow(online.submit([unitOf('other')]))
    const same = follow(online.submit([unitOf('k')]))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(same.seen).toEqual([expect.any(KeyInProgress)])
  })

  test('for its answer has an unknown outcome, and the late answer is dropped', async () => {
    const { group, runs } = openByHand()
    const late = follow(group.submit([unitOf('a')]))
    await vi.advanceTimersByTimeAsync(9_999)
    expect(late.seen).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(late.seen).toEqual([expect.any(OutcomeUnknown)])
    runs[0]?.pass()
    await settle()
    expect(late.seen).toHaveLength(1)
    const next = follow(group.submit([unitOf('b')]))
    runs[1]?.pass()
    await settle()
    expect(next.seen).toEqual(['b'])
  })

  test('leaves no key behind as being at work', async () => {
    const keysAtWork = new Map<IdempotencyKey, number>()
    const passes: (() => void)[] = []
    const group = openGroupCommit(
      options,
      (units) => new Promise((resolve) => passes.push(() => resolve(outcomesOf(units)))),
      keysAtWork,
    )
    follow(group.submit([unitOf('a')]))
    follow(group.submit([unitOf('a')]))
    follow(group.submit([unitOf('b')]))
    expect([...keysAtWork]).toEqual([
      ['a', 2],
      ['b', 1],
    ])
    await vi.advanceTimersByTimeAsync(5_000)
    expect([...keysAtWork]).toEqual([['a', 1]])
    passes[0]?.()
    await settle()
    expect(keysAtWork.size).toBe(0)
  })
})
