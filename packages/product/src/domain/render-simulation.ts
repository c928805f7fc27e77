import { formatMinor } from '@plinth/kernel'
import type { Decimal } from 'decimal.js'
import { type Accrued, type Capitalised, type DayAccrual, exactText } from './accrual.js'
import { type DayCount, fractionText } from './day-count.js'
import type { SimulatedDay, SimulatedFee, SimulatedPeriod, Simulation } from './simulate.js'

/** A simulation as it is answered, in an amount's decimals; what is exact with 18. `days` too if they are asked for. */
export function renderSimulation(
  { days, periods, fees, totals }: Simulation,
  { decimals, dayCount, withDays }: { decimals: number; dayCount: DayCount; withDays: boolean },
) {
  const money = (minor: bigint): string => formatMinor(minor, decimals)
  const text = (exact: Decimal): string => exactText(exact, decimals)
  const accrued = ({ exact, rounded }: Accrued) => ({ exact: text(exact), rounded: money(rounded) })
  const daily = ({ exact, posted }: DayAccrual) => ({ exact: text(exact), posted: money(posted) })
  const amounts = ({ credit, tax, debit }: Capitalised) => ({
    credit: money(credit),
    tax: money(tax),
    debit: money(debit),
  })
  const renderPeriod = ({ from, to, capitalised, valueDate, credit, debit }: SimulatedPeriod) => ({
    from,
    to,
    capitalised: capitalised === undefined ? null : amounts(capitalised),
    valueDate,
    remaining: { credit: accrued(credit), debit: accrued(debit) },
  })
  const renderDay = ({ date, balance, parts, credit, debit }: SimulatedDay) => ({
    date,
    balance: money(balance),
    dayFraction: fractionText(parts, dayCount),
    credit: daily(credit),
    debit: daily(debit),
  })
  const { creditExact, debitExact } = totals
  return {
    totals: {
      ...{ creditExact: text(creditExact), debitExact: text(debitExact), ...amounts(totals) },
      fees: money(totals.fees),
    },
    periods: periods.map(renderPeriod),
    fees: fees.map(({ amount, ...fee }: SimulatedFee) => ({ ...fee, amount: money(amount) })),
    ...(withDays && { days: days.map(renderDay) }),
  }
}
