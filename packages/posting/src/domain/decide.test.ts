import type { AccountState } from '@plinth/account'
import type { AccountId, BusinessDate, EntryId } from '@plinth/kernel'
import { sumMinorMax } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import { newGlAccount, newTerms, opening, posting, standing } from '../../../../test/support/commands.js'
import { type BookOptions, bookOf } from '../../../../test/support/memory-book.js'
import type { Command, Post, Stamp } from './command.js'
import { decide } from './decide.js'
import type { Accepted, Decision } from './decision.js'

const stamp: Stamp = {
  entryId: 'e1' as EntryId,
  accountId: 'made-by-plinth' as AccountId,
  correlationId: 'c1',
  causationId: undefined,
  subject: 'key:test',
}
const decided = (command: Command, options: BookOptions = {}): Decision =>
  decide(bookOf(options), command, stamp)
const endOf = (decision: Decision): string => (decision.kind === 'rejected' ? decision.code : 'accepted')

type Posted = Extract<Accepted, { kind: 'posted' }>
function posted(command: Post, options: BookOptions): Posted {
  const decision = decided(command, options)
  expect(decision).toMatchObject({ kind: 'posted' })
  return decision as Posted
}

describe('an accepted posting', () => {
  const {
    entries: [entry],
    states,
  } = posted(
    posting(['debit alice 100.00', 'credit bob 60.00', 'credit bob 40.00'], {
      description: 'rent',
      metadata: { orderId: 'A-17' },
    }),
    { accounts: { alice: { credits: 50_000n, version: 6, rowVersion: 9 }, bob: { normalSide: 'debit' } } },
  )

  test('carries the ids, texts and dates of its command', () => {
    expect(entry).toMatchObject({
      entryId: 'e1',
      kind: 'posting',
      transactionCode: 'TRANSFER',
      description: 'rent',
      bookingDate: '2026-11-20',
      valueDate: '2026-11-20',
      correlationId: 'c1',
      metadata: { orderId: 'A-17' },
    })
  })

  test('counts the lines of each account and carries the balance on its normal side', () => {
    const seen = entry.lines.map(({ accountId, accountVersion, balanceAfter }) => [
      accountId,
      accountVersion,
      balanceAfter,
    ])
    expect(seen).toEqual([
      ['alice', 7, 40_000n],
      ['bob', 1, -6_000n],
      ['bob', 2, -10_000n],
    ])
  })

  test('changes turnovers and versions of its accounts, and nothing else', () => {
    expect(states).toEqual([
      expect.objectContaining({
        accountId: 'alice',
        debits: 10_000n,
        credits: 50_000n,
        version: 7,
        rowVersion: 9,
      }),
      expect.objectContaining({ accountId: 'bob', debits: 0n, credits: 10_000n, version: 2, rowVersion: 0 }),
    ])
  })

  test('leaves the book alone: who applies it decides that', () => {
    const book = bookOf({ accounts: { alice: { credits: 100n } } })
    const before = structuredClone(book.accounts)
    decide(book, posting(['debit alice 1.00', 'credit cash 1.00']), stamp)
    expect(book.accounts).toEqual(before)
  })
})

describe('funds', () => {
  test.each<[string, Partial<AccountState>, string[], string]>([
    // what                                   alice                               lines                        end
    ['exactly what is available', { credits: 100n }, ['debit alice 1.00', 'credit cash 1.00'], 'accepted'],
    ['a cent more', { credits: 100n }, ['debit alice 1.01', 'credit cash 1.01'], 'insufficient_funds'],
    ['a cent of nothing', {}, ['debit alice 0.01', 'credit cash 0.01'], 'insufficient_funds'],
    ['the whole limit', { overdraftLimit: 5_000n }, ['debit alice 50.00', 'credit cash 50.00'], 'accepted'],
    [
      'a cent beyond the limit',
      { overdraftLimit: 5_000n },
      ['debit alice 50.01', 'credit cash 50.01'],
      'insufficient_funds',
    ],
    [
      'what is held',
      { credits: 100n, held: 100n },
      ['debit alice 0.01', 'credit cash 0.01'],
      'insufficient_funds',
    ],
    // The contract's loan: limit 1000, drawn 400, so 600.00 are available.
    [
      'the rest of a loan',
      { normalSide: 'debit', overdraftLimit: 100_000n, debits: 40_000n },
      ['debit alice 600.00', 'credit cash 600.00'],
      'accepted',
    ],
    [
      'more than the rest of a loan',
      { normalSide: 'debit', overdraftLimit: 100_000n, debits: 40_000n },
      ['debit alice 600.01', 'credit cash 600.01'],
      'insufficient_funds',
    ],
    [
      'a repayment of a loan',
      { normalSide: 'debit', overdraftLimit: 100_000n, debits: 40_000n },
      ['credit alice 400.00', 'debit cash 400.00'],
      'accepted',
    ],
    [
      'a credit into an account below zero',
      { debits: 5_000n },
      ['credit alice 0.01', 'debit cash 0.01'],
      'accepted',
    ],
    [
      'a debit from an account below zero',
      { debits: 5_000n },
      ['debit alice 0.01', 'credit cash 0.01'],
      'insufficient_funds',
    ],
    [
      'lines that cancel out, below zero',
      { debits: 5_000n },
      ['debit alice 9.00', 'credit alice 9.00'],
      'accepted',
    ],
    [
      'lines that net to a credit, below zero',
      { debits: 5_000n },
      ['debit alice 9.00', 'credit alice 9.01', 'debit cash 0.01'],
      'accepted',
    ],
    [
      'lines that net to what is available',
      { credits: 100n },
      ['debit alice 7.00', 'credit alice 6.00', 'credit cash 1.00'],
      'accepted',
    ],
    [
      'lines that net to a cent more',
      { credits: 100n },
      ['debit alice 7.01', 'credit alice 6.00', 'credit cash 1.01'],
      'insufficient_funds',
    ],
    [
      'anything from an unlimited account',
      { unlimited: true, debits: 99n },
      ['debit alice 99999999999999999999999999.99', 'credit cash 99999999999999999999999999.99'],
      'accepted',
    ],
  ])('%s', (_what, alice, lines, end) => {
    expect(endOf(decided(posting(lines), { accounts: { alice } }))).toBe(end)
  })

  test('a refusal says what is available and what is needed, net', () => {
    const command = posting(['debit alice 700.00', 'credit alice 50.00', 'credit cash 650.00'])
    const alice = { normalSide: 'debit', overdraftLimit: 100_000n, debits: 40_000n } as const
    expect(decided(command, { accounts: { alice } })).toMatchObject({
      code: 'insufficient_funds',
      facts: { accountId: 'alice', currency: 'EUR', available: '600.00', required: '650.00' },
    })
  })

  test('what is available may be less than nothing', () => {
    const command = posting(['debit alice 0.01', 'credit cash 0.01'])
    expect(decided(command, { accounts: { alice: { debits: 5_000n } } })).toMatchObject({
      facts: { available: '-50.00', required: '0.01' },
    })
  })
})

describe('the range of a balance', () => {
  const oneCent = posting(['debit cash 0.01', 'credit alice 0.01'])
  test.each<[string, Record<string, Partial<AccountState>>, string]>([
    ['credits reach 38 digits', { alice: { credits: sumMinorMax - 1n } }, 'accepted'],
    ['credits would exceed 38 digits', { alice: { credits: sumMinorMax } }, 'balance_out_of_range'],
    [
      'credits would, although the balance is small',
      { alice: { debits: sumMinorMax, credits: sumMinorMax } },
      'balance_out_of_range',
    ],
    [
      'debits reach 38 digits',
      { alice: {}, cash: { unlimited: true, debits: sumMinorMax - 1n } },
      'accepted',
    ],
    [
      'debits would exceed 38 digits, unlimited or not',
      { alice: {}, cash: { unlimited: true, debits: sumMinorMax } },
      'balance_out_of_range',
    ],
  ])('%s', (_what, accounts, end) => {
    expect(endOf(decided(oneCent, { accounts }))).toBe(end)
  })
})

describe('the value date', () => {
  test.each<[string, back: number | undefined, ahead: number, string]>([
    // value date  days back  ahead  end
    ['2026-11-20', undefined, 0, 'accepted'],
    ['1999-01-01', undefined, 0, 'accepted'],
    ['2026-11-21', undefined, 0, 'value_date_out_of_window'],
    ['2026-11-25', undefined, 5, 'accepted'],
    ['2026-11-26', undefined, 5, 'value_date_out_of_window'],
    ['2026-11-20', 0, 0, 'accepted'],
    ['2026-11-19', 0, 0, 'value_date_out_of_window'],
    ['2026-10-31', 20, 0, 'accepted'],
    ['2026-10-30', 20, 0, 'value_date_out_of_window'],
  ])('%s with %s days back and %s ahead: %s', (valueDate, daysBack, daysAhead, end) => {
    const command = posting(['debit cash 1.00', 'credit alice 1.00'], {
      valueDate: valueDate as BusinessDate,
    })
    const decision = decided(command, { accounts: { alice: {} }, daysBack, daysAhead })
    expect(endOf(decision)).toBe(end)
    if (decision.kind === 'posted') {
      expect(decision.entries[0]).toMatchObject({ valueDate, bookingDate: '2026-11-20' })
    }
  })
})

describe('a line', () => {
  test.each<[string, Partial<AccountState> | undefined, string, string]>([
    ['an account that is not there', undefined, 'credit alice 1.00', 'account_not_found'],
    [
      'an account of another currency',
      { currency: 'JPY' as never },
      'credit alice 1.00',
      'currency_mismatch',
    ],
    ['a frozen account', { status: 'frozen' }, 'credit alice 1.00', 'account_frozen'],
    ['a closed account', { status: 'closed' }, 'credit alice 1.00', 'account_closed'],
    [
      'a dormant account, to debit it',
      { status: 'dormant', credits: 100n },
      'debit alice 1.00',
      'account_dormant',
    ],
    ['a dormant account, to credit it', { status: 'dormant' }, 'credit alice 1.00', 'accepted'],
    ['blocked debits', { blockDebits: true, credits: 100n }, 'debit alice 1.00', 'account_debits_blocked'],
    ['blocked credits', { blockCredits: true }, 'credit alice 1.00', 'account_credits_blocked'],
    ['blocked debits, to credit it', { blockDebits: true }, 'credit alice 1.00', 'accepted'],
  ])('on %s', (_on, alice, text, end) => {
    const other = text.startsWith('debit') ? 'credit cash 1.00' : 'debit cash 1.00'
    const accounts = alice === undefined ? {} : { alice }
    expect(endOf(decided(posting([text, other]), { accounts }))).toBe(end)
    expect(endOf(decided(posting([other, text]), { accounts }))).toBe(end)
  })

  test('a refusal names the account it is about', () => {
    expect(decided(posting(['debit cash 1.00', 'credit nobody 1.00']))).toMatchObject({
      facts: { accountId: 'nobody' },
    })
  })
})

describe('the other commands', () => {
  test.each<[string, Command, Accepted['kind']]>([
    ['open an account', opening('carol'), 'account_opened'],
    ['set a status', standing('alice', 'frozen'), 'status_set'],
    ['change terms', newTerms('alice', { limit: '5.00' }), 'terms_changed'],
    ['create a GL account', newGlAccount('1100', 'asset', { parent: '1000' }), 'gl_account_created'],
  ])('%s', (_what, command, kind) => {
    expect(decided(command, { accounts: { alice: {} } }).kind).toBe(kind)
  })

  test('an account without an id gets the stamped one', () => {
    expect(decided(opening(undefined))).toMatchObject({ account: { state: { accountId: 'made-by-plinth' } } })
  })

  test('a command about an account that is not there is refused', () => {
    expect(endOf(decided(standing('nobody', 'frozen')))).toBe('account_not_found')
    expect(endOf(decided(newTerms('nobody', {})))).toBe('account_not_found')
  })
})
