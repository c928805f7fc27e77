import { type OverdueHold, readOverdueAccounts, readOverdueHoldsOf } from '@plinth/holds'
import type { IdempotencyKey } from '@plinth/kernel'
import type { Outcome } from '@plinth/posting'
import type { AccountStep, Closing } from '../step.js'

/**
 * Ends the holds whose time was over at the cut-off, and the clearing holds that the next business date frees, as the worker
 * does all day: under the same keys, so each end is recorded once whoever comes first.
 */
export const expireHolds: AccountStep = {
  of: 'accounts',
  name: 'expire_holds',
  accounts: async (tx, closing, page) =>
    (await readOverdueAccounts(tx, { ...endOfTime(closing), ...page })).map(({ accountId, holds }) => ({
      accountId,
      load: holds,
    })),
  work: async (tx, closing, accountIds) => {
    const due = await readOverdueHoldsOf(tx, { ...endOfTime(closing), accountIds })
    if (closing.rehearsal || due.length === 0) return { holds: due.length }
    const outcomes = await closing.post(tx, due.map(endOf))
    // Keys are anybody's to choose. One that was used for something else must not keep a hold for ever.
    const taken = due.filter((_, at) => isTaken(outcomes[at] as Outcome))
    const again = taken.map(({ holdId }) => ({
      key: `expire:${holdId}:${closing.newId()}`,
      command: { type: 'expire_hold' as const, holdId },
    }))
    const ended = again.length === 0 ? outcomes : [...outcomes, ...(await closing.post(tx, again))]
    return { holds: ended.filter(isAccepted).length }
  },
}

const endOfTime = ({ cutOffAt, nextDate }: Closing) => ({ at: cutOffAt, businessDate: nextDate })

const endOf = ({ holdId, endsAt }: OverdueHold) => ({
  key: `expire:${holdId}:${endsAt}` as IdempotencyKey,
  command: { type: 'expire_hold' as const, holdId },
})

const isAccepted = (outcome: Outcome): boolean =>
  outcome.kind === 'answered' && outcome.answer.outcome === 'accepted' && !outcome.replayed

const isTaken = (outcome: Outcome): boolean =>
  outcome.kind === 'key_reused' ||
  (outcome.kind === 'answered' && outcome.replayed && outcome.answer.outcome === 'rejected')
