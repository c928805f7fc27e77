import { pino } from 'pino'
import { refuseBooksBehindAnchor } from './anchored-books.js'
import type { Configuration } from './configuration.js'
import { openAccess, updateEmbedded } from './database-access.js'
import { openPlinth } from './open-plinth.js'
import { refuseUnsafeDatabase } from './refuse-unsafe-database.js'
import { startConfiguredWorker } from './start-worker.js'
import { watchStopSignals } from './stop-signals.js'

/** Runs the worker until SIGINT or SIGTERM, then ends the round at hand. Any number may run beside each other. */
export async function runWorker(configuration: Configuration): Promise<void> {
  const signals = watchStopSignals(() => console.error('plinth: ended at once; the next worker goes on'))
  try {
    const access = await openAccess(configuration, () => {})
    try {
      await updateEmbedded(access)
      const { workerUrl } = access
      await refuseUnsafeDatabase(workerUrl)
      const { strictRoles, logLevel } = configuration
      const plinth = openPlinth({
        serveUrl: workerUrl,
        applicationName: 'plinth worker',
        strictRoles,
        subject: 'worker',
      })
      const logger = pino({ level: logLevel ?? 'info' })
      try {
        await refuseBooksBehindAnchor(plinth, configuration, logger)
        const worker = await startConfiguredWorker(plinth, configuration, logger)
        logger.info('working')
        const signal = await signals.requested
        logger.info({ signal }, 'stopping')
        await worker.stop()
      } finally {
        await plinth.database.close()
      }
    } finally {
      await access.release()
    }
  } finally {
    signals.release()
  }
}
