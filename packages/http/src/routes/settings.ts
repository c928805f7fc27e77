import { isoCurrencyCodes } from '@plinth/kernel'
import { renderLimit } from '@plinth/posting'
import { listSettings, type Principal, readSettings, type SettingsRecord } from '@plinth/tenancy'
import { renderSettings, renderTransactionCode } from '@plinth/tenancy/domain'
import { z } from 'zod'
import { listOf, settings, settingsVersion, transactionCode } from '../answer-schemas.js'
import { bodies } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { commandOperation, readOperation } from '../operations.js'
import { notFound } from '../problem.js'
import { pageOf, pageParameters, readQuery } from '../query.js'
import { readCommand } from '../read-command.js'
import type { Route } from '../route.js'
import { runCommand } from '../run-command.js'

const noQuery = z.strictObject({})
const listQuery = z.strictObject(pageParameters)

export const settingsRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/settings',
    permission: 'read_chart',
    operation: readOperation({
      operationId: 'readSettings',
      summary: 'The settings of the tenant that decisions are made with',
      answer: settings,
    }),
    handle: read,
  },
  {
    method: 'post',
    path: '/v1/settings',
    permission: 'manage_settings',
    operation: commandOperation({
      operationId: 'changeSettings',
      summary: 'Change the settings that are named; the others stay',
      body: bodies.change_settings,
      status: 200,
      answer: settings,
    }),
    handle: (exchange, principal) =>
      runCommand(exchange, principal, (value) => readCommand('change_settings', value, principal)),
  },
  {
    method: 'get',
    path: '/v1/settings/versions',
    permission: 'read_audit',
    operation: readOperation({
      operationId: 'listSettings',
      summary: 'Every version of the settings: since which entry, by whom and why',
      query: listQuery,
      answer: listOf(settingsVersion),
    }),
    handle: listVersions,
  },
  {
    method: 'post',
    path: '/v1/transaction-codes',
    permission: 'manage_settings',
    operation: commandOperation({
      operationId: 'registerTransactionCode',
      summary: 'Register a transaction code, or say anew what one is',
      body: bodies.register_transaction_code,
      status: 201,
      answer: transactionCode,
    }),
    handle: (exchange, principal) =>
      runCommand(exchange, principal, (value) => readCommand('register_transaction_code', value, principal)),
  },
  {
    method: 'get',
    path: '/v1/transaction-codes',
    permission: 'read_chart',
    operation: readOperation({
      operationId: 'listTransactionCodes',
      summary: 'The registered transaction codes, by code',
      query: listQuery,
      answer: listOf(transactionCode),
    }),
    handle: listTransactionCodes,
  },
  {
    method: 'get',
    path: '/v1/currencies',
    permission: 'read_chart',
    operation: readOperation({
      operationId: 'listCurrencies',
      summary: 'Every currency that amounts may be in, with its decimals, by code',
      query: listQuery,
      answer: listOf(z.object({ code: z.string(), decimals: z.int(), own: z.boolean() })),
    }),
    handle: listCurrencies,
  },
]

const settingsNow = async ({ edge }: Exchange, { tenant }: Principal) => {
  const found = await edge.database.read(tenant.tenantId, readSettings)
  if (found === undefined) throw notFound()
  return found
}

async function read(exchange: Exchange, principal: Principal): Promise<Reply> {
  readQuery(exchange, noQuery)
  return { status: 200, body: renderSettings(await settingsNow(exchange, principal)) }
}

async function listVersions(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, listQuery)
  const page = pageOf<number, typeof query>(exchange, principal, { list: 'settings', query })
  const { order, limit, after } = page
  const found = await exchange.edge.database.read(principal.tenant.tenantId, (tx) =>
    listSettings(tx, { order, limit, after }),
  )
  return page.reply(found, (record) => record.settings.version, renderVersion)
}

const renderVersion = ({ settings: version, firstEntryNo, changedAt, actor, reason }: SettingsRecord) => ({
  ...renderSettings(version),
  transactionCodes: [...version.transactionCodes.values()].map(renderTransactionCode),
  limits: version.limits.map((limit) =>
    renderLimit({ limit, productCode: limit.productCode }, version.currencies),
  ),
  firstEntryNo,
  changedAt,
  changedBy: actor.subject,
  ...(actor.onBehalfOf !== undefined && { changedOnBehalfOf: actor.onBehalfOf }),
  reason,
})

async function listTransactionCodes(exchange: Exchange, principal: Principal): Promise<Reply> {
  const { transactionCodes } = await settingsNow(exchange, principal)
  return cutPage(exchange, principal, {
    list: 'transaction-codes',
    items: [...transactionCodes.values()],
    render: renderTransactionCode,
  })
}

async function listCurrencies(exchange: Exchange, principal: Principal): Promise<Reply> {
  const { currencies, ownCurrencies } = await settingsNow(exchange, principal)
  const codes = [...isoCurrencyCodes, ...Object.keys(ownCurrencies)]
  const items = codes.map((code) => ({
    code,
    decimals: currencies.decimalsOf(code) as number,
    own: Object.hasOwn(ownCurrencies, code),
  }))
  return cutPage(exchange, principal, { list: 'currencies', items, render: (item) => item })
}

/** A page of a list that is at hand as a whole, by code. */
function cutPage<Item extends { readonly code: string }>(
  exchange: Exchange,
  principal: Principal,
  { list, items, render }: { list: string; items: readonly Item[]; render(item: Item): object },
): Reply {
  const query = readQuery(exchange, listQuery)
  const page = pageOf<string, typeof query>(exchange, principal, { list, query })
  const { order, after } = page
  const sign = order === 'asc' ? 1 : -1
  const ordered = [...items].sort((a, b) => (a.code < b.code ? -sign : sign))
  const rest =
    after === undefined
      ? ordered
      : ordered.filter(({ code }) => (code > after ? 1 : -1) === sign && code !== after)
  return page.reply(rest, ({ code }) => code, render)
}
