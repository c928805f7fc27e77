import { createHmac, randomBytes } from 'node:crypto'
import type { Plinth } from '@plinth/cli'
import {
  createHttpApp,
  type EodDesk,
  type EventDesk,
  type listen,
  type Metrics,
  openEodDesk,
  openEventDesk,
} from '@plinth/http/server'
import type { Tracing } from '@plinth/telemetry'
import { type JwtSettings, openAuthenticator } from '@plinth/tenancy'
import type { WebhookDesk } from '@plinth/webhooks'
import type { Logger } from 'pino'
import { openPlinth } from './open-plinth.js'
import { passwordIn } from './url-password.js'

/** The books, and the app that answers HTTP requests about them. */
export interface Composed {
  readonly plinth: Plinth
  readonly app: HttpApp
  /** Goes on behind the answers, and is stopped before the books are closed. */
  readonly eod: EodDesk
  /** Ends whoever follows events; stopped before the server is closed, which waits for them. */
  readonly events: EventDesk
}

export type HttpApp = Parameters<typeof listen>[0]

// That a key was used is noted beside the requests that use it; if it takes longer, it is noted next time.
const notePatienceMs = 1_000

/** Everything `serve` needs, wired by hand: a database URL in, the books and their HTTP door out. */
export function compose({
  serveUrl,
  strictRoles,
  logger,
  jwt,
  requestsPerSecond,
  sharedHints,
  logSecret,
  metrics,
  tracing,
  webhooks,
}: {
  serveUrl: string
  strictRoles: boolean
  jwt: JwtSettings | undefined
  requestsPerSecond: number | undefined
  sharedHints: boolean
  logSecret: Buffer | undefined
  metrics: Metrics
  tracing: Tracing | undefined
  webhooks: WebhookDesk
  logger: Logger
}): Composed {
  const telemetry = { ...metrics, tracing }
  const plinth: Plinth = openPlinth({
    ...{ serveUrl, strictRoles, sharedHints, telemetry, applicationName: 'plinth serve' },
  })
  const { database, posting } = plinth
  const authenticate = openAuthenticator(
    {
      read: (tenantId, work) => database.read(tenantId, work),
      write: (tenantId, work) =>
        database.transaction({ tenantId, lane: 'online', deadlineMs: Date.now() + notePatienceMs }, work),
    },
    jwt,
  )
  const eod = openEodDesk(database)
  const events = openEventDesk(database)
  const app = createHttpApp({
    database,
    eod,
    events,
    posting,
    authenticate,
    logger,
    metrics,
    logSecret,
    cursorSecret: cursorSecretOf(serveUrl),
    webhooks,
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
  })
  return { plinth, app, eod, events }
}

/**
 * What seals list cursors. It follows from the runtime role's password, so that all processes of one database agree and
 * cursors survive a restart; without a password it is random, and they do not.
 */
function cursorSecretOf(serveUrl: string): Buffer {
  const password = passwordIn(serveUrl)
  return password === undefined
    ? randomBytes(32)
    : createHmac('sha256', password).update('plinth cursor').digest()
}
