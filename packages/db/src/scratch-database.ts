import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { ownerRole } from './migration/ensure-roles.js'

type ScratchPrefix = 'plinth_bench' | 'plinth_bench_tpcb'

/** Makes an empty database on the administrator's server, hands its URL to `work`, and drops it afterwards. */
export async function withScratchDatabase<T>(
  adminUrl: string,
  prefix: ScratchPrefix,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const name = `${prefix}_${randomBytes(4).toString('hex')}`
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  await asAdmin(adminUrl, `create database ${name}`)
  try {
    return await work(url.href)
  } finally {
    await asAdmin(adminUrl, `drop database if exists ${name} with (force)`)
  }
}

/** Whether the URL names a database that `withScratchDatabase` made: nobody's books are in it. */
export function isScratchDatabase(url: string): boolean {
  return /^\/plinth_bench(_tpcb)?_[0-9a-f]{8}$/.test(new URL(url).pathname)
}

/**
 * Switches row-level security off on every table, to measure what it costs. `serve` refuses such a database afterwards.
 *
 * @throws if it is not a scratch database.
 */
export async function removeRowSecurity(adminUrl: string): Promise<void> {
  if (!isScratchDatabase(adminUrl)) throw new Error('Only a scratch database may lose its row-level security')
  await asAdmin(
    adminUrl,
    `do $$
     declare guarded regclass;
     begin
       -- Only the owner may; whoever migrates is a member of it.
       set local role ${ownerRole};
       for guarded in select oid from pg_catalog.pg_class where relrowsecurity loop
         execute format('alter table %s disable row level security, no force row level security', guarded);
       end loop;
     end $$`,
  )
}

async function asAdmin(adminUrl: string, statement: string): Promise<void> {
  const client = new pg.Client(adminUrl)
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
