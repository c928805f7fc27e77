import type { Tx } from '@plinth/db'
import type { AccountId, BusinessDate, CurrencyCode } from '@plinth/kernel'
import { counterValueAccount, currencyOfPosition } from '../domain/position.js'
import type { RevaluationStore } from './ports.js'
import { netBookedBy } from './revalue.js'

/**
 * Those of these position accounts that had something to value at the end of a day, in the currency or against it, and have no
 * revaluation of it. Whether they should have one is for the end of day to say.
 */
export const readUnvaluedWith =
  (store: RevaluationStore) =>
  async (
    tx: Tx,
    { positions, day }: { positions: readonly AccountId[]; day: BusinessDate },
  ): Promise<AccountId[]> => {
    const valued = new Set(await store.readRevalued(tx, day))
    const unvalued: AccountId[] = []
    for (const accountId of positions) {
      const currency = currencyOfPosition(accountId) as CurrencyCode
      if (valued.has(currency)) continue
      const upTo = { bookingDate: day }
      const nets = [
        await netBookedBy(tx, accountId, upTo),
        await netBookedBy(tx, counterValueAccount(currency), upTo),
      ]
      if (nets.some((net) => net !== 0n)) unvalued.push(accountId)
    }
    return unvalued
  }
