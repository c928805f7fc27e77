import { type AccountId, type BusinessDate, type Period, parseEntryId } from '@plinth/kernel'
import { listEntries, readEntry } from '@plinth/ledger'
import { renderEntry } from '@plinth/ledger/domain'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { correction, entry, listOf, proposal } from '../answer-schemas.js'
import { bodies, date, period } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { fieldError, isMalformed, malformedFields } from '../malformed.js'
import { commandOperation, readOperation } from '../operations.js'
import { notFound } from '../problem.js'
import { filterText, pageOf, pageParameters, readQuery, wholeNumber } from '../query.js'
import { readCommand } from '../read-command.js'
import type { Route } from '../route.js'
import { runCommand } from '../run-command.js'

const path = z.object({ journalEntryId: z.string().meta({ format: 'uuid' }) })
const listQuery = z.strictObject({
  accountId: filterText.optional(),
  transactionCode: filterText.optional(),
  correlationId: filterText.optional(),
  reference: filterText.optional(),
  endToEndId: filterText.optional(),
  kind: filterText.optional(),
  period: period.optional(),
  bookingDateFrom: date.optional(),
  bookingDateTo: date.optional(),
  valueDateFrom: date.optional(),
  valueDateTo: date.optional(),
  entryNoFrom: wholeNumber.optional(),
  entryNoTo: wholeNumber.optional(),
  ...pageParameters,
})

const reversalsQuery = z.strictObject(pageParameters)

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
  {
    method: 'post',
    path: '/v1/journal-entries/{journalEntryId}/reversals',
    permission: 'post',
    operation: commandOperation({
      operationId: 'reverseJournalEntry',
      summary: 'Take an entry back, whole or in part',
      path,
      body: bodies.reverse,
      status: 201,
      answer: entry,
    }),
    handle: (exchange, principal) => changeEntry(exchange, principal, 'reverse'),
  },
  {
    method: 'post',
    path: '/v1/journal-entries/{journalEntryId}/corrections',
    permission: 'post',
    operation: commandOperation({
      operationId: 'correctJournalEntry',
      summary: 'Take an entry back and post what it should have been: both, or neither',
      path,
      body: bodies.correct,
      status: 201,
      answer: correction,
    }),
    handle: (exchange, principal) => changeEntry(exchange, principal, 'correct'),
  },
  {
    method: 'post',
    path: '/v1/journal-entries/{journalEntryId}/erasures',
    permission: 'erase_details',
    operation: commandOperation({
      operationId: 'proposeErasure',
      summary:
        'Propose that the details of an entry and of all that repeat them be erased; done when somebody else approves',
      path,
      body: bodies.erase_details,
      status: 201,
      answer: proposal,
    }),
    handle: proposeErasure,
  },
  {
    method: 'get',
    path: '/v1/journal-entries/{journalEntryId}/reversals',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'listReversals',
      summary: 'What was taken back of an entry later, by number',
      path,
      query: reversalsQuery,
      answer: listOf(entry),
    }),
    handle: listReversals,
  },
]

function changeEntry(exchange: Exchange, principal: Principal, type: 'reverse' | 'correct'): Promise<Reply> {
  return runCommand(exchange, principal, (value) => {
    const journalEntryId = parseEntryId(exchange.param('journalEntryId'))
    if (journalEntryId === undefined) return malformedFields([fieldError(['journalEntryId'], 'id_malformed')])
    return readCommand(type, value, { currencies: principal.currencies, journalEntryId })
  })
}

/** Nobody erases alone, whatever the settings say: what is asked for is a proposal. */
function proposeErasure(exchange: Exchange, principal: Principal): Promise<Reply> {
  return runCommand(exchange, principal, (value) => {
    const journalEntryId = parseEntryId(exchange.param('journalEntryId'))
    if (journalEntryId === undefined) return malformedFields([fieldError(['journalEntryId'], 'id_malformed')])
    const { currencies } = principal
    const proposed = readCommand('erase_details', value, { currencies, journalEntryId })
    if (isMalformed(proposed)) return proposed
    return { type: 'propose' as const, proposed, reason: proposed.reason, expiresAt: undefined }
  })
}

async function listReversals(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, reversalsQuery)
  const entryId = parseEntryId(exchange.param('journalEntryId'))
  if (entryId === undefined) throw notFound()
  const page = pageOf<number, typeof query>(exchange, principal, { list: `reversals ${entryId}`, query })
  const { order, limit, after } = page
  const found = await exchange.edge.database.read(principal.tenant.tenantId, async (tx) => {
    const original = await readEntry(tx, entryId)
    const filter = original && { reversesEntryNo: original.entryNo }
    return filter && listEntries(tx, { filter, order, limit, after })
  })
  if (found === undefined) throw notFound()
  return page.reply(
    found,
    ({ entryNo }) => entryNo,
    (each) => renderEntry(each, principal.currencies),
  )
}

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
    period: page.filter.period as Period | undefined,
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
