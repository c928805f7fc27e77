/** The database cannot do it now and nothing was written: ask again later (contract §6, 503 `unavailable`). */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
}

/** COMMIT was sent and its answer never came: the same keys must be asked again (contract §6, 503 `outcome_unknown`). */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown'
}

/** What was decided on is not what there is: the transaction is run again from its beginning. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken'
}

// PLN01 is how the database says it (migration 0007). Whoever was faster has committed: there is nothing to wait for.
export const isOvertaken = (error: unknown): boolean =>
  error instanceof Overtaken || sqlStateOf(error) === 'PLN01'

// Whole transactions that lost a race or a server: running them again from BEGIN is safe and usually succeeds.
const retriedStates = new Set([
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '25006', // read_only_sql_transaction: a failover is under way
])

// Trouble that passes, but not within a retry: locks held too long, disk or connections exhausted.
const passingStates = new Set([
  '55P03',
  '57014',
  '53000',
  '53100',
  '53200',
  '53300',
  '58030',
  '25P03',
  '25P04',
])

const socketCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
])

// node-postgres reports a lost connection as plain errors with these words.
const lostConnection =
  /Connection terminated|connection timeout|timeout exceeded when trying to connect|Query read timeout|not queryable|server closed/i

/** The five characters of SQLSTATE, if the error came from PostgreSQL. */
export function sqlStateOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !socketCodes.has(code) ? code : undefined
}

/** The connection is gone, or none could be had: what was sent last may or may not have happened. */
export function isConnectionLoss(error: unknown): boolean {
  const state = sqlStateOf(error)
  if (state !== undefined) return state.startsWith('08') || state.startsWith('57P')
  const { code, message } = error as { code?: string; message?: string }
  return (code !== undefined && socketCodes.has(code)) || lostConnection.test(message ?? '')
}

export function isRetried(error: unknown): boolean {
  return isOvertaken(error) || retriedStates.has(sqlStateOf(error) ?? '') || isConnectionLoss(error)
}

/** A failure of operation rather than of our code. */
export function isOperational(error: unknown): boolean {
  return isRetried(error) || passingStates.has(sqlStateOf(error) ?? '')
}

export const isUniqueViolation = (error: unknown): boolean => sqlStateOf(error) === '23505'
