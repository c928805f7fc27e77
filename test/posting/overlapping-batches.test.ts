import type pg from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import {
  alone,
  endOf,
  entryOf,
  newKey,
  opening,
  posting,
  submissionOf,
  transferOf,
} from '../support/commands.js'
import { asAdmin } from '../support/database-admin.js'
import { failInserts, healInserts, untilBlocked } from '../support/faults.js'

// A batch may be decided on the results of the batch in front of it, which still writes (ADR 0009). Here the one in front is
// made to wait for the head, so that the one behind has to be decided before it has committed.

const openBank = useBank()
let bank: Bank
async function openedBank(): Promise<Bank> {
  bank = await openBank()
  for (const accountId of ['alice', 'bob', 'carol', 'dora']) await bank.open(accountId)
  await bank.fund('alice', '100.00')
  return bank
}
const table = 'ledger.journal_entry'
afterEach(() => healInserts(bank, table))

const pay = (from: string, to: string, amount: string) => transferOf({ from, to, amount })
const poisoned = (lines: string[]) => posting(lines, { description: 'poison' })
const failPoison = () =>
  failInserts(bank, { table, sqlState: 'XX000', times: 1000, condition: "new.description = 'poison'" })

/** Runs `work` while nobody gets the head, and lets it go when `work` says so. */
async function headHeld<T>(
  work: (letGo: () => Promise<unknown>, client: pg.Client) => Promise<T>,
): Promise<T> {
  return await asAdmin(bank.adminUrl, async (client) => {
    await client.query('begin')
    await client.query('select from ledger.journal_head where tenant_id = $1 for update', [bank.tenantId])
    return await work(() => client.query('commit'), client)
  })
}

const endsOf = async (batch: ReturnType<Bank['batch']>): Promise<string[]> => (await batch).map(endOf)

describe('a batch behind one that still writes', () => {
  test('is decided on what that one will have done', async () => {
    await openedBank()
    const [first, second] = await headHeld(async (letGo) => {
      const inFront = endsOf(bank.batch([pay('alice', 'bob', '70.00')]))
      await untilBlocked(bank, 1)
      const behind = endsOf(bank.batch([pay('alice', 'bob', '70.00'), pay('bob', 'carol', '70.00')]))
      // Both wait for the head, so the second has been decided although the first has not committed.
      await untilBlocked(bank, 2)
      await letGo()
      return [await inFront, await behind]
    })
    expect(first).toEqual(['accepted'])
    expect(second).toEqual(['insufficient_funds', 'accepted'])
    expect((await bank.balance('carol')).posted).toBe('70.00')
    await bank.expectBooksInOrder()
  })

  test('follows it in the journal, also when they have no account in common', async () => {
    await openedBank()
    await bank.fund('carol', '5.00')
    const [first, second] = await headHeld(async (letGo) => {
      const inFront = bank.batch([pay('alice', 'bob', '1.00')])
      await untilBlocked(bank, 1)
      const behind = bank.batch([pay('carol', 'dora', '1.00')])
      await untilBlocked(bank, 2)
      await letGo()
      return [await inFront, await behind]
    })
    const [entry, next] = [...first, ...second].map(entryOf)
    expect(next?.entryNo).toBe((entry?.entryNo as number) + 1)
    await bank.expectBooksInOrder()
  })

  test('is decided again if that one fails', async () => {
    await openedBank()
    await failPoison()
    const [first, second] = await headHeld(async (letGo) => {
      const inFront = bank.batch([poisoned(['debit alice 70.00', 'credit bob 70.00'])])
      await untilBlocked(bank, 1)
      const behind = endsOf(bank.batch([pay('alice', 'bob', '70.00'), pay('alice', 'bob', '30.01')]))
      await untilBlocked(bank, 2)
      await letGo()
      return [await inFront, await behind]
    })
    expect(first).toMatchObject([{ kind: 'failed' }])
    expect(second).toEqual(['accepted', 'insufficient_funds'])
    await bank.expectBooksInOrder()
  })

  test('is decided again if that one fails and somebody else brings the row to the same version', async () => {
    await openedBank()
    await failPoison()
    const there = bank.elsewhere()
    const [first, second, third] = await headHeld(async (letGo) => {
      const inFront = bank.batch([poisoned(['debit alice 70.00', 'credit bob 70.00'])])
      await untilBlocked(bank, 1)
      const between = there.transfer({ from: 'alice', to: 'dora', amount: '60.00' })
      await untilBlocked(bank, 2)
      const behind = endsOf(bank.batch([pay('alice', 'bob', '35.00')]))
      await untilBlocked(bank, 3)
      await letGo()
      return [await inFront, endOf(await between), await behind]
    })
    expect(first).toMatchObject([{ kind: 'failed' }])
    // Whoever came first, 100.00 is enough for both, and what was foreseen, 30.00, for neither.
    expect([second, third]).toEqual(['accepted', ['accepted']])
    expect((await bank.balance('alice')).posted).toBe('5.00')
    await bank.expectBooksInOrder()
  })

  test('and others of other processes in between leave books in order', async () => {
    await openedBank()
    await bank.terms('alice', { limit: '1000.00' })
    const there = bank.elsewhere()
    const amounts = Array.from({ length: 30 }, (_, at) => at)
    const ends = await Promise.all(
      amounts.flatMap((at) => [
        endsOf(bank.batch([pay('alice', 'bob', '1.00'), pay('bob', 'carol', '0.50')])),
        endsOf(there.batch([pay('alice', 'dora', '1.00'), pay('dora', 'carol', '0.50')])),
        ...(at % 3 === 0
          ? [endsOf(bank.transfer({ from: 'alice', to: 'bob', amount: '1.00' }).then((o) => [o]))]
          : []),
      ]),
    )
    expect(new Set(ends.flat())).toEqual(new Set(['accepted']))
    expect((await bank.balance('carol')).posted).toBe('30.00')
    await bank.expectBooksInOrder()
  })
})

describe('a batch waits for the end of the one in front', () => {
  test('if that one opens an account', async () => {
    await openedBank()
    const ends = await headHeld(async (letGo) => {
      const inFront = endsOf(bank.batch([opening('emil')]))
      await untilBlocked(bank, 1)
      const behind = endsOf(bank.batch([pay('alice', 'emil', '1.00')]))
      await expect(untilBlocked(bank, 2, 300)).rejects.toThrow()
      await letGo()
      return [await inFront, await behind]
    })
    expect(ends).toEqual([['accepted'], ['accepted']])
    await bank.expectBooksInOrder()
  })

  test('if that one has the same key', async () => {
    await openedBank()
    const payment = submissionOf(pay('alice', 'bob', '1.00'), newKey())
    const ends = await headHeld(async (letGo) => {
      const inFront = endsOf(bank.batch([{ submissions: [payment], broken: false }]))
      await untilBlocked(bank, 1)
      const behind = endsOf(
        bank.batch([{ submissions: [payment], broken: false }, alone(pay('alice', 'bob', '2.00'))]),
      )
      await expect(untilBlocked(bank, 2, 300)).rejects.toThrow()
      await letGo()
      return [await inFront, await behind]
    })
    expect(ends).toEqual([['accepted'], ['accepted, replayed', 'accepted']])
    expect((await bank.balance('bob')).posted).toBe('3.00')
    await bank.expectBooksInOrder()
  })
})
