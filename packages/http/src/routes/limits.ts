import type { AccountId } from '@plinth/kernel'
import { type ListedLimit, listLimits, renderLimit } from '@plinth/posting'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { limit as limitAnswer, listOf } from '../answer-schemas.js'
import { bodies } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { commandOperation, readOperation } from '../operations.js'
import { filterText, pageOf, pageParameters, readQuery } from '../query.js'
import { readCommand } from '../read-command.js'
import type { Route } from '../route.js'
import { runCommand } from '../run-command.js'

const listQuery = z.strictObject({
  ...pageParameters,
  accountId: filterText
    .optional()
    .meta({ description: 'Every limit that applies to the account, with what it has used and has left.' }),
  productCode: filterText.optional(),
  transactionCode: filterText.optional(),
})

export const limitRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/limits',
    permission: 'manage_accounts',
    operation: commandOperation({
      operationId: 'setLimit',
      summary: 'Set what may be spent; of a product or the tenant it needs the permission `manage_settings`',
      body: bodies.set_limit,
      status: 200,
      answer: limitAnswer,
    }),
    handle: (exchange, principal) =>
      runCommand(exchange, principal, (value) => readCommand('set_limit', value, principal)),
  },
  {
    method: 'get',
    path: '/v1/limits',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'listLimits',
      summary: 'Limits of accounts, then of products, then of the tenant',
      query: listQuery,
      answer: listOf(limitAnswer),
    }),
    handle: list,
  },
]

async function list(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, listQuery)
  const page = pageOf<string, typeof query>(exchange, principal, { list: 'limits', query })
  const { order, limit, after } = page
  const { productCode, transactionCode } = page.filter
  const accountId = page.filter.accountId as AccountId | undefined
  const asked = { accountId, productCode, transactionCode, order, limit, after }
  const { limits, currencies } = await exchange.edge.database.read(principal.tenant.tenantId, (tx) =>
    listLimits(tx, asked),
  )
  return page.reply(
    limits,
    ({ place }: ListedLimit) => place,
    (each) => renderLimit(each, currencies, each.usage),
  )
}
