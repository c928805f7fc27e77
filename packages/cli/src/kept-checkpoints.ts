import { open, readFile } from 'node:fs/promises'
import { splitNotes } from '@plinth/evidence/domain'
import { CommandFailure, exitCodes } from './cli-runtime.js'

// An anchor that does not answer must not hold a command for ever.
const patienceMs = 10_000

const urlOf = (place: string): URL | undefined => (/^https?:\/\//.test(place) ? new URL(place) : undefined)

const cannot = (what: string, error: unknown): CommandFailure =>
  new CommandFailure(`${what}: ${error instanceof Error ? error.message : String(error)}.`, exitCodes.usage)

/** The checkpoints that were kept in a file or behind a URL, one note behind the other. */
export async function readKept(place: string, { mayBeMissing = false } = {}): Promise<string[]> {
  try {
    return splitNotes(await textOf(place))
  } catch (error) {
    if (mayBeMissing && (error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw cannot(`${place} cannot be read`, error)
  }
}

async function textOf(place: string): Promise<string> {
  const url = urlOf(place)
  if (url === undefined) return await readFile(place, 'utf8')
  const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs), redirect: 'error' })
  if (!response.ok) throw new Error(`it answered ${response.status}`)
  return await response.text()
}

/** Adds a checkpoint to a file, unless it is the last one there, or posts it to a URL. */
export async function keepCheckpoint(place: string, note: string): Promise<void> {
  try {
    const url = urlOf(place)
    if (url === undefined) await append(place, note)
    else await post(url, note)
  } catch (error) {
    throw cannot(`The checkpoint cannot be kept in ${place}`, error)
  }
}

async function append(path: string, note: string): Promise<void> {
  const file = await open(path, 'a+')
  try {
    if (splitNotes(await file.readFile('utf8')).at(-1) === note) return
    await file.appendFile(note)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function post(url: URL, note: string): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'text/plain; charset=utf-8' },
    body: note,
    redirect: 'error',
    signal: AbortSignal.timeout(patienceMs),
  })
  if (!response.ok) throw new Error(`it answered ${response.status}`)
}
