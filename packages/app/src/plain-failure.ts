import { CommandFailure, exitCodes } from '@plinth/cli'
import {
  DatabaseUnavailable,
  EmbeddedPostgresError,
  isConnectionLoss,
  MigrationFailed,
  OutcomeUnknown,
  RoleRightsMissing,
  RoleTooPowerful,
  sqlStateOf,
} from '@plinth/db'
import { KeysUnavailable } from '@plinth/tenancy'

/** What to tell a person about a failure: sentences without stack or SQL, and an exit code of contract §7. */
export interface PlainFailure {
  readonly message: string
  readonly exitCode: number
}

/** Undefined: a fault of ours, which deserves its stack. */
export function plainFailure(error: unknown): PlainFailure | undefined {
  if (error instanceof CommandFailure) return { message: error.message, exitCode: error.exitCode }
  if (error instanceof EmbeddedPostgresError)
    return { message: error.message, exitCode: exitCodes.unreachable }
  if (
    error instanceof MigrationFailed ||
    error instanceof RoleRightsMissing ||
    error instanceof RoleTooPowerful ||
    error instanceof KeysUnavailable
  ) {
    return { message: error.message, exitCode: exitCodes.refused }
  }
  if (error instanceof OutcomeUnknown) {
    const message =
      'The connection was lost while the database was committing: run the same command again to see.'
    return { message, exitCode: exitCodes.unreachable }
  }
  const cause = error instanceof DatabaseUnavailable ? (error.cause ?? error) : error
  const unreachable = whyUnreachable(cause)
  if (unreachable !== undefined) {
    return { message: `Cannot reach the database: ${unreachable}`, exitCode: exitCodes.unreachable }
  }
  // undefined_table, invalid_schema_name, undefined_column: the database is older than the program.
  if (['42P01', '3F000', '42703'].includes(sqlStateOf(cause) ?? '')) {
    const message = 'The database lacks what this release needs. Run `plinth migrate` first.'
    return { message, exitCode: exitCodes.refused }
  }
  return undefined
}

const socketReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at that address. Does PostgreSQL run there?',
  ENOENT: 'there is no such socket. Does PostgreSQL run there?',
  ENOTFOUND: 'the host name is not known.',
  EAI_AGAIN: 'the host name cannot be looked up now.',
  EHOSTUNREACH: 'there is no route to the host.',
  ENETUNREACH: 'there is no route to the host.',
  ETIMEDOUT: 'the host does not answer.',
  ECONNRESET: 'the connection was cut.',
  EACCES: 'the socket may not be opened by this user.',
}

function whyUnreachable(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined
  // Node tries every address of a host and reports them together.
  if (error instanceof AggregateError && error.errors.length > 0) return whyUnreachable(error.errors[0])
  const { code, address, port } = error as { code?: string; address?: string; port?: number }
  const where = address === undefined ? '' : ` (${address}${port === undefined ? '' : `:${port}`})`
  const socketReason = socketReasons[code ?? '']
  if (socketReason !== undefined && (error as { syscall?: string }).syscall !== undefined)
    return socketReason + where
  const state = sqlStateOf(error)
  if (state === '28P01' || state === '28000') {
    return `${error.message}. Check the URL's user and password; \`plinth migrate\` makes the runtime roles.`
  }
  if (state === '3D000') return `${error.message}. Create it, or correct the URL.`
  if (state === '53300') return 'the server has no connection left.'
  if (state?.startsWith('57P') || error instanceof DatabaseUnavailable) return `${error.message}.`
  return isConnectionLoss(error) || /SSL|self.signed|certificate/i.test(error.message)
    ? `${error.message}.`
    : undefined
}
