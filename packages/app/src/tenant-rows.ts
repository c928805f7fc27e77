import type { Database } from '@plinth/db'
import type { openAuthenticator } from '@plinth/tenancy'

type TenantRows = Parameters<typeof openAuthenticator>[0]

// That a key was used is noted beside the requests that use it; if it takes longer, it is noted next time.
const notePatienceMs = 1_000

/** How an authenticator reaches the rows of the tenant that a token names. */
export const tenantRowsOf = (database: Database): TenantRows => ({
  read: (tenantId, work) => database.read(tenantId, work),
  write: (tenantId, work) =>
    database.transaction({ tenantId, lane: 'online', deadlineMs: Date.now() + notePatienceMs }, work),
})
