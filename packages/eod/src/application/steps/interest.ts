import { captureEffectiveTerms } from '@plinth/account'
import {
  accruePartition,
  capitalisePartition,
  chargeFees,
  type ForeseenInterest,
  type InterestRun,
  listAccruing,
} from '@plinth/interest'
import { addDays } from '@plinth/kernel'
import { internalAccount } from '@plinth/posting'
import type { ForeseenEntry } from '../../domain/foreseen.js'
import type { AccountStep, Closing } from '../step.js'

export const accountsWithTerms: AccountStep['accounts'] = async (tx, _closing, page) =>
  (await listAccruing(tx, page)).map((accountId) => ({ accountId }))

const runOf = (closing: Closing): InterestRun => ({
  ...pick(closing),
  // A rehearsal leaves the head alone, so no day is closing that could be posted into.
  foresee: closing.rehearsal ? (entries) => closing.foreseen.add(entries.map(asForeseen)) : undefined,
  day: closing.businessDate,
  next: closing.nextDate,
})

const pick = ({ books, context, newId, bookInto }: Closing) => ({ books, context, newId, bookInto })

const asForeseen = ({ currency, glLines, accountLines = [] }: ForeseenInterest): ForeseenEntry => ({
  currency,
  lines: [
    ...glLines.map((line) => ({ ...line, accountId: internalAccount(line.glCode, currency) })),
    ...accountLines,
  ],
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
    return { ...(await accruePartition(tx, runOf(closing), accountIds)) }
  },
}

/** What periods that have ended earned or cost goes to the accounts. */
export const capitaliseInterest: AccountStep = {
  of: 'accounts',
  name: 'capitalise',
  accounts: accountsWithTerms,
  work: async (tx, closing, accountIds) => ({
    ...(await capitalisePartition(tx, runOf(closing), accountIds)),
  }),
}

/** The fees of periods that end with the day or one of those behind it. */
export const chargeFeesStep: AccountStep = {
  of: 'accounts',
  name: 'fees',
  accounts: accountsWithTerms,
  work: async (tx, closing, accountIds) => ({ ...(await chargeFees(tx, runOf(closing), accountIds)) }),
}
