import { addDays, invariant } from '@plinth/kernel'
import { type Accrued, exactOf, type InterestTerms, partsOfYear } from '@plinth/product/domain'
import { endPeriod } from './accrue-through.js'
import { type DueInterest, type InterestState, netOf } from './interest-state.js'

/** What becomes of the interest of an account that is to be closed. */
export interface SettledAccount {
  readonly state: InterestState
  /** What goes to the account, if anything does. */
  readonly due: DueInterest | undefined
  /** What is added to the sums that stand below zero, so that nothing stands any more; in minor units. */
  readonly adjustment: { readonly credit: bigint; readonly debit: bigint }
}

/**
 * Ends the period with the last day that accrued, whatever the terms say of periods. What stands below zero is worked off by no
 * later day any more: interest that a customer got too much of is the bank's loss, and what they were charged too much is paid back
 * with what they earned (ADR 0021). A period of which no day has accrued is not ended again: what is made up for on the day of a
 * capitalisation is capitalised on the next one.
 */
export function settleAccount(terms: InterestTerms, state: InterestState): SettledAccount {
  const { accrual, accruedThrough, snapshotNo } = state
  if (accrual.periodStart > accruedThrough) return { state, due: undefined, adjustment: none }
  const writtenOff = -lowest(accrual.credit.rounded)
  const paidBack = -lowest(accrual.debit.rounded)
  const sound = {
    periodStart: accrual.periodStart,
    credit: plusMinor(accrual.credit, writtenOff),
    debit: plusMinor(accrual.debit, paidBack),
  }
  const ended = endPeriod(terms, sound, { day: accruedThrough, snapshotNo })
  const due = paidBack === 0n ? ended.due : withCredit(state, { due: ended.due, paidBack })
  return {
    state: { ...state, accrual: ended.accrual, unmet: state.unmet + (due === undefined ? 0n : netOf(due)) },
    due,
    adjustment: { credit: writtenOff + paidBack, debit: paidBack },
  }
}

const none = { credit: 0n, debit: 0n }
const lowest = (amount: bigint): bigint => (amount < 0n ? amount : 0n)

/** A sum with so many minor units more. */
export const plusMinor = ({ exact, rounded }: Accrued, minor: bigint): Accrued =>
  minor === 0n
    ? { exact, rounded }
    : { exact: exact.plus(exactOf(minor.toString()).times(partsOfYear)), rounded: rounded + minor }

/** What is paid back is no income of the customer's: no tax is withheld from it. */
function withCredit(
  { accrual: { periodStart }, accruedThrough, snapshotNo }: InterestState,
  { due, paidBack }: { due: DueInterest | undefined; paidBack: bigint },
): DueInterest {
  if (due !== undefined) return { ...due, credit: due.credit + paidBack }
  const valueDate = addDays(accruedThrough, 1)
  invariant(periodStart < valueDate, 'a period that is ended has a day', { periodStart, valueDate })
  return { ...{ periodStart, valueDate, snapshotNo }, credit: paidBack, tax: 0n, debit: 0n }
}
