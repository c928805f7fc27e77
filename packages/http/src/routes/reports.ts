import { type AuditEvent, listAuditEvents } from '@plinth/audit'
import { readRatesOfDay } from '@plinth/fx'
import { inBase, type RatesOfDay, renderBaseNet, renderBaseTotals } from '@plinth/fx/domain'
import {
  type BusinessDate,
  type Currencies,
  formatMinor,
  invariant,
  lastDayOf,
  type Period,
} from '@plinth/kernel'
import { readHead, readTrialBalance, type TrialBalance } from '@plinth/ledger'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { auditEvent, businessDate, listOf, trialBalance } from '../answer-schemas.js'
import { date, period } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { fieldError, malformedFields } from '../malformed.js'
import { readOperation } from '../operations.js'
import { refuseMalformed } from '../problem.js'
import { filterText, pageOf, pageParameters, readQuery } from '../query.js'
import type { Route } from '../route.js'

const trialBalanceQuery = z.strictObject({
  date: date.optional().meta({ description: 'Up to and including this day; the business date if absent.' }),
  by: z.enum(['booking', 'value'], { error: 'wrong_type' }).optional(),
  period: period.optional().meta({
    description:
      'Up to and including this period, whenever its entries were booked; instead of `date` and `by`.',
    example: '2026-13',
  }),
  yearEndClose: z.enum(['with', 'without'], { error: 'wrong_type' }).optional().meta({
    description:
      '`without` the entries that close the year asked for: its income and expense are shown. Default `with`.',
  }),
})
const auditQuery = z.strictObject({
  subject: filterText.optional(),
  action: filterText.optional(),
  object: filterText.optional(),
  outcome: z.enum(['accepted', 'rejected', 'denied'], { error: 'wrong_type' }).optional(),
  correlationId: filterText.optional(),
  ...pageParameters,
})

export const reportRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/trial-balance',
    permission: 'read_books',
    operation: readOperation({
      operationId: 'readTrialBalance',
      summary: 'Debits and credits per GL account and currency, rolled up the chart',
      query: trialBalanceQuery,
      answer: trialBalance,
    }),
    handle: trialBalanceOf,
  },
  {
    method: 'get',
    path: '/v1/business-date',
    permission: 'read_chart',
    operation: readOperation({
      operationId: 'readBusinessDate',
      summary: 'The bank’s business date',
      answer: businessDate,
    }),
    handle: businessDateOf,
  },
  {
    method: 'get',
    path: '/v1/audit-events',
    permission: 'read_audit',
    operation: readOperation({
      operationId: 'listAuditEvents',
      summary: 'Who did what, by time',
      query: auditQuery,
      answer: listOf(auditEvent),
    }),
    handle: listAudit,
  },
]

async function trialBalanceOf(exchange: Exchange, { tenant, currencies }: Principal): Promise<Reply> {
  const asked = readQuery(exchange, trialBalanceQuery)
  const beside = (['date', 'by'] as const).filter((name) => asked[name] !== undefined)
  if (asked.period !== undefined && beside.length > 0)
    throw refuseMalformed(
      malformedFields(
        beside.map((name) => fieldError([name], 'unknown_field', 'A period has its own dates.')),
      ),
    )
  const { baseCurrency } = tenant
  const [found, rates] = await exchange.edge.database.read(tenant.tenantId, async (tx) => {
    const withoutYearEndClose = asked.yearEndClose === 'without'
    const wanted = asked.period as Period | undefined
    const named = wanted === undefined ? (asked.date as BusinessDate | undefined) : lastDayOf(wanted)
    const day = named ?? (await readHead(tx)).businessDate
    const by = asked.by ?? 'booking'
    const read = await readTrialBalance(tx, { period: wanted, date: day, by, withoutYearEndClose })
    const known = read.totals.map(({ currency }) => currency)
    return [read, await readRatesOfDay(tx, { currencies: known, day, baseCurrency })] as const
  })
  return { status: 200, body: renderTrialBalance(found, rates, currencies) }
}

function renderTrialBalance(trialBalance: TrialBalance, rates: RatesOfDay, currencies: Currencies) {
  const { date: day, by, period: upTo, withoutYearEndClose, totals } = trialBalance
  const { rows, base } = inBase(trialBalance.rows, rates, currencies)
  const format = (minor: bigint, currency: string): string => {
    const decimals = currencies.decimalsOf(currency)
    invariant(decimals !== undefined, 'the currency of a turnover stays known', { currency })
    return formatMinor(minor, decimals)
  }
  return {
    date: day,
    by,
    ...(upTo !== undefined && { period: upTo }),
    ...(withoutYearEndClose && { yearEndClose: 'without' as const }),
    rows: rows.map(({ debits, credits, net, debitBalances, creditBalances, ...row }) => ({
      glCode: row.glCode,
      name: row.name,
      type: row.type,
      parentCode: row.parentCode,
      normalSide: row.normalSide,
      postable: row.postable,
      currency: row.currency,
      debits: format(debits, row.currency),
      credits: format(credits, row.currency),
      net: format(net, row.currency),
      debitBalances: format(debitBalances, row.currency),
      creditBalances: format(creditBalances, row.currency),
      baseNet: renderBaseNet(row, base, currencies),
    })),
    totals: totals.map(({ currency, debits, credits }) => ({
      currency,
      debits: format(debits, currency),
      credits: format(credits, currency),
    })),
    base: renderBaseTotals(base, currencies),
  }
}

async function businessDateOf(exchange: Exchange, { tenant }: Principal): Promise<Reply> {
  readQuery(exchange, z.strictObject({}))
  const head = await exchange.edge.database.read(tenant.tenantId, readHead)
  return { status: 200, body: { businessDate: head.businessDate } }
}

async function listAudit(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, auditQuery)
  const page = pageOf<string, typeof query>(exchange, principal, { list: 'audit-events', query })
  const { filter, order, limit, after } = page
  const found = await exchange.edge.database.read(principal.tenant.tenantId, (tx) =>
    listAuditEvents(tx, { filter, order, limit, after }),
  )
  return page.reply<AuditEvent>(
    found,
    ({ auditEventId }) => auditEventId,
    (event) => event,
  )
}
