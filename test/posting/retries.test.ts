import { afterEach, describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { endOf, newGlAccount, newKey, opening, posting, transferOf } from '../support/commands.js'
import { asAdmin } from '../support/database-admin.js'
import { failInserts, healInserts, racingLanes, until, untilBlocked } from '../support/faults.js'

const openBank = useBank()
let bank: Bank
async function openedBank(): Promise<Bank> {
  bank = await openBank()
  await bank.open('alice')
  await bank.open('bob')
  await bank.fund('alice', '100.00')
  return bank
}
const table = 'ledger.journal_entry'
afterEach(() => healInserts(bank, table))

describe('a transaction that the database gave up', () => {
  test.each([
    ['a serialization failure', '40001'],
    ['a deadlock', '40P01'],
  ])('because of %s runs again, and the money moves once', async (_what, sqlState) => {
    await openedBank()
    await failInserts(bank, { table, sqlState, times: 3 })
    expect(endOf(await bank.transfer({ from: 'alice', to: 'bob', amount: '1.00' }))).toBe('accepted')
    expect(await bank.rows('select last_value::int as tries from planted.faults')).toEqual([{ tries: 4 }])
    expect((await bank.balance('bob')).posted).toBe('1.00')
    await bank.expectBooksInOrder()
  })

  test('again and again is unavailable after five tries, and nothing is recorded', async () => {
    await openedBank()
    const key = newKey()
    await failInserts(bank, { table, sqlState: '40001', times: 1000 })
    const outcome = await bank.transfer({ from: 'alice', to: 'bob', amount: '1.00', key })
    expect(outcome).toMatchObject({ kind: 'failed', error: { name: 'DatabaseUnavailable' } })
    expect(await bank.rows('select last_value::int as tries from planted.faults')).toEqual([{ tries: 5 }])
    await healInserts(bank, table)
    expect(endOf(await bank.transfer({ from: 'alice', to: 'bob', amount: '1.00', key }))).toBe('accepted')
    await bank.expectBooksInOrder()
  })

  test('because somebody else locks in the other order runs again', async () => {
    await openedBank()
    await asAdmin(bank.adminUrl, async (client) => {
      const lock = (accountId: string) =>
        client.query('select from account.balance where tenant_id = $1 and account_id = $2 for update', [
          bank.tenantId,
          accountId,
        ])
      await client.query('begin')
      // The engine, which waited first, is the one that finds the deadlock and gives up.
      await client.query("set local deadlock_timeout = '30s'")
      await lock('bob')
      const transfer = bank.transfer({ from: 'alice', to: 'bob', amount: '1.00' })
      await untilBlocked(bank)
      await lock('alice')
      await client.query('commit')
      expect(endOf(await transfer)).toBe('accepted')
    })
    await bank.expectBooksInOrder()
  })
})

describe('a fault that is not the database’s', () => {
  test('fails the command that carries it, alone, whatever travels with it', async () => {
    await openedBank()
    await failInserts(bank, {
      table,
      sqlState: 'XX000',
      times: 1000,
      condition: "new.description = 'poison'",
    })
    const key = newKey()
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        bank.submit(
          posting(['debit alice 1.00', 'credit bob 1.00'], at === 7 ? { description: 'poison' } : {}),
          at === 7 ? key : newKey(),
        ),
      ),
    )
    expect(outcomes.map(({ kind }) => kind).indexOf('failed')).toBe(7)
    expect(outcomes.filter(({ kind }) => kind === 'answered')).toHaveLength(19)
    expect(await bank.engine.recorded(bank.books, key)).toBeUndefined()
    expect((await bank.balance('bob')).posted).toBe('19.00')
    await bank.expectBooksInOrder()
  })
})

describe('two who make the same thing at once', () => {
  /** Both decide before either writes: they wait for the head together. */
  async function together(one: () => Promise<string>, other: () => Promise<string>): Promise<string[]> {
    return await asAdmin(bank.adminUrl, async (client) => {
      await client.query('begin')
      await client.query('select from ledger.journal_head where tenant_id = $1 for update', [bank.tenantId])
      const both = Promise.all([one(), other()])
      await untilBlocked(bank, 2)
      await client.query('commit')
      return (await both).sort()
    })
  }

  test('open one account: the slower one finds that it exists', async () => {
    await openedBank()
    const there = bank.elsewhere()
    const ends = await together(
      async () => endOf(await bank.submit(opening('carol', { name: 'here' }))),
      async () => endOf(await there.submit(opening('carol', { name: 'there' }))),
    )
    expect(ends).toEqual(['accepted', 'account_exists'])
    await bank.expectBooksInOrder()
  })

  test('create one GL account: the slower one finds that it exists', async () => {
    await openedBank()
    const there = bank.elsewhere()
    const ends = await together(
      async () => endOf(await bank.submit(newGlAccount('2300', 'liability'))),
      async () => endOf(await there.submit(newGlAccount('2300', 'equity'))),
    )
    expect(ends).toEqual(['accepted', 'gl_account_exists'])
    await bank.expectBooksInOrder()
  })

  test('use one key for commands that share no account: the slower one replays or is told', async () => {
    await openedBank()
    const there = bank.elsewhere()
    const [same, reused] = [newKey(), newKey()]
    const made = opening('dora')
    expect(
      await together(
        async () => endOf(await bank.submit(made, same)),
        async () => endOf(await there.submit(made, same)),
      ),
    ).toEqual(['accepted', 'accepted, replayed'])
    expect(
      await together(
        async () => endOf(await bank.submit(opening('emil'), reused)),
        async () => endOf(await there.submit(opening('fritz'), reused)),
      ),
    ).toEqual(['accepted', 'key_reused'])
    await bank.expectBooksInOrder()
  })
})

test('a winner that fails while ninety-nine wait with its key leaves one of them to do it', async () => {
  await openedBank()
  const there = bank.elsewhere(racingLanes)
  await failInserts(bank, { table, sqlState: 'XX000', times: 1 })
  const key = newKey()
  const transfer = transferOf({ from: 'alice', to: 'bob', amount: '1.00' })
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, at) => (at % 2 === 0 ? bank : there).submit(transfer, key)),
  )
  const ends = outcomes.filter(({ kind }) => kind === 'answered').map(endOf)
  expect(ends.filter((end) => end === 'accepted')).toHaveLength(1)
  expect(new Set(ends)).toEqual(new Set(['accepted', 'accepted, replayed']))
  expect(ends.length).toBeGreaterThan(90)
  await until(async () => (await bank.balance('bob')).posted === '1.00', 'the money moved once')
  await bank.expectBooksInOrder()
})
