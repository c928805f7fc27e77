import { isMalformed, type Malformed } from '@plinth/http'
import { CommandFailure, exitCodes } from '../cli-runtime.js'
import { commandsPerPart, type FileLine } from './file-line.js'
import { keyOfLine } from './line-key.js'

/** A line as it is submitted, or why it is not. */
export interface PartLine<Submitted> {
  readonly line: FileLine
  readonly submission: Submitted | undefined
  readonly malformed: Malformed | undefined
}

/** Commands that stand or fall together; `broken`: a malformed line was one of them. */
export interface FileUnit<Submitted> {
  readonly submissions: readonly Submitted[]
  readonly broken: boolean
}

/** Commands for one submission. */
export interface FilePart<Submitted> {
  readonly lines: readonly PartLine<Submitted>[]
  /** The submissions of the lines in order, those of one group together. */
  readonly units: readonly FileUnit<Submitted>[]
}

/** How a line becomes what is submitted: checked here, or, where another process will check it, as it stands. */
export interface Reading<Submitted> {
  readonly keyPrefix: string | undefined
  read(item: unknown): { readonly submission: Submitted; readonly group?: string | undefined } | Malformed
}

// A group is one transaction; contract §3 allows so many commands in a batch.
const groupLinesMax = 10_000

/** Cuts a file into parts of a thousand commands; a group is never cut. Holds one part at a time. */
export async function* filePartsOf<Submitted>(
  lines: AsyncIterable<FileLine>,
  reading: Reading<Submitted>,
): AsyncGenerator<FilePart<Submitted>> {
  let part: PartLine<Submitted>[] = []
  let units: OpenUnit<Submitted>[] = []
  for await (const line of lines) {
    const { partLine, group } = readLine(line, reading)
    const open = units.at(-1)
    const continues = open !== undefined && group !== undefined && open.group === group
    if (!continues && part.length >= commandsPerPart) {
      yield { lines: part, units: closed(units) }
      part = []
      units = []
    }
    part.push(partLine)
    if (continues) addToUnit(open, partLine)
    else units.push(addToUnit({ group, submissions: [], broken: false, lines: 0 }, partLine))
  }
  if (part.length > 0) yield { lines: part, units: closed(units) }
}

interface OpenUnit<Submitted> {
  readonly group: string | undefined
  readonly submissions: Submitted[]
  broken: boolean
  lines: number
}

/** Malformed lines that stand alone leave nothing to submit. */
const closed = <Submitted>(units: readonly OpenUnit<Submitted>[]): FileUnit<Submitted>[] =>
  units
    .filter(({ submissions }) => submissions.length > 0)
    .map(({ submissions, broken }) => ({ submissions, broken }))

function addToUnit<Submitted>(
  unit: OpenUnit<Submitted>,
  { line, submission }: PartLine<Submitted>,
): OpenUnit<Submitted> {
  if (submission === undefined) unit.broken = true
  else unit.submissions.push(submission)
  unit.lines += 1
  if (unit.lines > groupLinesMax) {
    const detail = `Line ${line.lineNo}: a group has at most ${groupLinesMax} commands; "${unit.group}" has more.`
    throw new CommandFailure(detail, exitCodes.usage)
  }
  return unit
}

function readLine<Submitted>(
  line: FileLine,
  reading: Reading<Submitted>,
): { partLine: PartLine<Submitted>; group: string | undefined } {
  const refused = (malformed: Malformed, group?: string) => ({
    partLine: { line, submission: undefined, malformed },
    group,
  })
  if (isMalformed(line.read)) return refused(line.read)
  const { value } = line.read
  const read = reading.read(withKey(value, line.lineNo, reading.keyPrefix))
  if (isMalformed(read)) return refused(read, groupOf(value))
  return { partLine: { line, submission: read.submission, malformed: undefined }, group: read.group }
}

function withKey(value: unknown, lineNo: number, prefix: string | undefined): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if ('idempotencyKey' in value) return value
  return { ...value, idempotencyKey: keyOfLine(value, { lineNo, prefix }) }
}

/** A malformed member breaks its group, so its group is looked for. */
export function groupOf(value: unknown): string | undefined {
  const group = (value as { group?: unknown } | null)?.group
  return typeof group === 'string' ? group : undefined
}
