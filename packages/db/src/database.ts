import type { TenantId } from '@plinth/kernel'
import { silent, type Telemetry } from '@plinth/telemetry'
import type pg from 'pg'
import { openHints } from './hints.js'
import { openPool } from './pool.js'
import { runTransaction } from './transaction.js'
import type { Tx } from './tx.js'

/** `online` serves single commands, `batch` files and large batches, so that neither waits for the other's connections. */
export type Lane = 'online' | 'batch'

export interface WriteOptions {
  tenantId: TenantId | undefined
  lane: Lane
  /** Epoch milliseconds past which no further attempt starts. */
  deadlineMs: number
  /** See TransactionOptions. */
  repeatable?: boolean
  /** See TransactionOptions. */
  beforeRepeat?: () => Promise<void>
  /** Do everything, then roll back. */
  rehearse?: boolean
}

/** The one way to the database. The edges and the posting engine open transactions; modules receive them. */
export interface Database {
  transaction<T>(options: WriteOptions, work: (tx: Tx) => Promise<T>): Promise<T>
  /** One snapshot (repeatable read, read only). */
  read<T>(tenantId: TenantId | undefined, work: (tx: Tx) => Promise<T>): Promise<T>
  /** True when a connection answers: what readiness asks. */
  answers(): Promise<boolean>
  /**
   * Calls `hear` when a transaction of this process that announced `topic` has committed, and, where hints are shared, soon
   * after one of another process has. Only a hint: some are lost, some are for nothing, so whoever waits also looks by itself.
   * Answers how to stop.
   */
  hear(topic: string, hear: (tenantId: TenantId) => void): () => void
  /** Whom everything that works on the database tells what it does. */
  readonly telemetry: Telemetry
  /** How many connections there are now, by lane, and how many transactions wait for one. */
  connections(): Readonly<Record<Lane | 'read', Connections>>
  close(): Promise<void>
}

export interface Connections {
  readonly busy: number
  readonly idle: number
  readonly waiting: number
}

export interface DatabaseOptions {
  url: string
  applicationName: string
  strictRoles?: boolean
  connections?: Partial<Record<Lane | 'read', number>>
  /** Hints travel between processes, by LISTEN and NOTIFY on a connection of their own. Not needed for anything to be right. */
  sharedHints?: boolean
  /** Absent: nobody listens. */
  telemetry?: Telemetry
}

// Beyond the statement_timeout that transactions set for themselves: 10 s to write, 120 s to read.
const answerTimeoutMs = { online: 20_000, batch: 20_000, read: 130_000 } as const
const connectionsDefault = { online: 4, batch: 2, read: 6 } as const
// A read has nobody waiting on its locks; it may outlast a short restart of the server.
const readPatienceMs = 5_000

export function openDatabase({
  url,
  applicationName,
  strictRoles = false,
  connections,
  sharedHints = false,
  telemetry = silent,
}: DatabaseOptions): Database {
  const pool = (lane: Lane | 'read') =>
    openPool({
      url,
      connectionsMax: connections?.[lane] ?? connectionsDefault[lane],
      answerTimeoutMs: answerTimeoutMs[lane],
      applicationName: `${applicationName} ${lane}`,
    })
  const pools = { online: pool('online'), batch: pool('batch'), read: pool('read') }
  const hints = openHints(sharedHints ? { url, applicationName: `${applicationName} hints` } : undefined)
  const read: Database['read'] = (tenantId, work) =>
    runTransaction(
      { pool: pools.read, lane: 'read', strictRoles, telemetry },
      { tenantId, mode: 'read', deadlineMs: Date.now() + readPatienceMs },
      work,
    )
  return {
    telemetry,
    connections: () => ({
      online: connectionsOf(pools.online),
      batch: connectionsOf(pools.batch),
      read: connectionsOf(pools.read),
    }),
    read,
    transaction: ({ lane, rehearse, ...options }, work) =>
      runTransaction(
        { pool: pools[lane], lane, strictRoles, telemetry, announced: hints.announced },
        { ...options, mode: rehearse ? 'rehearse' : 'write' },
        work,
      ),
    answers: () =>
      pools.read.query('select 1').then(
        () => true,
        () => false,
      ),
    hear: hints.hear,
    close: async () => {
      await Promise.all([hints.close(), pools.online.end(), pools.batch.end(), pools.read.end()])
    },
  }
}

const connectionsOf = ({ totalCount, idleCount, waitingCount }: pg.Pool): Connections => ({
  busy: totalCount - idleCount,
  idle: idleCount,
  waiting: waitingCount,
})
