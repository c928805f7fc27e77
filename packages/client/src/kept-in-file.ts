import { constants } from 'node:fs'
import { type FileHandle, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { digestOf, type KeptCommand, type KeptCommands, KeyTaken } from './kept-commands.js'

type Line = { readonly kept: KeptCommand } | { readonly settled: string; readonly kind: string }

/** Commands kept in a file. */
export interface KeptFile extends KeptCommands {
  close(): Promise<void>
}

/**
 * Keeps commands in a file of one JSON object a line, each on disk before it is sent. One process at a time. Opening it
 * drops what is settled, and a last line that a crash cut short: that command was not sent.
 */
export async function keepInFile(path: string): Promise<KeptFile> {
  const commands = new Map<string, { command: KeptCommand; settled: boolean }>()
  for (const line of await linesOf(path)) {
    if ('kept' in line) commands.set(line.kept.key, { command: line.kept, settled: false })
    else commands.delete(line.settled)
  }
  const file = await rewritten(
    path,
    [...commands.values()].map(({ command }) => ({ kept: command })),
  )
  // Appends go one after the other: two lines never run into each other.
  let last: Promise<unknown> = Promise.resolve()
  const append = (line: Line, durable: boolean): Promise<void> => {
    const written = last.then(async () => {
      await file.appendFile(`${JSON.stringify(line)}\n`)
      if (durable) await file.datasync()
    })
    last = written.catch(() => {})
    return written
  }
  return {
    keep: async (command) => {
      const found = commands.get(command.key)
      if (found !== undefined) {
        if (digestOf(found.command) !== digestOf(command)) throw new KeyTaken(command.key)
        return 'known'
      }
      commands.set(command.key, { command, settled: false })
      try {
        await append({ kept: command }, true)
      } catch (error) {
        commands.delete(command.key)
        throw error
      }
      return 'new'
    },
    settle: async ({ key, kind }) => {
      const found = commands.get(key)
      if (found === undefined || found.settled || kind === 'unknown') return
      found.settled = true
      // Lost in a crash, it is asked for once more, and Plinth answers the same.
      await append({ settled: key, kind }, false)
    },
    open: async () => [...commands.values()].filter(({ settled }) => !settled).map(({ command }) => command),
    close: async () => {
      await last
      await file.close()
    },
  }
}

async function linesOf(path: string): Promise<readonly Line[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return ''
    throw error
  })
  const whole = text.slice(0, text.lastIndexOf('\n') + 1)
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line)
}

/** Writes the lines beside the file and puts it in its place, so that a crash leaves the one or the other. */
async function rewritten(path: string, lines: readonly Line[]): Promise<FileHandle> {
  const draft = `${path}.new`
  const flags = constants.O_CREAT | constants.O_TRUNC | constants.O_WRONLY | constants.O_APPEND
  const file = await open(draft, flags, 0o600)
  await file.writeFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  await file.sync()
  await rename(draft, path)
  const folder = await open(dirname(path), 'r')
  await folder.sync()
  await folder.close()
  return file
}
