import { DatabaseUnavailable, OutcomeUnknown } from '@plinth/db'
import type { IdempotencyKey } from '@plinth/kernel'
import { type Span, secondsSince, silent, spanning, type Telemetry } from '@plinth/telemetry'
import type { Unit } from '../domain/command.js'
import type { Outcome } from '../domain/recorded-command.js'
import type { Foreseen } from './foreseen.js'

/** The queue is full: nothing happened, ask again later (contract §6, 503 `unavailable`). */
export class QueueFull extends Error {
  override readonly name = 'QueueFull'
}

/** Another request with the same key has been at work all the time this one waited (contract §3, 409). */
export class KeyInProgress extends Error {
  override readonly name = 'KeyInProgress'
}

export interface GroupCommitOptions {
  /** Commands in one transaction: enough to share the cost of a commit, few enough that locks are held briefly. */
  readonly commandsMax: number
  /** Commands that may wait before others are turned away. */
  readonly queuedMax: number
  /** Transactions of one queue in flight. */
  readonly inFlightMax: number
  /** How long a unit may wait before it is in a transaction, and until its outcome counts as unknown. */
  readonly waitMs: number
  readonly answerMs: number
}

/** A transaction of the queue that was started and may not have ended. */
export interface InFront {
  /** What it will have done, once it is decided; of its last attempt. */
  readonly foreseen: Foreseen | undefined
  /** Committed, failed, or run again in parts until all were settled. Never rejects. */
  readonly ended: Promise<void>
}

/** How a transaction of the queue knows of the one in front of it, and tells the one behind. */
export interface Neighbours {
  readonly inFront: InFront | undefined
  /** Undefined takes back what an attempt that failed had foreseen: nobody may start on it any more. */
  decided(foreseen: Foreseen | undefined): void
}

/** Runs units in one transaction and answers an outcome for each submission, in order. */
export type RunUnits = (
  units: readonly Unit[],
  deadlineMs: number,
  neighbours: Neighbours,
) => Promise<readonly Outcome[]>

export interface GroupCommit {
  /**
   * The outcomes of the units' submissions, in order. Units take effect in the order in which they were submitted; those of
   * one call go into one transaction.
   */
  submit(units: readonly Unit[]): Promise<readonly Outcome[]>
  queued(): number
}

interface Waiting {
  readonly units: readonly Unit[]
  readonly size: number
  readonly submittedMs: number
  /** In which it was submitted, if that is traced. */
  readonly span: Span | undefined
  resolve(outcomes: readonly Outcome[]): void
  reject(error: unknown): void
  timer: NodeJS.Timeout
}

/** Who is told of the transactions of a queue, and what they call it. */
export interface QueueWatch {
  readonly telemetry: Telemetry
  readonly lane: string
  readonly tenant: string
}

const unwatched: QueueWatch = { telemetry: silent, lane: '', tenant: '' }

/** Which keys this process has at work, over all queues of a tenant. */
export type KeysAtWork = Map<IdempotencyKey, number>

/**
 * Collects units while the transaction in front of them is in flight and runs them as one (ADR 0002). Nobody waits when it is
 * quiet; under load one commit carries many. A transaction starts when the one in front is decided, on what that one will
 * have done (ADR 0009). A fault in a batch is found by running its halves.
 */
export const openGroupCommit = (
  options: GroupCommitOptions,
  run: RunUnits,
  keysAtWork: KeysAtWork,
  watch: QueueWatch = unwatched,
): GroupCommit => new CommitQueue(options, run, keysAtWork, watch)

class Running implements InFront {
  foreseen: Foreseen | undefined
  ended: Promise<void> = Promise.resolve()
}

class CommitQueue implements GroupCommit {
  readonly #queue: Waiting[] = []
  #queuedCommands = 0
  #inFlight = 0
  #last: Running | undefined

  constructor(
    readonly options: GroupCommitOptions,
    readonly run: RunUnits,
    readonly keysAtWork: KeysAtWork,
    readonly watch: QueueWatch,
  ) {}

  queued(): number {
    return this.#queuedCommands
  }

  submit(units: readonly Unit[]): Promise<readonly Outcome[]> {
    const size = sizeOf(units)
    if (this.#queuedCommands > 0 && this.#queuedCommands + size > this.options.queuedMax) {
      return Promise.reject(new QueueFull('too many commands are waiting'))
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#giveUpWaiting(waiting), this.options.waitMs)
      const span = this.watch.telemetry.tracing?.current()
      const waiting: Waiting = { units, size, submittedMs: Date.now(), span, resolve, reject, timer }
      count(this.keysAtWork, units, 1)
      this.#queue.push(waiting)
      this.#queuedCommands += size
      this.#pump()
    })
  }

  #pump(): void {
    while (this.#inFlight < this.options.inFlightMax && this.#queue.length > 0) {
      if (this.#last !== undefined && this.#last.foreseen === undefined) return
      this.#start(this.#take())
    }
  }

  #start(batch: readonly Waiting[]): void {
    const inFront = this.#last
    const here = new Running()
    this.#last = here
    this.#inFlight += 1
    const decided = (foreseen: Foreseen | undefined): void => {
      here.foreseen = foreseen
      this.#pump()
    }
    here.ended = this.#execute(batch, { inFront, decided }).finally(() => {
      this.#inFlight -= 1
      if (this.#last === here) this.#last = undefined
      this.#pump()
    })
  }

  #take(): Waiting[] {
    const batch: Waiting[] = []
    let size = 0
    for (let next = this.#queue[0]; next !== undefined; next = this.#queue[0]) {
      if (batch.length > 0 && size + next.size > this.options.commandsMax) break
      this.#queue.shift()
      this.#queuedCommands -= next.size
      size += next.size
      batch.push(this.#inTransaction(next))
    }
    return batch
  }

  // From now on it may commit: past its deadline only asking again with the same key can tell.
  #inTransaction(waiting: Waiting): Waiting {
    clearTimeout(waiting.timer)
    waiting.timer = setTimeout(
      () => waiting.reject(new OutcomeUnknown('the transaction has not ended in time')),
      this.#answerDeadline(waiting) - Date.now(),
    )
    return waiting
  }

  async #execute(batch: readonly Waiting[], neighbours: Neighbours): Promise<void> {
    const deadlineMs = Math.min(...batch.map((waiting) => this.#answerDeadline(waiting)))
    const units = batch.flatMap((waiting) => waiting.units)
    const outcomes = await this.#watched(batch, () => this.#runOrHalve(units, deadlineMs, neighbours))
    let at = 0
    for (const waiting of batch) {
      this.#finish(waiting)
      waiting.resolve(outcomes.slice(at, at + waiting.size))
      at += waiting.size
    }
  }

  /**
   * A batch is traced inside the first of its submissions that is; the others and it name each other. One of which nobody will
   * see anything is run outside of all spans: what started it is whoever was in front.
   */
  async #watched<Result>(batch: readonly Waiting[], work: () => Promise<Result>): Promise<Result> {
    const { telemetry, lane, tenant } = this.watch
    const { tracing } = telemetry
    const startedMs = performance.now()
    const commands = batch.reduce((sum, { size }) => sum + size, 0)
    const waitedSeconds = (Date.now() - (batch[0]?.submittedMs ?? Date.now())) / 1000
    const [parent, ...others] = batch.flatMap(({ span }) => span ?? [])
    try {
      if (tracing === undefined) return await work()
      if (parent === undefined) return await tracing.within(undefined, work)
      const facts = { tenant, lane, commands }
      const span = tracing.open('posting batch', { parent, links: others, facts })
      for (const other of others) other.link(span)
      return await spanning(tracing, span, work)
    } finally {
      telemetry.batchEnded({ lane, commands, waitedSeconds, seconds: secondsSince(startedMs) })
    }
  }

  async #runOrHalve(
    units: readonly Unit[],
    deadlineMs: number,
    neighbours: Neighbours,
  ): Promise<readonly Outcome[]> {
    try {
      return await this.run(units, deadlineMs, neighbours)
    } catch (error) {
      if (units.length === 1 || isOutage(error)) return failedOutcomes(units, error)
      // Parts run alone and in order.
      await neighbours.inFront?.ended
      return runHalves(this.run, units, deadlineMs)
    }
  }

  #answerDeadline({ submittedMs }: Waiting): number {
    return submittedMs + this.options.answerMs
  }

  #giveUpWaiting(waiting: Waiting): void {
    this.#queue.splice(this.#queue.indexOf(waiting), 1)
    this.#queuedCommands -= waiting.size
    this.#finish(waiting)
    const shared = waiting.units.some(({ submissions }) =>
      submissions.some(({ key }) => this.keysAtWork.has(key)),
    )
    waiting.reject(
      shared
        ? new KeyInProgress('the key is being worked on')
        : new DatabaseUnavailable('no transaction could start in time'),
    )
  }

  #finish(waiting: Waiting): void {
    clearTimeout(waiting.timer)
    count(this.keysAtWork, waiting.units, -1)
  }
}

/** A failure concerns only the units that carry it: a batch that fails is run again in halves. An outage concerns them all. */
async function runHalves(run: RunUnits, units: readonly Unit[], deadlineMs: number): Promise<Outcome[]> {
  const middle = units.length >> 1
  const outcomes: Outcome[] = []
  for (const half of [units.slice(0, middle), units.slice(middle)]) {
    try {
      outcomes.push(...(await run(half, deadlineMs, alone)))
    } catch (error) {
      const hopeless = half.length === 1 || isOutage(error)
      outcomes.push(...(hopeless ? failedOutcomes(half, error) : await runHalves(run, half, deadlineMs)))
    }
  }
  return outcomes
}

/** Nobody in front, nobody behind. */
export const alone: Neighbours = { inFront: undefined, decided: () => {} }

/** The same failure for every submission of the units. */
export const failedOutcomes = (units: readonly Unit[], error: unknown): Outcome[] =>
  Array.from({ length: sizeOf(units) }, () => ({ kind: 'failed', error }))

const sizeOf = (units: readonly Unit[]): number =>
  units.reduce((size, { submissions }) => size + submissions.length, 0)

function count(keysAtWork: KeysAtWork, units: readonly Unit[], change: 1 | -1): void {
  for (const { submissions } of units) {
    for (const { key } of submissions) {
      const left = (keysAtWork.get(key) ?? 0) + change
      if (left > 0) keysAtWork.set(key, left)
      else keysAtWork.delete(key)
    }
  }
}

const isOutage = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable || error instanceof OutcomeUnknown
