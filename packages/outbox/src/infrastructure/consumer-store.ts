import type { Tx } from '@plinth/db'
import { type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
import type { Instant } from '@plinth/kernel'
import type { Consumer, Lease } from '../domain/consumer.js'

const sql = sqlDoor<Record<never, never>>('outbox')

const readHeld: Statement = {
  name: 'outbox.read_held',
  text: `select coalesce(leased_until > clock_timestamp(), false) as held from outbox.consumer where tenant_id = $1 and consumer = $2`,
}

// Of two who claim at once the second waits for the first and then finds its lease.
const claim: Statement = {
  name: 'outbox.claim',
  text: `insert into outbox.consumer as c (tenant_id, consumer, position, epoch, holder, leased_until, moved_at)
    values ($1, $2, $5, 1, $3, clock_timestamp() + $4 * interval '1 millisecond', clock_timestamp())
    on conflict (tenant_id, consumer) do update set epoch = c.epoch + 1, holder = excluded.holder,
           leased_until = clock_timestamp() + $4 * interval '1 millisecond'
     where c.leased_until is null or c.leased_until <= clock_timestamp()
    returning position, epoch`,
}

const renew: Statement = {
  name: 'outbox.renew',
  text: `update outbox.consumer set leased_until = clock_timestamp() + $4 * interval '1 millisecond'
     where tenant_id = $1 and consumer = $2 and epoch = $3 and holder is not null`,
}

const advance: Statement = {
  name: 'outbox.advance',
  text: `update outbox.consumer set position = $6, moved_at = clock_timestamp(),
           leased_until = clock_timestamp() + $4 * interval '1 millisecond'
     where tenant_id = $1 and consumer = $2 and epoch = $3 and position = $5 and holder is not null`,
}

const release: Statement = {
  name: 'outbox.release',
  text: `update outbox.consumer set holder = null, leased_until = null
     where tenant_id = $1 and consumer = $2 and epoch = $3 and holder is not null`,
}

const withLag = `select c.consumer, c.position, c.epoch, c.holder, c.leased_until, c.moved_at, e.occurred_at as waiting_since,
           coalesce((select l.position from outbox.outbox_event l where l.tenant_id = $1 order by l.position desc limit 1), 0)
             - c.position as lag
      from outbox.consumer c
      left join outbox.outbox_event e on e.tenant_id = $1 and e.position = c.position + 1
     where c.tenant_id = $1`

const readOne: Statement = { name: 'outbox.read_consumer', text: `${withLag} and c.consumer = $2` }
const listAll: Statement = { name: 'outbox.list_consumers', text: `${withLag} order by c.consumer` }

/**
 * Takes a consumer that nobody holds, for `leaseMs` by the database's clock; one that is new begins behind the position
 * `startAfter`. Undefined: somebody holds it, and nothing was written. A holder that died is followed when its lease has ended.
 */
export async function claimConsumer(
  tx: Tx,
  {
    consumer,
    holder,
    leaseMs,
    startAfter = 0,
  }: { consumer: string; holder: string; leaseMs: number; startAfter?: number },
): Promise<Lease | undefined> {
  const [found] = await sql.run<{ held: boolean }>(tx, readHeld, [tenantOf(tx), consumer])
  if (found?.held) return undefined
  const [claimed] = await sql.run<Pick<Lease, 'position' | 'epoch'>>(tx, claim, [
    tenantOf(tx),
    consumer,
    holder,
    leaseMs,
    startAfter,
  ])
  return claimed && { consumer, leaseMs, position: claimed.position, epoch: claimed.epoch }
}

/** Keeps a lease for as long again. False: somebody else has the consumer, and the holder must stop. */
export const renewLease = async (tx: Tx, { consumer, epoch, leaseMs }: Lease): Promise<boolean> =>
  (await sql.change(tx, renew, [tenantOf(tx), consumer, epoch, leaseMs])) === 1

/**
 * Moves a consumer on to `position`, when everything up to there was passed on, and renews the lease. Undefined: it was
 * overtaken and nothing was written.
 */
export async function advanceConsumer(tx: Tx, lease: Lease, position: number): Promise<Lease | undefined> {
  const { consumer, epoch, leaseMs, position: from } = lease
  const moved = await sql.change(tx, advance, [tenantOf(tx), consumer, epoch, leaseMs, from, position])
  return moved === 1 ? { ...lease, position } : undefined
}

/** Gives a consumer back, so that the next one need not wait for the lease to end. One that was overtaken is left alone. */
export async function releaseConsumer(tx: Tx, { consumer, epoch }: Lease): Promise<void> {
  await sql.change(tx, release, [tenantOf(tx), consumer, epoch])
}

interface ConsumerRow {
  readonly consumer: string
  readonly position: number
  readonly epoch: number
  readonly holder: string | null
  readonly leased_until: Instant | null
  readonly moved_at: Instant
  readonly waiting_since: Instant | null
  readonly lag: number
}

/** All consumers of the tenant and how far they are. */
export const listConsumers = async (tx: Tx): Promise<Consumer[]> =>
  (await sql.run<ConsumerRow>(tx, listAll, [tenantOf(tx)])).map(toConsumer)

/** One consumer of the tenant; undefined: it has never been claimed. */
export async function readConsumer(tx: Tx, consumer: string): Promise<Consumer | undefined> {
  const [row] = await sql.run<ConsumerRow>(tx, readOne, [tenantOf(tx), consumer])
  return row && toConsumer(row)
}

const toConsumer = (row: ConsumerRow): Consumer => ({
  consumer: row.consumer,
  position: row.position,
  epoch: row.epoch,
  holder: row.holder ?? undefined,
  leasedUntil: row.leased_until ?? undefined,
  movedAt: row.moved_at,
  lag: row.lag,
  waitingSince: row.waiting_since ?? undefined,
})
