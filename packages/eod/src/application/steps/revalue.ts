import { listPositions, revaluePositions } from '@plinth/fx'
import type { ForeseenEntry } from '../../domain/foreseen.js'
import type { AccountStep } from '../step.js'

/**
 * What the bank has in other currencies is valued at the rates of the day, and gains and losses are posted into it (ADR 0024). A
 * currency is its position account here: one without a rate is set aside, and tried again when there is one.
 */
export const revalue: AccountStep = {
  of: 'accounts',
  name: 'revalue',
  accounts: async (tx, { books }, page) => {
    const { baseCurrency } = books.tenant
    return (await listPositions(tx, { ...page, baseCurrency })).map((accountId) => ({ accountId }))
  },
  work: async (tx, closing, accountIds) => {
    const { books, context, newId, businessDate, nextDate, bookInto } = closing
    const rehearsal = closing.rehearsal
      ? {
          knownAtEntryNo: closing.cutOffEntryNo,
          foresee: (entries: readonly ForeseenEntry[]) => closing.foreseen.add(entries),
        }
      : undefined
    const run = { ...{ books, context, newId, bookInto, rehearsal }, day: businessDate, next: nextDate }
    return await revaluePositions(tx, run, accountIds)
  },
}
