import {
  readAccountMarks,
  readChart,
  readDetails,
  readPlacements,
  readTermsOfMany,
  type TermsOfMany,
} from '@plinth/account'
import { termsOn } from '@plinth/account/domain'
import type { Tx } from '@plinth/db'
import { type Closing, type RangeStep, readControlTotals } from '@plinth/eod'
import { readRatesOfDay } from '@plinth/fx'
import type { AccountId, BusinessDate, GlCode } from '@plinth/kernel'
import { readDayEnds, readHead } from '@plinth/ledger'
import type { ProductParameters } from '@plinth/product'
import {
  type BalanceSums,
  type ExtractPart,
  extractPart,
  glExtract,
  isOverdrawn,
  type Move,
} from '../domain/gl-extract.js'
import { renderGlExtract } from '../domain/render-gl-extract.js'
import type { ExtractStore } from './ports.js'

// 0.1 to 0.4 s of reading (ADR 0022), without the head's lock.
const accountsAtOnce = 5_000

/**
 * The step of the end of day that keeps the day's GL extract: behind the control totals, whose turnover it repeats, it reads
 * where every account stands and adds that up (ADR 0022). Nothing is booked into the day any more, so it does not matter when
 * its parts are read.
 */
export const glExtractStepWith = (store: ExtractStore): RangeStep => ({
  of: 'ranges',
  name: 'gl_extract',
  plan: async (tx) => {
    const marks = await readAccountMarks(tx, accountsAtOnce)
    // Every character of an account's id sorts behind the blank.
    return marks.map((to, at) => ({ from: at === 0 ? '' : `${marks[at - 1]} `, to }))
  },
  work: async (tx, closing, range) => {
    const accounts = await readPlacements(tx, range)
    const { businessDate, cutOffEntryNo, rehearsal } = closing
    const knownAtEntryNo = rehearsal ? cutOffEntryNo : (await readHead(tx)).nextEntryNo - 1
    const balances = await readDayEnds(tx, accounts, { businessDate, cutOffEntryNo, knownAtEntryNo })
    const ends = accounts.map((account) => {
      const { debits = 0n, credits = 0n } = closing.foreseen.of(account.accountId) ?? {}
      return { ...account, balance: (balances.get(account.accountId) ?? 0n) + debits - credits }
    })
    const shownUnder = await readOverdrawnGlCodes(
      tx,
      ends.filter(isOverdrawn).map(({ accountId }) => accountId),
      businessDate,
    )
    const part = extractPart(ends.map((end) => ({ ...end, overdrawnGlCode: shownUnder.get(end.accountId) })))
    return { counts: { accounts: balances.size }, result: withText(part) }
  },
  finish: async (tx, closing, results) => {
    const extract = await extractOf(tx, closing, results)
    const { checksum } = renderGlExtract(extract, closing.books.currencies)
    await store.insert(tx, { extract, checksum })
  },
})

/** The GL accounts that these overdrawn accounts were to be shown under on a day; those whose terms say nothing are left out. */
async function readOverdrawnGlCodes(
  tx: Tx,
  accountIds: readonly AccountId[],
  day: BusinessDate,
): Promise<Map<AccountId, GlCode>> {
  const snapshots = new Map<AccountId, TermsOfMany[]>()
  for (const snapshot of await readTermsOfMany(tx, accountIds)) {
    const known = snapshots.get(snapshot.accountId)
    if (known === undefined) snapshots.set(snapshot.accountId, [snapshot])
    else known.push(snapshot)
  }
  // Accounts of one version of a product have the same text.
  const read = new Map<string, GlCode>()
  const codes = new Map<AccountId, GlCode>()
  for (const [accountId, own] of snapshots) {
    const terms = termsOn(own, day)
    if (terms === undefined) continue
    const known = read.get(terms.checksum)
    const code = known ?? (JSON.parse(terms.parameters) as ProductParameters).glMapping.overdrawnGlCode
    if (known === undefined) read.set(terms.checksum, code)
    codes.set(accountId, code)
  }
  return codes
}

async function extractOf(tx: Tx, closing: Closing, results: readonly unknown[]) {
  const { books, businessDate } = closing
  const [totals, chart] = await Promise.all([readControlTotals(tx, businessDate), readChart(tx)])
  const parts = [...(results as PartAsText[]).map(withAmounts), await partOfUnopened(tx, closing)]
  const { currencies, tenant } = books
  const rates = await readRatesOfDay(tx, {
    ...{ currencies: totals.map(({ currency }) => currency), day: businessDate },
    baseCurrency: tenant.baseCurrency,
  })
  return glExtract({ tenantId: tenant.tenantId, businessDate }, { totals, parts, chart, rates, currencies })
}

/** Of a rehearsal: the bank's own accounts that its steps would have opened. */
async function partOfUnopened(tx: Tx, { foreseen }: Closing): Promise<ExtractPart> {
  const all = foreseen.all()
  const there = new Set(
    (
      await readDetails(
        tx,
        all.map(({ accountId }) => accountId),
      )
    ).map(({ accountId }) => accountId),
  )
  return extractPart(
    all.flatMap(({ accountId, glCode, currency, debits, credits }) =>
      there.has(accountId) || glCode === undefined
        ? []
        : [
            {
              glCode,
              currency,
              normalSide: 'debit' as const,
              balance: debits - credits,
              overdrawnGlCode: undefined,
            },
          ],
    ),
  )
}

/** Amounts as texts, because JSON has no integers of their size. */
interface PartAsText {
  readonly sums: readonly (Omit<BalanceSums, 'debitBalances' | 'creditBalances'> & {
    readonly debitBalances: string
    readonly creditBalances: string
  })[]
  readonly moves: readonly (Omit<Move, 'amount'> & { readonly amount: string })[]
}

const withText = ({ sums, moves }: ExtractPart): PartAsText => ({
  sums: sums.map((sum) => ({
    ...sum,
    debitBalances: String(sum.debitBalances),
    creditBalances: String(sum.creditBalances),
  })),
  moves: moves.map((move) => ({ ...move, amount: String(move.amount) })),
})

const withAmounts = ({ sums, moves }: PartAsText): ExtractPart => ({
  sums: sums.map((sum) => ({
    ...sum,
    debitBalances: BigInt(sum.debitBalances),
    creditBalances: BigInt(sum.creditBalances),
  })),
  moves: moves.map((move) => ({ ...move, amount: BigInt(move.amount) })),
})
