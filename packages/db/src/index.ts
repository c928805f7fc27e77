export {
  type Connections,
  type Database,
  type DatabaseOptions,
  type Lane,
  openDatabase,
  type WriteOptions,
} from './database.js'
export {
  DatabaseUnavailable,
  isConnectionLoss,
  OutcomeUnknown,
  Overtaken,
  sqlStateOf,
} from './database-errors.js'
export { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded/embedded-postgres.js'
export { EmbeddedPostgresError } from './embedded/embedded-postgres-error.js'
export { describeServer, findUnsafe, type ServerDescription } from './inspect-database.js'
export {
  MigrationFailed,
  type MigrationReport,
  migrate,
  pendingMigrations,
  RoleRightsMissing,
  RoleTooPowerful,
  type RuntimeRole,
  runtimeUrl,
} from './migrate.js'
export { isScratchDatabase, removeRowSecurity, withScratchDatabase } from './scratch-database.js'
export { createTpcbTables, runTpcbLike, type TpcbLoad } from './tpcb-like.js'
export { committedOf, type Tx } from './tx.js'
