import type { CliRuntime, Plinth } from '@plinth/cli'
import { describeServer } from '@plinth/db'
import { originOf, verifierOf } from '@plinth/evidence/domain'
import { silent } from '@plinth/telemetry'
import { acceptRestoration, compareWithAnchor } from './anchored-books.js'
import { type Configuration, type Environment, readConfiguration } from './configuration.js'
import { createTenant, readTenantRequest } from './create-tenant.js'
import { adminUrlOf, updateEmbedded, withAccess } from './database-access.js'
import { makeDemo } from './demo.js'
import { openPlinth } from './open-plinth.js'
import { plainFailure } from './plain-failure.js'
import { runMigrations } from './run-migrations.js'
import { findSigningKey } from './signing-key.js'
import { openWebhookDesk } from './webhook-desk.js'

/** Wires the commands of the command line to everything else. */
export function createRuntime(environment: Environment): CliRuntime {
  // Read when a command first asks, so that `--help` works whatever the environment holds.
  let read: Configuration | undefined
  const configuration = (): Configuration => {
    read ??= readConfiguration(environment)
    return read
  }
  const withPlinth = <T>(work: (plinth: Plinth) => Promise<T>): Promise<T> =>
    withAccess(configuration(), async (access) => {
      await updateEmbedded(access)
      // Asked once before a pool is opened, which would try again for seconds.
      await describeServer(access.serveUrl)
      const { strictRoles, traces } = configuration()
      const tracing = traces ? (await import('./open-tracing.js')).openTracing('plinth-cli') : undefined
      const plinth = openPlinth({
        serveUrl: access.serveUrl,
        applicationName: 'plinth cli',
        strictRoles,
        telemetry: { ...silent, tracing },
      })
      try {
        return await work(plinth)
      } finally {
        await plinth.database.close()
        await tracing?.close()
      }
    })
  return {
    environment,
    get settings() {
      return configuration()
    },
    get dataDir() {
      return configuration().dataDir
    },
    withAdminUrl: (work) => withAccess(configuration(), (access) => work(adminUrlOf(access))),
    withUrls: (work) => withAccess(configuration(), work),
    explain: plainFailure,
    withPlinth,
    migrate: (log) =>
      withAccess(configuration(), (access) =>
        runMigrations(adminUrlOf(access), { configuration: configuration(), log }),
      ),
    createTenant: async (wanted) => {
      const tenant = readTenantRequest(wanted, Date.now())
      return await withPlinth(({ database, subject }) => createTenant(database, tenant, subject))
    },
    trustedKeys: async (tenantId) => {
      const key = await findSigningKey(configuration())
      const name = originOf(configuration().origin, tenantId)
      return key && [key.signer.publicKey, ...key.earlier].map((publicKey) => verifierOf(name, publicKey))
    },
    compareAnchor: () => withPlinth((plinth) => compareWithAnchor(plinth, configuration())),
    acceptRestoration: (of) => withPlinth((plinth) => acceptRestoration(plinth, configuration(), of)),
    get webhooks() {
      return openWebhookDesk(configuration())
    },
    makeDemo: (days) => withPlinth((plinth) => makeDemo(plinth, configuration().dataDir, days)),
    // What only servers need is read by nobody else: a short command should start at once.
    serve: async (options) => (await import('./serve.js')).serve(configuration(), options),
    work: async () => (await import('./worker.js')).runWorker(configuration()),
  }
}
