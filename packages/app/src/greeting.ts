import { type Account, readAccount } from '@plinth/account'
import { availableOf } from '@plinth/account/domain'
import type { Demo, Plinth } from '@plinth/cli'
import type { AccountId } from '@plinth/kernel'

const amount = { text: '25.00', minor: 25_00n }

/** What `start` shows when it is ready: a transfer to paste, and where everything else is. */
export async function greeting(plinth: Plinth, { demo, url }: { demo: Demo; url: string }): Promise<string> {
  const [from, to] = await whoPaysWhom(plinth, demo)
  const body = JSON.stringify({
    transactionCode: 'TRANSFER',
    lines: [
      { accountId: from, side: 'debit', amount: amount.text, currency: 'EUR' },
      { accountId: to, side: 'credit', amount: amount.text, currency: 'EUR' },
    ],
  })
  return `
Plinth is ready at ${url}

Move ${amount.text} EUR from ${from} to ${to}; sent again, it answers the same and moves nothing:

curl -sSi -X POST ${url}/v1/postings \\
  -H 'Authorization: Bearer ${demo.tokens.payments}' \\
  -H 'Content-Type: application/json' \\
  -H 'Idempotency-Key: try-${Date.now().toString(36)}' \\
  -d '${body}'

  API documentation   ${url}/docs
  OpenAPI document    ${url}/openapi.json
  health, metrics     ${url}/health/ready  ${url}/metrics
  tokens of the roles ${demo.tokensFile}
  command line        npx plinth account list    npx plinth trial-balance    npx plinth --help

Ctrl-C stops.
`
}

/** Alice pays Bob until she has nothing left; then he pays her back. The bank's own cash never runs out. */
async function whoPaysWhom({ database }: Plinth, { tenantId }: Demo): Promise<readonly [string, string]> {
  const [alice, bob] = await database.read(tenantId, (tx) =>
    Promise.all(['alice', 'bob'].map((id) => readAccount(tx, id as AccountId))),
  )
  if (canPay(alice)) return ['alice', 'bob']
  return canPay(bob) ? ['bob', 'alice'] : ['cash', 'alice']
}

function canPay(account: Account | undefined): boolean {
  if (account === undefined) return false
  const { state } = account
  return state.status === 'open' && !state.blockDebits && availableOf(state) >= amount.minor
}
