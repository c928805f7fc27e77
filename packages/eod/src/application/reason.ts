import { sqlStateOf } from '@plinth/db'
import { FxRefused } from '@plinth/fx'
import { InvariantViolation } from '@plinth/kernel'
import { OwnCommandRefused } from '@plinth/posting'

/** A change of status by the end of day was refused: nothing of the partition may stand. */
export class StatusRefused extends Error {
  override readonly name = 'StatusRefused'
  constructor(readonly accountId: string) {
    super(`The status of account ${accountId} could not be changed.`)
  }
}

/** Why work on an account failed, for operators: a code and a sentence, and nothing of the database's own words. */
export function reasonOf(error: unknown): { code: string; detail: string } {
  if (error instanceof InvariantViolation) return { code: 'fault', detail: error.message }
  if (error instanceof OwnCommandRefused) return { code: error.rejection.code, detail: error.message }
  if (error instanceof StatusRefused) return { code: 'status_transition_invalid', detail: error.message }
  if (error instanceof FxRefused) return { code: error.rejection.code, detail: error.message }
  const state = sqlStateOf(error)
  if (state !== undefined)
    return { code: 'refused_by_database', detail: `The database refused it (SQLSTATE ${state}).` }
  return {
    code: 'fault',
    detail: 'A fault of Plinth itself, which was written down where the run was started.',
  }
}
