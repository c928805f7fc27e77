import { readTermsOfMany, type TermsOfMany } from '@plinth/account'
import { termsOn } from '@plinth/account/domain'
import type { Tx } from '@plinth/db'
import { type AccountId, type BusinessDate, type Currencies, invariant } from '@plinth/kernel'
import type { GlMapping, ProductParameters } from '@plinth/product'
import { type FeeTerms, feesOf, type InterestTerms, interestTermsOf } from '@plinth/product/domain'
import type { NumberedTerms } from '../domain/accrue-through.js'

/** What one snapshot says, read. Accounts of one version of a product share it. */
export interface ReadTerms {
  readonly productCode: string
  readonly currency: ProductParameters['currency']
  readonly glMapping: GlMapping
  readonly terms: InterestTerms
  readonly fees: readonly FeeTerms[]
  /** An engine outside says what accrues. */
  readonly external: boolean
}

/** The terms that one account has had and has. */
export interface AccountTerms {
  /** The first day on which it earns or owes interest; undefined if no day up to `through` does. */
  firstDay(through: BusinessDate): BusinessDate | undefined
  on(day: BusinessDate): NumberedTerms
  /** The number of the snapshot that holds on a day; undefined before the first. */
  numberOn(day: BusinessDate): number | undefined
  of(snapshotNo: number): ReadTerms
}

/** The terms of accounts; those that were opened without are left out. */
export async function readAccountTerms(
  tx: Tx,
  accountIds: readonly AccountId[],
  currencies: Currencies,
): Promise<ReadonlyMap<AccountId, AccountTerms>> {
  const snapshots = new Map<AccountId, TermsOfMany[]>()
  for (const snapshot of await readTermsOfMany(tx, accountIds)) {
    const known = snapshots.get(snapshot.accountId)
    if (known === undefined) snapshots.set(snapshot.accountId, [snapshot])
    else known.push(snapshot)
  }
  // By what the text hashes to, which the database holds to: a thousand accounts have a handful of texts.
  const read = new Map<string, ReadTerms>()
  const readOnce = ({ checksum, productCode, parameters }: TermsOfMany): ReadTerms => {
    const known = read.get(`${productCode} ${checksum}`)
    if (known !== undefined) return known
    const said = JSON.parse(parameters) as ProductParameters
    const { currency, glMapping, interestEngine } = said
    const terms = {
      ...{ productCode, currency, glMapping, terms: interestTermsOf(said, currencies) },
      fees: feesOf(said, currencies),
      external: interestEngine === 'external',
    }
    read.set(`${productCode} ${checksum}`, terms)
    return terms
  }
  return new Map(
    [...snapshots].map(([accountId, own]) => [accountId, accountTerms(accountId, own, readOnce)]),
  )
}

function accountTerms(
  accountId: AccountId,
  snapshots: readonly TermsOfMany[],
  read: (snapshot: TermsOfMany) => ReadTerms,
): AccountTerms {
  const of = (snapshotNo: number): ReadTerms => {
    const snapshot = snapshots[snapshotNo - 1]
    invariant(snapshot?.snapshotNo === snapshotNo, 'snapshots are dense', { accountId, snapshotNo })
    return read(snapshot)
  }
  return {
    of,
    on: (day) => {
      const snapshot = termsOn(snapshots, day)
      invariant(snapshot !== undefined, 'a day that accrues has terms', { accountId, day })
      return { snapshotNo: snapshot.snapshotNo, terms: read(snapshot).terms }
    },
    numberOn: (day) => termsOn(snapshots, day)?.snapshotNo,
    firstDay: (through) =>
      snapshots.find((snapshot) => snapshot.effectiveFrom <= through && accrues(read(snapshot)))
        ?.effectiveFrom,
  }
}

/** Where an engine outside accrues, days accrue nothing of themselves, and periods end as the terms say. */
const accrues = ({ external, terms: { creditTiers, debitTiers } }: ReadTerms): boolean =>
  external || creditTiers.length + debitTiers.length > 0
