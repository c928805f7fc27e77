import { answerMetrics, listen, openFigures } from '@plinth/http/server'
import { pino } from 'pino'
import { refuseBooksBehindAnchor } from './anchored-books.js'
import type { Configuration } from './configuration.js'
import { openAccess, updateEmbedded } from './database-access.js'
import { openPlinth } from './open-plinth.js'
import { openTelemetry } from './open-telemetry.js'
import { refuseUnsafeDatabase } from './refuse-unsafe-database.js'
import { startConfiguredWorker } from './start-worker.js'
import { type StopSignals, watchStopSignals } from './stop-signals.js'

/** Runs the worker until SIGINT or SIGTERM, then ends the round at hand. Any number may run beside each other. */
export async function runWorker(configuration: Configuration): Promise<void> {
  const signals = watchStopSignals(() => console.error('plinth: ended at once; the next worker goes on'))
  try {
    const access = await openAccess(configuration, () => {})
    try {
      await updateEmbedded(access)
      const { workerUrl } = access
      await refuseUnsafeDatabase(workerUrl)
      await workOn(workerUrl, { configuration, signals })
    } finally {
      await access.release()
    }
  } finally {
    signals.release()
  }
}

async function workOn(
  serveUrl: string,
  { configuration, signals }: { configuration: Configuration; signals: StopSignals },
): Promise<void> {
  const { strictRoles, logLevel, host, workerMetricsPort } = configuration
  const { metrics, tracing, close } = await openTelemetry(configuration, 'plinth-worker')
  const plinth = openPlinth({
    serveUrl,
    applicationName: 'plinth worker',
    strictRoles,
    sharedHints: configuration.notify,
    subject: 'worker',
    telemetry: { ...metrics, tracing },
  })
  const { database, posting } = plinth
  metrics.watch({ posting, database, figures: openFigures(database) })
  const logger = pino({ level: logLevel ?? 'info' })
  try {
    await refuseBooksBehindAnchor(plinth, configuration, logger)
    const listening =
      workerMetricsPort === undefined
        ? undefined
        : await listen(answerMetrics(metrics), { port: workerMetricsPort, host })
    try {
      const worker = await startConfiguredWorker(plinth, configuration, logger)
      logger.info({ metricsPort: listening?.port }, 'working')
      const signal = await signals.requested
      logger.info({ signal }, 'stopping')
      await worker.stop()
    } finally {
      await listening?.close()
    }
  } finally {
    await database.close()
    await close()
  }
}
