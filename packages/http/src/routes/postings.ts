import { entry } from '../answer-schemas.js'
import { bodies } from '../command-schemas.js'
import { commandOperation } from '../operations.js'
import { readCommand } from '../read-command.js'
import type { Route } from '../route.js'
import { runCommand } from '../run-command.js'

const exchangeOfCurrencies = `Debits equal credits in each currency. An exchange of currencies has four lines: of 91.00 EUR for
100.00 USD, debit the customer 91.00 EUR, credit \`FX:COUNTERVALUE:USD\` 91.00 EUR, debit \`FX:POSITION:USD\` 100.00 USD, credit
the customer 100.00 USD. The two accounts are opened with the first approved rate of the currency.`

export const postingRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/postings',
    permission: 'post',
    operation: {
      ...commandOperation({
        operationId: 'post',
        summary: 'Post a journal entry',
        body: bodies.post,
        status: 201,
        answer: entry,
      }),
      description: exchangeOfCurrencies,
    },
    handle: (exchange, principal) =>
      runCommand(exchange, principal, (value) => readCommand('post', value, principal)),
  },
]
