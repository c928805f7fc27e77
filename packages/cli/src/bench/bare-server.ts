import { randomBytes } from 'node:crypto'
import { type Database, isScratchDatabase, openDatabase } from '@plinth/db'
import { createHttpApp, type HttpAppOptions, listen } from '@plinth/http/server'
import type { TenantId } from '@plinth/kernel'
import { openPosting } from '@plinth/posting'
import {
  type Authenticate,
  openAuthenticator,
  type Principal,
  readSettings,
  readTenant,
} from '@plinth/tenancy'

// The program of a process: the HTTP edge and the books as `plinth serve` composes them, with guards taken away, so that
// `plinth bench` can say what they cost. Nobody else can start it to any use: it hears what to do from its parent process
// alone, serves no database but a scratch one of the bench's, on loopback only, and ends with its parent.

export interface BareServerSettings {
  /** Of the runtime role. The database is not asked whether it is safe. */
  readonly serveUrl: string
  readonly strictRoles: boolean
  readonly tenantId: TenantId
  /** False: whoever calls is let in at once, as an operator, as often as they like. */
  readonly authenticated: boolean
}

// As `plinth serve` has it.
const notePatienceMs = 1_000

function authenticatorOf(database: Database): Authenticate {
  return openAuthenticator({
    read: (tenantId, work) => database.read(tenantId, work),
    write: (tenantId, work) =>
      database.transaction({ tenantId, lane: 'online', deadlineMs: Date.now() + notePatienceMs }, work),
  })
}

async function operatorOf(database: Database, tenantId: TenantId): Promise<Principal> {
  const [tenant, settings] = await database.read(tenantId, (tx) =>
    Promise.all([readTenant(tx), readSettings(tx)]),
  )
  if (!tenant || !settings) throw new Error(`There is no tenant ${tenantId}`)
  return {
    subject: 'bench',
    roles: ['operator'],
    client: undefined,
    onBehalfOf: undefined,
    tenant,
    settings,
    currencies: settings.currencies,
  }
}

async function serveBare(settings: BareServerSettings): Promise<number> {
  const { serveUrl, strictRoles, tenantId, authenticated } = settings
  if (!isScratchDatabase(serveUrl))
    throw new Error('This server is for the scratch databases of `plinth bench`')
  const database = openDatabase({ url: serveUrl, applicationName: 'plinth bench', strictRoles })
  const guards: Pick<HttpAppOptions, 'authenticate' | 'requestsPerSecond'> = authenticated
    ? { authenticate: authenticatorOf(database) }
    : await operatorOf(database, tenantId).then((operator) => {
        const known = Promise.resolve(operator)
        return { authenticate: () => known, requestsPerSecond: Number.POSITIVE_INFINITY }
      })
  const app = createHttpApp({
    ...guards,
    database,
    posting: openPosting(database),
    logger: { info: () => {}, error: console.error, isLevelEnabled: () => false },
    cursorSecret: randomBytes(32),
  })
  return (await listen(app, { host: '127.0.0.1', port: 0 })).port
}

process.once('message', (settings: BareServerSettings) => {
  serveBare(settings).then(
    (port) => process.send?.({ port }),
    (error: unknown) => {
      console.error('bench:', error instanceof Error ? error.message : error)
      process.exit(1)
    },
  )
})
process.once('disconnect', () => process.exit(0))
if (process.send === undefined) {
  console.error('This is a part of `plinth bench`, which starts it itself.')
  process.exit(1)
}
