export {
  type AnchorReport,
  type CliRuntime,
  type CliSettings,
  CommandFailure,
  type Demo,
  type DemoDays,
  exitCodes,
  type LivedDays,
  type NewTenant,
  type Plinth,
  type TenantRequest,
} from './cli-runtime.js'
export { keepCheckpoint, readKept } from './kept-checkpoints.js'
export { runProgram } from './program.js'
