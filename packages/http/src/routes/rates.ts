import type { Tx } from '@plinth/db'
import { decideRates, FxRefused, listRates, submitRates } from '@plinth/fx'
import { type Rate, type RateKey, rateStatuses, renderRate } from '@plinth/fx/domain'
import type { BusinessDate, CurrencyCode } from '@plinth/kernel'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { listOf } from '../answer-schemas.js'
import { date } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import * as schemas from '../fx-schemas.js'
import { isMalformed, type Malformed } from '../malformed.js'
import { actionOperation, describedProblem, readOperation } from '../operations.js'
import { refuse, refuseMalformed } from '../problem.js'
import { filterText, pageOf, pageParameters, readQuery } from '../query.js'
import { bodyBytesMax, readJsonBody } from '../read-body.js'
import { readRatesToDecide, readSubmittedRates } from '../read-rates.js'
import { requireCorrelation } from '../request-headers.js'
import type { Route } from '../route.js'
import { contextOf } from '../run-command.js'
import { uuidV7 } from '../uuid-v7.js'

const listQuery = z.strictObject({
  currency: filterText.optional(),
  dateFrom: date.optional(),
  dateTo: date.optional(),
  status: z.enum(rateStatuses, { error: 'wrong_type' }).optional(),
  ...pageParameters,
})

const verdictRoute = (verdict: 'approve' | 'reject', summary: string): Route => {
  const operation = actionOperation({
    operationId: `${verdict}Rates`,
    summary,
    body: schemas.rateBodies[verdict],
    status: 200,
    answer: schemas.rates,
  })
  const refused = {
    '404': describedProblem('`not_found`: one of them was never submitted.'),
    '422': describedProblem('`self_approval`, `status_transition_invalid`: none of them was decided.'),
  }
  return {
    method: 'post',
    path: `/v1/rates/${verdict}`,
    permission: 'decide_rates',
    operation: { ...operation, responses: { ...operation.responses, ...refused } },
    handle: (exchange, principal) => decide(exchange, principal, verdict),
  }
}

export const rateRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/rates',
    permission: 'submit_rates',
    operation: actionOperation({
      operationId: 'submitRates',
      summary: 'Submit rates for somebody else to decide; the same rate again is the version that is there',
      body: schemas.rateBodies.submit,
      status: 200,
      answer: schemas.rates,
    }),
    handle: submit,
  },
  verdictRoute('approve', 'Approve rates that somebody else has submitted: all of them or none'),
  verdictRoute('reject', 'Reject rates that somebody else has submitted: all of them or none'),
  {
    method: 'get',
    path: '/v1/rates',
    permission: 'read_chart',
    operation: readOperation({
      operationId: 'listRates',
      summary: 'Every version of every rate, by day, currency and version',
      query: listQuery,
      answer: listOf(schemas.rate),
    }),
    handle: list,
  },
]

// A thousand rates take well under a second.
const patienceMs = 20_000

async function inOneTransaction<T>(
  exchange: Exchange,
  principal: Principal,
  work: (tx: Tx, run: Parameters<typeof submitRates>[1]) => Promise<T>,
): Promise<T> {
  const { edge } = exchange
  const run = { books: principal, context: contextOf(exchange, principal), newId: uuidV7 }
  const { tenantId } = principal.tenant
  return await edge.database.transaction(
    { tenantId, lane: 'batch', deadlineMs: edge.now() + patienceMs, repeatable: true },
    (tx) => work(tx, run),
  )
}

async function readBody<Read extends object>(
  { request, correlation }: Exchange,
  read: (value: unknown) => Read | Malformed,
): Promise<Read> {
  requireCorrelation(correlation)
  const found = read(await readJsonBody(request, bodyBytesMax))
  if (isMalformed(found)) throw refuseMalformed(found)
  return found
}

async function submit(exchange: Exchange, principal: Principal): Promise<Reply> {
  const { currencies, tenant } = principal
  const { baseCurrency } = tenant
  const wanted = await readBody(exchange, (value) => readSubmittedRates(value, { baseCurrency, currencies }))
  return answer(
    await inOneTransaction(exchange, principal, (tx, run) => submitRates(tx, run, wanted)),
    principal,
  )
}

async function decide(
  exchange: Exchange,
  principal: Principal,
  verdict: 'approve' | 'reject',
): Promise<Reply> {
  const asked = await readBody(exchange, (value) => readRatesToDecide(verdict, value))
  const decided = await inOneTransaction(exchange, principal, (tx, run) =>
    decideRates(tx, run, { verdict, ...asked }),
  ).catch((error: unknown) => {
    if (error instanceof FxRefused) throw refuse(error.rejection.code, error.rejection.detail)
    throw error
  })
  if (decided.outcome === 'not_there') {
    const { currency, date: day, version } = decided.missing
    throw refuse('not_found', `There is no version ${version} of a rate of ${currency} on ${day}.`)
  }
  if (decided.outcome === 'refused') {
    const { code, detail } = decided.rejection
    throw refuse(code, detail)
  }
  return answer(decided.rates, principal)
}

const answer = (found: readonly Rate[], { tenant }: Principal): Reply => ({
  status: 200,
  body: { data: found.map((each) => renderRate(each, tenant.baseCurrency)) },
})

async function list(exchange: Exchange, principal: Principal): Promise<Reply> {
  const query = readQuery(exchange, listQuery)
  const page = pageOf<string, typeof query>(exchange, principal, { list: 'rates', query })
  const { order, limit, after } = page
  const filter = page.filter as Parameters<typeof listRates>[1]['filter']
  const found = await exchange.edge.database.read(principal.tenant.tenantId, (tx) =>
    listRates(tx, { filter, order, limit, ...(after !== undefined && { after: keyOf(after) }) }),
  )
  return page.reply(
    found,
    ({ date: day, currency, version }) => `${day} ${currency} ${version}`,
    (each) => renderRate(each, principal.tenant.baseCurrency),
  )
}

function keyOf(place: string): RateKey {
  const [day, currency, version] = place.split(' ')
  return { date: day as BusinessDate, currency: currency as CurrencyCode, version: Number(version) }
}
