import { type Account, listAccounts, readAccount, readLastTerms, readTermsSnapshots } from '@plinth/account'
import { renderAccount, renderTermsSnapshot } from '@plinth/account/domain'
import type { Tx } from '@plinth/db'
import { type AccountId, type GlCode, parseAccountId } from '@plinth/kernel'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { account, listOf } from '../answer-schemas.js'
import * as fields from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { fieldError, malformedFields } from '../malformed.js'
import { commandOperation, readOperation } from '../operations.js'
import { notFound } from '../problem.js'
import { termsSnapshot } from '../product-schemas.js'
import { filterText, pageOf, pageParameters, readQuery } from '../query.js'
import { readCommand } from '../read-command.js'
import type { Route } from '../route.js'
import { runCommand } from '../run-command.js'

const path = z.object({ accountId: fields.accountId })
const noQuery = z.strictObject({})
const listQuery = z.strictObject({
  glCode: filterText.optional(),
  status: fields.accountStatus.optional(),
  productCode: filterText.optional(),
  customerId: filterText.optional(),
  currency: filterText.optional(),
  ...pageParameters,
})

export const accountRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/accounts',
    permission: 'open_account',
    operation: commandOperation({
      operationId: 'openAccount',
      summary: 'Open an account',
      body: fields.bodies.open_account,
      status: 201,
      answer: account,
    }),
    handle: (exchange, principal) =>
      runCommand(exchange, principal, (value) => readCommand('open_account', value, principal)),
  },
  {
    method: 'get',
    path: '/v1/accounts',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'listAccounts',
      summary: 'Accounts, by id',
      query: listQuery,
      answer: listOf(account),
    }),
    handle: list,
  },
  {
    method: 'get',
    path: '/v1/accounts/{accountId}',
    permission: 'read_books',
    operation: readOperation({ operationId: 'readAccount', summary: 'One account', path, answer: account }),
    handle: read,
  },
  {
    method: 'get',
    path: '/v1/accounts/{accountId}/terms',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'readTerms',
      summary: 'Every snapshot of the terms that the account has had of its product, in their order',
      path,
      answer: z.object({ data: z.array(termsSnapshot) }),
    }),
    handle: readTerms,
  },
  {
    method: 'post',
    path: '/v1/accounts/{accountId}/terms',
    permission: 'manage_accounts',
    operation: commandOperation({
      operationId: 'changeTerms',
      summary: 'Change name, overdraft limit or metadata',
      path,
      body: fields.bodies.change_terms,
      status: 200,
      answer: account,
    }),
    handle: (exchange, principal) => changeAccount(exchange, principal, 'change_terms'),
  },
  {
    method: 'post',
    path: '/v1/accounts/{accountId}/status',
    permission: 'manage_accounts',
    operation: commandOperation({
      operationId: 'setStatus',
      summary: 'Change status and blocks',
      path,
      body: fields.bodies.set_status,
      status: 200,
      answer: account,
    }),
    handle: (exchange, principal) => changeAccount(exchange, principal, 'set_status'),
  },
]

const changeAccount = (
  exchange: Exchange,
  principal: Principal,
  type: 'change_terms' | 'set_status',
): Promise<Reply> =>
  runCommand(exchange, principal, (value) => {
    const accountId = parseAccountId(exchange.param('accountId'))
    if (accountId === undefined) return malformedFields([fieldError(['accountId'], 'id_malformed')])
    return readCommand(type, value, { currencies: principal.currencies, accountId })
  })

/** The id in the path of a read. One that cannot be an id names nothing. */
export function accountInPath(exchange: Exchange): AccountId {
  const accountId = parseAccountId(exchange.param('accountId'))
  if (accountId === undefined) throw notFound()
  return accountId
}

async function read(exchange: Exchange, { tenant, currencies }: Principal): Promise<Reply> {
  readQuery(exchange, noQuery)
  const accountId = accountInPath(exchange)
  const found = await exchange.edge.database.read(tenant.tenantId, async (tx) => {
    const account = await readAccount(tx, accountId)
    return account && { account, versionOf: await readVersions(tx, [account]) }
  })
  if (found === undefined) throw notFound()
  return {
    status: 200,
    body: { ...renderAccount(found.account, currencies), ...found.versionOf(found.account) },
  }
}

async function readTerms(exchange: Exchange, { tenant }: Principal): Promise<Reply> {
  readQuery(exchange, noQuery)
  const accountId = accountInPath(exchange)
  const found = await exchange.edge.database.read(tenant.tenantId, async (tx) => {
    return (await readAccount(tx, accountId)) && readTermsSnapshots(tx, [accountId])
  })
  if (found === undefined) throw notFound()
  return { status: 200, body: { data: found.map(renderTermsSnapshot) } }
}

/** How the answer of an account tells which version of its product it has the terms of; nothing of those that have none. */
async function readVersions(
  tx: Tx,
  accounts: readonly Account[],
): Promise<(account: Account) => { readonly productVersion?: number }> {
  const ofProducts = accounts.filter(({ details }) => details.productCode !== undefined)
  const last = await readLastTerms(
    tx,
    ofProducts.map(({ details }) => details.accountId),
  )
  const versions = new Map(last.map(({ accountId, version }) => [accountId, version]))
  return ({ details }) => {
    const productVersion = versions.get(details.accountId)
    return productVersion === undefined ? {} : { productVersion }
  }
}

async function list(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, listQuery)
  const page = pageOf<AccountId, typeof query>(exchange, principal, { list: 'accounts', query })
  const { order, limit, after } = page
  const filter = { ...page.filter, glCode: page.filter.glCode as GlCode | undefined }
  const { found, versionOf } = await exchange.edge.database.read(principal.tenant.tenantId, async (tx) => {
    const accounts = await listAccounts(tx, { filter, order, limit, after })
    return { found: accounts, versionOf: await readVersions(tx, accounts) }
  })
  return page.reply(
    found,
    ({ details }) => details.accountId,
    (each) => ({ ...renderAccount(each, principal.currencies), ...versionOf(each) }),
  )
}
