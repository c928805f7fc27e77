import { DatabaseUnavailable, OutcomeUnknown } from '@plinth/db'
import type { IdempotencyKey } from '@plinth/kernel'
import type { Unit } from '../domain/command.js'
import type { Outcome } from '../domain/recorded-command.js'

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

/** Runs units in one transaction and answers an outcome for each submission, in order. */
export type RunUnits = (units: readonly Unit[], deadlineMs: number) => Promise<readonly Outcome[]>

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
  resolve(outcomes: readonly Outcome[]): void
  reject(error: unknown): void
  timer: NodeJS.Timeout
}

/** Which keys this process has at work, over all queues of a tenant. */
export type KeysAtWork = Map<IdempotencyKey, number>

/**
 * Collects units while the transaction in front of them is in flight and runs them as one (ADR 0002). Nobody waits when it is
 * quiet; under load one commit carries many. A fault in a batch is found by running its halves.
 */
export const openGroupCommit = (
  options: GroupCommitOptions,
  run: RunUnits,
  keysAtWork: KeysAtWork,
): GroupCommit => new CommitQueue(options, run, keysAtWork)

class CommitQueue implements GroupCommit {
  readonly #queue: Waiting[] = []
  #queuedCommands = 0
  #inFlight = 0

  constructor(
    readonly options: GroupCommitOptions,
    readonly run: RunUnits,
    readonly keysAtWork: KeysAtWork,
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
      const waiting: Waiting = { units, size, submittedMs: Date.now(), resolve, reject, timer }
      count(this.keysAtWork, units, 1)
      this.#queue.push(waiting)
      this.#queuedCommands += size
      this.#pump()
    })
  }

  #pump(): void {
    while (this.#inFlight < this.options.inFlightMax && this.#queue.length > 0) {
      this.#inFlight += 1
      void this.#execute(this.#take()).finally(() => {
        this.#inFlight -= 1
        this.#pump()
      })
    }
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

  async #execute(batch: readonly Waiting[]): Promise<void> {
    const deadlineMs = Math.min(...batch.map((waiting) => this.#answerDeadline(waiting)))
    const units = batch.flatMap((waiting) => waiting.units)
    const outcomes = await runHalving(this.run, units, deadlineMs)
    let at = 0
    for (const waiting of batch) {
      this.#finish(waiting)
      waiting.resolve(outcomes.slice(at, at + waiting.size))
      at += waiting.size
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
async function runHalving(run: RunUnits, units: readonly Unit[], deadlineMs: number): Promise<Outcome[]> {
  try {
    return [...(await run(units, deadlineMs))]
  } catch (error) {
    if (units.length === 1 || isOutage(error)) return failedOutcomes(units, error)
    const middle = units.length >> 1
    const first = await runHalving(run, units.slice(0, middle), deadlineMs)
    return [...first, ...(await runHalving(run, units.slice(middle), deadlineMs))]
  }
}

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
