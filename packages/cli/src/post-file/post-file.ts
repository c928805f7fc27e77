import { accessSync, constants, createReadStream, statSync } from 'node:fs'
import { isMalformed, readBatchCommand } from '@plinth/http'
import type { TenantId } from '@plinth/kernel'
import type { Submission } from '@plinth/posting'
import { SingleBar } from 'cli-progress'
import { CommandFailure, exitCodes, type Plinth } from '../cli-runtime.js'
import { stopOnInterrupt } from '../stop-on-interrupt.js'
import { type FileUnit, filePartsOf, type Reading } from './file-parts.js'
import { type LineOutcome, lineOutcomeOf } from './line-outcome.js'
import { postParts } from './post-parts.js'
import { readCsvLines } from './read-csv.js'
import { readJsonLines } from './read-jsonl.js'
import { RejectedFile } from './rejected-file.js'
import { submitPart } from './submit-part.js'
import { type Summary, Tally } from './tally.js'

export interface PostRequest {
  /** A path, or `-` for standard input. */
  readonly file: string
  readonly format: 'jsonl' | 'csv'
  readonly tenantId: TenantId
  readonly keyPrefix: string | undefined
  readonly rejectedPath: string
  readonly patienceMs: number
}

export interface Input {
  readonly chunks: AsyncIterable<Buffer>
  /** Undefined: standard input. */
  readonly bytes: number | undefined
}

/** Fails before anything is connected when the file cannot be read. */
export function openInput(file: string): Input {
  if (file === '-') return { chunks: process.stdin as AsyncIterable<Buffer>, bytes: undefined }
  try {
    accessSync(file, constants.R_OK)
    const found = statSync(file)
    if (found.isDirectory()) throw new CommandFailure(`${file} is a directory.`, exitCodes.usage)
    return { chunks: readable(file), bytes: found.isFile() ? found.size : undefined }
  } catch (error) {
    throw error instanceof CommandFailure ? error : cannotRead(file, error)
  }
}

async function* readable(file: string): AsyncGenerator<Buffer> {
  try {
    yield* createReadStream(file, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>
  } catch (error) {
    throw cannotRead(file, error)
  }
}

const cannotRead = (file: string, error: unknown): CommandFailure =>
  new CommandFailure(`${file} cannot be read: ${(error as Error).message}`, exitCodes.usage)

/** Where the commands of a file go. */
export interface Destination<Submitted> extends Pick<Reading<Submitted>, 'read'> {
  submit(units: readonly FileUnit<Submitted>[]): Promise<readonly LineOutcome[]>
}

/** The books behind an open connection. */
export async function toDatabase(
  plinth: Plinth,
  { tenantId, patienceMs }: PostRequest,
): Promise<Destination<Submission>> {
  const books = await plinth.books(tenantId)
  // Shared by all commands of the run, so that what it did can be found again.
  const correlationId = plinth.newId()
  const waiting = ({ message }: Error) => console.error(`Waiting for the database: ${message}`)
  return {
    read: (item) => {
      const read = readBatchCommand(item, books.currencies)
      if (isMalformed(read)) return read
      const stamped = plinth.submission(books, read.command, read.key)
      return { submission: { ...stamped, context: { ...stamped.context, correlationId } }, group: read.group }
    },
    submit: async (units) => {
      const outcomes = await submitPart(units, { posting: plinth.posting, books, patienceMs, waiting })
      return outcomes.map(lineOutcomeOf)
    },
  }
}

/** Posts a file and tells what became of its lines. */
export async function postFile<Submitted>(
  destination: Destination<Submitted>,
  input: Input,
  request: PostRequest,
): Promise<Summary> {
  const lines = request.format === 'csv' ? readCsvLines(input.chunks) : readJsonLines(input.chunks)
  const reading = { read: destination.read, keyPrefix: request.keyPrefix }
  const tally = new Tally()
  const rejected = new RejectedFile(request.rejectedPath)
  const bar = progressBar(input.bytes)
  const stop = stopOnInterrupt('Stopping after the part in flight …')
  try {
    const ending = await postParts(filePartsOf(lines, reading), {
      submit: destination.submit,
      tally,
      rejected,
      stopped: () => stop.asked,
      progressed: (bytesRead) => bar?.update(bytesRead, { read: tally.read }),
    })
    if (!ending.complete) {
      console.error(
        `Stopped after line ${ending.lastLineNo}. Run the same command again to go on: what took effect replays.`,
      )
    }
    const rejectedFile = rejected.written ? rejected.path : undefined
    return tally.summary({ file: request.file, rejectedFile, complete: ending.complete })
  } finally {
    bar?.stop()
    stop.forget()
    await rejected.close()
  }
}

/** On standard error, and only where somebody looks at it. */
function progressBar(bytes: number | undefined): SingleBar | undefined {
  if (bytes === undefined || bytes === 0 || !process.stderr.isTTY) return undefined
  const format = '{bar} {percentage} %  {read} lines  {eta_formatted} left'
  const bar = new SingleBar({ format, hideCursor: true, etaBuffer: 50, clearOnComplete: true })
  bar.start(bytes, 0, { read: 0 })
  return bar
}
