import { readAccount } from '@plinth/account'
import { availableOf } from '@plinth/account/domain'
import type { Tx } from '@plinth/db'
import { type AccountId, type BusinessDate, type Currencies, invariant } from '@plinth/kernel'
import { readHead } from '@plinth/ledger'
import { changeOf, type OpenDays, pagesOf, type StatementPage } from '../domain/statement.js'
import { decimalsIn, type Gathered, gatherLines, saysTheSame } from './gather-lines.js'
import { firstOpenDay } from './make-statement.js'
import type { StatementStore } from './ports.js'

export interface PageQuestion {
  readonly accountId: AccountId
  /** From 1. */
  readonly page: number
  readonly currencies: Currencies
}

const allClosed: OpenDays = { opening: false, available: undefined }

/**
 * A page of a numbered statement, from the journal; undefined if there is no such statement or page. Fails if it is not what
 * it was when it was made, but for details that were erased: then somebody has changed the books behind Plinth's back, and nothing is rendered from them.
 */
export const readStatementPageWith =
  (store: StatementStore) =>
  async (
    tx: Tx,
    { accountId, statementNo, page, currencies }: PageQuestion & { statementNo: number },
  ): Promise<StatementPage | undefined> => {
    const stored = await store.readByNumber(tx, { accountId, statementNo })
    if (stored === undefined) return undefined
    const decimals = decimalsIn(currencies, stored.statement.currency)
    const gathered = await gatherLines(tx, { ...stored.statement, decimals }, page)
    invariant(saysTheSame(stored, gathered), 'a statement says what it said when it was made', {
      accountId,
      statementNo,
    })
    const { checksum } = stored
    const erased =
      gathered.checksum === checksum
        ? undefined
        : { lines: gathered.erasedLines, checksum: gathered.checksum }
    return pageOf({ ...gathered, checksum }, { page, openDays: allClosed, erased })
  }

/**
 * A page of an account's lines on some days, closed or not, in the form of a statement without a number; undefined if there is no
 * such account or page.
 */
export async function readExtractPage(
  tx: Tx,
  {
    accountId,
    from,
    to,
    page,
    currencies,
    askedBy,
  }: PageQuestion & { from: BusinessDate; to: BusinessDate; askedBy: string },
): Promise<StatementPage | undefined> {
  const [account, head] = await Promise.all([readAccount(tx, accountId), readHead(tx)])
  if (account === undefined) return undefined
  const { details, state } = account
  const gathered = await gatherLines(
    tx,
    {
      statementNo: undefined,
      accountId,
      name: details.name,
      currency: details.currency,
      decimals: decimalsIn(currencies, details.currency),
      normalSide: state.normalSide,
      from,
      to,
      provisional: to >= firstOpenDay(head),
      madeAt: head.now,
      madeBy: askedBy,
    },
    page,
  )
  const reachesNow = to >= head.businessDate && !state.unlimited
  return pageOf(gathered, {
    page,
    openDays: {
      opening: from > firstOpenDay(head),
      available: reachesNow
        ? { amount: availableOf(state), overdraftLimit: state.overdraftLimit }
        : undefined,
    },
  })
}

function pageOf(
  { statement, checksum, lines, before }: Gathered,
  { page, openDays, erased }: Pick<StatementPage, 'page' | 'openDays' | 'erased'>,
): StatementPage | undefined {
  const pages = pagesOf(statement)
  if (page > pages) return undefined
  const closing = lines.reduce((balance, line) => balance + changeOf(line, statement.normalSide), before)
  return { statement, checksum, erased, openDays, page, pages, opening: before, closing, lines }
}
