import {
  inboxTables,
  KeyTaken,
  keepInPostgres,
  keptCommandsTable,
  openInbox,
  type SqlQuery,
} from '@plinth/client'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useTestDatabase } from '../support/test-database.js'

// Stands for the database of a consumer, which has nothing of Plinth's in it.
const database = useTestDatabase()
let pool: pg.Pool
const query: SqlQuery = (text, values) => pool.query(text, [...values])

beforeAll(async () => {
  pool = new pg.Pool({ connectionString: database().adminUrl, max: 4 })
  await pool.query(
    `create schema shop; ${keptCommandsTable('shop.command')} ${inboxTables('shop.inbox')}
     create table shop.effect (event_id text not null)`,
  )
})
afterAll(() => pool.end())

async function inTransaction<T>(work: (query: SqlQuery) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  try {
    await client.query('begin')
    const result = await work((text, values) => client.query(text, [...values]))
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback')
    throw error
  } finally {
    client.release()
  }
}

const command = (key: string, amount = '1.00') => ({
  key,
  path: '/v1/postings',
  body: { transactionCode: 'TRANSFER', lines: [{ amount }] },
  correlationId: 'c',
  causationId: 'order-1',
})
const event = (position: number) => ({ id: `event-${position}`, position })
const effectsOf = async (id: string): Promise<number> =>
  (await pool.query('select from shop.effect where event_id = $1', [id])).rowCount ?? 0

describe('commands kept in the caller’s database', () => {
  const kept = keepInPostgres(query, 'shop.command')

  test('stand with what the caller decided in the same transaction, or not at all', async () => {
    const order = inTransaction(async (tx) => {
      await kept.within(tx).keep(command('rolled-back'))
      throw new Error('the order was not taken')
    })
    await expect(order).rejects.toThrow('the order was not taken')
    await inTransaction((tx) => kept.within(tx).keep(command('taken')))
    expect(await kept.open()).toEqual([command('taken')])
  })

  test('are known by their key, refuse another content, and close with their outcome', async () => {
    expect(await kept.keep(command('a'))).toBe('new')
    expect(await kept.keep(command('a'))).toBe('known')
    await expect(kept.keep(command('a', '2.00'))).rejects.toThrow(KeyTaken)
    await kept.settle({ kind: 'unknown', key: 'a', maybeDone: true, reason: '' })
    expect((await kept.open()).map(({ key }) => key)).toContain('a')
    await kept.settle({ kind: 'accepted', key: 'a', status: 201, body: {}, replayed: false })
    expect((await kept.open()).map(({ key }) => key)).not.toContain('a')
  })

  test('need the plain name of a table', () => {
    expect(() => keepInPostgres(query, 'shop.command; drop table x')).toThrow(/plain name/)
  })
})

describe('the inbox', () => {
  const inbox = openInbox({ table: 'shop.inbox', consumer: 'orders' })
  const apply = (id: string) =>
    inTransaction((tx) =>
      inbox.once(tx, id, async () => {
        await tx('insert into shop.effect (event_id) values ($1)', [id])
      }),
    )

  test('lets an event take effect once, however often and from wherever it comes', async () => {
    const applied = await Promise.all(Array.from({ length: 4 }, () => apply('event-a')))
    expect(applied.filter(Boolean)).toHaveLength(1)
    expect(await apply('event-a')).toBe(false)
    expect(await effectsOf('event-a')).toBe(1)
  })

  test('forgets an event whose work failed, so that it comes again', async () => {
    const failing = inTransaction((tx) =>
      inbox.once(tx, 'event-b', async () => {
        throw new Error('no')
      }),
    )
    await expect(failing).rejects.toThrow('no')
    expect(await apply('event-b')).toBe(true)
  })

  test('keeps a cursor for the feed that never goes back, and each consumer its own', async () => {
    const next = (position: number) => inTransaction((tx) => inbox.next(tx, event(position), async () => {}))
    expect(await inbox.position(query)).toBe(0)
    expect([await next(1), await next(2), await next(1)]).toEqual([true, true, false])
    expect(await inbox.position(query)).toBe(2)
    const other = openInbox({ table: 'shop.inbox', consumer: 'reports' })
    expect(await other.position(query)).toBe(0)
    expect(await inTransaction((tx) => other.next(tx, event(1), async () => {}))).toBe(true)
  })
})
