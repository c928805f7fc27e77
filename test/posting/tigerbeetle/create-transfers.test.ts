import { beforeAll, describe, expect, test } from 'vitest'
import { useHttpBank } from '../../http/support/http-bank.js'
import { createTransfers, type TransferResult } from './results.js'
import {
  account,
  type Counterpart,
  capture,
  expectRecorded,
  hold,
  openForTellers,
  sendTwice,
  Teller,
  told,
  transfer,
} from './teller.js'

const bank = useHttpBank()
beforeAll(() => openForTellers(bank()))

const notImported =
  'Entries are numbered and stamped when they are posted: there is no import under times that other books gave them.'
const nowhere = '01999999-89ab-7def-8123-456789abcdef'
const post = (change: object) => (teller: Teller) =>
  teller.send('/v1/postings', { ...transfer('cash', 'alice'), ...change })
const pay = (from: string, to: string) => post(transfer(from, to))

/** One posting twice under one key, the second time with something else. */
const repost = (change: object) => {
  const told = { reference: 'r-1', endToEndId: 'e-1', metadata: { orderId: 'A-17' } }
  const first = { ...transfer('cash', 'alice'), ...told }
  return sendTwice('/v1/postings', first, { ...first, ...change })
}
const captureOf = (holdId: string, body: object) => (teller: Teller) =>
  teller.send(`/v1/holds/${holdId}/captures`, body)
/** A hold of 1.00 on a new account with 10.00, and then a capture. */
const captureHeld =
  (
    body: (accountId: string) => object,
    before?: (teller: Teller, holdId: string, on: string) => Promise<unknown>,
  ) =>
  async (teller: Teller) => {
    const accountId = await teller.account('10.00')
    const holdId = await teller.hold(accountId, '1.00')
    await before?.(teller, holdId, accountId)
    return await captureOf(holdId, body(accountId))(teller)
  }
const tooLong = 'x'.repeat(65)

const counterparts: Readonly<Record<TransferResult, Counterpart>> = {
  created: { answers: '201', ask: pay('cash', 'alice') },
  linked_event_failed: {
    answers: '422 linked_command_failed',
    ask: (teller) =>
      teller.batch([
        { type: 'post', idempotencyKey: teller.key, ...transfer('cash', 'alice') },
        { type: 'post', ...transfer('nobody', 'cash') },
      ]),
  },
  linked_event_chain_open: {
    none: 'A batch says that it is all or nothing, or names groups, which end with it: no command is left waiting for a next.',
  },
  imported_event_expected: { none: notImported },
  imported_event_not_expected: { none: notImported },
  timestamp_must_be_zero: {
    answers: '400 /postedAt unknown_field',
    ask: post({ postedAt: '2026-11-20T00:00:00Z' }),
  },
  imported_event_timestamp_out_of_range: { none: notImported },
  imported_event_timestamp_must_not_advance: { none: notImported },
  reserved_flag: { answers: '400 /flags unknown_field', ask: post({ flags: 512 }) },
  id_must_not_be_zero: {
    answers: '400 idempotency_key_missing',
    differs: 'The key is what a transfer’s id is there; entries and holds get their ids from Plinth.',
    ask: ({ bank: at }) => at.post('/v1/postings', transfer('cash', 'alice'), { key: undefined }),
  },
  id_must_not_be_int_max: {
    answers: '400 idempotency_key_malformed',
    ask: ({ bank: at }) => at.post('/v1/postings', transfer('cash', 'alice'), { key: 'x'.repeat(256) }),
  },
  exists_with_different_flags: {
    answers: '422 idempotency_key_reused /final',
    ask: async (teller) => {
      const accountId = await teller.account('10.00')
      const holdId = await teller.hold(accountId, '2.00')
      const path = `/v1/holds/${holdId}/captures`
      const part = capture(accountId, '1.00', { final: false })
      return await sendTwice(path, part, { ...part, final: true })(teller)
    },
  },
  exists_with_different_pending_id: {
    answers: '422 idempotency_key_reused /holdId',
    ask: async (teller) => {
      const accountId = await teller.account('10.00')
      const [one, other] = [await teller.hold(accountId, '1.00'), await teller.hold(accountId, '1.00')]
      expect((await captureOf(one, capture(accountId))(teller)).status).toBe(201)
      return await captureOf(other, capture(accountId))(teller)
    },
  },
  exists_with_different_timeout: {
    answers: '422 idempotency_key_reused /expiresAt',
    ask: sendTwice(
      '/v1/holds',
      hold('alice', '1.00', { expiresAt: '2999-01-01T00:00:00Z' }),
      hold('alice', '1.00', { expiresAt: '2999-01-02T00:00:00Z' }),
    ),
  },
  exists_with_different_debit_account_id: {
    answers: '422 idempotency_key_reused /lines/0/accountId',
    ask: repost(transfer('fees', 'alice')),
  },
  exists_with_different_credit_account_id: {
    answers: '422 idempotency_key_reused /lines/1/accountId',
    ask: repost(transfer('cash', 'bob')),
  },
  exists_with_different_amount: {
    answers: '422 idempotency_key_reused /lines/0/amount',
    ask: repost(transfer('cash', 'alice', '1.01')),
  },
  exists_with_different_user_data_128: {
    answers: '422 idempotency_key_reused /metadata/orderId',
    ask: repost({ metadata: { orderId: 'A-18' } }),
  },
  exists_with_different_user_data_64: {
    answers: '422 idempotency_key_reused /reference',
    ask: repost({ reference: 'r-2' }),
  },
  exists_with_different_user_data_32: {
    answers: '422 idempotency_key_reused /endToEndId',
    ask: repost({ endToEndId: 'e-2' }),
  },
  exists_with_different_ledger: {
    answers: '422 idempotency_key_reused /lines/0/currency',
    ask: repost(transfer('cash', 'alice', '1.00', 'USD')),
  },
  exists_with_different_code: {
    answers: '422 idempotency_key_reused /transactionCode',
    ask: repost({ transactionCode: 'RENT' }),
  },
  exists: { answers: '201 replayed', ask: repost(transfer('cash', 'alice', '1.0')) },
  id_already_failed: {
    answers: '422 insufficient_funds replayed',
    differs: 'Every rejection is final for its key, and the same one is answered again.',
    ask: async (teller) => {
      const accountId = await teller.account()
      expect(told(await pay(accountId, 'cash')(teller))).toBe('422 insufficient_funds')
      await teller.must('/v1/postings', transfer('cash', accountId, '10.00'))
      return await pay(accountId, 'cash')(teller)
    },
  },
  flags_are_mutually_exclusive: {
    answers: '400 /reason unknown_field',
    differs: 'Holds, captures and releases are calls of their own; what cannot go together cannot be said.',
    ask: post({ reason: 'no advice' }),
  },
  debit_account_id_must_not_be_zero: {
    answers: '400 /lines/0/accountId id_malformed',
    ask: pay('', 'alice'),
  },
  debit_account_id_must_not_be_int_max: {
    answers: '400 /lines/0/accountId id_malformed',
    ask: pay(tooLong, 'alice'),
  },
  credit_account_id_must_not_be_zero: {
    answers: '400 /lines/1/accountId id_malformed',
    ask: pay('cash', ''),
  },
  credit_account_id_must_not_be_int_max: {
    answers: '400 /lines/1/accountId id_malformed',
    ask: pay('cash', tooLong),
  },
  accounts_must_be_different: {
    answers: '201',
    differs: 'The same account may stand in several lines, on both sides.',
    ask: pay('alice', 'alice'),
  },
  pending_id_must_be_zero: { answers: '400 /holdId unknown_field', ask: post({ holdId: nowhere }) },
  pending_id_must_not_be_zero: {
    answers: '400 /holdId required',
    ask: (teller) =>
      teller.batch(
        [{ type: 'capture_hold', idempotencyKey: teller.key, ...capture('alice') }],
        'independent',
      ),
  },
  pending_id_must_not_be_int_max: {
    answers: '400 /holdId id_malformed',
    ask: captureOf('f'.repeat(32), capture('alice')),
  },
  pending_id_must_be_different: {
    none: 'A hold gets its id from Plinth and a capture gets none, so that no command could name itself.',
  },
  timeout_reserved_for_pending_transfer: {
    answers: '400 /expiresAt unknown_field',
    ask: post({ expiresAt: '2999-01-01T00:00:00Z' }),
  },
  closing_transfer_must_be_pending: {
    none: 'An account is closed by its status and opened by no posting, so that there is no closing transfer to take back.',
  },
  amount_must_not_be_zero: {
    answers: '400 /lines/0/amount amount_zero /lines/1/amount amount_zero',
    ask: post(transfer('cash', 'alice', '0.00')),
  },
  ledger_must_not_be_zero: {
    answers: '400 /lines/0/currency currency_unknown /lines/1/currency currency_unknown',
    ask: post(transfer('cash', 'alice', '1.00', '')),
  },
  code_must_not_be_zero: {
    answers: '400 /transactionCode id_malformed',
    ask: post({ transactionCode: '' }),
  },
  debit_account_not_found: { answers: '422 account_not_found', ask: pay('nobody', 'alice') },
  credit_account_not_found: { answers: '422 account_not_found', ask: pay('cash', 'nobody') },
  accounts_must_have_the_same_ledger: {
    answers: '422 currency_mismatch',
    ask: pay('cash', 'dollars'),
  },
  transfer_must_have_the_same_ledger_as_accounts: {
    answers: '422 currency_mismatch',
    ask: post(transfer('cash', 'alice', '1.00', 'USD')),
  },
  pending_transfer_not_found: { answers: '422 hold_not_found', ask: captureOf(nowhere, capture('alice')) },
  pending_transfer_not_pending: {
    answers: '422 hold_not_found',
    differs: 'Entries and holds are two kinds of things: the id of the one is no id of the other.',
    ask: async (teller) => {
      const { journalEntryId } = await teller.must('/v1/postings', transfer('cash', 'alice'))
      return await captureOf(journalEntryId, capture('alice'))(teller)
    },
  },
  pending_transfer_has_different_debit_account_id: {
    answers: '422 hold_account_mismatch',
    ask: captureHeld(() => capture('cash')),
  },
  pending_transfer_has_different_credit_account_id: {
    answers: '201',
    differs: 'A hold says what is set aside, not for whom: the capture does.',
    ask: captureHeld((accountId) => ({ ...transfer(accountId, 'fees'), amount: '1.00' })),
  },
  pending_transfer_has_different_ledger: {
    answers: '422 currency_mismatch',
    ask: captureHeld((accountId) => ({ ...transfer(accountId, 'dollars', '1.00', 'USD'), amount: '1.00' })),
  },
  pending_transfer_has_different_code: {
    none: 'A hold has no transaction code: that of the entry is the capture’s to say.',
  },
  exceeds_pending_transfer_amount: {
    answers: '422 hold_amount_exceeded',
    ask: captureHeld((accountId) => capture(accountId, '1.01')),
  },
  pending_transfer_has_different_amount: {
    answers: '400 /amount unknown_field',
    differs:
      'A release lets go of all that is left; to let go of the rest behind a part, the capture is final.',
    ask: (teller) => teller.send(`/v1/holds/${nowhere}/release`, { amount: '0.50' }),
  },
  pending_transfer_already_posted: {
    answers: '422 hold_captured',
    ask: captureHeld(
      (accountId) => capture(accountId),
      (teller, holdId, on) => teller.must(`/v1/holds/${holdId}/captures`, capture(on)),
    ),
  },
  pending_transfer_already_voided: {
    answers: '422 hold_released',
    ask: captureHeld(
      (accountId) => capture(accountId),
      (teller, holdId) => teller.must(`/v1/holds/${holdId}/release`, {}),
    ),
  },
  pending_transfer_expired: {
    answers: '422 hold_expired',
    ask: async (teller) => {
      const { holdId, accountId } = await teller.overdueHold()
      return await captureOf(holdId, capture(accountId))(teller)
    },
  },
  imported_event_timestamp_must_not_regress: { none: notImported },
  imported_event_timestamp_must_postdate_debit_account: { none: notImported },
  imported_event_timestamp_must_postdate_credit_account: { none: notImported },
  imported_event_timeout_must_be_zero: { none: notImported },
  debit_account_already_closed: {
    answers: '422 account_closed',
    ask: async (teller) => {
      const accountId = await teller.account()
      await teller.close(accountId)
      return await pay(accountId, 'cash')(teller)
    },
  },
  credit_account_already_closed: {
    answers: '422 account_closed',
    ask: async (teller) => {
      const accountId = await teller.account()
      await teller.close(accountId)
      return await pay('cash', accountId)(teller)
    },
  },
  overflows_debits_pending: {
    answers: '422 balance_out_of_range',
    ask: async (teller) =>
      teller.send('/v1/holds', hold(await teller.brimful('held = MAX', { unlimited: true }))),
  },
  overflows_credits_pending: {
    none: 'A credit is never pending: one that may be used later is posted at once, and held like a debit until its day.',
  },
  overflows_debits_posted: {
    answers: '422 balance_out_of_range',
    ask: async (teller) => pay(await teller.brimful('debits = MAX', { unlimited: true }), 'cash')(teller),
  },
  overflows_credits_posted: {
    answers: '422 balance_out_of_range',
    ask: async (teller) => pay('cash', await teller.brimful('credits = MAX'))(teller),
  },
  overflows_debits: {
    none: 'What is posted and what is held are counted apart, to 38 digits each, and never added up in a column.',
  },
  overflows_credits: {
    none: 'A credit is never pending, so that there is no sum of credits posted and pending to overflow.',
  },
  overflows_timeout: {
    answers: '400 /expiresAt date_malformed',
    differs:
      'The end is an instant and no number of seconds; the last one that can be written is that of the year 9999.',
    ask: (teller) => teller.send('/v1/holds', hold('alice', '1.00', { expiresAt: '10000-01-01T00:00:00Z' })),
  },
  exceeds_credits: {
    answers: '422 insufficient_funds',
    ask: async (teller) => pay(await teller.account('0.99'), 'cash')(teller),
  },
  exceeds_debits: {
    answers: '201',
    differs:
      'A credit raises what is available whatever the normal side, so that no limit speaks against it.',
    ask: async (teller) => pay('cash', await teller.account(undefined, { glCode: '1000' }))(teller),
  },
}

test('each of the 69 results of create_transfers is here once, in its order', () => {
  expect(createTransfers).toHaveLength(69)
  expect(Object.keys(counterparts)).toEqual([...createTransfers])
})

describe('where TigerBeetle answers to a transfer', () => {
  const rows = Object.entries(counterparts).flatMap(([result, counterpart]) =>
    'none' in counterpart ? [] : [[result, counterpart.answers, counterpart.ask] as const],
  )
  test.each(rows)('%s, Plinth answers %s', async (_, answers, ask) => {
    const teller = new Teller(bank())
    const answer = await ask(teller)
    expect(told(answer)).toBe(answers)
    await expectRecorded(teller)
  })

  test('and what has no counterpart, or one of another kind, says why in a sentence', () => {
    for (const counterpart of Object.values(counterparts)) {
      const why = 'none' in counterpart ? counterpart.none : counterpart.differs
      if (why !== undefined) expect(why).toMatch(/^[A-Z].{20,}\.$/)
    }
  })
})

// What burns an id there is what hangs on the state of the books; here, so does every rejection.
test('a key that was rejected stays so, where TigerBeetle’s id would be free again', async () => {
  const teller = new Teller(bank())
  const accountId = await teller.account('10.00')
  const holdId = await teller.hold(accountId, '1.00')
  const first = await captureOf(holdId, capture(accountId, '1.01'))(teller)
  expect(told(first)).toBe('422 hold_amount_exceeded')
  expect(told(await captureOf(holdId, capture(accountId, '1.01'))(teller))).toBe(
    '422 hold_amount_exceeded replayed',
  )
  expect(told(await teller.send('/v1/accounts', account('somebody')))).toMatch(/^422 idempotency_key_reused /)
})
