import { beforeAll, describe, expect, test } from 'vitest'
import { type Answer, newKey, useHttpBank } from '../../http/support/http-bank.js'
import {
  account,
  type Counterpart,
  capture,
  expectRecorded,
  hold,
  line,
  openForTellers,
  Teller,
  told,
  transfer,
} from './teller.js'

const bank = useHttpBank()
beforeAll(() => openForTellers(bank()))

const notImported =
  'What happens is stamped when it happens: there is no import under times that other books gave it.'
const sweep = (from: string, amount: unknown) => ({
  transactionCode: 'SWEEP',
  lines: [{ ...line(from, 'debit', ''), amount }, line('bob', 'credit', 'all')],
})
const amountOf = ({ body }: Answer): string => body.lines[0].amount

/** What a flag of an account there is here. */
const ofAccounts: Readonly<Record<string, Counterpart>> = {
  linked: {
    answers: '201',
    differs: 'The batch or its groups say what stands or falls together, and no command says so of itself.',
    ask: (teller) =>
      teller.batch([
        { type: 'open_account', ...account(`account-${newKey()}`) },
        { type: 'open_account', idempotencyKey: teller.key, ...account(`account-${newKey()}`) },
      ]),
  },
  debits_must_not_exceed_credits: {
    answers: '422 insufficient_funds',
    differs: 'Every account that is not unlimited has a limit, of zero or of an amount.',
    ask: async (teller) =>
      teller.send(
        '/v1/postings',
        transfer(await teller.account(undefined, { overdraftLimit: '0.99' }), 'cash'),
      ),
  },
  credits_must_not_exceed_debits: {
    none: 'A credit raises what is available whatever the normal side, so that no limit speaks against it.',
  },
  history: { none: 'Every line keeps the balance behind it: history is not something to ask for.' },
  imported: { none: notImported },
  closed: {
    answers: '422 account_closed',
    ask: async (teller) => {
      const accountId = await teller.account()
      await teller.close(accountId)
      return await teller.send('/v1/postings', transfer('cash', accountId))
    },
  },
}

/** What a flag of a transfer there is here. */
const ofTransfers: Readonly<Record<string, Counterpart>> = {
  linked: {
    answers: '201',
    ask: (teller) =>
      teller.batch([
        { type: 'post', ...transfer('cash', 'alice') },
        { type: 'post', idempotencyKey: teller.key, ...transfer('cash', 'bob') },
      ]),
  },
  pending: { answers: '201', ask: (teller) => teller.send('/v1/holds', hold('alice')) },
  post_pending_transfer: {
    answers: '201',
    differs: 'A hold may be captured in several parts; the final one lets go of what is left.',
    ask: async (teller) => {
      const accountId = await teller.account('10.00')
      const path = `/v1/holds/${await teller.hold(accountId, '3.00')}/captures`
      await teller.must(path, capture(accountId, '1.00', { final: false }))
      return await teller.send(path, capture(accountId, '1.00'))
    },
  },
  void_pending_transfer: {
    answers: '200',
    ask: async (teller) =>
      teller.send(`/v1/holds/${await teller.hold(await teller.account('10.00'), '1.00')}/release`, {}),
  },
  balancing_debit: {
    answers: '201',
    ask: async (teller) => {
      const accountId = await teller.account('10.00')
      const some = await teller.must('/v1/postings', sweep(accountId, { upTo: '4.00' }))
      expect(some.lines[0].amount).toBe('4.00')
      const rest = await teller.send('/v1/postings', sweep(accountId, { upTo: '7.00' }))
      expect(amountOf(rest)).toBe('6.00')
      return rest
    },
  },
  balancing_credit: {
    none: 'A credit is never limited: a line that credits "all" takes what the other lines leave over, not what fits.',
  },
  closing_debit: {
    none: 'An account is closed by its status when it is empty, which a line that debits "all" sees to.',
  },
  closing_credit: {
    none: 'An account is closed by its status when it is empty, and opened again by nothing.',
  },
  imported: { none: notImported },
}

describe.each([
  ['an account', ofAccounts, 6],
  ['a transfer', ofTransfers, 9],
] as const)('where TigerBeetle has a flag for %s', (_, counterparts, count) => {
  const rows = Object.entries(counterparts).flatMap(([flag, counterpart]) =>
    'none' in counterpart ? [] : [[flag, counterpart.answers, counterpart.ask] as const],
  )
  test.each(rows)('%s, Plinth has a command, which answers %s', async (_flag, answers, ask) => {
    const teller = new Teller(bank())
    expect(told(await ask(teller))).toBe(answers)
    await expectRecorded(teller)
  })

  test('or a reason why not', () => {
    expect(Object.keys(counterparts)).toHaveLength(count)
    for (const counterpart of Object.values(counterparts))
      if ('none' in counterpart) expect(counterpart.none).toMatch(/^[A-Z].{20,}\.$/)
  })
})

describe('a balancing debit', () => {
  test('of nothing is refused here and moves zero there', async () => {
    const teller = new Teller(bank())
    expect(told(await teller.send('/v1/postings', sweep(await teller.account(), 'all')))).toBe(
      '422 nothing_available',
    )
    await expectRecorded(teller)
  })

  // There, a retry that asks for at least what was moved is the same one; here the request is compared, not the outcome.
  test('sent again is replayed with what it moved then, and with another bound it is another command', async () => {
    const teller = new Teller(bank())
    const accountId = await teller.account('10.00')
    const first = await teller.send('/v1/postings', sweep(accountId, 'all'))
    expect(amountOf(first)).toBe('10.00')
    await teller.must('/v1/postings', transfer('cash', accountId, '5.00'))
    const again = await teller.send('/v1/postings', sweep(accountId, 'all'))
    expect([told(again), amountOf(again)]).toEqual(['201 replayed', '10.00'])
    expect(told(await teller.send('/v1/postings', sweep(accountId, { upTo: '10.00' })))).toBe(
      '422 idempotency_key_reused /lines/0/amount',
    )
    await expectRecorded(teller)
  })
})
