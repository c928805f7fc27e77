import { userInfo } from 'node:os'
import { CommandFailure, type Plinth } from '@plinth/cli'
import { type Database, openDatabase } from '@plinth/db'
import { uuidV7 } from '@plinth/http'
import { interestDesk, settlingFirst } from '@plinth/interest'
import type { TenantId } from '@plinth/kernel'
import { openPosting } from '@plinth/posting'
import { silent, type Telemetry } from '@plinth/telemetry'
import { listTenants, readSettings, readTenant } from '@plinth/tenancy'
import { stampSubmission } from './stamp-submission.js'

/** The books under the runtime role; the caller closes `database`. */
export function openPlinth(options: {
  serveUrl: string
  applicationName: string
  strictRoles: boolean
  /** See DatabaseOptions. */
  sharedHints?: boolean
  /** Who acts, if not whoever is at the terminal. */
  subject?: string
  /** Absent: nobody listens. */
  telemetry?: Telemetry
}): Plinth {
  const { serveUrl: url, applicationName, strictRoles, sharedHints = false, telemetry = silent } = options
  const database = openDatabase({ url, applicationName, strictRoles, sharedHints, telemetry })
  const subject = options.subject ?? `cli:${userName()}`
  return {
    database,
    posting: settlingFirst(openPosting(database, undefined, interestDesk), { database, newId: uuidV7 }),
    books: (tenantId) => booksOf(database, tenantId),
    submission: (books, command, key) => stampSubmission(command, { key, books, subject }),
    subject,
    newId: () => uuidV7(),
  }
}

async function booksOf(database: Database, tenantId: TenantId): ReturnType<Plinth['books']> {
  const [tenant, settings] = await database.read(tenantId, (tx) =>
    Promise.all([readTenant(tx), readSettings(tx)]),
  )
  if (tenant && settings) return { tenant, currencies: settings.currencies }
  const known = (await database.read(undefined, listTenants)).map((each) => each.tenantId)
  const instead =
    known.length === 0
      ? 'There is none yet: `plinth demo` makes one to play with.'
      : `There ${known.length === 1 ? 'is' : 'are'} ${known.slice(0, 10).join(', ')}${known.length > 10 ? ' …' : ''}.`
  throw new CommandFailure(
    `There is no tenant ${tenantId}. ${instead} \`plinth tenant create ${tenantId}\` makes it; --tenant names another.`,
  )
}

/** Who is at the terminal. A process in a container may run under a number without a name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.() ?? 'unknown')
  }
}
