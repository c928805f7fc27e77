import pg from 'pg'

// Any number, the same in every run: "test" in ASCII. Held in the admin's own database, which all runs share.
const templateLock = 1952805748

/** One connection as the administrator, closed when `work` ends. */
export async function asAdmin<Result>(
  adminUrl: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: adminUrl })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Alone among all test runs on this server: `create database` fails while somebody is in its template. */
export async function withTemplateLock<Result>(
  adminUrl: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  return await asAdmin(adminUrl, async (client) => {
    await client.query(`select pg_advisory_lock(${templateLock})`)
    return await work(client)
  })
}

/** The same server and user, another database. */
export function urlOf(adminUrl: string, database: string): string {
  const url = new URL(adminUrl)
  url.pathname = `/${database}`
  return url.href
}
