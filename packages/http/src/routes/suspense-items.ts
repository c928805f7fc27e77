import type { AccountId } from '@plinth/kernel'
import {
  listSuspenseItems,
  readSuspenseItems,
  type SuspenseItemId,
  type SuspenseStatus,
} from '@plinth/suspense'
import { parseSuspenseItemId, renderSuspenseItem, suspenseStatuses } from '@plinth/suspense/domain'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { entry, listOf, suspenseItem } from '../answer-schemas.js'
import { bodies, suspenseItemId } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { fieldError, malformedFields } from '../malformed.js'
import { commandOperation, readOperation } from '../operations.js'
import { notFound } from '../problem.js'
import { filterText, pageOf, pageParameters, readQuery } from '../query.js'
import { readCommand } from '../read-command.js'
import type { Route } from '../route.js'
import { runCommand } from '../run-command.js'

const path = z.object({ suspenseItemId })
const listQuery = z.strictObject({
  ...pageParameters,
  status: z.enum(suspenseStatuses, { error: 'wrong_type' }).optional(),
  accountId: filterText.optional(),
  intendedAccountId: filterText.optional(),
})

export const suspenseItemRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/suspense-items',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'listSuspenseItems',
      summary: 'Credits that went to a fallback account, in the order in which they came',
      query: listQuery,
      answer: listOf(suspenseItem),
    }),
    handle: list,
  },
  {
    method: 'get',
    path: '/v1/suspense-items/{suspenseItemId}',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'readSuspenseItem',
      summary: 'One suspense item',
      path,
      answer: suspenseItem,
    }),
    handle: read,
  },
  {
    method: 'post',
    path: '/v1/suspense-items/{suspenseItemId}/clear',
    permission: 'clear_suspense',
    operation: commandOperation({
      operationId: 'clearSuspenseItem',
      summary: 'Post what waits on to an account',
      path,
      body: bodies.clear_suspense_item,
      status: 201,
      answer: entry,
    }),
    handle: clear,
  },
]

function clear(exchange: Exchange, principal: Principal): Promise<Reply> {
  return runCommand(exchange, principal, (value) => {
    const named = parseSuspenseItemId(exchange.param('suspenseItemId'))
    if (named === undefined) return malformedFields([fieldError(['suspenseItemId'], 'id_malformed')])
    return readCommand('clear_suspense_item', value, {
      currencies: principal.currencies,
      suspenseItemId: named,
    })
  })
}

async function read(exchange: Exchange, { tenant, currencies }: Principal): Promise<Reply> {
  readQuery(exchange, z.strictObject({}))
  const named = parseSuspenseItemId(exchange.param('suspenseItemId'))
  if (named === undefined) throw notFound()
  const [found] = await exchange.edge.database.read(tenant.tenantId, (tx) => readSuspenseItems(tx, [named]))
  if (found === undefined) throw notFound()
  return { status: 200, body: renderSuspenseItem(found, currencies) }
}

async function list(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, listQuery)
  const page = pageOf<SuspenseItemId, typeof query>(exchange, principal, { list: 'suspense-items', query })
  const { order, limit, after } = page
  const filter = {
    status: page.filter.status as SuspenseStatus | undefined,
    accountId: page.filter.accountId as AccountId | undefined,
    intendedAccountId: page.filter.intendedAccountId as AccountId | undefined,
  }
  const found = await exchange.edge.database.read(principal.tenant.tenantId, (tx) =>
    listSuspenseItems(tx, { ...filter, order, limit, after }),
  )
  return page.reply(
    found,
    (each) => each.suspenseItemId,
    (each) => renderSuspenseItem(each, principal.currencies),
  )
}
