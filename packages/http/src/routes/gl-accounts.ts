import { readChart } from '@plinth/account'
import { renderGlAccount } from '@plinth/account/domain'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { glAccount, listOf } from '../answer-schemas.js'
import { bodies } from '../command-schemas.js'
import type { Exchange } from '../exchange.js'
import { commandOperation, readOperation } from '../operations.js'
import { pageOf, pageParameters, readQuery } from '../query.js'
import { readCommand } from '../read-command.js'
import type { Route } from '../route.js'
import { runCommand } from '../run-command.js'

const listQuery = z.strictObject(pageParameters)

export const glAccountRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/gl-accounts',
    permission: 'manage_chart',
    operation: commandOperation({
      operationId: 'createGlAccount',
      summary: 'Add a GL account to the chart',
      body: bodies.create_gl_account,
      status: 201,
      answer: glAccount,
    }),
    handle: (exchange, principal) =>
      runCommand(exchange, principal, (value) => readCommand('create_gl_account', value, principal)),
  },
  {
    method: 'get',
    path: '/v1/gl-accounts',
    permission: 'read_chart',
    operation: readOperation({
      operationId: 'listGlAccounts',
      summary: 'The chart of accounts, by code',
      query: listQuery,
      answer: listOf(glAccount),
    }),
    handle: listGlAccounts,
  },
]

async function listGlAccounts(exchange: Exchange, principal: Principal) {
  const query = readQuery(exchange, listQuery)
  const page = pageOf<string, typeof query>(exchange, principal, { list: 'gl-accounts', query })
  const chart = await exchange.edge.database.read(principal.tenant.tenantId, readChart)
  const { order, after } = page
  // A chart is a few hundred rows; pages of it are cut here.
  const ordered = order === 'asc' ? chart : chart.reverse()
  const rest =
    after === undefined
      ? ordered
      : ordered.filter(({ code }) => (order === 'asc' ? code > after : code < after))
  return page.reply(rest, ({ code }) => code, renderGlAccount)
}
