import { addDays, type BusinessDate } from '@plinth/kernel'
import { type AccrualState, accrualFrom, endsPeriod, grow } from '@plinth/product/domain'
import type {
  AccrualHistory,
  BookedAdjustment,
  BookedCapitalisation,
  BookedRow,
  HistoricLine,
} from './accrual-history.js'
import { accrueThrough, backValuedFrom, endPeriod } from './accrue-through.js'
import {
  type AccrualRow,
  type DueInterest,
  type Exact,
  type InterestState,
  stateBefore,
} from './interest-state.js'
import { plusMinor, settleAccount } from './settle-account.js'
import { runsOf, type Settlement, type StoredRun } from './stored-runs.js'

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

/** An adjustment, and what it made of the sums. */
export interface AdjustmentStep extends BookedAdjustment {
  readonly kind: 'adjustment'
  readonly after: AccrualState
}

export type ExplainedStep = AccrualStep | AdjustmentStep | CapitalisationStep

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
  /** Its rows, and what was adjusted and capitalised up to the next run. */
  readonly steps: readonly ExplainedStep[]
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
  for (const run of runsOf(history)) replay.run(run)
  return replay.done()
}

class Replay {
  readonly #runs: ExplainedRun[] = []
  readonly #differences: Difference[] = []
  readonly #due: ReadonlyMap<BusinessDate, BookedCapitalisation>
  /** What an engine outside said and no run has counted yet. */
  #instructed: readonly BookedAdjustment[]
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
    this.#instructed = history.adjustments.filter(({ reason }) => reason === 'instructed')
  }

  run({ bookedOn, rows, settlement }: StoredRun): void {
    const { lines: all } = this.history
    const before = this.#state
    const there = settlement === undefined ? all : all.filter(({ entryNo }) => entryNo < settlement.entryNo)
    const seen = seenBy(bookedOn, there).filter(({ version }) => version > before.baseVersion)
    const { again, instructed } = this.#again(seen, rows)
    this.#compareRows(rows, again.rows)
    for (const row of again.rows) this.#recomputed.set(row.day, row)
    this.#state = again.state
    const looked = seen.filter(({ version }) => version <= before.seenVersion)
    const newLines = seen.filter(({ version }) => version > before.seenVersion)
    const steps = [
      ...instructed.map((each) => this.#adjust(each)),
      ...rows.flatMap((row) => this.#stepsOf(row, newLines)),
      ...(settlement === undefined ? [] : this.#settle(settlement)),
    ]
    this.#runs.push({
      ...{ bookedOn, before, newLines, steps },
      balanceBefore:
        before.baseBalance +
        before.unmet +
        sumOf(looked.filter(({ valueDate }) => valueDate <= before.accruedThrough)),
      waiting: looked.filter(({ valueDate }) => valueDate > before.accruedThrough),
    })
  }

  /**
   * The days of a run, computed again. What an engine outside said counts from the run on that was behind it, which no date tells:
   * as little of it is taken as makes the ends of periods what they were.
   */
  #again(lines: readonly HistoricLine[], rows: readonly BookedRow[]) {
    const { termsOn, termsOf } = this.history
    const from = backValuedFrom(this.#state, lines)
    const days = {
      ...{ lines, termsOn, termsOf },
      through: laterOf(rows.at(-1)?.day, this.#state.accruedThrough),
      rows: from === undefined ? [] : [...this.#recomputed.values()].filter(({ day }) => day >= from),
    }
    const accrueAfter = (instructed: readonly BookedAdjustment[]) =>
      accrueThrough({ ...this.#state, accrual: instructed.reduce(adjusted, this.#state.accrual) }, days)
    const isStored = ({ valueDate, ...due }: DueInterest): boolean =>
      this.#dueText(valueDate) === dueText({ valueDate, ...due })
    const ends = rows.filter(({ day, revision }) => revision === 0 && this.#isRegular(day)).length
    for (let count = 0; ends > 0 && count <= this.#instructed.length; count += 1) {
      const instructed = this.#instructed.slice(0, count)
      const again = accrueAfter(instructed)
      const due = again.due.map(({ valueDate }) => valueDate)
      const stored = rows
        .map(({ day }) => addDays(day, 1))
        .filter((day) => this.#isRegular(addDays(day, -1)) && this.#due.has(day))
      if (!again.due.every(isStored) || stored.some((day) => !due.includes(day))) continue
      this.#instructed = this.#instructed.slice(count)
      return { again, instructed }
    }
    return { again: accrueAfter([]), instructed: [] }
  }

  /** Whether the terms of a day that has accrued end a period with it. */
  #isRegular = (day: BusinessDate): boolean => endsPeriod(this.history.termsOn(day).terms.capitalisation, day)

  #dueText(valueDate: BusinessDate): string | undefined {
    const stored = this.#due.get(valueDate)
    return stored && dueText(stored.due)
  }

  #adjust(adjustment: BookedAdjustment): AdjustmentStep {
    this.#sums = adjusted(this.#sums, adjustment)
    return { kind: 'adjustment', ...adjustment, after: this.#sums }
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
  #stepsOf(row: BookedRow, newLines: readonly HistoricLine[]): ExplainedStep[] {
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

  /** At the end of a period by the terms. */
  #endPeriod(day: BusinessDate): ExplainedStep[] {
    if (!this.#isRegular(day)) return []
    const terms = this.history.termsOf(this.#snapshotNo)
    const { accrual, due } = endPeriod(terms, this.#sums, { day, snapshotNo: this.#snapshotNo })
    this.#sums = accrual
    return this.#capitalised(addDays(day, 1), due)
  }

  /** Of what is stored of a value date, beside what should be. */
  #capitalised(valueDate: BusinessDate, due: DueInterest | undefined): ExplainedStep[] {
    const stored = this.#due.get(valueDate)
    this.#compare(addDays(valueDate, -1), 'capitalisation', due && dueText(due), this.#dueText(valueDate))
    return stored === undefined ? [] : [{ kind: 'capitalisation', ...stored, after: this.#sums }]
  }

  /** Where an account was to be closed: as much of what an engine outside said is taken as makes the end what it was. */
  #settle({ valueDate, adjustments }: Settlement): ExplainedStep[] {
    const terms = this.history.termsOf(this.#state.snapshotNo)
    const after = (instructed: readonly BookedAdjustment[]) => {
      const accrual = instructed.reduce(adjusted, this.#state.accrual)
      return settleAccount(terms, { ...this.#state, accrual })
    }
    const counts = [...this.#instructed.keys(), this.#instructed.length]
    const fitting = counts.find((count) => {
      const { due } = after(this.#instructed.slice(0, count))
      return (due && dueText(due)) === this.#dueText(valueDate)
    })
    const instructed = this.#instructed.slice(0, fitting ?? 0)
    this.#instructed = this.#instructed.slice(instructed.length)
    const { due, state, adjustment } = after(instructed)
    const counted = instructed.map((each) => this.#adjust(each))
    this.#sums = settleAccount(terms, { ...this.#state, accrual: this.#sums }).state.accrual
    this.#state = state
    const added = adjustments.reduce(
      (sum, { credit, debit }) => ({ credit: sum.credit + credit, debit: sum.debit + debit }),
      { credit: 0n, debit: 0n },
    )
    const text = ({ credit, debit }: typeof added): string => `credit ${credit}, debit ${debit}`
    this.#compare(addDays(valueDate, -1), 'adjustment', text(adjustment), text(added))
    const settled = adjustments.map((each) => ({ kind: 'adjustment' as const, ...each, after: this.#sums }))
    return [...counted, ...settled, ...this.#capitalised(valueDate, due)]
  }

  done(): { runs: ExplainedRun[]; differences: Difference[] } {
    // What no run has counted yet stands in the sums all the same.
    const last = this.#runs.at(-1)
    const rest = this.#instructed.map((each) => this.#adjust(each))
    if (last !== undefined && rest.length > 0)
      this.#runs[this.#runs.length - 1] = { ...last, steps: [...last.steps, ...rest] }
    const computed = this.#instructed.reduce(adjusted, this.#state.accrual)
    const { accruedThrough: day, accrual } = this.history.state
    this.#compare(day, 'the sums', sumsText(computed), sumsText(accrual))
    this.#compare(day, 'the last day', this.#state.accruedThrough, day)
    return { runs: this.#runs, differences: this.#differences }
  }
}

/** The sums with what an adjustment adds to them. */
const adjusted = (sums: AccrualState, { credit, debit }: BookedAdjustment): AccrualState => ({
  ...sums,
  credit: plusMinor(sums.credit, credit),
  debit: plusMinor(sums.debit, debit),
})

const laterOf = (day: BusinessDate | undefined, other: BusinessDate): BusinessDate =>
  day !== undefined && day > other ? day : other

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
