import fc from 'fast-check'

/** How much of what is left is wanted. */
export type Size = 'all' | 'half' | 'unit' | 'less' | 'over'
export const size = fc.constantFrom<Size>('all', 'half', 'half', 'unit', 'unit', 'less', 'over')

// An amount of more digits does not get past the edge (contract §2); one more than this is of as many.
const largest = 10n ** 28n - 2n
export const atLeastOne = (amount: bigint): bigint => (amount > 0n ? amount : 1n)

/** So much of what is left, in units: at least one, and no more than may be written. */
export function sized(left: bigint, of: Size): bigint {
  const sizes = { all: left, half: left / 2n, unit: 1n, less: left - 1n, over: left + 1n }
  const amount = atLeastOne(sizes[of])
  return amount > largest ? largest : amount
}

/** More decimals than any currency of these banks has. */
export const odd = (words: string): string => `${words}${words.includes('.') ? '' : '.'}00001`

/** One of those that are wanted, or of all where none is; undefined where there is nothing at all. */
export function meant<Made>(
  all: readonly Made[],
  pick: number,
  { wanted, any }: { wanted: (each: Made) => boolean; any: boolean },
): Made | undefined {
  const fitting = any ? [] : all.filter(wanted)
  const choice = fitting.length > 0 ? fitting : all
  return choice[pick % choice.length]
}
