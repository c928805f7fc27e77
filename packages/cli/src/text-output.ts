import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { CommandFailure, exitCodes } from './cli-runtime.js'

/** Where an export goes: a file, or standard output. Waits whenever the reader is slower. */
export interface TextOutput {
  write(text: string): Promise<void>
  close(): Promise<void>
}

/** Standard output, whose closing is the program's affair, or a file. */
export function openTextOutput(path: string | undefined): TextOutput {
  if (path === undefined) return { write: (text) => write(process.stdout, text), close: async () => {} }
  const file = createWriteStream(path)
  const ended = finished(file).then(
    () => undefined,
    (error: Error) => error,
  )
  const failed = (error: Error): CommandFailure =>
    new CommandFailure(`${path} cannot be written: ${error.message}`, exitCodes.usage)
  return {
    write: async (text) => {
      try {
        await write(file, text)
      } catch (error) {
        throw failed(error as Error)
      }
    },
    close: async () => {
      file.end()
      const failure = await ended
      if (failure !== undefined) throw failed(failure)
    },
  }
}

/** Writes, and waits until there is room for more. */
async function write(stream: Writable, text: string): Promise<void> {
  if (text === '') return
  if (stream.destroyed) throw stream.errored ?? new Error('it was closed')
  if (stream.write(text)) return
  // `once` rejects when the stream fails; a stream that closes has no room any more.
  const waiting = new AbortController()
  const either = ['drain', 'close'].map((event) => once(stream, event, { signal: waiting.signal }))
  await Promise.race(either).finally(() => waiting.abort())
}
