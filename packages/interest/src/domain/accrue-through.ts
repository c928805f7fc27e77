import { addDays, type BusinessDate, invariant } from '@plinth/kernel'
import {
  type AccrualState,
  accrualFrom,
  accrueDay,
  capitalise,
  endsPeriod,
  grow,
  type InterestTerms,
  interestOfDay,
} from '@plinth/product/domain'
import {
  type AccrualRow,
  type DueInterest,
  type InterestState,
  type Moved,
  netOf,
  type ValuedLine,
} from './interest-state.js'

/** The terms of one snapshot of the account. */
export interface NumberedTerms {
  readonly snapshotNo: number
  readonly terms: InterestTerms
}

export interface DaysToAccrue {
  /** All lines behind the base, in the order of their versions. */
  readonly lines: readonly ValuedLine[]
  /** The last day to accrue. */
  readonly through: BusinessDate
  /** The newest revision of each accrued day from `backValuedFrom` on, in order. */
  readonly rows: readonly AccrualRow[]
  termsOn(day: BusinessDate): NumberedTerms
  termsOf(snapshotNo: number): InterestTerms
}

export interface AccruedDays {
  readonly state: InterestState
  readonly rows: readonly AccrualRow[]
  readonly due: readonly DueInterest[]
  readonly moved: readonly Moved[]
  /** Of each row, the terms on whose GL accounts its change is booked. */
  readonly postedWith: readonly number[]
}

/** The first accrued day that lines which were not looked at yet change; undefined if they change none. */
export const backValuedFrom = (
  state: InterestState,
  lines: readonly ValuedLine[],
): BusinessDate | undefined => [...lateByDay(state, lines).keys()].sort()[0]

/**
 * Accrues one account up to and including a day: first makes up for what was back-valued, then the days that have not accrued
 * yet, in order, each on the balance of its end by value date, and capitalises where a period ends (ADR 0017).
 */
export function accrueThrough(state: InterestState, days: DaysToAccrue): AccruedDays {
  const run = new AccountRun(state, days)
  run.makeUp()
  for (let day = addDays(state.accruedThrough, 1); day <= days.through; day = addDays(day, 1)) run.accrue(day)
  return run.done()
}

/**
 * Ends a period with this day: what rounding left is carried on, and so is what an adjustment left below zero. Nobody is charged
 * for interest that was earned, nor paid for what was owed.
 */
export function endPeriod(
  terms: InterestTerms,
  { credit, debit, periodStart }: AccrualState,
  { day, snapshotNo }: { day: BusinessDate; snapshotNo: number },
): { accrual: AccrualState; due: DueInterest | undefined } {
  const valueDate = addDays(day, 1)
  const nothing = accrualFrom(valueDate)
  const paid = credit.rounded > 0n
  const charged = debit.rounded > 0n
  const { capitalised, state } = capitalise(
    terms,
    { periodStart, credit: paid ? credit : nothing.credit, debit: charged ? debit : nothing.debit },
    valueDate,
  )
  const accrual = {
    periodStart: valueDate,
    credit: paid ? state.credit : credit,
    debit: charged ? state.debit : debit,
  }
  const due = paid || charged ? { periodStart, valueDate, snapshotNo, ...capitalised } : undefined
  return { accrual, due }
}

class AccountRun {
  readonly #rows: AccrualRow[] = []
  readonly #postedWith: number[] = []
  readonly #due: DueInterest[] = []
  readonly #moved: Moved[] = []
  /** What lines of days that have not accrued yet bring, by value date. */
  readonly #coming = new Map<BusinessDate, bigint>()
  #accrual: AccrualState
  #balance: bigint
  #unmet: bigint
  #snapshotNo: number

  constructor(
    readonly before: InterestState,
    readonly days: DaysToAccrue,
  ) {
    const { accruedThrough, seenVersion } = before
    this.#accrual = before.accrual
    this.#snapshotNo = before.snapshotNo
    this.#unmet = before.unmet
    this.#balance = before.baseBalance
    for (const { version, valueDate, amount, capitalised } of days.lines) {
      // Met: from now on the line itself counts.
      if (capitalised && version > seenVersion) this.#unmet -= amount
      if (valueDate <= accruedThrough) this.#balance += amount
      else this.#coming.set(valueDate, (this.#coming.get(valueDate) ?? 0n) + amount)
    }
    this.#balance += this.#unmet
  }

  /** Recomputes the days that back-valued lines touch, with the terms of their own, into the running sums of today. */
  makeUp(): void {
    const { before, days } = this
    const late = lateByDay(before, days.lines)
    const [from] = [...late.keys()].sort()
    if (from === undefined) return
    let delta = 0n
    let day = from
    for (const row of days.rows) {
      if (row.day < from) continue
      invariant(row.day === day, 'every day that accrued has a row', { day, found: row.day })
      delta += late.get(day) ?? 0n
      if (delta !== 0n) this.#revise(row, delta)
      day = addDays(day, 1)
    }
    invariant(day > before.accruedThrough, 'every day that accrued has a row', { day })
  }

  #revise(row: AccrualRow, delta: bigint): void {
    const balance = row.balance + delta
    const { credit, debit } = interestOfDay(this.days.termsOf(row.snapshotNo), { balance, parts: row.parts })
    // Rounded as what it is added to.
    const { rounding } = this.days.termsOf(this.#snapshotNo)
    const ofCredit = grow(this.#accrual.credit, credit.minus(row.credit), rounding)
    const ofDebit = grow(this.#accrual.debit, debit.minus(row.debit), rounding)
    this.#accrual = { ...this.#accrual, credit: ofCredit.accrued, debit: ofDebit.accrued }
    this.#add({
      ...row,
      ...{ revision: row.revision + 1, balance, credit, debit },
      creditPosted: ofCredit.day.posted,
      debitPosted: ofDebit.day.posted,
    })
  }

  accrue(day: BusinessDate): void {
    this.#balance += this.#coming.get(day) ?? 0n
    const { snapshotNo, terms } = this.days.termsOn(day)
    this.#moveTo(snapshotNo)
    const { state, parts, credit, debit } = accrueDay(terms, this.#accrual, { day, balance: this.#balance })
    this.#accrual = state
    this.#add({
      ...{ day, revision: 0, balance: this.#balance, parts, snapshotNo },
      ...{ credit: credit.exact, debit: debit.exact },
      creditPosted: credit.posted,
      debitPosted: debit.posted,
    })
    if (endsPeriod(terms.capitalisation, day)) this.#endPeriod(terms, day)
  }

  #add(row: AccrualRow): void {
    this.#rows.push(row)
    this.#postedWith.push(this.#snapshotNo)
  }

  #moveTo(snapshotNo: number): void {
    const { credit, debit } = this.#accrual
    if (snapshotNo === this.#snapshotNo) return
    if (credit.rounded !== 0n || debit.rounded !== 0n) {
      this.#moved.push({
        from: this.#snapshotNo,
        to: snapshotNo,
        credit: credit.rounded,
        debit: debit.rounded,
      })
    }
    this.#snapshotNo = snapshotNo
  }

  #endPeriod(terms: InterestTerms, day: BusinessDate): void {
    const { accrual, due } = endPeriod(terms, this.#accrual, { day, snapshotNo: this.#snapshotNo })
    this.#accrual = accrual
    if (due === undefined) return
    this.#due.push(due)
    this.#balance += netOf(due)
    this.#unmet += netOf(due)
  }

  done(): AccruedDays {
    const { before, days } = this
    const accruedThrough = laterOf(days.through, before.accruedThrough)
    let { baseVersion, baseBalance } = before
    for (const { version, valueDate, amount } of days.lines) {
      if (valueDate > accruedThrough) break
      baseVersion = version
      baseBalance += amount
    }
    return {
      state: {
        firstDay: before.firstDay,
        accruedThrough,
        accrual: this.#accrual,
        snapshotNo: this.#snapshotNo,
        baseVersion,
        baseBalance,
        seenVersion: days.lines.at(-1)?.version ?? before.seenVersion,
        unmet: this.#unmet,
      },
      rows: this.#rows,
      postedWith: this.#postedWith,
      due: this.#due,
      moved: this.#moved,
    }
  }
}

/**
 * What lines that were not looked at yet change of the balance, by the first accrued day on which they do. Interest that a run
 * capitalised changes none: it has counted since its value date.
 */
function lateByDay(
  { firstDay, accruedThrough, seenVersion }: InterestState,
  lines: readonly ValuedLine[],
): Map<BusinessDate, bigint> {
  const late = new Map<BusinessDate, bigint>()
  for (const { version, valueDate, amount, capitalised } of lines) {
    const day = laterOf(valueDate, firstDay)
    if (version <= seenVersion || capitalised || day > accruedThrough) continue
    late.set(day, (late.get(day) ?? 0n) + amount)
  }
  return late
}

const laterOf = (one: BusinessDate, other: BusinessDate): BusinessDate =>
  [one, other].sort()[1] as BusinessDate
