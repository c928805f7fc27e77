import { instantFromDatabase } from '@plinth/kernel'
import pg from 'pg'

export interface PoolOptions {
  url: string
  connectionsMax: number
  /** Longer than the statements' own time-out: it fires only when the server or the network no longer answers. */
  answerTimeoutMs: number
  /** Shows in pg_stat_activity, so that an operator sees who holds a lock. */
  applicationName: string
}

const acquireTimeoutMs = 3_000

const parsers: Readonly<Record<number, (text: string) => unknown>> = {
  20: toCount, // int8: entry numbers, positions, versions. Amounts are numeric and stay text.
  1082: (text) => text, // date: stays YYYY-MM-DD
  1184: instantFromDatabase, // timestamptz
}

function toCount(text: string): number {
  const count = Number(text)
  if (!Number.isSafeInteger(count))
    throw new RangeError(`a bigint column holds ${text}, beyond what a count may be`)
  return count
}

const types: pg.CustomTypesConfig = {
  getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
    parsers[oid] ?? pg.types.getTypeParser(oid, format as 'text')) as pg.CustomTypesConfig['getTypeParser'],
}

/** Pipelined connections in UTC. A connection lost while idle is dropped quietly: the next transaction opens another. */
export function openPool({ url, connectionsMax, answerTimeoutMs, applicationName }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    application_name: applicationName,
    connectionTimeoutMillis: acquireTimeoutMs,
    query_timeout: answerTimeoutMs,
    keepAlive: true,
    options: '-c timezone=UTC -c datestyle=ISO -c client_encoding=UTF8',
    pipeline: true,
    types,
  })
  pool.on('error', () => {})
  // A connection lost while a transaction has it fails that transaction's statements; its event must not end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}
