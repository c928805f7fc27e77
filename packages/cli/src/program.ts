import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { type CliRuntime, exitCodes } from './cli-runtime.js'
import { accountCommand } from './commands/account.js'
import { anchorCommand } from './commands/anchor.js'
import { benchCommand } from './commands/bench.js'
import { commandCommand } from './commands/command.js'
import { demoCommand } from './commands/demo.js'
import { doctorCommand } from './commands/doctor.js'
import { eodCommand } from './commands/eod.js'
import { eventsCommand } from './commands/events.js'
import { explainCommand } from './commands/explain.js'
import { glCommand } from './commands/gl.js'
import { journalCommand } from './commands/journal.js'
import { migrateCommand } from './commands/migrate.js'
import { postCommand } from './commands/post.js'
import { productCommand } from './commands/product.js'
import { proofCommand } from './commands/proof.js'
import { ratesCommand } from './commands/rates.js'
import { reconcileCommand } from './commands/reconcile.js'
import { serveCommand } from './commands/serve.js'
import { startCommand } from './commands/start.js'
import { tenantCommand } from './commands/tenant.js'
import { tokenCommand } from './commands/token.js'
import { traceCommand } from './commands/trace.js'
import { trialBalanceCommand } from './commands/trial-balance.js'
import { verifyCommand } from './commands/verify.js'
import { webhooksCommand } from './commands/webhooks.js'
import { workerCommand } from './commands/worker.js'
import { yearCommand } from './commands/year.js'
import { addRemote } from './remote.js'

const epilogue = `
Environment:
  PLINTH_DATABASE_URL         PostgreSQL 15 to 18, as a superuser or as a database owner with CREATEROLE; used by
                              migrate, start, demo and doctor. Absent: the embedded PostgreSQL in PLINTH_DATA_DIR
  PLINTH_SERVE_DATABASE_URL   the same database as the runtime role plinth_serve, used by everything else
                              (default: follows from PLINTH_DATABASE_URL)
  PLINTH_WORKER_DATABASE_URL  the same database as the runtime role plinth_worker, used by worker
  PLINTH_PORT, PLINTH_HOST    where to serve (default 4000 and 127.0.0.1)
  PLINTH_DATA_DIR             data of the embedded PostgreSQL, and tokens.json (default: .plinth in the repository)
  PLINTH_TENANT               the tenant of commands without --tenant (default demo)
  PLINTH_URL, PLINTH_TOKEN    speak to the Plinth there, with this API key or JWT, instead of to a database (both, or --url)
  PLINTH_JWT_ISSUER, PLINTH_JWT_AUDIENCE, PLINTH_JWT_KEYS
                              take JSON Web Tokens of this issuer for this audience, beside API keys; the keys are a
                              JWKS, at an https URL or in a file (default: none are taken)
  PLINTH_JWT_ALGORITHMS       what they may be signed with (default EdDSA,ES256,RS256)
  PLINTH_JWT_INTERNAL_KEYS    1: the URL may be plain http or lead into the internal network
  PLINTH_RATE_LIMIT           requests a second that one caller may make of one process (default 10000)
  PLINTH_SIGNING_KEY          file with the Ed25519 key that checkpoints are signed with (default: signing-key.pem in
                              PLINTH_DATA_DIR, made when it is first needed)
  PLINTH_ORIGIN               host that checkpoints name as their origin (default localhost)
  PLINTH_ANCHOR               file or URL outside of the bank's reach, in which the worker keeps a checkpoint a minute
                              (default: nowhere)
  PLINTH_WORKER_METRICS_PORT  where worker answers /metrics and /health/live, on PLINTH_HOST (default: nowhere)
  PLINTH_LOG_SECRET           what accounts and keys are hashed with in the log (default: follows from the password
                              of plinth_serve)
  OTEL_EXPORTER_OTLP_ENDPOINT where traces are sent by OTLP over HTTP; the other variables of OpenTelemetry hold too
                              (default: none are made)
  PLINTH_NATS_URL             nats://user:password@host:4222, or several with commas: the worker publishes events to
                              JetStream there (default: nowhere)
  PLINTH_NOTIFY               0: processes do not wake each other by NOTIFY, where a pool between cannot carry it (default 1)
  PLINTH_WEBHOOK_KEY          file with the key that secrets of webhooks are sealed with, the same for all processes
                              (default: webhook-key in PLINTH_DATA_DIR, made when it is first needed)
  PLINTH_WEBHOOK_NETWORKS     internal networks that webhooks may lead into, such as 10.20.0.0/16,127.0.0.0/8
                              (default: none)
  PLINTH_LOG_LEVEL            trace, debug, info, warn, error, fatal, silent (default info)
  PLINTH_PG_BIN               bin directory of another PostgreSQL for the embedded server
  PLINTH_STRICT_ROLES         1: every module's statements run under that module's own database role
  NO_COLOR                    no colours, also on a terminal

Exit codes:
  0 done · 1 refused, or a check failed · 2 wrong usage · 3 cannot reach the database

Something is wrong?  plinth doctor
What happened to a command whose answer was lost?  Send it again with the same key: it takes effect once.
Where is a payment stuck?  plinth trace ID
`

/** Runs the command line and answers its exit code (contract §7). Failures of commands are thrown. */
export async function runProgram(runtime: CliRuntime, argv: readonly string[]): Promise<number> {
  try {
    await createProgram(runtime).parseAsync([...argv])
    return typeof process.exitCode === 'number' ? process.exitCode : exitCodes.done
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Help and version were asked for; everything else that commander ends with is wrong usage.
    return error.exitCode === 0 ? exitCodes.done : exitCodes.usage
  }
}

function createProgram(runtime: CliRuntime): Command {
  const program = new Command('plinth')
    // So that a command whose commands have options of the same names (`proof`) can leave these to them.
    .enablePositionalOptions()
    .description('Plinth, a double-entry core-banking ledger: the service, and what its operators need.')
    .version(readVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'explain a command')
    .helpCommand('help [command]', 'explain a command')
    .addHelpText('after', epilogue)
  const remote = addRemote(program, runtime)
  addGroup(program, 'Run:', [startCommand(runtime), serveCommand(runtime), workerCommand(runtime)])
  addGroup(program, 'Set up:', [
    migrateCommand(runtime),
    demoCommand(runtime),
    tenantCommand(runtime),
    tokenCommand(runtime),
    doctorCommand(runtime),
  ])
  addGroup(program, 'Books:', [
    accountCommand(runtime, remote),
    productCommand(runtime),
    ratesCommand(runtime),
    postCommand(runtime, remote),
    commandCommand(remote),
    journalCommand(runtime, remote),
    trialBalanceCommand(runtime, remote),
    explainCommand(runtime),
    traceCommand(runtime),
    verifyCommand(runtime),
    proofCommand(runtime),
    anchorCommand(runtime),
  ])
  addGroup(program, 'Events:', [eventsCommand(runtime), webhooksCommand(runtime)])
  addGroup(program, 'End of day:', [
    eodCommand(runtime),
    yearCommand(runtime),
    glCommand(runtime),
    reconcileCommand(runtime),
  ])
  addGroup(program, 'Measure:', [benchCommand(runtime)])
  settle(program)
  return program
}

function addGroup(program: Command, heading: string, commands: readonly Command[]): void {
  for (const command of commands) program.addCommand(command.helpGroup(heading))
}

/** The same manners at every level: errors are thrown, hints name the command they belong to. */
function settle(command: Command): void {
  command.exitOverride().showHelpAfterError(`(${pathOf(command)} --help says more)`)
  for (const inner of command.commands) settle(inner)
}

const pathOf = (command: Command): string =>
  command.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()

function readVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
