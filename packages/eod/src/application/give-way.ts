/**
 * How an end of day gives way to online posting (ADR 0034): as long as others write to the books it rests after each piece of work
 * for four times as long as that took, so four fifths of the time are theirs alone.
 */
export interface GiveWay {
  /** Rests after work that took `workedMs`, if others wrote a moment ago or are found to write now. */
  after(workedMs: number): Promise<void>
  /** Whether others were seen writing a moment ago. */
  readonly resting: boolean
}

export interface GiveWayWorld {
  /** The position of the tenant's last event: whatever changes the books raises it. */
  readLastPosition(): Promise<number>
  sleep(ms: number): Promise<unknown>
  /** A clock that never goes back, in milliseconds. */
  nowMs(): number
}

// Long enough to see somebody who posts a hundred times a second, and 5 % of the time between two looks.
const lookMs = 15
const workBetweenLooksMs = 300
// Who posts a few times a second is seen again within it, because most of it is rest.
const seenForMs = 1_000
const restPerWork = 4
// Well below the lease of a run.
const restMsMax = 5_000

/** One for each run: what is seen of others between its transactions is not the run's own. */
export function openGiveWay({ readLastPosition, sleep, nowMs }: GiveWayWorld): GiveWay {
  // The first work is looked behind, whatever it took: others may have been there before the run.
  let workSinceLookMs = workBetweenLooksMs
  let seenUntilMs = Number.NEGATIVE_INFINITY
  const resting = (): boolean => nowMs() < seenUntilMs

  return {
    after: async (workedMs) => {
      workSinceLookMs += workedMs
      const restMs = resting() ? Math.min(restPerWork * workedMs, restMsMax) : 0
      if (restMs === 0 && workSinceLookMs < workBetweenLooksMs) return
      workSinceLookMs = 0
      const before = await readLastPosition()
      await sleep(Math.max(restMs, lookMs))
      if ((await readLastPosition()) > before) seenUntilMs = nowMs() + seenForMs
    },
    get resting() {
      return resting()
    },
  }
}

/** For who does not give way. */
export const neverGiveWay: GiveWay = { after: async () => undefined, resting: false }
