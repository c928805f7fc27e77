/** What became of the lines of a file. */
export interface Summary {
  readonly file: string
  readonly correlationId?: string
  readonly read: number
  /** Took effect now. */
  readonly posted: number
  /** Had taken effect before, by this file or otherwise. */
  readonly replayed: number
  /** Understood and refused, by code; a refusal that was recorded before counts again. */
  readonly rejected: Readonly<Record<string, number>>
  /** Not understood, by code. */
  readonly malformed: Readonly<Record<string, number>>
  readonly elapsedSeconds: number
  readonly perSecond: number
  /** Where the rejected and malformed lines are, if there are any. */
  readonly rejectedFile: string | undefined
  /** False: stopped before the end; run the same command again to go on. */
  readonly complete: boolean
}

/** Counts as the file goes by. */
export class Tally {
  read = 0
  posted = 0
  replayed = 0
  readonly rejected = new Map<string, number>()
  readonly malformed = new Map<string, number>()
  readonly #startedMs = performance.now()

  reject(code: string): void {
    this.rejected.set(code, (this.rejected.get(code) ?? 0) + 1)
  }

  refuse(code: string): void {
    this.malformed.set(code, (this.malformed.get(code) ?? 0) + 1)
  }

  get failed(): boolean {
    return this.rejected.size + this.malformed.size > 0
  }

  summary(ending: Pick<Summary, 'file' | 'rejectedFile' | 'complete'>): Summary {
    const elapsedMs = performance.now() - this.#startedMs
    const { read, posted, replayed } = this
    return {
      file: ending.file,
      read,
      posted,
      replayed,
      rejected: inCodeOrder(this.rejected),
      malformed: inCodeOrder(this.malformed),
      elapsedSeconds: Math.round(elapsedMs) / 1_000,
      perSecond: Math.round(read / (elapsedMs / 1_000)),
      rejectedFile: ending.rejectedFile,
      complete: ending.complete,
    }
  }
}

const inCodeOrder = (counts: ReadonlyMap<string, number>): Record<string, number> =>
  Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
