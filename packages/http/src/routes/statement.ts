import { type AccountState, readState } from '@plinth/account'
import { formatFor } from '@plinth/account/domain'
import type { Tx } from '@plinth/db'
import { addDays, type BusinessDate, type Currencies } from '@plinth/kernel'
import {
  readBalanceBookedBy,
  readHead,
  readStatementLines,
  type StatementLine,
  type StatementPosition,
} from '@plinth/ledger'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { statement } from '../answer-schemas.js'
import { accountId, date } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { fieldError, malformedFields } from '../malformed.js'
import { readOperation } from '../operations.js'
import { notFound, refuseMalformed } from '../problem.js'
import { pageOf, pageParameters, readQuery } from '../query.js'
import type { Route } from '../route.js'
import { accountInPath } from './accounts.js'

const { limit, cursor } = pageParameters
const query = z.strictObject({ from: date.optional(), to: date.optional(), limit, cursor })

export const statementRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/accounts/{accountId}/statement',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'readStatement',
      summary: 'An account’s lines by booking date; opening and lines make closing, on every page',
      path: z.object({ accountId }),
      query,
      answer: statement,
    }),
    handle: readStatement,
  },
]

async function readStatement(exchange: Exchange, principal: Principal): Promise<Reply> {
  const asked = readQuery(exchange, query)
  const id = accountInPath(exchange)
  const page = pageOf<string, typeof asked>(exchange, principal, {
    list: `statement ${id}`,
    query: asked,
  })
  return await exchange.edge.database.read(principal.tenant.tenantId, async (tx) => {
    const [state, { businessDate, closingDate }] = await Promise.all([readState(tx, id), readHead(tx)])
    if (state === undefined) throw notFound()
    const from = (asked.from as BusinessDate | undefined) ?? principal.tenant.firstBusinessDate
    const to = (asked.to as BusinessDate | undefined) ?? businessDate
    if (from > to) {
      throw refuseMalformed(
        malformedFields([fieldError(['from'], 'date_malformed', 'The first day is after the last.')]),
      )
    }
    const lines = await readStatementLines(tx, {
      accountId: id,
      normalSide: state.normalSide,
      from,
      to,
      limit: page.limit,
      after: page.after === undefined ? undefined : positionIn(page.after),
    })
    const { items, nextCursor } = page.cut(
      lines,
      ({ bookingDate, accountVersion }) => `${bookingDate} ${accountVersion}`,
    )
    const opening = await openingOf(tx, state, { lines: items, from })
    // A day is closed when the end of day is through with it.
    const provisional = to >= (closingDate ?? businessDate)
    const amounts = amountsOf(state, { opening, lines: items, currencies: principal.currencies })
    const { currency } = state
    return { status: 200, body: { accountId: id, currency, from, to, ...amounts, provisional, nextCursor } }
  })
}

/** The place in a cursor, which is one of ours. */
function positionIn(place: string): StatementPosition {
  const [bookingDate, accountVersion] = place.split(' ')
  return { bookingDate: bookingDate as BusinessDate, accountVersion: Number(accountVersion) }
}

/** The balance before the page's first line. */
async function openingOf(
  tx: Tx,
  state: AccountState,
  { lines, from }: { lines: readonly StatementLine[]; from: BusinessDate },
): Promise<bigint> {
  const [first] = lines
  if (first === undefined) return await readBalanceBookedBy(tx, state, addDays(from, -1))
  return first.side === state.normalSide
    ? first.balanceAfter - first.amount
    : first.balanceAfter + first.amount
}

function amountsOf(
  state: AccountState,
  {
    opening,
    lines,
    currencies,
  }: { opening: bigint; lines: readonly StatementLine[]; currencies: Currencies },
) {
  const format = (minor: bigint): string => formatFor(state, minor, currencies)
  return {
    opening: format(opening),
    lines: lines.map(({ entryId, kind: _, amount, balanceAfter, accountVersion, ...line }) => ({
      journalEntryId: entryId,
      ...line,
      amount: format(amount),
      runningBalance: format(balanceAfter),
      accountVersion,
    })),
    closing: format(lines.at(-1)?.balanceAfter ?? opening),
  }
}
