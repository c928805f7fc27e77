import type { Outcome } from '@plinth/posting'
import type { FilePart, PartLine } from './file-parts.js'
import type { RejectedFile } from './rejected-file.js'
import { type Submitting, submitPart } from './submit-part.js'
import type { Tally } from './tally.js'

export interface Posting extends Submitting {
  readonly tally: Tally
  readonly rejected: RejectedFile
  /** Asked between parts. */
  stopped(): boolean
  /** Told after each part. */
  progressed(bytesRead: number): void
}

/**
 * Sends the parts in order. The next one is read and checked while the one before is in the database. Answers whether the
 * file was posted to its end, and the number of the last line that was settled.
 */
export async function postParts(
  parts: AsyncGenerator<FilePart>,
  posting: Posting,
): Promise<{ complete: boolean; lastLineNo: number }> {
  let lastLineNo = 0
  let coming = parts.next()
  try {
    for (;;) {
      const { value: part, done } = await coming
      if (done) return { complete: true, lastLineNo }
      if (posting.stopped()) return { complete: false, lastLineNo }
      const settled = submitPart(part.units, posting)
      coming = parts.next()
      // It is awaited at the head of the loop; if it fails before, that is not unheard of until then.
      coming.catch(() => {})
      await settle(part, await settled, posting)
      const last = part.lines.at(-1)?.line
      lastLineNo = last?.lineNo ?? lastLineNo
      posting.progressed(last?.bytesRead ?? 0)
    }
  } finally {
    await coming.catch(() => {})
    await parts.return(undefined)
  }
}

async function settle(
  part: FilePart,
  outcomes: readonly Outcome[],
  { tally, rejected }: Posting,
): Promise<void> {
  let at = 0
  for (const partLine of part.lines) {
    tally.read += 1
    const refusal =
      partLine.submission === undefined ? malformedOf(partLine, tally) : outcomeOf(outcomes[at], tally)
    if (partLine.submission !== undefined) at += 1
    if (refusal === undefined) continue
    const { line } = partLine
    await rejected.add({ line: line.lineNo, ...refusal, original: line.original() })
  }
}

type Refusal = { code: string; detail: string; errors?: { pointer: string; code: string; detail: string }[] }

function malformedOf({ malformed }: PartLine, tally: Tally): Refusal | undefined {
  if (malformed === undefined) return undefined
  const { code, detail, errors } = malformed
  tally.refuse(code)
  return { code, detail, errors: errors.map((error) => ({ ...error })) }
}

function outcomeOf(outcome: Outcome | undefined, tally: Tally): Refusal | undefined {
  if (outcome?.kind === 'answered' && outcome.answer.outcome === 'accepted') {
    if (outcome.replayed) tally.replayed += 1
    else tally.posted += 1
    return undefined
  }
  const refusal = refusalOf(outcome)
  tally.reject(refusal.code)
  return refusal
}

function refusalOf(outcome: Outcome | undefined): Refusal {
  if (outcome?.kind === 'answered' && outcome.answer.outcome === 'rejected') {
    const { code, detail } = outcome.answer.rejection
    return { code, detail }
  }
  if (outcome?.kind === 'key_reused') {
    const at = outcome.firstDifference || 'its root'
    return {
      code: 'idempotency_key_reused',
      detail: `The key belongs to another command, which differs first at ${at}.`,
    }
  }
  if (outcome?.kind === 'approval_needed') {
    const detail = `The tenant's settings demand a second person here (${outcome.matter}). Propose it: POST /v1/proposals.`
    return { code: 'forbidden', detail }
  }
  if (outcome?.kind === 'malformed') return { code: outcome.code, detail: outcome.detail }
  const detail = 'Another command of its group failed. Nothing was recorded for this one.'
  return { code: 'linked_command_failed', detail }
}
