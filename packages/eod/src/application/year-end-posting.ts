import { readStates } from '@plinth/account'
import type { Tx } from '@plinth/db'
import { type CurrencyCode, type EntryId, invariant, lastDayOfYear, thirteenthOf } from '@plinth/kernel'
import { readYearBalances } from '@plinth/ledger'
import {
  type Command,
  type InOwnName,
  internalAccount,
  OwnCommandRefused,
  openInternalAccounts,
  postOwn,
} from '@plinth/posting'
import {
  type ClosingLine,
  closingLines,
  resultOf,
  type YearBalance,
  type YearEnd,
  type YearEndPartition,
} from '../domain/year-end.js'
import { EodRefused } from './eod-error.js'

/** The transaction code of all entries that close a year. */
const transactionCode = 'YEAR-END'

export type YearClosed = Pick<YearEnd, 'year' | 'retainedEarningsGlCode'>

/** What closes a partition's accounts; no lines if there is nothing to close. */
export interface PartitionClose {
  readonly lines: readonly ClosingLine[]
  /** Income less expense, in minor units. */
  readonly result: bigint
}

/**
 * Nothing but closing entries is booked into the year any more, so whoever calculates it comes to the same. An account that was
 * closed meanwhile takes no entry: the internal account of its GL account takes its place.
 */
export async function calculateClose(
  tx: Tx,
  { year, retainedEarningsGlCode }: YearClosed,
  { currency, accountIds }: Omit<YearEndPartition, 'partitionNo'>,
): Promise<PartitionClose> {
  const [states, balances] = await Promise.all([
    readStates(tx, accountIds),
    readYearBalances(tx, accountIds, year),
  ])
  const stateOf = new Map(states.map((state) => [state.accountId, state]))
  const all = accountIds.map((accountId): YearBalance => {
    const state = stateOf.get(accountId)
    invariant(state !== undefined, 'an account stays', { accountId })
    const { glCode, status } = state
    const balance = balances.get(accountId) ?? 0n
    return { accountId: status === 'closed' ? internalAccount(glCode, currency) : accountId, glCode, balance }
  })
  const accountId = internalAccount(retainedEarningsGlCode, currency)
  return {
    lines: closingLines(all, { accountId, glCode: retainedEarningsGlCode }),
    result: resultOf(all),
  }
}

/**
 * Posts the entry that closes a partition, behind the openings of internal accounts that are not there yet, of value the year's
 * last day. The head is locked from then on.
 *
 * @throws EodRefused an account takes no entry.
 */
export async function postClose(
  tx: Tx,
  desk: InOwnName,
  entry: {
    year: number
    currency: CurrencyCode
    partitionNo: number
    entryId: EntryId
    lines: readonly ClosingLine[]
  },
): Promise<void> {
  const { year, currency, partitionNo, entryId, lines } = entry
  const description = `Year-end close of ${year}`
  const close: Command = {
    ...{ type: 'post', kind: 'year_end_close', transactionCode, description },
    period: thirteenthOf(year),
    valueDate: lastDayOfYear(year),
    reference: undefined,
    endToEndId: undefined,
    lines: lines.map(({ accountId, side, amount }) => ({ accountId, side, amount, currency })),
    metadata: {},
    // What a year came to is booked whatever an account has or is blocked for (contract §1, advice).
    adviceReason: description,
  }
  const own = lines.filter(({ accountId, glCode }) => accountId === internalAccount(glCode, currency))
  await inOwnName(async () => {
    const openings = await openInternalAccounts(
      tx,
      'year-end',
      own.map(({ glCode }) => ({ glCode, currency })),
    )
    const purpose = `year-end:${year}:${partitionNo}`
    await postOwn(tx, desk, [...openings, { purpose, command: close, entryId }])
  })
}

/** @throws EodRefused a command of the bank's own was rejected: nothing of the transaction may stand. */
export async function inOwnName(work: () => Promise<unknown>): Promise<void> {
  await work().catch((error: unknown) => {
    if (!(error instanceof OwnCommandRefused)) throw error
    const { code, detail } = error.rejection
    throw new EodRefused(`The end of the year was refused (${code}): ${detail}`)
  })
}
