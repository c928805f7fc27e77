import { captureEffectiveTerms } from '@plinth/account'
import {
  accruePartition,
  capitalisePartition,
  chargeFees,
  type InterestRun,
  listAccruing,
} from '@plinth/interest'
import { addDays } from '@plinth/kernel'
import type { AccountStep, Closing } from '../step.js'

export const accountsWithTerms: AccountStep['accounts'] = async (tx, _closing, page) =>
  (await listAccruing(tx, page)).map((accountId) => ({ accountId }))

const runOf = ({ books, context, newId, businessDate, nextDate, bookInto }: Closing): InterestRun => ({
  ...{ books, context, newId, bookInto },
  day: businessDate,
  next: nextDate,
})

/** Accounts take over the versions of their products that come into force on the days that accrue with this one. */
export const captureTerms: AccountStep = {
  of: 'accounts',
  name: 'capture_terms',
  accounts: accountsWithTerms,
  work: async (tx, { nextDate }, accountIds) => {
    const taken = await captureEffectiveTerms(tx, accountIds, addDays(nextDate, -1))
    return { snapshots: taken.length }
  },
}

/** The day and the calendar days behind it accrue, and the change of the rounded sums is posted into it (ADR 0017). */
export const accrueInterest: AccountStep = {
  of: 'accounts',
  name: 'accrue',
  accounts: accountsWithTerms,
  work: async (tx, closing, accountIds) => {
    // A rehearsal leaves the head alone, so no day is closing that could be posted into.
    if (closing.rehearsal) return { accounts: accountIds.length }
    return { ...(await accruePartition(tx, runOf(closing), accountIds)) }
  },
}

/** What periods that have ended earned or cost goes to the accounts. */
export const capitaliseInterest: AccountStep = {
  of: 'accounts',
  name: 'capitalise',
  accounts: accountsWithTerms,
  work: async (tx, closing, accountIds) =>
    closing.rehearsal ? {} : { ...(await capitalisePartition(tx, runOf(closing), accountIds)) },
}

/** The fees of periods that end with the day or one of those behind it. */
export const chargeFeesStep: AccountStep = {
  of: 'accounts',
  name: 'fees',
  accounts: accountsWithTerms,
  work: async (tx, closing, accountIds) =>
    closing.rehearsal ? {} : { ...(await chargeFees(tx, runOf(closing), accountIds)) },
}
