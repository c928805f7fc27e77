import type { AccountState } from '@plinth/account'
import type { AccountId, IdempotencyKey } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import type { Foreseen } from '../../packages/posting/src/application/foreseen.js'
import { postBatchWith } from '../../packages/posting/src/application/post-batch.js'
import { commandStore } from '../../packages/posting/src/infrastructure/command-store.js'
import { type Bank, firstBusinessDate, useBank } from '../support/bank.js'
import { alone, newKey, transferOf } from '../support/commands.js'
import { asAdmin } from '../support/database-admin.js'

// What a batch foresaw of the one in front may not come. Each fence is tried alone here, with the others open: the foreseen
// batch has committed, under a recorded key, and left Alice as she is, but for the one thing that each test says.

const openBank = useBank()
const recordedKey = newKey()

async function openedBank(): Promise<Bank> {
  const bank = await openBank()
  await bank.open('alice')
  await bank.open('bob')
  await bank.transfer({ from: 'cash', to: 'alice', amount: '100.00', key: recordedKey })
  return bank
}

interface Otherwise {
  readonly key?: IdempotencyKey
  readonly committed?: Promise<void>
  alice?(state: AccountState): AccountState
}

/** Runs one transfer of Alice's as a batch that was decided on what is said of the one in front. How it ended. */
async function follow(
  bank: Bank,
  { key = recordedKey, committed = Promise.resolve(), alice = (state) => state }: Otherwise,
  amount = '10.00',
): Promise<string> {
  const state = alice(await bank.state('alice'))
  const foreseen: Foreseen = {
    accounts: new Map([['alice' as AccountId, state]]),
    holds: new Map(),
    usage: new Map(),
    businessDate: firstBusinessDate,
    keys: new Set([key]),
    groundForMore: true,
    committed,
  }
  const { tenantId } = bank
  const batch = {
    tenantId,
    units: [alone(transferOf({ from: 'alice', to: 'bob', amount }))],
    rehearsal: false,
  }
  const options = { tenantId, lane: 'batch', deadlineMs: Date.now() + 2_000 } as const
  return await bank.database
    .transaction(options, (tx) => postBatchWith(commandStore)(tx, batch, { foreseen, decided: () => {} }))
    .then(
      () => 'committed',
      (error: Error) => String(error.cause ?? error),
    )
}

/** Everything but the tries is as before. */
async function expectNothingWritten(bank: Bank, work: () => Promise<unknown>): Promise<void> {
  const before = [await bank.counts(), await bank.state('alice')]
  await work()
  expect([await bank.counts(), await bank.state('alice')]).toEqual(before)
  await bank.expectBooksInOrder()
}

test('a batch whose foresight came true commits', async () => {
  const bank = await openedBank()
  expect(await follow(bank, {})).toBe('committed')
  expect((await bank.balance('alice')).posted).toBe('90.00')
  await bank.expectBooksInOrder()
})

describe.each([
  ['a posting', '10.00'],
  // It changes no balance, so no other statement would notice.
  ['a rejection', '1000.00'],
])('%s decided on a foresight is not written', (_what, amount) => {
  test('if the batch in front has not committed as far as its own connection knows', async () => {
    const bank = await openedBank()
    const committed = Promise.reject(new Error('rolled back'))
    committed.catch(() => {})
    await expectNothingWritten(bank, async () =>
      expect(await follow(bank, { committed }, amount)).toContain('the batch in front has not committed'),
    )
  })

  test('if the database does not know of the batch in front', async () => {
    const bank = await openedBank()
    await expectNothingWritten(bank, async () =>
      expect(await follow(bank, { key: newKey() }, amount)).toContain('the batch in front: 0 rows'),
    )
  })

  test.each([1, -1])('if a row is at another version, by %i', async (by) => {
    const bank = await openedBank()
    const alice = (state: AccountState) => ({ ...state, rowVersion: state.rowVersion + by })
    await expectNothingWritten(bank, async () =>
      expect(await follow(bank, { alice }, amount)).toContain('foreseen balances: 0 rows'),
    )
  })

  test('if somebody else has the row: it does not wait, because it holds others out of order', async () => {
    const bank = await openedBank()
    await expectNothingWritten(bank, () =>
      asAdmin(bank.adminUrl, async (client) => {
        await client.query('begin')
        await client.query(
          "select from account.balance where tenant_id = $1 and account_id = 'alice' for update",
          [bank.tenantId],
        )
        expect(await follow(bank, {}, amount)).toContain('foreseen balances: 0 rows')
      }),
    )
  })
})
