import type { AccountId, BusinessDate } from '@plinth/kernel'
import { addDays } from '@plinth/kernel'
import { type AccruedInterest, type InterestDesk, internalAccount } from '@plinth/posting'
import { type AccountTerms, readAccountTerms } from './account-terms.js'
import type { InterestStore, StoredAccrued, StoredDue } from './ports.js'

/** What the posting engine asks of interest, and tells it (ADR 0021). */
export const interestDeskWith = (store: InterestStore): InterestDesk => ({
  lock: async (tx, ascendingIds) => {
    await store.lockAccrued(tx, ascendingIds)
  },
  read: async (tx, accountIds, currencies) => {
    const [stored, due, allTerms] = await Promise.all([
      store.readAccrued(tx, accountIds),
      store.readDue(tx, accountIds),
      readAccountTerms(tx, accountIds, currencies),
    ])
    const known = new Map(stored.map((each) => [each.accountId, each]))
    return [...allTerms].flatMap(([accountId, terms]) => {
      const stands = known.get(accountId)
      const own = due.filter((each) => each.accountId === accountId)
      const found = stands === undefined ? toBegin(accountId, terms) : accruedOf(stands, terms, own)
      return found === undefined ? [] : [found]
    })
  },
  instruct: (tx, instructed) => {
    if (instructed.length === 0) return
    store.writeAdjustments(
      tx,
      instructed.map((each) => ({ ...each, reason: 'instructed' as const })),
    )
    const sums = new Map<AccountId, { accountId: AccountId; credit: bigint; debit: bigint }>()
    for (const { accountId, credit, debit } of instructed) {
      const sum = sums.get(accountId) ?? { accountId, credit: 0n, debit: 0n }
      sums.set(accountId, { accountId, credit: sum.credit + credit, debit: sum.debit + debit })
    }
    store.addAccrued(tx, [...sums.values()])
  },
})

// Behind every day that anybody closes an account on.
const lastDay = '9999-12-31' as BusinessDate

/** An account that no end of day has come by yet; undefined where its terms have no interest. */
function toBegin(accountId: AccountId, terms: AccountTerms): AccruedInterest | undefined {
  const firstDay = terms.firstDay(lastDay)
  if (firstDay === undefined) return undefined
  const { external } = terms.of(terms.numberOn(firstDay) as number)
  return { accountId, credit: 0n, debit: 0n, through: addDays(firstDay, -1), external, standsOn: undefined }
}

/** What is due and not posted yet has accrued as well: it stands on the same GL accounts. */
function accruedOf(
  { accountId, state }: StoredAccrued,
  terms: AccountTerms,
  due: readonly StoredDue[],
): AccruedInterest {
  const { glMapping, currency, external } = terms.of(state.snapshotNo)
  const sum = (side: 'credit' | 'debit'): bigint =>
    due.reduce((total, each) => total + each.due[side], state.accrual[side].rounded)
  return {
    ...{ accountId, external, through: state.accruedThrough },
    credit: sum('credit'),
    debit: sum('debit'),
    standsOn: {
      payable: internalAccount(glMapping.accruedPayableGlCode, currency),
      receivable: internalAccount(glMapping.accruedReceivableGlCode, currency),
    },
  }
}
