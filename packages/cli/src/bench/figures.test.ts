import { describe, expect, test } from 'vitest'
import { lostTo, medianOf, type Round, roundOf, shareOf, slowdownOf } from './figures.js'

const rounds = (...rates: number[]): Round[] => rates.map((rate) => ({ rate, p50Ms: 1, p99Ms: 2 }))

describe('what a guard costs', () => {
  test('is the share of the rate without it, in the same round', () => {
    // The machine is half as fast in the second round: the guard costs a tenth in both.
    const lost = lostTo('c0', { guarded: rounds(900, 450), bare: rounds(1000, 500) })
    expect(lost).toMatchObject({ to: 'c0' })
    for (const share of [lost.share, lost.least, lost.most]) expect(share).toBeCloseTo(0.1)
  })

  test('is the median over the rounds, beside the least and the most', () => {
    const lost = lostTo('b0', { guarded: rounds(95, 50, 110), bare: rounds(100, 100, 100) })
    expect(lost.share).toBeCloseTo(0.05)
    expect(lost.least).toBeCloseTo(-0.1)
    expect(lost.most).toBeCloseTo(0.5)
  })
})

describe('a round', () => {
  test('has its rate, median and 99th percentile', () => {
    const latencies = Array.from({ length: 100 }, (_, index) => 100 - index)
    expect(roundOf(latencies, 2_000, 10)).toEqual({ rate: 500, p50Ms: 51, p99Ms: 100 })
  })

  test('that was disturbed does not move the median', () => {
    expect(medianOf(rounds(100, 1, 102)).rate).toBe(100)
    expect(medianOf(rounds(100, 1, 102, 104)).rate).toBe(101)
  })
})

test('a share of another load is of its rate in the same round', () => {
  const share = shareOf('b', { rounds: rounds(800, 350, 90), beside: rounds(1000, 500, 100) })
  expect(share.of).toBe('b')
  expect([share.median, share.least, share.most]).toEqual([0.8, 0.7, 0.9])
})

test('how much slower a load is than another one is told of their p50 in the same round', () => {
  const taking = (...times: number[]): Round[] => times.map((p50Ms) => ({ rate: 1, p50Ms, p99Ms: 99 }))
  const slowdown = slowdownOf(
    { than: 'h0', by: 'p50' },
    { rounds: taking(4, 30, 3), beside: taking(1, 10, 2) },
  )
  expect(slowdown).toEqual({ than: 'h0', by: 'p50', median: 3, least: 1.5, most: 4 })
})
