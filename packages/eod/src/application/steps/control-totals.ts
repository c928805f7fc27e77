import { readDetails } from '@plinth/account'
import type { Tx } from '@plinth/db'
import { invariant } from '@plinth/kernel'
import { type DaySums, readDaySums, readHead } from '@plinth/ledger'
import { controlTotals } from '../../domain/control-totals.js'
import type { Foreseen } from '../../domain/foreseen.js'
import { entryPartitions } from '../../domain/partitions.js'
import type { TotalStore } from '../ports.js'
import type { RangeStep } from '../step.js'

/**
 * What each GL account came to on the day, from its lines. Nothing is booked on it any more when this step begins, so it does
 * not matter when, and in how many parts, the lines are read.
 */
export const controlTotalsWith = (
  { readTotalsBefore, insertTotals }: TotalStore,
  entriesAtOnce: number,
): RangeStep => ({
  of: 'ranges',
  name: 'control_totals',
  plan: async (tx, { businessDate, rehearsal, cutOffEntryNo }) => {
    const [before, { nextEntryNo }] = await Promise.all([readTotalsBefore(tx, businessDate), readHead(tx)])
    // Behind the cut-off stand the entries of the end of day itself, among those of the next day.
    // Of a rehearsal everything behind it is posted on a day that goes on.
    const last = rehearsal ? cutOffEntryNo : nextEntryNo - 1
    return entryPartitions({ first: (before?.cutOffEntryNo ?? 0) + 1, last }, entriesAtOnce)
  },
  work: async (tx, { businessDate }, { from, to }) => {
    const sums = await readDaySums(tx, {
      day: businessDate,
      fromEntryNo: Number(from),
      toEntryNo: Number(to),
    })
    const lines = sums.reduce((count, each) => count + each.lines, 0)
    return { counts: { lines }, result: sums.map(withText) }
  },
  finish: async (tx, { businessDate, foreseen }, results) => {
    const before = await readTotalsBefore(tx, businessDate)
    const parts = (results as SumsAsText[][]).map((sums) => sums.map(withAmounts))
    const added = await sumsForeseen(tx, foreseen)
    await insertTotals(tx, businessDate, controlTotals(before?.totals, [...parts, added]))
  },
})

/** Of a rehearsal: what its steps would have booked into the day. */
async function sumsForeseen(tx: Tx, foreseen: Foreseen): Promise<DaySums[]> {
  const unknown = foreseen.all().flatMap(({ accountId, glCode }) => (glCode === undefined ? [accountId] : []))
  const codes = new Map((await readDetails(tx, unknown)).map(({ accountId, glCode }) => [accountId, glCode]))
  return foreseen
    .all()
    .map(({ accountId, glCode = codes.get(accountId), currency, debits, credits, lines }) => {
      invariant(glCode !== undefined, 'what would be posted on is there', { accountId })
      return { glCode, currency, before: 0n, debits, credits, lines }
    })
}

/** Amounts as texts, because JSON has no integers of their size. */
type SumsAsText = Omit<DaySums, 'before' | 'debits' | 'credits'> & {
  readonly [Name in 'before' | 'debits' | 'credits']: string
}

const withText = ({ before, debits, credits, ...sums }: DaySums): SumsAsText => ({
  ...sums,
  before: String(before),
  debits: String(debits),
  credits: String(credits),
})

const withAmounts = ({ before, debits, credits, ...sums }: SumsAsText): DaySums => ({
  ...sums,
  before: BigInt(before),
  debits: BigInt(debits),
  credits: BigInt(credits),
})
