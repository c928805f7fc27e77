import { type AccountState, lockBalances, writeStanding, writeTurnovers } from '@plinth/account'
import type { Tx } from '@plinth/db'
import type { AccountId, BusinessDate } from '@plinth/kernel'
import { expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'

const openBank = useBank()
const alice = 'alice' as AccountId

async function openedBank(): Promise<Bank> {
  const bank = await openBank()
  await bank.open('alice')
  return bank
}

/** Locks Alice's row, writes what is made of it, and answers how the transaction ended. */
async function change(bank: Bank, write: (tx: Tx, state: AccountState) => void): Promise<string> {
  const { tenantId } = bank
  return await bank.database
    .transaction({ tenantId, lane: 'online', deadlineMs: Date.now() + 1_000 }, async (tx) => {
      const [state] = await lockBalances(tx, [alice])
      write(tx, state as AccountState)
    })
    .then(
      () => 'committed',
      (error: Error) => String(error.cause ?? error),
    )
}

const today = '2026-11-20' as BusinessDate

// No lines stand behind these changes, so the books are not asked afterwards.
const withMore = (state: AccountState): AccountState => ({ ...state, credits: state.credits + 5n })
const later = (state: AccountState): AccountState => ({ ...state, rowVersion: state.rowVersion + 1 })

test('a row is written twice in one transaction: where it stood is forgotten with the first', async () => {
  const bank = await openedBank()
  const twice = (tx: Tx, state: AccountState) => {
    writeTurnovers(tx, [withMore(state)])
    writeTurnovers(tx, [withMore(later(withMore(state)))])
    writeStanding(tx, { ...later(later(state)), status: 'frozen' }, today)
  }
  expect(await change(bank, twice)).toBe('committed')
  expect(await bank.state('alice')).toMatchObject({ credits: 10n, rowVersion: 3, status: 'frozen' })
})

test.each<[string, (tx: Tx, state: AccountState) => void]>([
  ['turnovers', (tx, state) => writeTurnovers(tx, [withMore(later(state))])],
  [
    'turnovers of a row that is not there',
    (tx, state) => writeTurnovers(tx, [{ ...state, accountId: 'nobody' as AccountId }]),
  ],
  ['a standing', (tx, state) => writeStanding(tx, { ...later(state), status: 'frozen' }, today)],
])('%s decided on another version of the row are not written', async (_what, write) => {
  const bank = await openedBank()
  const before = await bank.state('alice')
  expect(await change(bank, write)).toContain('0 rows are as they were decided on')
  expect(await bank.state('alice')).toEqual(before)
})
