import { addDays, type BusinessDate, type EntryId } from '@plinth/kernel'
import { type AccrualState, accrualFrom, endsPeriod, grow, type InterestTerms } from '@plinth/product/domain'
import { accrueThrough, backValuedFrom, endPeriod, type NumberedTerms } from './accrue-through.js'
import {
  type AccrualRow,
  type DueInterest,
  type Exact,
  type InterestState,
  netOf,
  stateBefore,
  type ValuedLine,
} from './interest-state.js'

/** What a run wrote of a day. */
export interface BookedRow extends AccrualRow {
  /** The business date of the run. */
  readonly bookedOn: BusinessDate
  /** In which it changed the rounded sums; undefined if it did not. */
  readonly entryId: EntryId | undefined
}

export interface BookedCapitalisation {
  readonly due: DueInterest
  readonly bookedOn: BusinessDate
  readonly entryId: EntryId | undefined
}

/** A line with what decides which run was the first to look at it. */
export interface HistoricLine extends ValuedLine {
  readonly entryNo: number
  readonly bookingDate: BusinessDate
  /** Made by the end of day for a day that was closing, behind its accrual. */
  readonly late: boolean
}

/** All that is stored of an account, and what it was made from. */
export interface AccrualHistory {
  readonly state: InterestState
  /** In the order in which they were made: by run; of a run what was made up for first, then by day. */
  readonly rows: readonly BookedRow[]
  readonly capitalised: readonly BookedCapitalisation[]
  /** Up to the last that was looked at, in their order. */
  readonly lines: readonly HistoricLine[]
  termsOn(day: BusinessDate): NumberedTerms
  termsOf(snapshotNo: number): InterestTerms
}

/** A row of a day, and what it made of the sums. */
export interface AccrualStep {
  readonly kind: 'accrual'
  readonly row: BookedRow
  /** Of a day that was made up for: what it had accrued on before. */
  readonly balanceBefore: bigint | undefined
  /** Of a day that was made up for: the lines that came late for it. */
  readonly because: readonly HistoricLine[]
  /** By how much the row changes the exact sums: all of what the day brings, or more or less than was thought. */
  readonly change: { readonly credit: Exact; readonly debit: Exact }
  readonly periodStart: BusinessDate
  readonly after: AccrualState
}

/** The end of a period at which something was capitalised. */
export interface CapitalisationStep extends BookedCapitalisation {
  readonly kind: 'capitalisation'
  readonly after: AccrualState
}

/** One run of the account. */
export interface ExplainedRun {
  readonly bookedOn: BusinessDate
  /** As the run found it. */
  readonly before: InterestState
  /** What the account had when it began: of the lines that had been looked at and of a value date that had accrued. */
  readonly balanceBefore: bigint
  /** That had been looked at before and are of a value date that had not accrued yet. */
  readonly waiting: readonly HistoricLine[]
  /** That it was the first to look at. */
  readonly newLines: readonly HistoricLine[]
  readonly steps: readonly (AccrualStep | CapitalisationStep)[]
}

/** Where what is stored is not what the lines and the terms come to. */
export interface Difference {
  readonly day: BusinessDate
  readonly what: string
  readonly expected: string
  readonly found: string
}

/** Computes everything again from the lines and the terms, run by run, and tells where what is stored differs. */
export function explainAccrual(history: AccrualHistory): { runs: ExplainedRun[]; differences: Difference[] } {
  const replay = new Replay(history)
  for (const [bookedOn, rows] of runsOf(history.rows)) replay.run(bookedOn, rows)
  return replay.done()
}

function runsOf(rows: readonly BookedRow[]): Map<BusinessDate, BookedRow[]> {
  const runs = new Map<BusinessDate, BookedRow[]>()
  for (const row of rows) {
    const run = runs.get(row.bookedOn)
    if (run === undefined) runs.set(row.bookedOn, [row])
    else run.push(row)
  }
  return runs
}

class Replay {
  readonly #runs: ExplainedRun[] = []
  readonly #differences: Difference[] = []
  readonly #due: ReadonlyMap<BusinessDate, BookedCapitalisation>
  /** As it is computed again. */
  #state: InterestState
  readonly #recomputed = new Map<BusinessDate, AccrualRow>()
  /** As it is stored. */
  readonly #stored = new Map<BusinessDate, AccrualRow>()
  #sums: AccrualState
  #snapshotNo = 0

  constructor(readonly history: AccrualHistory) {
    const { firstDay } = history.state
    this.#state = stateBefore(firstDay)
    this.#sums = accrualFrom(firstDay)
    this.#due = new Map(history.capitalised.map((each) => [each.due.valueDate, each]))
  }

  run(bookedOn: BusinessDate, rows: readonly BookedRow[]): void {
    const { lines: all, termsOn, termsOf } = this.history
    const before = this.#state
    const seen = seenBy(bookedOn, all).filter(({ version }) => version > before.baseVersion)
    const from = backValuedFrom(before, seen)
    const again = accrueThrough(before, {
      lines: seen,
      through: rows.at(-1)?.day ?? before.accruedThrough,
      rows: from === undefined ? [] : [...this.#recomputed.values()].filter(({ day }) => day >= from),
      termsOn,
      termsOf,
    })
    this.#compareRows(rows, again.rows)
    for (const row of again.rows) this.#recomputed.set(row.day, row)
    this.#state = again.state
    const looked = seen.filter(({ version }) => version <= before.seenVersion)
    const newLines = seen.filter(({ version }) => version > before.seenVersion)
    this.#runs.push({
      ...{ bookedOn, before },
      balanceBefore:
        before.baseBalance +
        before.unmet +
        sumOf(looked.filter(({ valueDate }) => valueDate <= before.accruedThrough)),
      waiting: looked.filter(({ valueDate }) => valueDate > before.accruedThrough),
      newLines,
      steps: rows.flatMap((row) => this.#stepsOf(row, newLines)),
    })
  }

  #compareRows(rows: readonly BookedRow[], again: readonly AccrualRow[]): void {
    const nameOf = ({ day, revision }: AccrualRow): string => `${day} ${revision}`
    const found = new Map(rows.map((row) => [nameOf(row), row]))
    const expected = new Map(again.map((row) => [nameOf(row), row]))
    for (const [name, row] of new Map([...expected, ...found])) {
      const [wanted, stored] = [expected.get(name), found.get(name)]
      this.#compare(row.day, `revision ${row.revision}`, wanted && textOf(wanted), stored && textOf(stored))
    }
  }

  #compare(day: BusinessDate, what: string, expected: string | undefined, found: string | undefined): void {
    if (expected === found) return
    this.#differences.push({ day, what, expected: expected ?? 'nothing', found: found ?? 'nothing' })
  }

  /** What a stored row makes of the sums, and the end of a period behind it. */
  #stepsOf(row: BookedRow, newLines: readonly HistoricLine[]): (AccrualStep | CapitalisationStep)[] {
    const { termsOf } = this.history
    const { day, revision, snapshotNo } = row
    const before = this.#stored.get(day)
    this.#stored.set(day, row)
    if (revision === 0) this.#snapshotNo = snapshotNo
    const change = {
      credit: before === undefined ? row.credit : row.credit.minus(before.credit),
      debit: before === undefined ? row.debit : row.debit.minus(before.debit),
    }
    const { rounding } = termsOf(this.#snapshotNo)
    const { credit, debit, periodStart } = this.#sums
    this.#sums = {
      periodStart,
      credit: grow(credit, change.credit, rounding).accrued,
      debit: grow(debit, change.debit, rounding).accrued,
    }
    const step = { kind: 'accrual' as const, row, change, periodStart, after: this.#sums }
    if (revision === 0) return [{ ...step, balanceBefore: undefined, because: [] }, ...this.#endPeriod(day)]
    const because = newLines.filter(({ valueDate, capitalised }) => valueDate <= day && !capitalised)
    return [{ ...step, balanceBefore: before?.balance, because }]
  }

  /** At the end of a period by the terms, or where an account was to be closed. */
  #endPeriod(day: BusinessDate): CapitalisationStep[] {
    const terms = this.history.termsOf(this.#snapshotNo)
    const stored = this.#due.get(addDays(day, 1))
    const regular = endsPeriod(terms.capitalisation, day)
    if (!regular && stored === undefined) return []
    const at = { day, snapshotNo: this.#snapshotNo }
    const { accrual, due } = endPeriod(terms, this.#sums, at)
    this.#sums = accrual
    this.#compare(day, 'capitalisation', due && dueText(due), stored && dueText(stored.due))
    if (!regular && due !== undefined) {
      const ended = endPeriod(terms, this.#state.accrual, at)
      this.#state = { ...this.#state, accrual: ended.accrual, unmet: this.#state.unmet + netOf(due) }
    }
    return stored === undefined ? [] : [{ kind: 'capitalisation', ...stored, after: accrual }]
  }

  done(): { runs: ExplainedRun[]; differences: Difference[] } {
    const { accruedThrough: day, accrual } = this.history.state
    this.#compare(day, 'the sums', sumsText(this.#state.accrual), sumsText(accrual))
    this.#compare(day, 'the last day', this.#state.accruedThrough, day)
    return { runs: this.#runs, differences: this.#differences }
  }
}

/**
 * The lines that a run could see: those up to the first that was booked after its day, without what its own end of day booked
 * into the day later on.
 */
export function seenBy(bookedOn: BusinessDate, lines: readonly HistoricLine[]): readonly HistoricLine[] {
  const end = lines.findIndex(({ bookingDate }) => bookingDate > bookedOn)
  const there = end === -1 ? lines : lines.slice(0, end)
  return there.slice(0, there.findLastIndex(({ late, bookingDate }) => !late || bookingDate !== bookedOn) + 1)
}

const sumOf = (lines: readonly HistoricLine[]): bigint => lines.reduce((sum, { amount }) => sum + amount, 0n)

/** All of them: nothing is rounded. */
const digits = (exact: Exact): string => exact.toFixed()

const textOf = ({ balance, parts, snapshotNo, credit, debit, creditPosted, debitPosted }: AccrualRow) =>
  `balance ${balance}, parts ${parts}, terms ${snapshotNo}, credit ${digits(credit)}, debit ${digits(debit)}, posted ${creditPosted} and ${debitPosted}`

const dueText = ({ periodStart, valueDate, snapshotNo, credit, tax, debit }: DueInterest): string =>
  `from ${periodStart} of value ${valueDate}, terms ${snapshotNo}, credit ${credit}, tax ${tax}, debit ${debit}`

const sumsText = ({ credit, debit, periodStart }: AccrualState): string =>
  `since ${periodStart}: credit ${digits(credit.exact)} (${credit.rounded}), debit ${digits(debit.exact)} (${debit.rounded})`
