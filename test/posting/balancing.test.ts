import { verifyBooks } from '@plinth/posting'
import { expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { alone, answerOf, endOf, entryOf, newKey, special } from '../support/commands.js'

const openBank = useBank()

/** Alice has 100.00, Bob 20.00 and a limit of 30.00. */
async function openedBank(): Promise<Bank> {
  const bank = await openBank()
  await bank.open('alice')
  await bank.open('bob', { limit: '30.00' })
  await bank.open('carol')
  await bank.fund('alice', '100.00')
  await bank.fund('bob', '20.00')
  return bank
}
const amounts = (outcome: Parameters<typeof entryOf>[0]): string[] =>
  entryOf(outcome).lines.map(({ amount }) => amount)
async function sound(bank: Bank): Promise<void> {
  await bank.expectBooksInOrder()
  const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
}

test('a debit of all takes what is available, and the credit of all takes what that leaves', async () => {
  const bank = await openedBank()
  const outcome = await bank.submit(special(['debit alice all', 'credit carol all']))
  expect(amounts(outcome)).toEqual(['100.00', '100.00'])
  expect((await bank.balance('alice')).available).toBe('0.00')
  await sound(bank)
})

test('what is available counts the limit and leaves out what is held', async () => {
  const bank = await openedBank()
  await bank.submit({
    type: 'place_hold',
    ...{ accountId: 'alice' as never, amount: 25_00n, currency: 'EUR' as never },
    ...{ expiresAt: undefined, reference: undefined },
  })
  const outcome = await bank.submit(special(['debit alice all', 'debit bob all', 'credit carol all']))
  expect(amounts(outcome)).toEqual(['75.00', '50.00', '125.00'])
  expect((await bank.balance('bob')).posted).toBe('-30.00')
  await sound(bank)
})

test('a debit of up to an amount takes no more than that, nor more than there is', async () => {
  const bank = await openedBank()
  const upTo = (amount: string) => bank.submit(special([`debit alice upTo:${amount}`, 'credit carol all']))
  expect(amounts(await upTo('30.00'))).toEqual(['30.00', '30.00'])
  expect(amounts(await upTo('70.01'))).toEqual(['70.00', '70.00'])
  expect(endOf(await upTo('0.01'))).toBe('nothing_available')
  await sound(bank)
})

test('fixed lines are moved first, and the credit of all takes the rest', async () => {
  const bank = await openedBank()
  const fee = special(['debit alice all', 'credit cash 1.50', 'credit carol all'])
  expect(amounts(await bank.submit(fee))).toEqual(['100.00', '1.50', '98.50'])
  const none = special(['debit bob upTo:2.00', 'credit cash 2.00', 'credit carol all'])
  expect(answerOf(await bank.submit(none))).toMatchObject({
    code: 'nothing_available',
    facts: { accountId: 'carol' },
  })
  await sound(bank)
})

test('debits of one account draw on it one behind the other', async () => {
  const bank = await openedBank()
  const twice = special(['debit alice 40.00', 'debit alice all', 'credit carol all'])
  expect(amounts(await bank.submit(twice))).toEqual(['40.00', '60.00', '100.00'])
  const empty = special(['debit bob all', 'debit bob all', 'credit carol all'])
  expect(endOf(await bank.submit(empty))).toBe('nothing_available')
  await sound(bank)
})

test('nothing available says of which account, and comes before insufficient funds and behind a limit', async () => {
  const bank = await openedBank()
  await bank.open('dave')
  const nothing = answerOf(await bank.submit(special(['debit dave all', 'credit carol all'])))
  expect(nothing).toMatchObject({
    code: 'nothing_available',
    facts: { accountId: 'dave', available: '0.00' },
  })
  const both = special(['debit dave all', 'debit carol 1.00', 'credit bob all'])
  expect(endOf(await bank.submit(both))).toBe('nothing_available')
  const limits = [{ currency: 'EUR', perPosting: '0.50' }]
  await bank.submit({ type: 'change_settings', changes: { postingLimits: limits }, reason: 'x' })
  expect(endOf(await bank.submit(both))).toBe('limit_exceeded')
})

test('an unlimited account is asked for an amount, and gives up to it', async () => {
  const bank = await openedBank()
  expect(endOf(await bank.submit(special(['debit cash all', 'credit carol all'])))).toBe('nothing_available')
  const outcome = await bank.submit(special(['debit cash upTo:7.00', 'credit carol all']))
  expect(amounts(outcome)).toEqual(['7.00', '7.00'])
  await sound(bank)
})

test('a replay answers what was taken then, whatever is available now', async () => {
  const bank = await openedBank()
  const key = newKey()
  const sweep = special(['debit alice all', 'credit carol all'])
  await bank.submit(sweep, key)
  await bank.fund('alice', '5.00')
  const again = await bank.submit(sweep, key)
  expect(endOf(again)).toBe('accepted, replayed')
  expect(amounts(again)).toEqual(['100.00', '100.00'])
  await sound(bank)
})

test('in a batch a later one takes what an earlier one left', async () => {
  const bank = await openedBank()
  const outcomes = await bank.batch([
    alone(special(['debit alice upTo:60.00', 'credit carol all'])),
    alone(special(['debit alice all', 'credit carol all'])),
    alone(special(['debit alice all', 'credit carol all'])),
  ])
  expect(outcomes.map(endOf)).toEqual(['accepted', 'accepted', 'nothing_available'])
  expect((await bank.balance('carol')).posted).toBe('100.00')
  await sound(bank)
})

test('a credit for a later day is nothing that a debit of all behind it could take', async () => {
  const bank = await openedBank()
  const lines = [
    'debit cash 50.00',
    'credit alice 50.00 from:2026-11-23',
    'debit alice all',
    'credit carol all',
  ]
  expect(amounts(await bank.submit(special(lines)))).toEqual(['50.00', '50.00', '100.00', '100.00'])
  const { posted, held, available } = await bank.balance('alice')
  expect([posted, held, available]).toEqual(['50.00', '50.00', '0.00'])
  const today = [
    'debit cash 5.00',
    'credit alice 5.00 from:2026-11-20',
    'debit alice all',
    'credit carol all',
  ]
  expect(amounts(await bank.submit(special(today)))).toEqual(['5.00', '5.00', '5.00', '5.00'])
  await sound(bank)
})
