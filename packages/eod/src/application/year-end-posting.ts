import { readDetails, readGlAccounts, readStates } from '@plinth/account'
import type { Tx } from '@plinth/db'
import { internalAccount } from '@plinth/interest'
import {
  type AccountId,
  type CurrencyCode,
  type EntryId,
  type GlCode,
  type IdempotencyKey,
  invariant,
  lastDayOfYear,
  thirteenthOf,
} from '@plinth/kernel'
import { readYearBalances } from '@plinth/ledger'
import {
  type Books,
  type Command,
  type CommandContext,
  canonicalRequest,
  idsFor,
  type PostWithin,
  type Submission,
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

/** What the end of a year posts with. */
export interface YearEndDesk {
  readonly books: Books
  readonly context: CommandContext
  readonly postWithin: PostWithin
  newId(): string
}

/**
 * Posts the entry that closes a partition, behind the openings of internal accounts that are not there yet, of value the year's
 * last day. The head is locked from then on.
 *
 * @throws EodRefused an account takes no entry.
 */
export async function postClose(
  tx: Tx,
  desk: YearEndDesk,
  entry: {
    year: number
    currency: CurrencyCode
    partitionNo: number
    entryId: EntryId
    lines: readonly ClosingLine[]
  },
): Promise<void> {
  const { year, currency, partitionNo, entryId, lines } = entry
  const openings = await openingsFor(tx, lines, currency)
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
  await run(tx, desk, [
    ...openings.map((command) => stamped(desk, command, `year-end:open:${command.accountId}`)),
    { ...stamped(desk, close, `year-end:${year}:${partitionNo}`), entryId },
  ])
}

/** Runs commands of the bank's own, each alone. @throws EodRefused one was rejected: nothing of the transaction may stand. */
export async function run(
  tx: Tx,
  { books, postWithin }: YearEndDesk,
  stampeds: readonly (Submission & { entryId?: EntryId })[],
): Promise<void> {
  const submissions = stampeds.map(({ entryId, ids, ...submission }) => ({
    ...submission,
    ids: entryId === undefined ? ids : { ...ids, entryId },
  }))
  const outcomes = await postWithin(tx, books, {
    units: submissions.map((submission) => ({ submissions: [submission], broken: false })),
  })
  for (const [at, outcome] of outcomes.entries()) {
    invariant(outcome.kind === 'answered', 'a unit that stands alone is answered', {
      key: submissions[at]?.key,
    })
    if (outcome.answer.outcome === 'rejected')
      throw new EodRefused(
        `The end of the year was refused (${outcome.answer.rejection.code}): ${outcome.answer.rejection.detail}`,
      )
  }
}

/** Keys are anybody's to choose: what nobody can foresee nobody has used. */
export const stamped = (
  { books, context, newId }: YearEndDesk,
  command: Command,
  key: string,
): Submission => ({
  key: `${key}:${newId()}` as IdempotencyKey,
  command,
  request: canonicalRequest(command, books.currencies),
  context,
  ids: idsFor(command, newId),
})

type Opening = Extract<Command, { type: 'open_account' }>

/** Openings of the internal accounts among these that nobody has opened yet. */
async function openingsFor(
  tx: Tx,
  lines: readonly ClosingLine[],
  currency: CurrencyCode,
): Promise<Opening[]> {
  const own = new Map<AccountId, GlCode>(
    lines
      .filter(({ accountId, glCode }) => accountId === internalAccount(glCode, currency))
      .map(({ accountId, glCode }) => [accountId, glCode]),
  )
  const there = new Map((await readDetails(tx, [...own.keys()])).map((each) => [each.accountId, each]))
  for (const [accountId, { glCode }] of there)
    if (own.get(accountId) !== glCode)
      throw new EodRefused(`${accountId} is kept under ${glCode}, where the bank’s own account should be.`)
  const missing = [...own].filter(([accountId]) => !there.has(accountId)).sort()
  const glAccounts = await readGlAccounts(tx, [...new Set(missing.map(([, glCode]) => glCode))])
  const names = new Map(glAccounts.map(({ code, name }) => [code, name]))
  return missing.map(([accountId, glCode]) => ({
    ...{ type: 'open_account', accountId, glCode, currency, unlimited: true, overdraftLimit: 0n },
    name: `${names.get(glCode) ?? glCode}, ${currency}`,
    customerId: undefined,
    productCode: undefined,
    metadata: {},
  }))
}
