import { type Role, roles } from '@plinth/tenancy'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, useHttpBank } from './support/http-bank.js'

// Its forged tokens come faster than anybody may make them up, see rate-limit.test.ts.
const bank = useHttpBank({ failedTokensPerSecond: 1_000 })

// Written down once more, from contract §9 and not from the code: who may make each call at all.
const everybody = [...roles]
const books: Role[] = ['payments', 'operator', 'auditor', 'admin']
const chart: Role[] = ['operator', 'admin']
const drafters: Role[] = ['product_manager', 'admin']
const deciders: Role[] = ['approver', 'admin']
const watchers: Role[] = ['operator', 'auditor', 'admin']
const money: Role[] = ['payments', 'operator', 'admin']
const allowed: Readonly<Record<string, readonly Role[]>> = {
  'POST /v1/postings': money,
  'POST /v1/batches': money,
  'POST /v1/accounts': money,
  'POST /v1/accounts/{accountId}/terms': chart,
  'POST /v1/accounts/{accountId}/status': chart,
  'POST /v1/gl-accounts': chart,
  'GET /v1/gl-accounts': everybody,
  'GET /v1/business-date': everybody,
  'GET /v1/accounts': books,
  'GET /v1/accounts/{accountId}': books,
  'GET /v1/accounts/{accountId}/terms': books,
  'GET /v1/accounts/{accountId}/balance': books,
  'GET /v1/accounts/{accountId}/statement': books,
  'POST /v1/accounts/{accountId}/statements': chart,
  'GET /v1/accounts/{accountId}/statements': books,
  'GET /v1/accounts/{accountId}/statements/{statementNo}': books,
  'GET /v1/journal-entries': books,
  'GET /v1/journal-entries/{journalEntryId}': books,
  'GET /v1/commands/{key}': books,
  'GET /v1/trial-balance': books,
  'GET /v1/audit-events': ['auditor', 'admin'],
  'GET /v1/journeys/{correlationId}': ['operator', 'auditor', 'admin'],
  'POST /v1/api-keys': ['admin'],
  'GET /v1/api-keys': ['admin'],
  'POST /v1/api-keys/{keyId}/revoke': ['admin'],
  'POST /v1/commands/{key}/abandon': money,
  'POST /v1/webhooks': ['admin'],
  'GET /v1/webhooks': watchers,
  'GET /v1/webhooks/{webhookId}': watchers,
  'POST /v1/webhooks/{webhookId}/change': ['admin'],
  'POST /v1/webhooks/{webhookId}/rotate-secret': ['admin'],
  'POST /v1/webhooks/{webhookId}/enable': ['admin'],
  'POST /v1/webhooks/{webhookId}/disable': ['admin'],
  'POST /v1/webhooks/{webhookId}/test': chart,
  'GET /v1/webhooks/{webhookId}/deliveries': watchers,
  'POST /v1/webhooks/{webhookId}/replay': chart,
  'POST /v1/holds': money,
  'GET /v1/holds': books,
  'GET /v1/holds/{holdId}': books,
  'POST /v1/holds/{holdId}/captures': money,
  'POST /v1/holds/{holdId}/release': money,
  'POST /v1/holds/{holdId}/extend': money,
  'POST /v1/limits': chart,
  'GET /v1/limits': books,
  'POST /v1/journal-entries/{journalEntryId}/reversals': money,
  'POST /v1/journal-entries/{journalEntryId}/corrections': money,
  'POST /v1/journal-entries/{journalEntryId}/erasures': chart,
  'GET /v1/journal-entries/{journalEntryId}/reversals': books,
  'GET /v1/journal-entries/{journalEntryId}/proof': books,
  'GET /v1/accounts/{accountId}/balance-proof': books,
  'GET /v1/customer-balances': books,
  'GET /v1/checkpoints/latest': books,
  'GET /v1/checkpoints/key': books,
  'GET /v1/checkpoints/consistency': books,
  'GET /v1/suspense-items': books,
  'GET /v1/suspense-items/{suspenseItemId}': books,
  'POST /v1/suspense-items/{suspenseItemId}/clear': chart,
  'POST /v1/eod-runs': chart,
  'POST /v1/eod-runs/resume': chart,
  'GET /v1/eod-runs': books,
  'GET /v1/eod-runs/{runId}': books,
  'POST /v1/year-ends': chart,
  'GET /v1/year-ends': books,
  'GET /v1/year-ends/{year}': books,
  'GET /v1/gl-extracts': books,
  'GET /v1/gl-extracts/{date}': books,
  'GET /v1/events': books,
  'GET /v1/reconciliation-breaks': books,
  'GET /v1/reconciliation-breaks/{breakId}': books,
  'POST /v1/reconciliation-breaks/{breakId}/explain': chart,
  'GET /v1/reconciliation-runs': books,
  'POST /v1/rates': chart,
  'POST /v1/rates/approve': deciders,
  'POST /v1/rates/reject': deciders,
  'GET /v1/rates': everybody,
  'GET /v1/settings': everybody,
  'POST /v1/settings': ['admin'],
  'GET /v1/settings/versions': ['auditor', 'admin'],
  'GET /v1/transaction-codes': everybody,
  'POST /v1/transaction-codes': ['admin'],
  'GET /v1/currencies': everybody,
  'POST /v1/products': drafters,
  'GET /v1/products': everybody,
  'GET /v1/products/{productCode}': everybody,
  'POST /v1/products/{productCode}/versions': drafters,
  'POST /v1/products/{productCode}/versions/{version}': drafters,
  'POST /v1/products/{productCode}/versions/{version}/submit': drafters,
  'POST /v1/products/{productCode}/versions/{version}/approve': deciders,
  'POST /v1/products/{productCode}/versions/{version}/reject': deciders,
  'POST /v1/products/{productCode}/simulate': everybody,
  'POST /v1/proposals': money,
  'GET /v1/proposals': ['payments', 'operator', 'auditor', 'approver', 'admin'],
  'GET /v1/proposals/{proposalId}': ['payments', 'operator', 'auditor', 'approver', 'admin'],
  'POST /v1/proposals/{proposalId}/approve': ['approver', 'admin'],
  'POST /v1/proposals/{proposalId}/reject': ['approver', 'admin'],
  'POST /v1/proposals/{proposalId}/withdraw': money,
}

interface Operation {
  readonly description: string
}
let calls: Map<string, Operation>
beforeAll(async () => {
  const { body } = await bank().get('/openapi.json', { as: 'none' })
  const paths = Object.entries(body.paths as Record<string, Record<string, Operation>>)
  calls = new Map(
    paths
      .filter(([path]) => path.startsWith('/v1/'))
      .flatMap(([path, operations]) =>
        Object.entries(operations).map(
          ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
        ),
      ),
  )
})

/** A call that names nothing that exists and asks for nothing: what is left to be refused for is who asks. */
async function call(name: string, options: Parameters<ReturnType<typeof bank>['get']>[1]): Promise<Answer> {
  const [method, template] = name.split(' ') as [string, string]
  const path = template.replaceAll(/\{\w+\}/g, 'no-such')
  return method === 'GET' ? await bank().get(path, options) : await bank().post(path, {}, options)
}
const refusal = ({ status, body }: Answer): string => `${status} ${body.code}`

test('the API has the calls that are listed here and no others', () => {
  expect([...calls.keys()].sort()).toEqual(Object.keys(allowed).sort())
})

describe.each(Object.entries(allowed))('%s', (name, mayCall) => {
  test.each(roles)('by the role %s is admitted or refused as the contract says', async (role) => {
    const answer = await call(name, { as: role })
    if (mayCall.includes(role)) expect([401, 403, 500]).not.toContain(answer.status)
    else expect(refusal(answer)).toBe('403 forbidden')
  })

  test('without a token is refused', async () => {
    expect(refusal(await call(name, { as: 'none' }))).toBe('401 unauthenticated')
  })

  test('with a token that was tampered with is refused', async () => {
    const token = bank().token('alpha', 'admin')
    const forged = [
      // Another tenant's name, another key's id, another secret.
      token.replace('plk_alpha_', 'plk_beta_'),
      token.replace(/_([a-z0-9]+)_/, (_, id: string) => `_${id.slice(1)}x_`),
      `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
    ]
    for (const each of forged) {
      const headers = { authorization: `Bearer ${each}` }
      expect(refusal(await call(name, { as: 'none', headers }))).toBe('401 unauthenticated')
    }
  })

  test('for another tenant than the token’s is refused, whatever the role', async () => {
    for (const role of roles) {
      const answer = await call(name, { as: role, headers: { 'x-tenant-id': 'beta' } })
      expect(refusal(answer)).toBe('403 tenant_mismatch')
    }
  })

  test('is described with the roles that may call it', () => {
    const [, listed] = /: ([a-z_, ]+)\.$/.exec(calls.get(name)?.description ?? '') ?? []
    expect(listed?.split(', ').sort()).toEqual([...mayCall].sort())
  })
})
