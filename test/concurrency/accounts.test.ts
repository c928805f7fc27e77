import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { endOf, newGlAccount, newTerms, opening, posting, standing, transferOf } from '../support/commands.js'
import { racingLanes } from '../support/faults.js'

const openBank = useBank()
let bank: Bank
let here: Bank
let there: Bank
beforeEach(async () => {
  bank = await openBank()
  here = bank.elsewhere(racingLanes)
  there = bank.elsewhere(racingLanes)
  return async () => {
    await Promise.all([here.database.close(), there.database.close()])
  }
})

const many = (count: number) => Array.from({ length: count }, (_, at) => at)
const eitherAt = (at: number): Bank => (at % 2 === 0 ? here : there)
const minorOf = (amount: string): bigint => BigInt(amount.replace('.', ''))

/** Deadlocks of this database so far; a session reports its own at once or when it ends. */
async function deadlocks(): Promise<number> {
  const [row] = await bank.rows<{ deadlocks: string }>(
    'select deadlocks from pg_stat_database where datname = current_database()',
  )
  return Number(row?.deadlocks)
}
afterAll(async () => {
  // Locks go in one order, the head comes last: of all the storms of this file none made a deadlock.
  expect(await deadlocks()).toBe(0)
})

describe('storms', () => {
  test('opposite transfers lose no money and wait for each other instead of deadlocking', async () => {
    const names = ['alice', 'bob', 'carol', 'dora']
    for (const name of names) await bank.open(name, { limit: '20.00' })
    for (const name of names) await bank.fund(name, '50.00')
    const moved = new Map(names.map((name) => [name, 5_000n]))
    await Promise.all(
      many(400).map(async (at) => {
        const from = names[at % 4] as string
        const to = names[(at + 1 + (at % 3)) % 4] as string
        const amount = `${1 + (at % 19)}.${10 + (at % 7)}`
        const end = endOf(await eitherAt(at >> 2).transfer({ from, to, amount }))
        expect(['accepted', 'insufficient_funds']).toContain(end)
        if (end !== 'accepted') return
        moved.set(from, (moved.get(from) as bigint) - minorOf(amount))
        moved.set(to, (moved.get(to) as bigint) + minorOf(amount))
      }),
    )
    for (const [name, expected] of moved) {
      const { credits, debits } = await bank.state(name)
      expect([name, credits - debits]).toEqual([name, expected])
    }
    await bank.expectBooksInOrder()
  })

  test('two hundred writers on one hot account lose no update', async () => {
    await bank.open('merchant')
    const opened = await bank.batch(many(200).map((at) => opening(`customer-${at}`, { limit: '10.00' })))
    expect(new Set(opened.map(endOf))).toEqual(new Set(['accepted']))
    const outcomes = await Promise.all(
      many(200).map((at) =>
        eitherAt(at).transfer({ from: `customer-${at}`, to: 'merchant', amount: '1.01' }),
      ),
    )
    expect(new Set(outcomes.map(endOf))).toEqual(new Set(['accepted']))
    expect(await bank.balance('merchant')).toMatchObject({ posted: '202.00', version: 200 })
    await bank.expectBooksInOrder()
  })

  test('entries of many lines in any order of their accounts pass each other', async () => {
    const names = many(8).map((at) => `account-${at}`)
    for (const name of names) await bank.open(name, { limit: '1000.00' })
    const outcomes = await Promise.all(
      many(120).map((at) => {
        const turned = names.map((_, index) => names[(index * (at % 2 === 0 ? 3 : 5) + at) % 8] as string)
        // Some account stands in it twice.
        const lines = turned.map((name, index) => `${index % 2 === 0 ? 'debit' : 'credit'} ${name} 1.00`)
        return eitherAt(at).submit(posting([...lines, `debit ${turned[0]} 0.50`, `credit ${turned[0]} 0.50`]))
      }),
    )
    expect(new Set(outcomes.map(endOf))).toEqual(new Set(['accepted']))
    await bank.expectBooksInOrder()
  })

  test('single postings and batches on the same accounts pass each other', async () => {
    await bank.open('alice', { limit: '500.00' })
    await bank.open('bob', { limit: '500.00' })
    const pay = (at: number) =>
      transferOf(
        at % 2 === 0
          ? { from: 'alice', to: 'bob', amount: '1.00' }
          : { from: 'bob', to: 'alice', amount: '1.00' },
      )
    const [singles, batches] = await Promise.all([
      Promise.all(many(100).map((at) => eitherAt(at).submit(pay(at)))),
      Promise.all(many(6).map((at) => eitherAt(at).batch(many(50).map(pay)))),
    ])
    expect(new Set([...singles, ...batches.flat()].map(endOf))).toEqual(new Set(['accepted']))
    expect((await bank.balance('alice')).posted).toBe('0.00')
    await bank.expectBooksInOrder()
  })
})

describe('an account that is being opened', () => {
  test('is not there or is there for its first posting, never half', async () => {
    const ends = await Promise.all(
      many(40).map(async (at) => {
        const name = `new-${at}`
        const [opened, posted] = await Promise.all([
          eitherAt(at).submit(opening(name)),
          eitherAt(at + 1).transfer({ from: 'cash', to: name, amount: '1.00' }),
        ])
        expect(endOf(opened)).toBe('accepted')
        const end = endOf(posted)
        expect((await bank.balance(name)).posted).toBe(end === 'accepted' ? '1.00' : '0.00')
        return end
      }),
    )
    expect(['accepted', 'account_not_found']).toEqual(expect.arrayContaining([...new Set(ends)]))
    await bank.expectBooksInOrder()
  })

  test('is opened by one of twenty, the others hear that it exists', async () => {
    for (const name of ['carol', 'dora', 'emil']) {
      const outcomes = await Promise.all(
        many(20).map((at) => eitherAt(at).submit(opening(name, { name: `by ${at}` }))),
      )
      expect(outcomes.map(endOf).sort()).toEqual(['accepted', ...Array(19).fill('account_exists')])
    }
    const made = await Promise.all(
      many(20).map((at) => eitherAt(at).submit(newGlAccount('2500', 'liability'))),
    )
    expect(made.map(endOf).sort()).toEqual(['accepted', ...Array(19).fill('gl_account_exists')])
    await bank.expectBooksInOrder()
  })
})

describe('an account that changes while it is posted to', () => {
  interface Told {
    readonly position: number
    readonly type: string
    readonly side: string | null
    readonly balance_after: string | null
  }
  /** What happened to Alice, in the order in which it is told. */
  const historyOf = (): Promise<Told[]> =>
    bank.rows<Told>(
      `select o.position, o.type, l.side, l.balance_after from outbox.outbox_event o
         left join ledger.journal_entry e on e.tenant_id = o.tenant_id and e.entry_id::text = o.subject
         left join ledger.posting_line l on l.tenant_id = e.tenant_id and l.entry_no = e.entry_no and l.account_id = 'alice'
        where o.tenant_id = $1 and (o.subject = 'alice' or l.line_no is not null) order by o.position::bigint`,
      [bank.tenantId],
    )

  /** Sixty debits of 5.00 from Alice, with `change` somewhere among them. */
  async function debitsAround(change: () => Promise<unknown>): Promise<string[]> {
    await bank.open('alice', { limit: '200.00' })
    const outcomes = await Promise.all(
      many(60).map(async (at) => {
        if (at === 20) await change()
        return eitherAt(at).transfer({ from: 'alice', to: 'cash', amount: '5.00' })
      }),
    )
    return outcomes.map(endOf)
  }

  test('its limit is lowered: from then on no debit passes beyond the new one', async () => {
    const ends = await debitsAround(async () => {
      expect(endOf(await here.submit(newTerms('alice', { limit: '50.00' })))).toBe('accepted')
    })
    expect(new Set(ends)).toEqual(new Set(['accepted', 'insufficient_funds']))
    const history = await historyOf()
    const lowered = history.findIndex(({ type }) => type === 'plinth.account.terms_changed.v1')
    expect(lowered).toBeGreaterThan(0)
    for (const [at, { balance_after: after }] of history.entries()) {
      if (after !== null) expect(BigInt(after)).toBeGreaterThanOrEqual(at < lowered ? -20_000n : -5_000n)
    }
    await bank.expectBooksInOrder()
  })

  test('it is frozen: no debit passes after that', async () => {
    const ends = await debitsAround(async () => {
      expect(endOf(await there.submit(standing('alice', 'frozen')))).toBe('accepted')
    })
    expect(ends).toContain('account_frozen')
    const history = await historyOf()
    expect(history.at(-1)?.type).toBe('plinth.account.status_set.v1')
    expect(history.filter(({ side }) => side === 'debit')).toHaveLength(
      ends.filter((end) => end === 'accepted').length,
    )
    await bank.expectBooksInOrder()
  })
})
