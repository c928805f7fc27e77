import type { FilePart, FileUnit, PartLine } from './file-parts.js'
import type { LineOutcome } from './line-outcome.js'
import type { RejectedFile } from './rejected-file.js'
import type { Tally } from './tally.js'

export interface Posting<Submitted> {
  /** What became of each submission, in order. */
  submit(units: readonly FileUnit<Submitted>[]): Promise<readonly LineOutcome[]>
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
export async function postParts<Submitted>(
  parts: AsyncGenerator<FilePart<Submitted>>,
  posting: Posting<Submitted>,
): Promise<{ complete: boolean; lastLineNo: number }> {
  let lastLineNo = 0
  let coming = parts.next()
  try {
    for (;;) {
      const { value: part, done } = await coming
      if (done) return { complete: true, lastLineNo }
      if (posting.stopped()) return { complete: false, lastLineNo }
      const settled = posting.submit(part.units)
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

async function settle<Submitted>(
  part: FilePart<Submitted>,
  outcomes: readonly LineOutcome[],
  { tally, rejected }: Posting<Submitted>,
): Promise<void> {
  let at = 0
  for (const partLine of part.lines) {
    tally.read += 1
    const outcome = partLine.submission === undefined ? malformedOf(partLine) : outcomes[at++]
    const refusal = counted(outcome ?? linkedFailed, tally)
    if (refusal === undefined) continue
    const { line } = partLine
    await rejected.add({ line: line.lineNo, ...refusal, original: line.original() })
  }
}

type Refusal = { code: string; detail: string; errors?: { pointer: string; code: string; detail: string }[] }

const linkedFailed: LineOutcome = {
  kind: 'rejected',
  code: 'linked_command_failed',
  detail: 'Another command of its group failed. Nothing was recorded for this one.',
}

function malformedOf<Submitted>({ malformed }: PartLine<Submitted>): LineOutcome | undefined {
  return malformed && { ...malformed, kind: 'malformed' }
}

function counted(outcome: LineOutcome, tally: Tally): Refusal | undefined {
  if (outcome.kind === 'accepted') {
    if (outcome.replayed) tally.replayed += 1
    else tally.posted += 1
    return undefined
  }
  const { code, detail } = outcome
  if (outcome.kind === 'rejected') {
    tally.reject(code)
    return { code, detail }
  }
  tally.refuse(code)
  return { code, detail, errors: outcome.errors.map((error) => ({ ...error })) }
}
