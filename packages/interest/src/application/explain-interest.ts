import { readTermsSnapshots } from '@plinth/account'
import { renderTermsSnapshot } from '@plinth/account/domain'
import type { Tx } from '@plinth/db'
import { type AccountId, type BusinessDate, type EntryId, invariant } from '@plinth/kernel'
import { readEntryNumbers, readHistory } from '@plinth/ledger'
import type { Books } from '@plinth/posting'
import { explainAccrual } from '../domain/explain-accrual.js'
import { type InterestExplanation, renderExplanation } from '../domain/render-explanation.js'
import { readAccountTerms } from './account-terms.js'
import type { ExplainStore } from './ports.js'

/** Which days of an account, first and last included; all that have accrued if it says nothing. */
export interface ExplainedDays {
  readonly accountId: AccountId
  readonly from?: BusinessDate | undefined
  readonly to?: BusinessDate | undefined
}

/**
 * What an account has accrued, by the runs that touch the days that are asked for: from which lines, terms, fractions of a year
 * and roundings, computed again and compared with what is stored. Undefined if it has not accrued. Takes a time that grows with
 * the account's life. Wants a transaction that reads one snapshot.
 */
export const explainInterestWith =
  (store: ExplainStore) =>
  async (
    tx: Tx,
    { currencies }: Books,
    { accountId, ...days }: ExplainedDays,
  ): Promise<InterestExplanation | undefined> => {
    const [stored] = await store.readAccrued(tx, [accountId])
    if (stored === undefined) return undefined
    const { state } = stored
    const [rows, capitalised, adjustments, lines, allTerms, snapshots] = await Promise.all([
      store.readBookedRows(tx, accountId),
      store.readBookedCapitalisations(tx, accountId),
      store.readAdjustments(tx, [accountId]),
      readHistory(tx, { accountId, upToVersion: state.seenVersion }),
      readAccountTerms(tx, [accountId], currencies),
      readTermsSnapshots(tx, [accountId]),
    ])
    const terms = allTerms.get(accountId)
    invariant(terms !== undefined, 'what accrues has terms', { accountId })
    const entryIds = [...rows, ...capitalised, ...adjustments].flatMap(({ entryId }) => entryId ?? [])
    const numbers = await readEntryNumbers(tx, [...new Set<EntryId>(entryIds)])
    const capitalisedIn = new Set(capitalised.map(({ entryId }) => entryId && numbers.get(entryId)))
    const numberOf = ({ entryId }: { entryId: EntryId }): number => numbers.get(entryId) ?? 0
    const explained = explainAccrual({
      ...{ state, rows, capitalised },
      adjustments: adjustments.toSorted((one, other) => numberOf(one) - numberOf(other)),
      numberOf: (entryId) => numbers.get(entryId),
      lines: lines.map(({ accountVersion: version, ...line }) => ({
        ...{ ...line, version },
        capitalised: capitalisedIn.has(line.entryNo),
      })),
      termsOn: terms.on,
      termsOf: (snapshotNo) => terms.of(snapshotNo).terms,
    })
    const { currency } = terms.of(state.snapshotNo)
    return renderExplanation(explained, {
      ...{ accountId, state, days, numbers, currency },
      decimals: currencies.decimalsOf(currency) as number,
      snapshots: snapshots.map(renderTermsSnapshot),
      termsOf: (snapshotNo) => terms.of(snapshotNo).terms,
    })
  }
