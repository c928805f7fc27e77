import { addDays, type BusinessDate } from '@plinth/kernel'
import type { Decimal } from 'decimal.js'
import {
  type AccrualState,
  type Accrued,
  accrualFrom,
  accrueDay,
  type Capitalised,
  capitalise,
  type DayAccrual,
  endsPeriod,
  type InterestTerms,
} from './accrual.js'
import { type FeeTerms, feesDueOn } from './fees.js'

/** From this day on the account has this balance, in minor units; below zero it is overdrawn. */
export interface StatedBalance {
  readonly from: BusinessDate
  readonly balance: bigint
}

export interface SimulationRequest {
  /** The first and the last day that accrue. */
  readonly from: BusinessDate
  readonly to: BusinessDate
  /** In the order of their dates, none twice; before the first the balance is zero. */
  readonly balances: readonly StatedBalance[]
  /** Whether capitalised interest and fees change the stated balances; if not they are what they are. */
  readonly compounding: boolean
  /** What the account is charged besides; none if nothing is said. */
  readonly fees?: readonly FeeTerms[]
}

export interface SimulatedDay {
  readonly date: BusinessDate
  /** What it accrued on. */
  readonly balance: bigint
  /** In `partsOfYear`. */
  readonly parts: number
  readonly credit: DayAccrual
  readonly debit: DayAccrual
}

export interface SimulatedPeriod {
  readonly from: BusinessDate
  readonly to: BusinessDate
  /** Undefined: the period goes on after the last day of the simulation. */
  readonly capitalised: Capitalised | undefined
  /** The day after the period. */
  readonly valueDate: BusinessDate
  /** What stays accrued: of a capitalised period what rounding left, of the last one everything. */
  readonly credit: Accrued
  readonly debit: Accrued
}

/** A fee for a period that ended. */
export interface SimulatedFee {
  readonly code: string
  readonly amount: bigint
  readonly periodEnd: BusinessDate
  /** The day after it. */
  readonly valueDate: BusinessDate
}

export interface Simulation {
  readonly days: readonly SimulatedDay[]
  readonly periods: readonly SimulatedPeriod[]
  readonly fees: readonly SimulatedFee[]
  readonly totals: Capitalised & {
    readonly creditExact: Decimal
    readonly debitExact: Decimal
    readonly fees: bigint
  }
}

/** What an account would earn and pay, in interest and in fees, from a stated balance history: day by day with the code that accrues for the books. */
export function simulate(terms: InterestTerms, request: SimulationRequest): Simulation {
  const { from, to, balances, compounding, fees: feeTerms = [] } = request
  const fees: SimulatedFee[] = []
  const days: SimulatedDay[] = []
  const periods: SimulatedPeriod[] = []
  let state = accrualFrom(from)
  let interest = 0n
  let at = 0
  const total = { credit: 0n, tax: 0n, debit: 0n }
  let [creditExact, debitExact] = [state.credit.exact, state.debit.exact]
  for (let date = from; date <= to; date = addDays(date, 1)) {
    while (at < balances.length && (balances[at] as StatedBalance).from <= date) at += 1
    const balance = (balances[at - 1]?.balance ?? 0n) + interest
    const { state: grown, ...accrued } = accrueDay(terms, state, { day: date, balance })
    days.push({ date, balance, ...accrued })
    creditExact = creditExact.plus(accrued.credit.exact)
    debitExact = debitExact.plus(accrued.debit.exact)
    const valueDate = addDays(date, 1)
    const ends = endsPeriod(terms.capitalisation, date)
    state = grown
    for (const { code, amount } of feesDueOn(feeTerms, date)) {
      fees.push({ code, amount, periodEnd: date, valueDate })
      if (compounding) interest -= amount
    }
    if (!ends) {
      if (date === to) periods.push({ ...periodOf(state, date), capitalised: undefined })
      continue
    }
    const { capitalised, state: carried } = capitalise(terms, grown, valueDate)
    periods.push({ ...periodOf(grown, date), credit: carried.credit, debit: carried.debit, capitalised })
    state = carried
    total.credit += capitalised.credit
    total.tax += capitalised.tax
    total.debit += capitalised.debit
    if (compounding) interest += capitalised.credit - capitalised.tax - capitalised.debit
  }
  const charged = fees.reduce((sum, { amount }) => sum + amount, 0n)
  return { days, periods, fees, totals: { ...total, creditExact, debitExact, fees: charged } }
}

const periodOf = ({ periodStart, credit, debit }: AccrualState, to: BusinessDate) => ({
  from: periodStart,
  to,
  valueDate: addDays(to, 1),
  credit,
  debit,
})
