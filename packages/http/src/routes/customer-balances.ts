import { readBalanceDay, readLastBalanceDay, totalOf } from '@plinth/evidence'
import type { BusinessDate } from '@plinth/kernel'
import { proveCustomerBalance } from '@plinth/reconciliation'
import type { Principal } from '@plinth/tenancy'
import { z } from 'zod'
import { balanceProof, customerBalances } from '../answer-evidence.js'
import { accountId, date } from '../command-schemas.js'
import type { Exchange, Reply } from '../exchange.js'
import { readOperation } from '../operations.js'
import { inForm, orText, refusalOf, unproved } from '../prove.js'
import { readQuery } from '../query.js'
import type { Route } from '../route.js'
import { accountInPath } from './accounts.js'

const query = z.strictObject({
  date: date.optional().meta({ description: 'A closed day; absent: the last one that was signed.' }),
})

const unsigned = 'The balances of that day are not signed yet.'
const codes = '`not_found`, or `not_yet_checkpointed`'

export const customerBalanceRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/v1/accounts/{accountId}/balance-proof',
    permission: 'read_books',
    operation: unproved(
      readOperation({
        operationId: 'proveBalance',
        summary:
          'The proof that what a customer’s account had at the end of a closed day is in the totals that the bank has signed',
        path: z.object({ accountId }),
        query,
        answer: balanceProof,
      }),
      codes,
    ),
    handle: prove,
  },
  {
    method: 'get',
    path: '/v1/customer-balances',
    permission: 'read_books',
    operation: orText(
      readOperation({
        operationId: 'readCustomerBalances',
        summary:
          'What all customer accounts came to at the end of a closed day, those in credit and those in debit apart, signed',
        query,
        answer: customerBalances,
      }),
      customerBalances,
      codes,
    ),
    handle: readTotals,
  },
]

async function prove(exchange: Exchange, { tenant, currencies }: Principal): Promise<Reply> {
  const asked = readQuery(exchange, query)
  const account = accountInPath(exchange)
  const { tenantId } = tenant
  const businessDate = asked.date as BusinessDate | undefined
  const proof = await exchange.edge.database.read(tenantId, (tx) =>
    proveCustomerBalance(tx, { tenantId, accountId: account, businessDate, currencies }),
  )
  if (typeof proof === 'string') throw refusalOf(proof, unsigned)
  return { status: 200, body: proof }
}

async function readTotals(exchange: Exchange, { tenant, currencies }: Principal): Promise<Reply> {
  const asked = readQuery(exchange, query)
  const day = await exchange.edge.database.read(tenant.tenantId, async (tx) => {
    const last = await readLastBalanceDay(tx)
    const wanted = (asked.date as BusinessDate | undefined) ?? last
    if (last === undefined || wanted === undefined || wanted > last) return 'not_yet_checkpointed'
    return (await readBalanceDay(tx, wanted)) ?? 'not_found'
  })
  if (typeof day === 'string') throw refusalOf(day, unsigned)
  const { businessDate, note, madeAt } = day
  const totals = day.trees.map((tree) => {
    const { root, ...total } = totalOf(tree, currencies)
    return { ...total, rootHash: root.toString('base64') }
  })
  return inForm(exchange, { businessDate, totals, madeAt, note }, note)
}
