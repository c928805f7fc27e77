import { readStates } from '@plinth/account'
import type { Tx } from '@plinth/db'
import type { AccountId, Currencies, CurrencyCode, GlCode } from '@plinth/kernel'
import { internalAccount } from '@plinth/posting'
import { type AccountTerms, readAccountTerms } from './account-terms.js'
import { groupByAccount } from './group-by-account.js'
import type { InterestStore, StoredAccrued, StoredDue, VerifyStore } from './ports.js'

/** An internal account of accrued interest: what accounts have accrued on it, and what is posted; credits less debits. */
export interface AccruedOnGl {
  readonly accountId: AccountId
  readonly currency: CurrencyCode
  readonly accrued: bigint
  readonly posted: bigint
}

/** What stands accrued by GL account and currency: rounded sums, and what is due and not posted yet. */
export class AccruedByGl {
  readonly #sums = new Map<AccountId, { currency: CurrencyCode; amount: bigint }>()

  add(
    { state }: StoredAccrued,
    { terms, due: all }: { readonly terms: AccountTerms; readonly due: readonly Pick<StoredDue, 'due'>[] },
  ): void {
    const { credit, debit } = state.accrual
    this.#count(terms, state.snapshotNo, { credit: credit.rounded, debit: debit.rounded })
    for (const { due } of all) this.#count(terms, due.snapshotNo, due)
  }

  #count(
    terms: AccountTerms,
    snapshotNo: number,
    { credit, debit }: { readonly credit: bigint; readonly debit: bigint },
  ): void {
    const { glMapping, currency } = terms.of(snapshotNo)
    const count = (glCode: GlCode, of: CurrencyCode, amount: bigint): void => {
      const accountId = internalAccount(glCode, of)
      this.#sums.set(accountId, { currency: of, amount: (this.#sums.get(accountId)?.amount ?? 0n) + amount })
    }
    count(glMapping.accruedPayableGlCode, currency, credit)
    count(glMapping.accruedReceivableGlCode, currency, -debit)
  }

  /** Beside what was counted, what the balances of the internal accounts are. */
  async compare(tx: Tx): Promise<AccruedOnGl[]> {
    const states = await readStates(tx, [...this.#sums.keys()].sort())
    const found = new Map(states.map(({ accountId, credits, debits }) => [accountId, credits - debits]))
    return [...this.#sums].map(([accountId, { currency, amount }]) => ({
      ...{ accountId, currency, accrued: amount, posted: found.get(accountId) ?? 0n },
    }))
  }
}

const accountsPerPage = 1_000

/** What all accounts have accrued, beside the internal accounts of accrued interest, in the snapshot of `tx`. */
export const readAccruedOnGlWith =
  (store: Pick<InterestStore, 'readDue'> & Pick<VerifyStore, 'listAccrued'>) =>
  async (tx: Tx, currencies: Currencies): Promise<AccruedOnGl[]> => {
    const accrued = new AccruedByGl()
    for (let after: AccountId | undefined; ; ) {
      const page: StoredAccrued[] = await store.listAccrued(tx, { after, limit: accountsPerPage })
      const ids = page.map(({ accountId }) => accountId)
      const allTerms = await readAccountTerms(tx, ids, currencies)
      const due = groupByAccount(await store.readDue(tx, ids))
      for (const stored of page) {
        const terms = allTerms.get(stored.accountId)
        if (terms !== undefined) accrued.add(stored, { terms, due: due.get(stored.accountId) ?? [] })
      }
      after = ids.at(-1)
      if (page.length < accountsPerPage) return await accrued.compare(tx)
    }
  }
