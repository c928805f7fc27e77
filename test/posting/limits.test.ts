import type { HoldId } from '@plinth/holds'
import type { AccountId, CurrencyCode, Instant } from '@plinth/kernel'
import { type Command, type Outcome, verifyBooks } from '@plinth/posting'
import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import {
  type LimitAsked as Asked,
  answerOf,
  endOf,
  limitOn as limit,
  opening,
  posting,
  transferOf,
} from '../support/commands.js'

const openBank = useBank()

const spend = (amount: string, { from = 'alice', code = 'TRANSFER' } = {}): Command =>
  posting([`debit ${from} ${amount}`, `credit cash ${amount}`], { transactionCode: code })
const place = (cents: bigint, { code, expiresAt }: { code?: string; expiresAt?: string } = {}): Command => ({
  type: 'place_hold',
  accountId: 'alice' as AccountId,
  amount: cents,
  currency: 'EUR' as CurrencyCode,
  expiresAt: expiresAt as Instant | undefined,
  reference: undefined,
  ...(code !== undefined && { transactionCode: code }),
})
const capture = (
  holdId: HoldId,
  amount: string,
  { final = true, code = 'TRANSFER', lines = [`debit alice ${amount}`, `credit cash ${amount}`] } = {},
): Command => ({
  ...posting(lines, { transactionCode: code }),
  type: 'capture_hold',
  holdId,
  amount,
  final,
})
const release = (holdId: HoldId): Command => ({ type: 'release_hold', holdId })

/** Alice and Bob have 1000.00 each. */
async function openedBank(): Promise<Bank> {
  const bank = await openBank()
  for (const name of ['alice', 'bob']) {
    await bank.open(name)
    await bank.fund(name, '1000.00')
  }
  return bank
}
const end = async (bank: Bank, command: Command): Promise<string> => endOf(await bank.submit(command))
const set = async (bank: Bank, asked: Asked): Promise<void> =>
  expect(await end(bank, limit(asked))).toBe('accepted')
const holdIdOf = (outcome: Outcome): HoldId => answerOf(outcome).holdId as HoldId
const held = async (bank: Bank, ...asked: Parameters<typeof place>): Promise<HoldId> =>
  holdIdOf(await bank.submit(place(...asked)))
const moveTo = (bank: Bank, date: string) =>
  bank.rows('update ledger.journal_head set business_date = $1 where tenant_id = $2', [date, bank.tenantId])
const spentRows = (bank: Bank, account = 'alice') =>
  bank
    .rows<{ row: string }>(
      `select concat_ws(' ', period, period_start, nullif(transaction_code, ''), count, amount) as row from account.spending
        where tenant_id = $1 and account_id = $2 and (count > 0 or amount > 0) order by period, period_start, transaction_code`,
      [bank.tenantId, account],
    )
    .then((rows) => rows.map(({ row }) => row))

async function sound(bank: Bank): Promise<void> {
  await bank.expectBooksInOrder()
  const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
}

describe('a limit', () => {
  test('per posting is the most that one posting takes from the account, its lines taken together', async () => {
    const bank = await openedBank()
    await set(bank, { account: 'alice', perPosting: '50' })
    expect(answerOf(await bank.submit(spend('50.01')))).toMatchObject({
      code: 'limit_exceeded',
      facts: {
        ...{ accountId: 'alice', scope: 'account', currency: 'EUR', period: 'posting', measure: 'amount' },
        ...{ limit: '50.00', used: '0.00', left: '50.00', required: '50.01' },
      },
    })
    const net = ['debit alice 80.00', 'credit alice 30.00', 'credit cash 50.00']
    expect(endOf(await bank.post(net))).toBe('accepted')
    expect(await end(bank, spend('50.00'))).toBe('accepted')
    expect(await end(bank, place(50_01n))).toBe('limit_exceeded')
    expect(await end(bank, place(50_00n))).toBe('accepted')
    expect(endOf(await bank.transfer({ from: 'cash', to: 'alice', amount: '900.00' }))).toBe('accepted')
    expect(await end(bank, spend('500.00', { from: 'bob' }))).toBe('accepted')
    expect(await spentRows(bank)).toEqual([])
    await sound(bank)
  })

  test('per day names what was used and what is left', async () => {
    const bank = await openedBank()
    await set(bank, { account: 'alice', perDay: { amount: '100.00' } })
    expect(await end(bank, spend('70.00'))).toBe('accepted')
    const refused = answerOf(await bank.submit(spend('30.01')))
    expect(refused).toMatchObject({
      code: 'limit_exceeded',
      facts: { period: 'day', limit: '100.00', used: '70.00', left: '30.00', required: '30.01' },
    })
    expect(refused.facts).not.toHaveProperty('transactionCode')
    expect(await end(bank, spend('30.00'))).toBe('accepted')
    expect(await end(bank, spend('0.01'))).toBe('limit_exceeded')
    await moveTo(bank, '2026-11-21')
    expect(await end(bank, spend('100.00'))).toBe('accepted')
    expect(await end(bank, spend('0.01'))).toBe('limit_exceeded')
    await sound(bank)
  })

  test('per month begins anew with the first of the next', async () => {
    const bank = await openedBank()
    await set(bank, { account: 'alice', perMonth: { amount: '100.00', count: 3 } })
    expect(await end(bank, spend('60.00'))).toBe('accepted')
    await moveTo(bank, '2026-11-30')
    expect(answerOf(await bank.submit(spend('40.01')))).toMatchObject({
      facts: { period: 'month', measure: 'amount', used: '60.00', left: '40.00' },
    })
    expect(await end(bank, spend('40.00'))).toBe('accepted')
    await moveTo(bank, '2026-12-01')
    for (const amount of ['10.00', '10.00', '10.00']) expect(await end(bank, spend(amount))).toBe('accepted')
    expect(answerOf(await bank.submit(spend('10.00')))).toMatchObject({
      facts: { period: 'month', measure: 'count', limit: '3', used: '3', left: '0', required: '1' },
    })
    expect(await spentRows(bank)).toEqual([
      ...[
        'day 2026-11-20 TRANSFER 1 6000',
        'day 2026-11-30 TRANSFER 1 4000',
        'day 2026-12-01 TRANSFER 3 3000',
      ],
      ...['month 2026-11-01 TRANSFER 2 10000', 'month 2026-12-01 TRANSFER 3 3000'],
    ])
    await sound(bank)
  })

  test('of a code looks at that code, one without a code at all of them together', async () => {
    const bank = await openedBank()
    await set(bank, { account: 'alice', code: 'CARD', perDay: { count: 1 } })
    await set(bank, { account: 'alice', perDay: { amount: '100.00' } })
    expect(await end(bank, spend('30.00', { code: 'CARD' }))).toBe('accepted')
    expect(answerOf(await bank.submit(spend('1.00', { code: 'CARD' })))).toMatchObject({
      facts: { transactionCode: 'CARD', measure: 'count', limit: '1' },
    })
    expect(await end(bank, spend('50.00', { code: 'RENT' }))).toBe('accepted')
    expect(answerOf(await bank.submit(spend('20.01')))).toMatchObject({ facts: { used: '80.00' } })
    expect(await end(bank, spend('20.00'))).toBe('accepted')
    await sound(bank)
  })

  test('set again is replaced, and saying none takes it away', async () => {
    const bank = await openedBank()
    await set(bank, { account: 'alice', perPosting: '10.00', perDay: { amount: '10.00' } })
    await set(bank, { account: 'alice', perDay: { amount: '20.00' } })
    expect(await end(bank, spend('20.00'))).toBe('accepted')
    expect(await end(bank, spend('0.01'))).toBe('limit_exceeded')
    await set(bank, { account: 'alice' })
    expect(await end(bank, spend('5.00'))).toBe('accepted')
    await set(bank, { account: 'alice', perDay: { amount: '25.00' } })
    // What was spent while nothing was limited was counted all the same.
    expect(await end(bank, spend('0.01'))).toBe('limit_exceeded')
    await sound(bank)
  })

  test('set in the middle of a day counts what the day and the month had already', async () => {
    const bank = await openedBank()
    await moveTo(bank, '2026-11-21')
    await bank.submit(spend('20.00'))
    await bank.submit(place(15_00n, { code: 'CARD' }))
    const gone = await held(bank, 500_00n)
    await bank.submit(release(gone))
    await bank.submit(capture(await held(bank, 40_00n), '5.00', { code: 'CARD' }))
    await bank.transfer({ from: 'bob', to: 'cash', amount: '300.00' })
    await moveTo(bank, '2026-11-22')
    await bank.submit(spend('30.00'))
    await set(bank, {
      account: 'alice',
      perDay: { amount: '50.00' },
      perMonth: { amount: '100.00', count: 10 },
    })
    expect(answerOf(await bank.submit(spend('20.01')))).toMatchObject({
      facts: { period: 'day', used: '30.00' },
    })
    expect(await end(bank, spend('20.00'))).toBe('accepted')
    await moveTo(bank, '2026-11-23')
    expect(answerOf(await bank.submit(spend('10.01')))).toMatchObject({
      facts: { period: 'month', used: '90.00' },
    })
    expect(await spentRows(bank)).toEqual([
      'day 2026-11-21 1 500',
      'day 2026-11-21 CARD 1 1500',
      'day 2026-11-21 TRANSFER 1 2000',
      'day 2026-11-22 TRANSFER 2 5000',
      'month 2026-11-01 1 500',
      'month 2026-11-01 CARD 1 1500',
      'month 2026-11-01 TRANSFER 3 7000',
    ])
    expect(await spentRows(bank, 'bob')).toEqual([])
    await sound(bank)
  })
})

describe('limits of a product and of the tenant', () => {
  test('hold for each account by itself, and all that apply hold together', async () => {
    const bank = await openBank()
    for (const [name, productCode] of [
      ['alice', 'YOUTH'],
      ['bob', 'YOUTH'],
      ['carol', 'GOLD'],
    ]) {
      await bank.submit({ ...opening(name), productCode } as Command)
      await bank.fund(name as string, '1000.00')
    }
    await set(bank, { product: 'YOUTH', perDay: { amount: '50.00' } })
    await set(bank, { perDay: { amount: '80.00' } })
    await set(bank, { currency: 'JPY', perDay: { amount: '1' } })
    const refusedBy = async (from: string, amount: string) =>
      (answerOf(await bank.submit(spend(amount, { from }))).facts as { scope?: string } | undefined)?.scope
    expect(await refusedBy('alice', '50.01')).toBe('product')
    expect(await refusedBy('alice', '50.00')).toBeUndefined()
    expect(await refusedBy('bob', '50.00')).toBeUndefined()
    expect(await refusedBy('carol', '80.01')).toBe('tenant')
    expect(await refusedBy('carol', '80.00')).toBeUndefined()
    await set(bank, { account: 'carol', perDay: { amount: '1000.00' } })
    expect(await refusedBy('carol', '0.01')).toBe('tenant')
    expect(endOf(await bank.transfer({ from: 'cash', to: 'alice', amount: '900.00' }))).toBe('accepted')
    await sound(bank)
  })

  test('hold for an account from its opening on, also within one batch', async () => {
    const bank = await openBank()
    await set(bank, { perDay: { amount: '50.00' } })
    const outcomes = await bank.batch([
      opening('alice'),
      transferOf({ from: 'cash', to: 'alice', amount: '100.00' }),
      spend('50.00'),
      spend('0.01'),
    ])
    expect(outcomes.map(endOf)).toEqual(['accepted', 'accepted', 'accepted', 'limit_exceeded'])
    await sound(bank)
  })
})

describe('a hold', () => {
  test('is counted when it is placed and not again when it is captured', async () => {
    const bank = await openedBank()
    await set(bank, { account: 'alice', perDay: { amount: '100.00', count: 2 } })
    const holdId = await held(bank, 80_00n)
    expect(await end(bank, place(20_01n))).toBe('limit_exceeded')
    expect(await end(bank, capture(holdId, '30.00', { final: false }))).toBe('accepted')
    expect(await end(bank, capture(holdId, '50.00'))).toBe('accepted')
    expect(await end(bank, spend('20.01'))).toBe('limit_exceeded')
    expect(await end(bank, spend('20.00'))).toBe('accepted')
    expect(await spentRows(bank)).toEqual([
      ...['day 2026-11-20 1 8000', 'day 2026-11-20 TRANSFER 1 2000'],
      ...['month 2026-11-01 1 8000', 'month 2026-11-01 TRANSFER 1 2000'],
    ])
    await sound(bank)
  })

  test('is captured though the limit was lowered meanwhile', async () => {
    const bank = await openedBank()
    const holdId = await held(bank, 80_00n)
    await set(bank, { account: 'alice', perPosting: '1.00', perDay: { amount: '1.00' } })
    expect(await end(bank, capture(holdId, '80.00'))).toBe('accepted')
    await sound(bank)
  })

  test.each([
    ['released', async (bank: Bank) => bank.submit(release(await held(bank, 60_00n))), []],
    [
      'captured in part and released',
      async (bank: Bank) => {
        const holdId = await held(bank, 60_00n)
        await bank.submit(capture(holdId, '10.00', { final: false }))
        await moveTo(bank, '2026-11-21')
        await bank.submit(release(holdId))
      },
      ['day 2026-11-20 1 1000', 'month 2026-11-01 1 1000'],
    ],
    [
      'captured finally with less, the day after',
      async (bank: Bank) => {
        const holdId = await held(bank, 60_00n)
        await moveTo(bank, '2026-11-21')
        await bank.submit(capture(holdId, '45.00'))
      },
      ['day 2026-11-20 1 4500', 'month 2026-11-01 1 4500'],
    ],
    [
      'released the month after',
      async (bank: Bank) => {
        const holdId = await held(bank, 60_00n)
        await moveTo(bank, '2026-12-02')
        await bank.submit(release(holdId))
      },
      [],
    ],
    [
      'expired',
      async (bank: Bank) => {
        const holdId = await held(bank, 60_00n, { expiresAt: new Date(Date.now() + 600).toISOString() })
        await moveTo(bank, '2026-11-21')
        await expect
          .poll(() => end(bank, { type: 'expire_hold', holdId }), { timeout: 5_000 })
          .toBe('accepted')
      },
      [],
    ],
  ] as const)('that is %s gives back to the day on which it was placed', async (_how, happen, left) => {
    const bank = await openedBank()
    await set(bank, { account: 'alice', perDay: { amount: '100.00' } })
    await happen(bank)
    expect(await spentRows(bank)).toEqual(left)
    await sound(bank)
  })

  test('given back today can be spent again today', async () => {
    const bank = await openedBank()
    await set(bank, { account: 'alice', perDay: { amount: '100.00', count: 1 } })
    const holdId = await held(bank, 100_00n)
    expect(await end(bank, spend('0.01'))).toBe('limit_exceeded')
    await bank.submit(release(holdId))
    expect(await end(bank, spend('100.00'))).toBe('accepted')
    await sound(bank)
  })

  test('that names no code counts against the limits of every code', async () => {
    const bank = await openedBank()
    await set(bank, { account: 'alice', code: 'CARD', perDay: { amount: '100.00' }, perPosting: '90.00' })
    expect(await end(bank, place(90_01n))).toBe('limit_exceeded')
    expect(await end(bank, place(60_00n))).toBe('accepted')
    expect(answerOf(await bank.submit(spend('40.01', { code: 'CARD' })))).toMatchObject({
      facts: { used: '60.00' },
    })
    expect(await end(bank, place(40_01n))).toBe('limit_exceeded')
    expect(await end(bank, place(80_00n, { code: 'RENT' }))).toBe('accepted')
    expect(await end(bank, spend('40.00', { code: 'CARD' }))).toBe('accepted')
    await sound(bank)
  })

  test('that names a code is captured with that code alone', async () => {
    const bank = await openedBank()
    const holdId = await held(bank, 60_00n, { code: 'RENT' })
    expect(answerOf(await bank.submit(capture(holdId, '60.00', { code: 'CARD' })))).toMatchObject({
      code: 'condition_failed',
      facts: { condition: 'transactionCode', found: 'RENT' },
    })
    expect(await end(bank, capture(holdId, '60.00', { code: 'RENT' }))).toBe('accepted')
  })

  test('lets its capture take from others what a posting may, and no more', async () => {
    const bank = await openedBank()
    await set(bank, { account: 'bob', perDay: { amount: '50.00' } })
    const holdId = await held(bank, 60_00n)
    const withBob = (amount: string, sum: string) =>
      capture(holdId, '1.00', {
        final: false,
        lines: ['debit alice 1.00', `debit bob ${amount}`, `credit cash ${sum}`],
      })
    expect(await end(bank, withBob('50.01', '51.01'))).toBe('limit_exceeded')
    expect(await end(bank, withBob('50.00', '51.00'))).toBe('accepted')
    expect(await end(bank, spend('0.01', { from: 'bob' }))).toBe('limit_exceeded')
    expect(await spentRows(bank, 'bob')).toEqual([
      ...['day 2026-11-20 TRANSFER 1 5000', 'month 2026-11-01 TRANSFER 1 5000'],
    ])
    await set(bank, { account: 'alice', perDay: { amount: '60.00' } })
    expect(await end(bank, spend('0.01'))).toBe('limit_exceeded')
    await sound(bank)
  })
})
