import { setTimeout as sleep } from 'node:timers/promises'
import { type CallContent, type PlinthClient, PlinthProblem, PlinthUnavailable } from '@plinth/client'
import { type FileUnit, groupOf } from './file-parts.js'
import type { LineOutcome } from './line-outcome.js'
import type { Destination } from './post-file.js'

type Batch = CallContent<'/v1/batches'>['body']
type Result = {
  readonly status: number
  readonly replayed: boolean
  readonly body: Readonly<Record<string, unknown>>
}

// Half of what a request may have (contract §3); a command has a megabyte at most.
const batchBytes = 4 * 1024 * 1024
// Longer than Plinth itself waits for a batch.
const answerMs = 90_000
const pauseMsMin = 250
const pauseMsMax = 5_000

/** A Plinth elsewhere, which reads and checks the lines itself. */
export function toRemote(plinth: PlinthClient, patienceMs: number): Destination<unknown> {
  return {
    read: (item) => ({ submission: item, group: groupOf(item) }),
    submit: async (units) => {
      const outcomes: LineOutcome[] = []
      for (const commands of batchesOf(units)) outcomes.push(...(await submit(plinth, commands, patienceMs)))
      return outcomes
    },
  }
}

/** Commands for one request each; a unit is never cut. */
function* batchesOf(units: readonly FileUnit<unknown>[]): Generator<unknown[]> {
  let commands: unknown[] = []
  let bytes = 0
  for (const { submissions } of units) {
    const more = Buffer.byteLength(JSON.stringify(submissions))
    if (commands.length > 0 && bytes + more > batchBytes) {
      yield commands
      commands = []
      bytes = 0
    }
    commands.push(...submissions)
    bytes += more
  }
  if (commands.length > 0) yield commands
}

/** Sends a batch until each of its commands is decided: it may go out again, for every command has its key. */
async function submit(
  plinth: PlinthClient,
  commands: readonly unknown[],
  patienceMs: number,
): Promise<LineOutcome[]> {
  const deadlineMs = performance.now() + patienceMs
  for (let pauseMs = pauseMsMin; ; pauseMs = Math.min(pauseMs * 2, pauseMsMax)) {
    const outcomes = await attempt(plinth, commands)
    if (!(outcomes instanceof Error)) return outcomes
    if (performance.now() + pauseMs > deadlineMs) throw outcomes
    console.error(`Waiting for Plinth: ${outcomes.message}`)
    await sleep(pauseMs)
  }
}

async function attempt(
  plinth: PlinthClient,
  commands: readonly unknown[],
): Promise<LineOutcome[] | PlinthUnavailable> {
  try {
    const body = { atomicity: 'independent', commands } as Batch
    const { results } = await plinth.call('/v1/batches', { body }, { patienceMs: answerMs })
    const undecided = results.find(({ status }) => status === 409 || status >= 500)
    if (undecided !== undefined) return new PlinthUnavailable(`${(undecided as Result).body.detail}`)
    return (results as readonly Result[]).map(outcomeOf)
  } catch (error) {
    if (error instanceof PlinthUnavailable) return error
    const passes = error instanceof PlinthProblem && (error.status >= 500 || error.status === 429)
    if (passes) return new PlinthUnavailable(error.message)
    throw error
  }
}

function outcomeOf({ status, replayed, body }: Result): LineOutcome {
  if (status < 300) return { kind: 'accepted', replayed }
  const [code, detail] = [String(body.code), String(body.detail)]
  if (status !== 400) return { kind: 'rejected', code, detail }
  const errors = (body.errors ?? []) as { pointer: string; code: string; detail: string }[]
  return { kind: 'malformed', code, detail, errors }
}
