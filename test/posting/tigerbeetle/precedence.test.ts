import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, newKey, useHttpBank } from '../../http/support/http-bank.js'
import { type AccountResult, createAccounts, createTransfers, type TransferResult } from './results.js'
import {
  account,
  capture,
  expectRecorded,
  hold,
  line,
  openForTellers,
  sendTwice,
  Teller,
  told,
  transfer,
} from './teller.js'

const bank = useHttpBank()
beforeAll(() => openForTellers(bank()))

/** A command with two faults that have counterparts in TigerBeetle. */
interface Pair<Result> {
  /** The result whose counterpart is answered, and the one that is passed over. */
  readonly of: readonly [answered: Result, passedOver: Result]
  readonly answers: string
  /** The account that the answer is about, where both faults have one code. */
  readonly about?: string
  /** Why TigerBeetle answers the other one. */
  readonly differs?: string
  readonly ask: (teller: Teller) => Promise<Answer>
}

const allAtOnce = 'A body hears of all its faults at once, in its own order.'
const unread = 'What cannot be read cannot be compared with what was sent before.'
const canonical = 'The first difference is the first by name: of two texts, not of two records.'
const notThere = 'What is not there comes before what is otherwise than it should be.'
const accountFirst = 'An account’s state comes before a hold’s: no hold helps where nothing may be posted.'
const ended = 'A hold that has ended is told of before what would be wrong with its capture.'
const nowhere = '01999999-89ab-7def-8123-456789abcdef'

const post = (body: object) => (teller: Teller) => teller.send('/v1/postings', body)
const captureOf = (holdId: string, body: object) => (teller: Teller) =>
  teller.send(`/v1/holds/${holdId}/captures`, body)
const failing = { type: 'post', ...transfer('nobody', 'cash') }
const behindFailing = (command: object) => (teller: Teller) =>
  teller.batch([failing, { ...command, idempotencyKey: teller.key }])

const dated = {
  ...transfer('cash', 'alice', '2.00'),
  reference: 'r-1',
  endToEndId: 'e-1',
  metadata: { orderId: 'A-17' },
}
const repost = (change: object) => sendTwice('/v1/postings', dated, { ...dated, ...change })

/** A hold of 1.00 on a new account that has just that, brought to an end, and a capture that is wrong in another way too. */
const captureEnded =
  (end: 'captures' | 'release', capturing: (accountId: string) => object, closing = false) =>
  async (teller: Teller): Promise<Answer> => {
    const accountId = await teller.account('1.00')
    const holdId = await teller.hold(accountId, '1.00')
    await teller.must(`/v1/holds/${holdId}/${end}`, end === 'captures' ? capture(accountId) : {})
    if (closing && end === 'release') await teller.must('/v1/postings', transfer(accountId, 'cash'))
    if (closing) await teller.close(accountId)
    return await captureOf(holdId, capturing(accountId))(teller)
  }
const captureHeld = (capturing: (accountId: string) => object) => async (teller: Teller) => {
  const accountId = await teller.account('10.00')
  return await captureOf(await teller.hold(accountId, '1.00'), capturing(accountId))(teller)
}
const closed = async (teller: Teller): Promise<string> => {
  const accountId = await teller.account()
  await teller.close(accountId)
  return accountId
}

const transfers: readonly Pair<TransferResult>[] = [
  {
    of: ['linked_event_failed', 'exceeds_credits'],
    answers: '422 linked_command_failed',
    ask: behindFailing({ type: 'post', ...transfer('bob', 'cash', '999.00') }),
  },
  {
    of: ['timestamp_must_be_zero', 'linked_event_failed'],
    answers: '400 /postedAt unknown_field',
    differs: 'What cannot be read is told of every command of a batch, whichever failed before.',
    ask: behindFailing({ type: 'post', ...transfer('cash', 'alice'), postedAt: 'now' }),
  },
  {
    of: ['timestamp_must_be_zero', 'reserved_flag'],
    answers: '400 /postedAt unknown_field /flags unknown_field',
    ask: post({ ...transfer('cash', 'alice'), postedAt: 'now', flags: 512 }),
  },
  {
    of: ['id_must_not_be_zero', 'timestamp_must_be_zero'],
    answers: '400 idempotency_key_missing',
    differs: 'Headers are read before the body.',
    ask: (teller) => teller.bank.post('/v1/postings', { postedAt: 'now' }, { key: undefined }),
  },
  {
    of: ['id_must_not_be_int_max', 'debit_account_id_must_not_be_zero'],
    answers: '400 idempotency_key_malformed',
    ask: (teller) => teller.bank.post('/v1/postings', transfer('', 'cash'), { key: 'x'.repeat(256) }),
  },
  {
    of: ['exists_with_different_flags', 'exists_with_different_pending_id'],
    answers: '422 idempotency_key_reused /final',
    ask: async (teller) => {
      const accountId = await teller.account('10.00')
      const [one, other] = [await teller.hold(accountId, '2.00'), await teller.hold(accountId, '2.00')]
      const first = await captureOf(one, capture(accountId, '1.00', { final: false }))(teller)
      expect(first.status).toBe(201)
      return await captureOf(other, capture(accountId, '1.00'))(teller)
    },
  },
  {
    of: ['exists_with_different_debit_account_id', 'exists_with_different_credit_account_id'],
    answers: '422 idempotency_key_reused /lines/0/accountId',
    ask: repost(transfer('fees', 'bob', '2.00')),
  },
  {
    of: ['exists_with_different_amount', 'exists_with_different_credit_account_id'],
    answers: '422 idempotency_key_reused /lines/0/amount',
    differs: canonical,
    ask: repost(transfer('cash', 'bob', '3.00')),
  },
  {
    of: ['exists_with_different_amount', 'exists_with_different_user_data_128'],
    answers: '422 idempotency_key_reused /lines/0/amount',
    ask: repost({ ...transfer('cash', 'alice', '3.00'), metadata: {} }),
  },
  {
    of: ['exists_with_different_user_data_128', 'exists_with_different_user_data_64'],
    answers: '422 idempotency_key_reused /metadata/orderId',
    ask: repost({ metadata: {}, reference: 'r-2' }),
  },
  {
    of: ['exists_with_different_user_data_32', 'exists_with_different_user_data_64'],
    answers: '422 idempotency_key_reused /endToEndId',
    differs: canonical,
    ask: repost({ reference: 'r-2', endToEndId: 'e-2' }),
  },
  {
    of: ['exists_with_different_user_data_32', 'exists_with_different_ledger'],
    answers: '422 idempotency_key_reused /endToEndId',
    ask: repost({ ...transfer('cash', 'alice', '2.00', 'USD'), endToEndId: 'e-2' }),
  },
  {
    of: ['exists_with_different_ledger', 'exists_with_different_code'],
    answers: '422 idempotency_key_reused /lines/0/currency',
    ask: repost({ ...transfer('cash', 'alice', '2.00', 'USD'), transactionCode: 'RENT' }),
  },
  {
    of: ['flags_are_mutually_exclusive', 'exists_with_different_code'],
    answers: '400 /reason unknown_field',
    differs: unread,
    ask: repost({ transactionCode: 'RENT', reason: 'no advice' }),
  },
  {
    of: ['exists_with_different_debit_account_id', 'debit_account_not_found'],
    answers: '422 idempotency_key_reused /lines/0/accountId',
    ask: repost(transfer('nobody', 'alice', '2.00')),
  },
  {
    of: ['exists', 'credit_account_already_closed'],
    answers: '201 replayed',
    ask: async (teller) => {
      const accountId = await teller.account()
      expect((await post(transfer('cash', accountId))(teller)).status).toBe(201)
      await teller.must('/v1/postings', transfer(accountId, 'cash'))
      await teller.close(accountId)
      return await post(transfer('cash', accountId))(teller)
    },
  },
  {
    of: ['id_already_failed', 'debit_account_already_closed'],
    answers: '422 insufficient_funds replayed',
    ask: async (teller) => {
      const accountId = await teller.account()
      await post(transfer(accountId, 'cash'))(teller)
      await teller.close(accountId)
      return await post(transfer(accountId, 'cash'))(teller)
    },
  },
  {
    of: ['debit_account_id_must_not_be_zero', 'credit_account_id_must_not_be_zero'],
    answers: '400 /lines/0/accountId id_malformed /lines/1/accountId id_malformed',
    ask: post(transfer('', '')),
  },
  {
    of: ['code_must_not_be_zero', 'amount_must_not_be_zero'],
    answers: '400 /transactionCode id_malformed /lines/0/amount amount_zero',
    differs: allAtOnce,
    ask: post({
      transactionCode: '',
      lines: [line('cash', 'debit', '0'), line('alice', 'credit', '1.00')],
    }),
  },
  {
    of: ['credit_account_id_must_not_be_zero', 'debit_account_not_found'],
    answers: '400 /lines/1/accountId id_malformed',
    ask: post(transfer('nobody', '')),
  },
  {
    of: ['code_must_not_be_zero', 'debit_account_not_found'],
    answers: '400 /transactionCode id_malformed',
    ask: post({ ...transfer('nobody', 'cash'), transactionCode: '' }),
  },
  {
    of: ['debit_account_not_found', 'credit_account_not_found'],
    answers: '422 account_not_found',
    about: 'nobody',
    ask: post(transfer('nobody', 'no-one')),
  },
  {
    of: ['credit_account_not_found', 'transfer_must_have_the_same_ledger_as_accounts'],
    answers: '422 account_not_found',
    ask: post(transfer('cash', 'nobody', '1.00', 'USD')),
  },
  {
    of: ['debit_account_not_found', 'pending_transfer_not_found'],
    answers: '422 account_not_found',
    ask: captureOf(nowhere, capture('nobody')),
  },
  {
    of: ['pending_transfer_not_found', 'transfer_must_have_the_same_ledger_as_accounts'],
    answers: '422 hold_not_found',
    differs: notThere,
    ask: captureOf(nowhere, { ...transfer('alice', 'cash', '1.00', 'USD'), amount: '1.00' }),
  },
  {
    of: ['pending_transfer_not_found', 'debit_account_already_closed'],
    answers: '422 hold_not_found',
    ask: async (teller) => captureOf(nowhere, capture(await closed(teller)))(teller),
  },
  {
    of: ['pending_transfer_has_different_ledger', 'pending_transfer_has_different_debit_account_id'],
    answers: '422 currency_mismatch',
    differs: 'A line that no account could take comes before what the hold says of it.',
    ask: captureHeld(() => ({ ...transfer('alice', 'cash', '1.00', 'USD'), amount: '1.00' })),
  },
  {
    of: ['exceeds_pending_transfer_amount', 'pending_transfer_has_different_debit_account_id'],
    answers: '422 hold_amount_exceeded',
    differs: 'How much is captured is asked before from whom.',
    ask: captureHeld(() => capture('alice', '1.01')),
  },
  {
    of: ['pending_transfer_has_different_ledger', 'exceeds_pending_transfer_amount'],
    answers: '422 currency_mismatch',
    ask: captureHeld((from) => ({ ...transfer(from, 'dollars', '1.01', 'USD'), amount: '1.01' })),
  },
  {
    of: ['pending_transfer_already_posted', 'exceeds_pending_transfer_amount'],
    answers: '422 hold_captured',
    differs: ended,
    ask: captureEnded('captures', (from) => capture(from, '1.01')),
  },
  {
    of: ['pending_transfer_already_voided', 'exceeds_pending_transfer_amount'],
    answers: '422 hold_released',
    differs: ended,
    ask: captureEnded('release', (from) => capture(from, '1.01')),
  },
  {
    of: ['pending_transfer_expired', 'exceeds_pending_transfer_amount'],
    answers: '422 hold_expired',
    differs: ended,
    ask: async (teller) => {
      const { holdId, accountId } = await teller.overdueHold()
      return await captureOf(holdId, capture(accountId, '1.01'))(teller)
    },
  },
  {
    of: ['pending_transfer_already_posted', 'pending_transfer_has_different_debit_account_id'],
    answers: '422 hold_captured',
    differs: ended,
    ask: captureEnded('captures', () => capture('alice')),
  },
  {
    of: ['debit_account_already_closed', 'pending_transfer_already_posted'],
    answers: '422 account_closed',
    differs: accountFirst,
    ask: captureEnded('captures', (from) => capture(from), true),
  },
  {
    of: ['debit_account_already_closed', 'pending_transfer_already_voided'],
    answers: '422 account_closed',
    differs: accountFirst,
    ask: captureEnded('release', (from) => capture(from), true),
  },
  {
    of: ['credit_account_already_closed', 'accounts_must_have_the_same_ledger'],
    answers: '422 account_closed',
    differs: 'An account’s state comes before its currency.',
    ask: async (teller) => post(transfer('dollars', await closed(teller)))(teller),
  },
  {
    of: ['credit_account_already_closed', 'exceeds_credits'],
    answers: '422 account_closed',
    ask: async (teller) => post(transfer('bob', await closed(teller), '999.00'))(teller),
  },
  {
    of: ['debit_account_already_closed', 'overflows_debits_posted'],
    answers: '422 account_closed',
    ask: async (teller) => {
      const full = await teller.brimful("debits = MAX, credits = MAX, status = 'closed'")
      return await post(transfer(full, 'cash'))(teller)
    },
  },
  {
    of: ['exceeds_credits', 'overflows_debits_posted'],
    answers: '422 insufficient_funds',
    differs: 'What a customer can mend comes before what only the bank can.',
    ask: async (teller) => post(transfer(await teller.brimful('debits = MAX'), 'cash'))(teller),
  },
  {
    of: ['exceeds_credits', 'overflows_debits_pending'],
    answers: '422 insufficient_funds',
    differs: 'What a customer can mend comes before what only the bank can.',
    ask: async (teller) => teller.send('/v1/holds', hold(await teller.brimful('held = MAX'))),
  },
  {
    of: ['overflows_timeout', 'exceeds_credits'],
    answers: '400 /expiresAt date_malformed',
    ask: (teller) => teller.send('/v1/holds', hold('bob', '999.00', { expiresAt: '10000-01-01T00:00:00Z' })),
  },
]

const open = (change: object) => (teller: Teller) =>
  teller.send('/v1/accounts', account(`account-${newKey()}`, change))
const reopen = (change: object) => (teller: Teller) => {
  const told = { metadata: { orderId: 'A-17' }, customerId: 'c-1', productCode: 'p-1' }
  const first = account(`account-${newKey()}`, told)
  return sendTwice('/v1/accounts', first, { ...first, ...change })(teller)
}

const accounts: readonly Pair<AccountResult>[] = [
  {
    of: ['linked_event_failed', 'exists'],
    answers: '422 linked_command_failed',
    ask: behindFailing({ type: 'open_account', ...account('alice') }),
  },
  {
    of: ['timestamp_must_be_zero', 'reserved_field'],
    answers: '400 /openedAt unknown_field /reserved unknown_field',
    ask: open({ openedAt: 'now', reserved: '0' }),
  },
  {
    of: ['id_must_not_be_zero', 'flags_are_mutually_exclusive'],
    answers: '400 /accountId id_malformed /overdraftLimit unknown_field',
    ask: open({ accountId: '', unlimited: true, overdraftLimit: '1.00' }),
  },
  {
    of: ['exists_with_different_user_data_128', 'exists_with_different_flags'],
    answers: '422 idempotency_key_reused /metadata/orderId',
    differs: canonical,
    ask: reopen({ unlimited: true, metadata: {} }),
  },
  {
    of: ['exists_with_different_user_data_64', 'exists_with_different_user_data_128'],
    answers: '422 idempotency_key_reused /customerId',
    differs: canonical,
    ask: reopen({ metadata: {}, customerId: 'c-2' }),
  },
  {
    of: ['exists_with_different_user_data_64', 'exists_with_different_user_data_32'],
    answers: '422 idempotency_key_reused /customerId',
    ask: reopen({ customerId: 'c-2', productCode: 'p-2' }),
  },
  {
    of: ['exists_with_different_ledger', 'exists_with_different_user_data_32'],
    answers: '422 idempotency_key_reused /currency',
    differs: canonical,
    ask: reopen({ currency: 'USD', productCode: 'p-2' }),
  },
  {
    of: ['exists_with_different_ledger', 'exists_with_different_code'],
    answers: '422 idempotency_key_reused /currency',
    ask: reopen({ currency: 'USD', glCode: '1000' }),
  },
  {
    of: ['flags_are_mutually_exclusive', 'exists_with_different_flags'],
    answers: '400 /overdraftLimit unknown_field',
    differs: unread,
    ask: reopen({ unlimited: true, overdraftLimit: '1.00' }),
  },
  {
    of: ['code_must_not_be_zero', 'ledger_must_not_be_zero'],
    answers: '400 /glCode id_malformed /currency currency_unknown',
    differs: allAtOnce,
    ask: open({ currency: '', glCode: '' }),
  },
]

const row = <Result extends string>({ of: [answered, passedOver], ...pair }: Pair<Result>) =>
  [answered, passedOver, pair] as const

async function expectAnswered({ ask, answers, about }: Omit<Pair<string>, 'of'>): Promise<void> {
  const teller = new Teller(bank())
  const answer = await ask(teller)
  expect(told(answer)).toBe(answers)
  if (about !== undefined) expect(answer.body.accountId).toBe(about)
  await expectRecorded(teller)
}

/** Says so where TigerBeetle answers the other one, and only there. */
function expectTold(order: readonly string[], { of: pair, differs }: Pair<string>): void {
  const [answered, passedOver] = pair.map((result) => order.indexOf(result)) as [number, number]
  expect([...pair, answered < passedOver]).toEqual([...pair, differs === undefined])
}

describe('a transfer with two faults', () => {
  test.each(transfers.map(row))('of %s and %s hears of the first', (_, __, pair) => expectAnswered(pair))

  test('hears what TigerBeetle would say, or the table says why not', () => {
    for (const pair of transfers) expectTold(createTransfers, pair)
  })
})

describe('the opening of an account with two faults', () => {
  test.each(accounts.map(row))('of %s and %s hears of the first', (_, __, pair) => expectAnswered(pair))

  test('hears what TigerBeetle would say, or the table says why not', () => {
    for (const pair of accounts) expectTold(createAccounts, pair)
  })
})
