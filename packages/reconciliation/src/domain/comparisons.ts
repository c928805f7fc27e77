import type { CurrencyCode } from '@plinth/kernel'

/** What `plinth reconcile run` holds against each other, in the order in which it does. */
export const comparisons = {
  journal_balances: 'the lines of every account come to its balance: debits, credits, and how many there are',
  balances_marks: 'the sums kept for balances of the past come to the balance of every account',
  holds_held: 'what active holds have left comes to what is held on every account',
  journal_control_totals:
    'the lines of every closed day come to its control totals, which open with those before',
  control_totals_extracts:
    'the GL extract of every closed day repeats its control totals, is what was hashed, and its accounts come to its closings',
  accruals_gl: 'what accounts have accrued comes to the GL accounts of accrued interest',
} as const

export type Comparison = keyof typeof comparisons

export const comparisonNames = Object.keys(comparisons) as readonly Comparison[]

/** Two places of the books that do not say the same. */
export interface Difference {
  readonly comparison: Comparison
  /** What it is about: as long as it differs it is the same break. */
  readonly subject: string
  readonly expected: string
  readonly found: string
  /** Of an amount: found less expected, in minor units. */
  readonly difference: bigint | undefined
}

/** How much was compared, and how much of it differs. */
export interface Compared {
  readonly comparison: Comparison
  readonly compared: number
  readonly differing: number
}

// So many can be looked at one by one; behind them stands one cause.
const keptOfEach = 1_000

/** Collects what differs: of each comparison the first thousand, and how many there are. */
export class Differences {
  readonly #counts = new Map<Comparison, { compared: number; differing: number }>()
  readonly #kept: Difference[] = []

  /** An amount in a currency; `row` says whose. */
  amount(
    comparison: Comparison,
    subject: string,
    { expected, found, text }: { expected: bigint; found: bigint; text: (minor: bigint) => string },
  ): void {
    const difference = found - expected
    this.#count(comparison, { subject, expected: text(expected), found: text(found), difference })
  }

  /** Anything else, as text. */
  text(
    comparison: Comparison,
    subject: string,
    { expected, found }: { expected: string; found: string },
  ): void {
    this.#count(comparison, { subject, expected, found, difference: undefined })
  }

  #count(comparison: Comparison, said: Omit<Difference, 'comparison'>): void {
    const known = this.#counts.get(comparison) ?? { compared: 0, differing: 0 }
    const differs = said.expected !== said.found
    this.#counts.set(comparison, {
      compared: known.compared + 1,
      differing: known.differing + (differs ? 1 : 0),
    })
    if (differs && known.differing < keptOfEach) this.#kept.push({ comparison, ...said })
  }

  get kept(): readonly Difference[] {
    return this.#kept
  }

  /** Comparisons of which not everything that differs was kept: what is not among it may differ all the same. */
  get cutShort(): ReadonlySet<Comparison> {
    return new Set(this.counts().flatMap((each) => (each.differing > keptOfEach ? [each.comparison] : [])))
  }

  counts(): Compared[] {
    return comparisonNames.map((comparison) => ({
      comparison,
      ...(this.#counts.get(comparison) ?? { compared: 0, differing: 0 }),
    }))
  }
}

/** `1100 EUR`: a GL account in a currency, in subjects. */
export const placeOf = ({ glCode, currency }: { glCode: string; currency: CurrencyCode | string }): string =>
  `${glCode} ${currency}`
