import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { baseValueOf } from './base-value.js'
import { gainOf } from './position.js'

const seed = Number(process.env.PLINTH_SEED ?? Date.now() % 2 ** 31)
console.log(`revaluation.test.ts: PLINTH_SEED=${seed}`)

const [decimalsOfEuro, decimalsOfAtto] = [2, 18]

describe('an amount in the base currency', () => {
  test.each<[amount: bigint, rate: string, decimals: number, cents: bigint]>([
    [10_000n, '0.9', 2, 9_000n],
    [-10_000n, '0.9', 2, -9_000n],
    // Yen have no decimals, dinars three, attos eighteen.
    [10_000n, '0.0061', 0, 6_100n],
    [100_001n, '2.4451', 3, 24_451n],
    [1_000_000n * 10n ** 18n + 1n, '0.000001', decimalsOfAtto, 100n],
    // Halves go to the even one, on both sides of nothing.
    [1n, '0.5', 2, 0n],
    [3n, '0.5', 2, 2n],
    [-1n, '0.5', 2, 0n],
    [-3n, '0.5', 2, -2n],
    [1n, '0.500000000000000001', 2, 1n],
    [10n ** 37n, '0.000000000000000001', 2, 10n ** 19n],
    [10n ** 27n, '999999999999999999.999999999999999999', 2, 10n ** 45n - 10n ** 9n],
  ])('%i at %s with %i decimals is %i', (amount, rate, decimals, cents) => {
    expect(baseValueOf(amount, rate, { decimals, baseDecimals: decimalsOfEuro })).toBe(cents)
  })
})

/** A fraction, added and multiplied without a rounding: the other way to calculate, with no library in it. */
interface Fraction {
  readonly over: bigint
  readonly under: bigint
}
const scale = 10n ** 18n
const fractionOf = (rateScaled: bigint, decimals: number): Fraction => ({
  // Minor units of the currency times the rate in minor units of the base.
  over: rateScaled * 10n ** BigInt(decimalsOfEuro),
  under: scale * 10n ** BigInt(decimals),
})
const times = ({ over, under }: Fraction, factor: bigint): Fraction => ({ over: over * factor, under })
const plus = (one: Fraction, other: Fraction): Fraction => ({
  over: one.over * other.under + other.over * one.under,
  under: one.under * other.under,
})
const sizeOf = (value: bigint): bigint => (value < 0n ? -value : value)
function halfEven({ over, under: signed }: Fraction): bigint {
  const [sign, size, under] = [over < 0n === signed < 0n ? 1n : -1n, sizeOf(over), sizeOf(signed)]
  const [whole, rest] = [size / under, (size % under) * 2n]
  const up = rest > under || (rest === under && whole % 2n === 1n)
  return sign * (up ? whole + 1n : whole)
}
const rateText = (rateScaled: bigint): string =>
  `${rateScaled / scale}.${(rateScaled % scale).toString().padStart(18, '0')}`

interface Day {
  /** What the bank buys (below zero: sells) of the currency, and what it pays for it (below zero: gets), in minor units. */
  readonly deals: readonly { readonly bought: bigint; readonly paid: bigint }[]
  readonly rate: bigint
}

const amounts = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n })
const days = fc.array(
  fc.record({
    deals: fc.array(fc.record({ bought: amounts, paid: amounts }), { maxLength: 4 }),
    rate: fc.bigInt({ min: 1n, max: 10n ** 24n }),
  }),
  { minLength: 1, maxLength: 12 },
)

/**
 * Realised and unrealised result by average cost, as a dealer's book has it: what is bought goes in at its price, what is sold
 * goes out at the average, and the rest is result.
 */
function dealersBook(history: readonly Day[], decimals: number): Fraction {
  let position = 0n
  let cost: Fraction = { over: 0n, under: 1n }
  let realised: Fraction = { over: 0n, under: 1n }
  for (const { bought, paid } of history.flatMap(({ deals }) => deals)) {
    const opens = position === 0n || position > 0n === bought > 0n
    if (opens || bought === 0n) {
      // Nothing for money, or money for nothing, is result at once.
      if (bought === 0n) realised = plus(realised, { over: -paid, under: 1n })
      else cost = plus(cost, { over: paid, under: 1n })
      position += bought
      continue
    }
    const closed = sizeOf(bought) < sizeOf(position) ? -bought : position
    // Of a deal that goes through nothing a part closes and the rest opens, each at the price of the deal.
    const paidToClose: Fraction = { over: paid * -closed, under: bought }
    const costOfClosed: Fraction = { over: cost.over * closed, under: cost.under * position }
    realised = plus(realised, plus(times(costOfClosed, -1n), times(paidToClose, -1n)))
    cost = plus(cost, times(costOfClosed, -1n))
    position += bought
    if (sizeOf(bought) > sizeOf(closed)) cost = plus({ over: paid, under: 1n }, times(paidToClose, -1n))
  }
  const last = history.at(-1) as Day
  const worth = times(fractionOf(last.rate, decimals), position)
  return plus(realised, plus(worth, times(cost, -1n)))
}

describe('whatever is dealt, at whatever rates', () => {
  test.each([0, 2, 3, decimalsOfAtto])(
    'a position of %i decimals is worth what stands against it, and all results are realised and unrealised ones',
    (decimals) => {
      fc.assert(
        fc.property(days, (history) => {
          let [position, counterValue, results] = [0n, 0n, 0n]
          for (const { deals, rate } of history) {
            for (const { bought, paid } of deals) {
              position += bought
              counterValue -= paid
            }
            const baseValue = baseValueOf(position, rateText(rate), {
              decimals,
              baseDecimals: decimalsOfEuro,
            })
            const gain = gainOf({ baseValue, counterValue })
            counterValue -= gain
            results += gain
            expect(counterValue).toBe(-halfEven(times(fractionOf(rate, decimals), position)))
          }
          expect(results).toBe(halfEven(dealersBook(history, decimals)))
        }),
        { numRuns: Number(process.env.PLINTH_PROPERTY_RUNS ?? 200), seed },
      )
    },
  )
})
