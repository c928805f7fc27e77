import { type EventDesk, listen, openFigures } from '@plinth/http/server'
import { type Logger, pino } from 'pino'
import { refuseBooksBehindAnchor } from './anchored-books.js'
import { compose, type HttpApp } from './compose.js'
import type { Configuration } from './configuration.js'
import { adminUrlOf, type DatabaseAccess, openAccess, updateEmbedded } from './database-access.js'
import { makeDemo } from './demo.js'
import { greeting } from './greeting.js'
import { openTelemetry } from './open-telemetry.js'
import { type Address, listenFailure, refuseTakenPort, urlAt } from './port.js'
import { refuseUnsafeDatabase } from './refuse-unsafe-database.js'
import { runMigrations } from './run-migrations.js'
import { startConfiguredWorker } from './start-worker.js'
import { type StopSignals, watchStopSignals } from './stop-signals.js'
import { openWebhookDesk } from './webhook-desk.js'

export interface ServeOptions {
  readonly port: number
  /** As `start` does: migrate, make the demo tenant, and say what is going on. */
  readonly demo: boolean
}

/** Runs the HTTP server until SIGINT or SIGTERM, then ends what is under way; the embedded PostgreSQL stops last. */
export async function serve(configuration: Configuration, options: ServeOptions): Promise<void> {
  const say = options.demo ? (line: string) => console.log(line) : () => {}
  const signals = watchStopSignals(() =>
    console.error('plinth: ended at once; PostgreSQL is adopted by the next start'),
  )
  try {
    const address = { host: configuration.host, port: options.port }
    await refuseTakenPort(address)
    const access = await openAccess(configuration, say)
    try {
      await serveOn(access, { configuration, options, address, signals, say })
    } finally {
      await access.release()
      if (access.embedded)
        say('Stopped. The data are kept; PostgreSQL runs on only while another command uses it.')
    }
  } finally {
    signals.release()
  }
}

interface Serving {
  readonly configuration: Configuration
  readonly options: ServeOptions
  readonly address: Address
  readonly signals: StopSignals
  readonly say: (line: string) => void
}

async function serveOn(access: DatabaseAccess, serving: Serving): Promise<void> {
  const { configuration, options, signals, say } = serving
  if (options.demo && access.adminUrl !== undefined) {
    const report = await runMigrations(adminUrlOf(access), { configuration, log: say })
    if (report.applied.length === 0) say(`All ${report.alreadyApplied} migrations have run`)
  } else await updateEmbedded(access)
  await refuseUnsafeDatabase(access.serveUrl)
  if (signals.stopping) return
  const logger = openLogger(configuration, options)
  const telemetry = await openTelemetry(configuration, 'plinth-serve')
  const { metrics, tracing } = telemetry
  const { plinth, app, eod, events } = compose({
    serveUrl: access.serveUrl,
    strictRoles: configuration.strictRoles,
    logger,
    jwt: configuration.jwt,
    requestsPerSecond: configuration.requestsPerSecond,
    sharedHints: configuration.notify,
    logSecret: configuration.logSecret,
    metrics,
    tracing,
    webhooks: openWebhookDesk(configuration),
  })
  try {
    await refuseBooksBehindAnchor(plinth, configuration, logger)
    const demo = options.demo ? await makeDemo(plinth, configuration.dataDir) : undefined
    if (demo !== undefined) say(demo.changed ? 'Demo tenant made' : 'Demo tenant is there')
    if (signals.stopping) return
    // One process does it all for the demo; elsewhere the worker is a process of its own.
    const worker = options.demo ? await startConfiguredWorker(plinth, configuration, logger) : undefined
    // How business stands is told by whoever is a worker: in several processes it would be the same figures.
    if (options.demo) metrics.watch({ figures: openFigures(plinth.database) })
    try {
      await answerRequests(app, {
        ...serving,
        logger,
        events,
        greet: demo && ((url) => greeting(plinth, { demo, url })),
      })
    } finally {
      await worker?.stop()
    }
  } finally {
    await eod.stop()
    await plinth.database.close()
    await telemetry.close()
  }
}

async function answerRequests(
  app: HttpApp,
  {
    address,
    signals,
    say,
    logger,
    events,
    greet,
  }: Serving & {
    logger: Logger
    events: EventDesk
    greet: ((url: string) => Promise<string>) | undefined
  },
): Promise<void> {
  const server = await listen(app, address).catch(async (error) => {
    throw await listenFailure(error, address)
  })
  const url = urlAt({ ...address, port: server.port })
  logger.info({ url }, 'serving')
  if (greet !== undefined) say(await greet(url))
  const signal = await signals.requested
  logger.info({ signal }, 'stopping')
  say('\nStopping: requests under way are answered, new ones are not taken.')
  // They would go on for as long as they are read.
  events.stop()
  await server.close()
}

/** JSON lines on standard output. On a terminal `start` keeps to warnings, so that its greeting stays in sight. */
function openLogger({ logLevel }: Configuration, { demo }: ServeOptions): Logger {
  return pino({ level: logLevel ?? (demo && process.stdout.isTTY ? 'warn' : 'info') })
}
