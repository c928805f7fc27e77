import type { Tx } from '@plinth/db'
import { announce, type Statement, sqlDoor, tenantOf } from '@plinth/db/sql'
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
           leased_until = clock_timestamp() + $4 * interval '1 millisecond', wanted_at = null
     where c.leased_until is null or c.leased_until <= clock_timestamp()
    returning position, epoch`,
}

// Once in a while: whoever waits asks often.
const want: Statement = {
  name: 'outbox.want',
  text: `update outbox.consumer set wanted_at = clock_timestamp()
     where tenant_id = $1 and consumer = $2 and (wanted_at is null or wanted_at < clock_timestamp() - interval '10 seconds')`,
}

const renew: Statement = {
  name: 'outbox.renew',
  text: `update outbox.consumer set leased_until = clock_timestamp() + $4 * interval '1 millisecond'
     where tenant_id = $1 and consumer = $2 and epoch = $3 and holder is not null
    returning wanted_at is not null as wanted`,
}

const advance: Statement = {
  name: 'outbox.advance',
  text: `update outbox.consumer set position = $6, moved_at = clock_timestamp(),
           leased_until = clock_timestamp() + $4 * interval '1 millisecond'
     where tenant_id = $1 and consumer = $2 and epoch = $3 and position = $5 and holder is not null
    returning wanted_at is not null as wanted`,
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
 * `startAfter`. Undefined: somebody
 * holds it, and is told that it is wanted. A holder that died is followed when its lease has ended.
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
  if (found?.held) {
    await sql.change(tx, want, [tenantOf(tx), consumer])
    return undefined
  }
  const [claimed] = await sql.run<Pick<Lease, 'position' | 'epoch'>>(tx, claim, [
    tenantOf(tx),
    consumer,
    holder,
    leaseMs,
    startAfter,
  ])
  const { position, epoch } = claimed ?? {}
  if (position === undefined || epoch === undefined) return undefined
  return { consumer, leaseMs, position, epoch, wanted: false }
}

/** Keeps a lease for as long again. Undefined: somebody else has the consumer, and the holder must stop. */
export async function renewLease(tx: Tx, lease: Lease): Promise<Lease | undefined> {
  const { consumer, epoch, leaseMs } = lease
  const [renewed] = await sql.run<{ wanted: boolean }>(tx, renew, [tenantOf(tx), consumer, epoch, leaseMs])
  return renewed && { ...lease, wanted: renewed.wanted }
}

/**
 * Moves a consumer on to `position`, when everything up to there was passed on, and renews the lease. Undefined: it was
 * overtaken and nothing was written.
 */
export async function advanceConsumer(tx: Tx, lease: Lease, position: number): Promise<Lease | undefined> {
  const { consumer, epoch, leaseMs, position: from } = lease
  const values = [tenantOf(tx), consumer, epoch, leaseMs, from, position]
  const [moved] = await sql.run<{ wanted: boolean }>(tx, advance, values)
  return moved && { ...lease, position, wanted: moved.wanted }
}

/** What those hear who wait for a consumer to be given back, see Database.hear. */
export const consumerTopic = 'consumers'

/** Gives a consumer back, so that the next one need not wait for the lease to end. One that was overtaken is left alone. */
export async function releaseConsumer(tx: Tx, { consumer, epoch }: Lease): Promise<void> {
  announce(tx, consumerTopic)
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
