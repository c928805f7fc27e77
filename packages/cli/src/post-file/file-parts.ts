import { isMalformed, type Malformed, readBatchCommand } from '@plinth/http'
import type { Books, Submission, Unit } from '@plinth/posting'
import { CommandFailure, exitCodes, type Plinth } from '../cli-runtime.js'
import { commandsPerPart, type FileLine } from './file-line.js'
import { keyOfLine } from './line-key.js'

/** A line as it goes to the engine, or why it does not. */
export interface PartLine {
  readonly line: FileLine
  readonly submission: Submission | undefined
  readonly malformed: Malformed | undefined
}

/** Commands for one call of the engine. */
export interface FilePart {
  readonly lines: readonly PartLine[]
  /** The submissions of the lines in order, those of one group together. */
  readonly units: readonly Unit[]
}

export interface Reading {
  readonly plinth: Pick<Plinth, 'submission'>
  readonly books: Books
  readonly keyPrefix: string | undefined
  /** Shared by all commands of the run, so that what it did can be found again. */
  readonly correlationId: string
}

// A group is one transaction; contract §3 allows so many commands in a batch.
const groupLinesMax = 10_000

/** Cuts a file into parts of a thousand commands; a group is never cut. Holds one part at a time. */
export async function* filePartsOf(
  lines: AsyncIterable<FileLine>,
  reading: Reading,
): AsyncGenerator<FilePart> {
  let part: PartLine[] = []
  let units: OpenUnit[] = []
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

interface OpenUnit {
  readonly group: string | undefined
  readonly submissions: Submission[]
  broken: boolean
  lines: number
}

/** Malformed lines that stand alone leave nothing to submit. */
const closed = (units: readonly OpenUnit[]): Unit[] =>
  units
    .filter(({ submissions }) => submissions.length > 0)
    .map(({ submissions, broken }) => ({ submissions, broken }))

function addToUnit(unit: OpenUnit, { line, submission }: PartLine): OpenUnit {
  if (submission === undefined) unit.broken = true
  else unit.submissions.push(submission)
  unit.lines += 1
  if (unit.lines > groupLinesMax) {
    const detail = `Line ${line.lineNo}: a group has at most ${groupLinesMax} commands; "${unit.group}" has more.`
    throw new CommandFailure(detail, exitCodes.usage)
  }
  return unit
}

function readLine(line: FileLine, reading: Reading): { partLine: PartLine; group: string | undefined } {
  const refused = (malformed: Malformed, group?: string) => ({
    partLine: { line, submission: undefined, malformed },
    group,
  })
  if (isMalformed(line.read)) return refused(line.read)
  const { value } = line.read
  const read = readBatchCommand(withKey(value, line.lineNo, reading.keyPrefix), reading.books.currencies)
  if (isMalformed(read)) return refused(read, groupOf(value))
  const stamped = reading.plinth.submission(reading.books, read.command, read.key)
  const submission = { ...stamped, context: { ...stamped.context, correlationId: reading.correlationId } }
  return { partLine: { line, submission, malformed: undefined }, group: read.group }
}

function withKey(value: unknown, lineNo: number, prefix: string | undefined): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
  if ('idempotencyKey' in value) return value
  return { ...value, idempotencyKey: keyOfLine(value, { lineNo, prefix }) }
}

/** A malformed member breaks its group, so its group is looked for. */
function groupOf(value: unknown): string | undefined {
  const group = (value as { group?: unknown } | null)?.group
  return typeof group === 'string' ? group : undefined
}
