import { setTimeout as sleep } from 'node:timers/promises'
import { DatabaseUnavailable, OutcomeUnknown } from '@plinth/db'
import {
  type Books,
  KeyInProgress,
  type Outcome,
  type PostingEngine,
  QueueFull,
  type Unit,
} from '@plinth/posting'

// A server that restarts, or fails over, is usually back within this time.
export const patienceMsDefault = 60_000
const pauseMsMin = 250
const pauseMsMax = 5_000

export interface Submitting {
  readonly posting: Pick<PostingEngine, 'submitBatch'>
  readonly books: Books
  readonly patienceMs: number
  /** Told before each pause. */
  waiting(error: Error): void
}

/**
 * The outcomes of a part, in order. Where the database is away, or has not said what became of a command, the same keys are
 * asked again until the patience is at its end: whatever took effect replays.
 *
 * @throws the outage, when it outlasts the patience; a fault of a command at once.
 */
export async function submitPart(units: readonly Unit[], submitting: Submitting): Promise<Outcome[]> {
  const { posting, books, patienceMs, waiting } = submitting
  const outcomes = new Map<Unit, Outcome[]>()
  let left = units
  const deadlineMs = performance.now() + patienceMs
  for (let pauseMs = pauseMsMin; ; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
    const outage = await attempt()
    if (outage === undefined) return units.flatMap((unit) => outcomes.get(unit) ?? [])
    if (!passes(outage) || performance.now() + pauseMs > deadlineMs) throw outage
    waiting(outage)
    await sleep(pauseMs)
  }

  async function attempt(): Promise<Error | undefined> {
    let answers: Outcome[]
    try {
      answers = await posting.submitBatch(books, left)
    } catch (error) {
      return error as Error
    }
    let at = 0
    let failure: Error | undefined
    const failed: Unit[] = []
    for (const unit of left) {
      const ofUnit = answers.slice(at, at + unit.submissions.length)
      at += unit.submissions.length
      const fault = ofUnit.find((outcome) => outcome.kind === 'failed')
      if (fault?.kind === 'failed') {
        failed.push(unit)
        failure ??= fault.error as Error
      } else outcomes.set(unit, ofUnit)
    }
    left = failed
    return failure
  }
}

/** Trouble that passes by itself, in which nothing is lost by asking again. */
const passes = (error: unknown): boolean =>
  error instanceof DatabaseUnavailable ||
  error instanceof OutcomeUnknown ||
  error instanceof QueueFull ||
  error instanceof KeyInProgress
