import { expect, test } from 'vitest'
import { openGiveWay } from './give-way.js'

/** A world in which others post `perSecond` times a second, and a run that works in partitions of `partitionMs`. */
function world(perSecond: () => number) {
  let nowMs = 0
  let position = 0
  const pass = (ms: number): void => {
    nowMs += ms
    position += (ms * perSecond()) / 1_000
  }
  const giveWay = openGiveWay({
    readLastPosition: async () => Math.floor(position),
    sleep: async (ms) => pass(ms),
    nowMs: () => nowMs,
  })
  /** The share of `forMs` that was rest. */
  const run = async (forMs: number, partitionMs: number): Promise<number> => {
    const beganMs = nowMs
    let workedMs = 0
    while (nowMs - beganMs < forMs) {
      pass(partitionMs)
      // What a run writes itself is behind it when it looks.
      position += 3
      workedMs += partitionMs
      await giveWay.after(partitionMs)
    }
    return 1 - workedMs / (nowMs - beganMs)
  }
  return { run, giveWay }
}

test('a run that is alone with the books loses a twentieth of its time by looking around', async () => {
  const { run, giveWay } = world(() => 0)
  expect(await run(10_000, 70)).toBeLessThan(0.06)
  expect(giveWay.resting).toBe(false)
})

test('a run leaves four fifths of the time to others who post, from the beginning', async () => {
  const { run, giveWay } = world(() => 200)
  expect(await run(2_000, 70)).toBeGreaterThan(0.75)
  expect(giveWay.resting).toBe(true)
})

test('a run goes on at its full speed a second after others have posted for the last time', async () => {
  let perSecond = 200
  const { run, giveWay } = world(() => perSecond)
  await run(2_000, 70)
  perSecond = 0
  await run(1_200, 70)
  expect(giveWay.resting).toBe(false)
  expect(await run(10_000, 70)).toBeLessThan(0.06)
})

test('a rest ends long before the lease of a run, however long a partition took', async () => {
  const slept: number[] = []
  const { after } = openGiveWay({
    readLastPosition: async () => slept.length,
    sleep: async (ms) => slept.push(ms),
    nowMs: () => 0,
  })
  await after(60_000)
  await after(60_000)
  expect(slept).toEqual([15, 5_000])
})
