import { readState } from '@plinth/account'
import { renderBalance, renderPastBalance } from '@plinth/account/domain'
import type { BusinessDate } from '@plinth/kernel'
import { type NotKnownYet, type PastQuestion, readHead, readPastTurnovers } from '@plinth/ledger'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { balance } from '../answer-schemas.js'
import { accountId, date, instant } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { fieldError, malformedFields } from '../malformed.js'
import { readOperation } from '../operations.js'
import { pastBalance } from '../past-balance-schema.js'
import { notFound, refuseMalformed } from '../problem.js'
import { readQuery, wholeNumber } from '../query.js'
import { instantFrom } from '../read-holds.js'
import type { Route } from '../route.js'
import { accountInPath } from './accounts.js'

const query = z.strictObject({
  valueDate: date.optional().meta({ description: 'Of lines of this value date or an earlier one.' }),
  bookingDate: date.optional().meta({ description: 'Of lines booked on this day or an earlier one.' }),
  knownAtEntryNo: wholeNumber
    .optional()
    .meta({ description: 'Of entries up to and including this one; not beside knownAt.' }),
  knownAt: instant
    // PostgreSQL has no year 0.
    .refine((text) => !text.startsWith('0000'), { error: 'date_malformed' })
    .optional()
    .meta({ description: 'Of entries posted at this moment or an earlier one; before now.' }),
})

export const balanceRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/accounts/{accountId}/balance',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'readBalance',
      summary:
        'The balance of now; with any parameter, of the past: by value, by booking, as the books knew it, or all of these',
      path: z.object({ accountId }),
      query,
      answer: z.union([balance, pastBalance]),
    }),
    handle: readBalance,
  },
]

async function readBalance(exchange: Exchange, principal: Principal): Promise<Reply> {
  const asked = readQuery(exchange, query)
  const id = accountInPath(exchange)
  if (asked.knownAt !== undefined && asked.knownAtEntryNo !== undefined) {
    throw refuseMalformed(
      malformedFields([fieldError(['knownAt'], 'wrong_type', 'Beside knownAtEntryNo there is no knownAt.')]),
    )
  }
  if (Object.keys(asked).length > 0) {
    return await readPastBalance(exchange, principal, {
      accountId: id,
      valueDate: asked.valueDate as BusinessDate | undefined,
      bookingDate: asked.bookingDate as BusinessDate | undefined,
      knownAtEntryNo: asked.knownAtEntryNo,
      knownAt: instantFrom(asked.knownAt),
    })
  }
  const { tenant, currencies } = principal
  const [state, head] = await exchange.edge.database.read(tenant.tenantId, (tx) =>
    Promise.all([readState(tx, id), readHead(tx)]),
  )
  if (state === undefined) throw notFound()
  return { status: 200, body: renderBalance(state, head.businessDate, currencies) }
}

async function readPastBalance(
  exchange: Exchange,
  { tenant, currencies }: Principal,
  question: PastQuestion,
): Promise<Reply> {
  const [state, turnovers] = await exchange.edge.database.read(tenant.tenantId, (tx) =>
    Promise.all([readState(tx, question.accountId), readPastTurnovers(tx, question)]),
  )
  if (state === undefined) throw notFound()
  if ('notYet' in turnovers) throw refuseMalformed(malformedFields([notKnownYet(turnovers)]))
  const { valueDate, bookingDate } = question
  return { status: 200, body: renderPastBalance(state, { ...turnovers, valueDate, bookingDate }, currencies) }
}

const notKnownYet = ({ notYet, lastEntryNo, now }: NotKnownYet) =>
  notYet === 'knownAt'
    ? fieldError([notYet], 'date_malformed', `The books know nothing of later than now, ${now}.`)
    : fieldError([notYet], 'wrong_type', `There is no such entry yet: the last one is ${lastEntryNo}.`)
