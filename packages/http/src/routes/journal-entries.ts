import { type AccountId, type BusinessDate, parseEntryId } from '@plinth/kernel'
import { listEntries, readEntry } from '@plinth/ledger'
import { renderEntry } from '@plinth/ledger/domain'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { entry, listOf } from '../answer-schemas.js'
import { date } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { readOperation } from '../operations.js'
import { notFound } from '../problem.js'
import { filterText, pageOf, pageParameters, readQuery, wholeNumber } from '../query.js'
import type { Route } from '../route.js'

const path = z.object({ journalEntryId: z.string().meta({ format: 'uuid' }) })
const listQuery = z.strictObject({
  accountId: filterText.optional(),
  transactionCode: filterText.optional(),
  correlationId: filterText.optional(),
  reference: filterText.optional(),
  endToEndId: filterText.optional(),
  kind: filterText.optional(),
  bookingDateFrom: date.optional(),
  bookingDateTo: date.optional(),
  valueDateFrom: date.optional(),
  valueDateTo: date.optional(),
  entryNoFrom: wholeNumber.optional(),
  entryNoTo: wholeNumber.optional(),
  ...pageParameters,
})

export const journalEntryRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/journal-entries',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'listJournalEntries',
      summary: 'Journal entries, by number',
      query: listQuery,
      answer: listOf(entry),
    }),
    handle: list,
  },
  {
    method: 'get',
    path: '/v1/journal-entries/{journalEntryId}',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'readJournalEntry',
      summary: 'One journal entry, as it was answered when it was posted',
      path,
      answer: entry,
    }),
    handle: read,
  },
]

async function read(exchange: Exchange, { tenant, currencies }: Principal): Promise<Reply> {
  readQuery(exchange, z.strictObject({}))
  const entryId = parseEntryId(exchange.param('journalEntryId'))
  const found =
    entryId && (await exchange.edge.database.read(tenant.tenantId, (tx) => readEntry(tx, entryId)))
  if (found === undefined) throw notFound()
  return { status: 200, body: renderEntry(found, currencies) }
}

async function list(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, listQuery)
  const page = pageOf<number, typeof query>(exchange, principal, { list: 'journal-entries', query })
  const { order, limit, after } = page
  const filter = {
    ...page.filter,
    accountId: page.filter.accountId as AccountId | undefined,
    bookingDateFrom: page.filter.bookingDateFrom as BusinessDate | undefined,
    bookingDateTo: page.filter.bookingDateTo as BusinessDate | undefined,
    valueDateFrom: page.filter.valueDateFrom as BusinessDate | undefined,
    valueDateTo: page.filter.valueDateTo as BusinessDate | undefined,
  }
  const found = await exchange.edge.database.read(principal.tenant.tenantId, (tx) =>
    listEntries(tx, { filter, order, limit, after }),
  )
  return page.reply(
    found,
    ({ entryNo }) => entryNo,
    (each) => renderEntry(each, principal.currencies),
  )
}
