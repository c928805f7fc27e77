import { rmSync } from 'node:fs'
import { openTextOutput, type TextOutput } from '../text-output.js'

/** A line that took no effect, and why. */
export interface RejectedLine {
  readonly line: number
  readonly code: string
  readonly detail: string
  readonly errors?: readonly { readonly pointer: string; readonly code: string; readonly detail: string }[]
  readonly original: string
}

/** Collects rejected lines beside the file they are from. Made with its first line, so an empty one is never left behind. */
export class RejectedFile {
  #output: TextOutput | undefined

  constructor(readonly path: string) {
    // Of an earlier run: what it says may not be true any more.
    rmSync(path, { force: true })
  }

  get written(): boolean {
    return this.#output !== undefined
  }

  async add(line: RejectedLine): Promise<void> {
    this.#output ??= openTextOutput(this.path)
    await this.#output.write(`${JSON.stringify(line)}\n`)
  }

  async close(): Promise<void> {
    await this.#output?.close()
  }
}
