import { expect, test } from 'vitest'
import { useBank } from '../support/bank.js'
import { endOf, entryOf, reverseWhole } from '../support/commands.js'
import { countOf, expectBooksVerified, twoProcesses } from './rounds.js'

const openBank = useBank()

test('of a hundred reversals of one entry at once, through two processes, one takes effect', async () => {
  const bank = await openBank()
  await bank.open('alice')
  await bank.open('bob')
  await bank.fund('alice', '100.00')
  const processes = twoProcesses(bank)
  for (let round = 0; round < 5; round += 1) {
    const { journalEntryId } = entryOf(await bank.transfer({ from: 'alice', to: 'bob', amount: '40.00' }))
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        processes[at % 2 === 0 ? 0 : 1].submit(reverseWhole(journalEntryId)),
      ),
    )
    expect(countOf(outcomes.map(endOf))).toEqual({ accepted: 1, entry_already_reversed: 99 })
    expect([(await bank.balance('alice')).posted, (await bank.balance('bob')).posted]).toEqual([
      '100.00',
      '0.00',
    ])
  }
  await expectBooksVerified(bank)
})

test('of a hundred reversals of a tenth of one entry, ten take effect', async () => {
  const bank = await openBank()
  await bank.open('alice')
  await bank.fund('alice', '100.00')
  const processes = twoProcesses(bank)
  const { journalEntryId } = entryOf(await bank.transfer({ from: 'alice', to: 'cash', amount: '40.00' }))
  const lines = [1, 2].map((lineNo) => ({ lineNo, amount: '4.00' }))
  const outcomes = await Promise.all(
    Array.from({ length: 100 }, (_, at) =>
      processes[at % 2 === 0 ? 0 : 1].submit({ ...reverseWhole(journalEntryId), lines } as never),
    ),
  )
  // Ten times four is all there was: whoever comes behind hears that nothing is left.
  expect(countOf(outcomes.map(endOf))).toEqual({ accepted: 10, entry_already_reversed: 90 })
  expect((await bank.balance('alice')).posted).toBe('100.00')
  await expectBooksVerified(bank)
})
