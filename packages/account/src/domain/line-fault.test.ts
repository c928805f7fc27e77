import type { Side } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import { stateOf } from '../../../../test/support/memory-book.js'
import { type AccountStatus, availableOf, postedOf } from './account-state.js'
import { lineFault } from './line-fault.js'

const alice = stateOf('alice')

const none = undefined
const [D, C] = ['account_debits_blocked', 'account_credits_blocked']

describe('what the status and the blocks of an account let through', () => {
  test.each<
    [AccountStatus, debits: boolean, credits: boolean, debit: string | undefined, credit: string | undefined]
  >([
    // status   blockDebits blockCredits  a debit            a credit
    ['open', false, false, none, none],
    ['open', true, false, D, none],
    ['open', false, true, none, C],
    ['open', true, true, D, C],
    ['dormant', false, false, 'account_dormant', none],
    ['dormant', true, false, 'account_dormant', none],
    ['dormant', false, true, 'account_dormant', C],
    ['dormant', true, true, 'account_dormant', C],
    ['frozen', false, false, 'account_frozen', 'account_frozen'],
    ['frozen', true, false, 'account_frozen', 'account_frozen'],
    ['frozen', false, true, 'account_frozen', 'account_frozen'],
    ['frozen', true, true, 'account_frozen', 'account_frozen'],
    ['closed', false, false, 'account_closed', 'account_closed'],
    ['closed', true, false, 'account_closed', 'account_closed'],
    ['closed', false, true, 'account_closed', 'account_closed'],
    ['closed', true, true, 'account_closed', 'account_closed'],
  ])(
    '%s, debits blocked %s, credits blocked %s: a debit %s, a credit %s',
    (status, blockDebits, blockCredits, debit, credit) => {
      const state = { ...alice, status, blockDebits, blockCredits }
      expect([lineFault(state, 'debit')?.code, lineFault(state, 'credit')?.code]).toEqual([debit, credit])
    },
  )

  test('a refusal names the account', () => {
    expect(lineFault({ ...alice, status: 'frozen' }, 'credit')).toMatchObject({
      detail: 'Account alice is frozen.',
      facts: { accountId: 'alice' },
    })
  })
})

describe('the balances of an account', () => {
  test.each<
    [Side, debits: bigint, credits: bigint, held: bigint, limit: bigint, posted: bigint, available: bigint]
  >([
    // side   debits  credits held limit  posted  available
    ['credit', 0n, 0n, 0n, 0n, 0n, 0n],
    ['credit', 100n, 500n, 0n, 0n, 400n, 400n],
    ['credit', 100n, 500n, 150n, 50n, 400n, 300n],
    ['credit', 500n, 100n, 0n, 1000n, -400n, 600n],
    // The contract's loan: limit 1000, drawn 400.
    ['debit', 40_000n, 0n, 0n, 100_000n, 40_000n, 60_000n],
    ['debit', 100n, 500n, 0n, 0n, -400n, 400n],
    ['debit', 500n, 100n, 100n, 0n, 400n, -500n],
  ])(
    'normal side %s, debits %s, credits %s, held %s, limit %s: posted %s, available %s',
    (normalSide, debits, credits, held, overdraftLimit, posted, available) => {
      const state = { ...alice, normalSide, debits, credits, held, overdraftLimit }
      expect([postedOf(state), availableOf(state)]).toEqual([posted, available])
    },
  )
})
