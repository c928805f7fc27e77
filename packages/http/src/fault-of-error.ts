import { DatabaseUnavailable, OutcomeUnknown } from '@plinth/db'
import { EodRunning } from '@plinth/eod'
import { KeyInProgress, QueueFull } from '@plinth/posting'
import { KeysUnavailable } from '@plinth/tenancy'
import { type Fault, RequestRefused } from './problem.js'

/** What a caller is told of a failure. Nothing of what is inside it, except where it was made to be told. */
export function faultOfError(error: unknown): Fault {
  if (error instanceof RequestRefused) return error.fault
  if (error instanceof KeyInProgress) {
    return { code: 'idempotency_in_progress', detail: 'A request with this key is still being worked on.' }
  }
  if (error instanceof EodRunning) {
    const { businessDate, lease } = error
    const members = { businessDate, worker: lease.owner, workerSince: lease.since }
    return { code: 'eod_running', detail: error.message, members }
  }
  if (error instanceof QueueFull) {
    return { code: 'unavailable', detail: 'Too many commands are waiting. Nothing was done; ask again.' }
  }
  if (error instanceof DatabaseUnavailable) {
    return {
      code: 'unavailable',
      detail: 'The books cannot be reached at the moment. Nothing was done; ask again.',
    }
  }
  if (error instanceof KeysUnavailable) {
    const detail = 'Whether the token is good cannot be found out at the moment. Nothing was done; ask again.'
    return { code: 'unavailable', detail }
  }
  if (error instanceof OutcomeUnknown) {
    const detail =
      'Whether the command took effect is not known. Ask again with the same key: it takes effect once.'
    return { code: 'outcome_unknown', detail }
  }
  const refused = faultOfFramework(error)
  return (
    refused ?? { code: 'internal_error', detail: 'Something went wrong on our side. It was written down.' }
  )
}

/** Express refuses some paths itself, such as a broken percent-encoding. */
function faultOfFramework(error: unknown): Fault | undefined {
  const status = (error as { status?: unknown } | undefined)?.status
  return status === 400 ? { code: 'malformed_request', detail: 'The path cannot be read.' } : undefined
}
