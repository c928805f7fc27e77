import { beforeAll, describe, expect, test } from 'vitest'
import { newKey, useHttpBank } from '../../http/support/http-bank.js'
import { type AccountResult, createAccounts } from './results.js'
import {
  account,
  type Counterpart,
  expectRecorded,
  openForTellers,
  sendTwice,
  Teller,
  told,
} from './teller.js'

const bank = useHttpBank()
beforeAll(() => openForTellers(bank()))

const notImported =
  'Accounts are opened when they are opened: there is no import under times that other books gave them.'
const newId = (): string => `account-${newKey()}`
const open = (change: object) => (teller: Teller) => teller.send('/v1/accounts', account(newId(), change))
/** One account opened twice under one key, the second time with something else. */
const reopen = (change: object) => (teller: Teller) => {
  const first = account(newId(), { metadata: { orderId: 'A-17' }, customerId: 'c-1', productCode: 'p-1' })
  return sendTwice('/v1/accounts', first, { ...first, ...change })(teller)
}
const opening = (change: object = {}) => ({ type: 'open_account', ...account(newId(), change) })

const counterparts: Readonly<Record<AccountResult, Counterpart>> = {
  created: { answers: '201', ask: open({}) },
  linked_event_failed: {
    answers: '422 linked_command_failed',
    ask: (teller) =>
      teller.batch([{ ...opening(), idempotencyKey: teller.key }, opening({ glCode: 'nowhere' })]),
  },
  linked_event_chain_open: {
    none: 'A batch says that it is all or nothing, or names groups, which end with it: no command is left waiting for a next.',
  },
  imported_event_expected: { none: notImported },
  imported_event_not_expected: { none: notImported },
  timestamp_must_be_zero: {
    answers: '400 /openedAt unknown_field',
    ask: open({ openedAt: '2026-11-20T00:00:00Z' }),
  },
  imported_event_timestamp_out_of_range: { none: notImported },
  imported_event_timestamp_must_not_advance: { none: notImported },
  reserved_field: { answers: '400 /reserved unknown_field', ask: open({ reserved: '0' }) },
  reserved_flag: { answers: '400 /history unknown_field', ask: open({ history: true }) },
  id_must_not_be_zero: { answers: '400 /accountId id_malformed', ask: open({ accountId: '' }) },
  id_must_not_be_int_max: {
    answers: '400 /accountId id_malformed',
    ask: open({ accountId: 'x'.repeat(65) }),
  },
  exists_with_different_flags: {
    answers: '422 idempotency_key_reused /unlimited',
    ask: reopen({ unlimited: true }),
  },
  exists_with_different_user_data_128: {
    answers: '422 idempotency_key_reused /metadata/orderId',
    ask: reopen({ metadata: { orderId: 'A-18' } }),
  },
  exists_with_different_user_data_64: {
    answers: '422 idempotency_key_reused /customerId',
    ask: reopen({ customerId: 'c-2' }),
  },
  exists_with_different_user_data_32: {
    answers: '422 idempotency_key_reused /productCode',
    ask: reopen({ productCode: 'p-2' }),
  },
  exists_with_different_ledger: {
    answers: '422 idempotency_key_reused /currency',
    ask: reopen({ currency: 'USD' }),
  },
  exists_with_different_code: {
    answers: '422 idempotency_key_reused /glCode',
    ask: reopen({ glCode: '1000' }),
  },
  exists: { answers: '201 replayed', ask: reopen({}) },
  flags_are_mutually_exclusive: {
    answers: '400 /overdraftLimit unknown_field',
    differs: 'Two flags say there whom a limit binds; here an unlimited account has none.',
    ask: open({ unlimited: true, overdraftLimit: '1.00' }),
  },
  debits_pending_must_be_zero: { answers: '400 /held unknown_field', ask: open({ held: '1.00' }) },
  debits_posted_must_be_zero: { answers: '400 /debits unknown_field', ask: open({ debits: '1.00' }) },
  credits_pending_must_be_zero: {
    none: 'A credit is never pending: one that may be used later is posted at once, and held like a debit until its day.',
  },
  credits_posted_must_be_zero: { answers: '400 /credits unknown_field', ask: open({ credits: '1.00' }) },
  ledger_must_not_be_zero: { answers: '400 /currency currency_unknown', ask: open({ currency: '' }) },
  code_must_not_be_zero: { answers: '400 /glCode id_malformed', ask: open({ glCode: '' }) },
  imported_event_timestamp_must_not_regress: { none: notImported },
}

test('each of the 27 results of create_accounts is here once, in its order', () => {
  expect(createAccounts).toHaveLength(27)
  expect(Object.keys(counterparts)).toEqual([...createAccounts])
})

describe('where TigerBeetle answers to the opening of an account', () => {
  const rows = Object.entries(counterparts).flatMap(([result, counterpart]) =>
    'none' in counterpart ? [] : [[result, counterpart.answers, counterpart.ask] as const],
  )
  test.each(rows)('%s, Plinth answers %s', async (_, answers, ask) => {
    const teller = new Teller(bank())
    const answer = await ask(teller)
    expect(told(answer)).toBe(answers)
    await expectRecorded(teller)
  })

  // An id is the key there; here a key is a request's, and an account may be asked for under two.
  test('exists, under another key, Plinth answers 422 account_exists', async () => {
    const teller = new Teller(bank())
    const accountId = await teller.account()
    const answer = await teller.send('/v1/accounts', account(accountId))
    expect(told(answer)).toBe('422 account_exists')
    await expectRecorded(teller)
  })

  test('and what has no counterpart says why in a sentence', () => {
    for (const counterpart of Object.values(counterparts))
      if ('none' in counterpart) expect(counterpart.none).toMatch(/^[A-Z].{20,}\.$/)
  })
})
