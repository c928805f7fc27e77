import { type HoldId, type HoldStatus, listHolds, showHold } from '@plinth/holds'
import { holdStatuses, parseHoldId, renderHold } from '@plinth/holds/domain'
import type { AccountId } from '@plinth/kernel'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { entry, hold, listOf } from '../answer-schemas.js'
import { bodies, holdId } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { fieldError, malformedFields } from '../malformed.js'
import { commandOperation, readOperation } from '../operations.js'
import { notFound } from '../problem.js'
import { filterText, pageOf, pageParameters, readQuery } from '../query.js'
import { readCommand } from '../read-command.js'
import type { Route } from '../route.js'
import { runCommand } from '../run-command.js'

const path = z.object({ holdId })
const listQuery = z.strictObject({
  ...pageParameters,
  accountId: filterText.optional(),
  status: z.enum(holdStatuses, { error: 'wrong_type' }).optional(),
})

export const holdRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/holds',
    permission: 'post',
    operation: commandOperation({
      operationId: 'placeHold',
      summary: 'Set an amount aside on an account',
      body: bodies.place_hold,
      status: 201,
      answer: hold,
    }),
    handle: (exchange, principal) =>
      runCommand(exchange, principal, (value) => readCommand('place_hold', value, principal)),
  },
  {
    method: 'get',
    path: '/v1/holds',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'listHolds',
      summary: 'Holds in the order in which they were placed',
      query: listQuery,
      answer: listOf(hold),
    }),
    handle: list,
  },
  {
    method: 'get',
    path: '/v1/holds/{holdId}',
    permission: 'read_books',
    operation: readOperation({ operationId: 'readHold', summary: 'One hold', path, answer: hold }),
    handle: read,
  },
  {
    method: 'post',
    path: '/v1/holds/{holdId}/captures',
    permission: 'post',
    operation: commandOperation({
      operationId: 'captureHold',
      summary: 'Post what a hold has set aside, whole or in part',
      path,
      body: bodies.capture_hold,
      status: 201,
      answer: entry,
    }),
    handle: (exchange, principal) => changeHold(exchange, principal, 'capture_hold'),
  },
  {
    method: 'post',
    path: '/v1/holds/{holdId}/release',
    permission: 'post',
    operation: commandOperation({
      operationId: 'releaseHold',
      summary: 'Let go of what remains of a hold',
      path,
      body: bodies.release_hold,
      status: 200,
      answer: hold,
    }),
    handle: (exchange, principal) => changeHold(exchange, principal, 'release_hold'),
  },
  {
    method: 'post',
    path: '/v1/holds/{holdId}/extend',
    permission: 'post',
    operation: commandOperation({
      operationId: 'extendHold',
      summary: 'Give an active hold another end',
      path,
      body: bodies.extend_hold,
      status: 200,
      answer: hold,
    }),
    handle: (exchange, principal) => changeHold(exchange, principal, 'extend_hold'),
  },
]

const changeHold = (
  exchange: Exchange,
  principal: Principal,
  type: 'capture_hold' | 'release_hold' | 'extend_hold',
): Promise<Reply> =>
  runCommand(exchange, principal, (value) => {
    const named = parseHoldId(exchange.param('holdId'))
    if (named === undefined) return malformedFields([fieldError(['holdId'], 'id_malformed')])
    return readCommand(type, value, { currencies: principal.currencies, holdId: named })
  })

async function read(exchange: Exchange, { tenant, currencies }: Principal): Promise<Reply> {
  readQuery(exchange, z.strictObject({}))
  const named = parseHoldId(exchange.param('holdId'))
  if (named === undefined) throw notFound()
  const found = await exchange.edge.database.read(tenant.tenantId, (tx) => showHold(tx, named))
  if (found === undefined) throw notFound()
  return { status: 200, body: renderHold(found, currencies, found.readAt) }
}

async function list(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, listQuery)
  const page = pageOf<HoldId, typeof query>(exchange, principal, { list: 'holds', query })
  const { order, limit, after } = page
  const filter = {
    accountId: page.filter.accountId as AccountId | undefined,
    status: page.filter.status as HoldStatus | undefined,
  }
  const found = await exchange.edge.database.read(principal.tenant.tenantId, (tx) =>
    listHolds(tx, { ...filter, order, limit, after }),
  )
  return page.reply(
    found,
    (each) => each.holdId,
    (each) => renderHold(each, principal.currencies, each.readAt),
  )
}
