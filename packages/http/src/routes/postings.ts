import { entry } from '../answer-schemas.js'
import { bodies } from '../command-schemas.js'
import { commandOperation } from '../operations.js'
import { readCommand } from '../read-command.js'
import type { Route } from '../route.js'
import { runCommand } from '../run-command.js'

export const postingRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/v1/postings',
    permission: 'post',
    operation: commandOperation({
      operationId: 'post',
      summary: 'Post a journal entry',
      body: bodies.post,
      status: 201,
      answer: entry,
    }),
    handle: (exchange, principal) =>
      runCommand(exchange, principal, (value) => readCommand('post', value, principal)),
  },
]
