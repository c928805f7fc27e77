import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { CommandFailure, exitCodes } from '../cli-runtime.js'

/** Where an export goes: a file, or standard output. Waits whenever the reader is slower. */
export interface TextOutput {
  write(text: string): Promise<void>
  close(): Promise<void>
}

export function openTextOutput(path: string | undefined): TextOutput {
  const stream: Writable = path === undefined ? process.stdout : createWriteStream(path)
  let failure: NodeJS.ErrnoException | undefined
  stream.on('error', (error: NodeJS.ErrnoException) => {
    failure = error
  })
  return {
    write: async (text) => {
      if (failure !== undefined) throw failureOf(failure, path)
      if (text === '' || stream.write(text)) return
      await new Promise<void>((resolve) => {
        stream
          .once('drain', resolve)
          .once('error', () => resolve())
          .once('close', () => resolve())
      })
    },
    close: async () => {
      if (path !== undefined) {
        stream.end()
        await finished(stream).catch(() => {})
      }
      if (failure !== undefined && failure.code !== 'EPIPE') throw failureOf(failure, path)
    },
  }
}

/** Whoever reads from us and has seen enough (`| head`) closes the pipe: that is no failure worth a sentence. */
function failureOf(error: NodeJS.ErrnoException, path: string | undefined): CommandFailure {
  if (error.code === 'EPIPE') return new CommandFailure('', exitCodes.refused)
  return new CommandFailure(
    `${path ?? 'Standard output'} cannot be written: ${error.message}`,
    exitCodes.usage,
  )
}
