import { createWriteStream, rmSync, type WriteStream } from 'node:fs'
import { finished } from 'node:stream/promises'

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
  #stream: WriteStream | undefined
  #failure: Error | undefined

  constructor(readonly path: string) {
    // Of an earlier run: what it says may not be true any more.
    rmSync(path, { force: true })
  }

  get written(): boolean {
    return this.#stream !== undefined
  }

  async add(line: RejectedLine): Promise<void> {
    if (this.#stream === undefined) {
      this.#stream = createWriteStream(this.path)
      this.#stream.on('error', (error) => {
        this.#failure = error
      })
    }
    if (this.#failure !== undefined) throw this.#failure
    if (!this.#stream.write(`${JSON.stringify(line)}\n`)) {
      await new Promise<void>((resolve) =>
        this.#stream?.once('drain', resolve).once('error', () => resolve()),
      )
    }
  }

  async close(): Promise<void> {
    if (this.#stream === undefined) return
    this.#stream.end()
    await finished(this.#stream)
  }
}
