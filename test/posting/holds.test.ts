import type { HoldId } from '@plinth/holds'
import type { CurrencyCode } from '@plinth/kernel'
import { type Command, verifyBooks } from '@plinth/posting'
import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { alone, answerOf, endOf, newKey, posting, together } from '../support/commands.js'
import { capture, expire, extend, holdIdOf, place, release } from '../support/hold-commands.js'

const openBank = useBank()

/** Alice has 100.00. */
async function openedBank(): Promise<Bank> {
  const bank = await openBank()
  await bank.open('alice')
  await bank.fund('alice', '100.00')
  return bank
}
const held = async (bank: Bank, cents = 60_00n, expiresAt?: string): Promise<HoldId> => {
  const outcome = await bank.submit(place('alice', cents, expiresAt))
  expect(endOf(outcome)).toBe('accepted')
  return holdIdOf(outcome)
}
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString()
const amounts = async (bank: Bank): Promise<unknown[]> => {
  const { posted, held: onHold, available } = await bank.balance('alice')
  return [posted, onHold, available]
}
const end = async (bank: Bank, command: Command): Promise<string> => endOf(await bank.submit(command))
const sound = async (bank: Bank): Promise<void> => {
  await bank.expectBooksInOrder()
  const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
}

describe('a hold', () => {
  test('lowers what is available and nothing else', async () => {
    const bank = await openedBank()
    const outcome = await bank.submit(place('alice', 60_00n))
    expect(answerOf(outcome)).toMatchObject({
      accountId: 'alice',
      status: 'active',
      amount: '60.00',
      captured: '0.00',
      remaining: '60.00',
      currency: 'EUR',
      expiresAt: null,
    })
    expect(await amounts(bank)).toEqual(['100.00', '60.00', '40.00'])
    expect(await end(bank, place('alice', 40_01n))).toBe('insufficient_funds')
    expect(endOf(await bank.transfer({ from: 'alice', to: 'cash', amount: '40.01' }))).toBe(
      'insufficient_funds',
    )
    expect(await end(bank, place('alice', 40_00n))).toBe('accepted')
    await sound(bank)
  })

  test('captured whole becomes an entry that names it', async () => {
    const bank = await openedBank()
    const holdId = await held(bank)
    const outcome = await bank.submit(capture(holdId, '60.00'))
    expect(answerOf(outcome)).toMatchObject({ kind: 'capture', holdId })
    expect(await amounts(bank)).toEqual(['40.00', '0.00', '40.00'])
    expect(await end(bank, capture(holdId, '0.01'))).toBe('hold_captured')
    expect(await end(bank, release(holdId))).toBe('hold_captured')
    await sound(bank)
  })

  test('is captured in parts, and the last lets go of the rest', async () => {
    const bank = await openedBank()
    const holdId = await held(bank)
    expect(await end(bank, capture(holdId, '10.00', { final: false }))).toBe('accepted')
    expect(await amounts(bank)).toEqual(['90.00', '50.00', '40.00'])
    expect(await end(bank, capture(holdId, '20.00', { final: false }))).toBe('accepted')
    expect(await end(bank, capture(holdId, '30.01'))).toBe('hold_amount_exceeded')
    expect(await end(bank, capture(holdId, '5.00'))).toBe('accepted')
    expect(await amounts(bank)).toEqual(['65.00', '0.00', '65.00'])
    const [row] = await bank.rows(
      'select captured, remaining, status, version from holds.account_hold where hold_id = $1',
      [holdId],
    )
    expect(row).toEqual({ captured: '3500', remaining: '0', status: 'captured', version: 4 })
    await sound(bank)
  })

  test('captured in full part by part ends without being told so', async () => {
    const bank = await openedBank()
    const holdId = await held(bank, 10_00n)
    expect(await end(bank, capture(holdId, '10.00', { final: false }))).toBe('accepted')
    expect(await end(bank, capture(holdId, '1.00', { final: false }))).toBe('hold_captured')
    await sound(bank)
  })

  test('never asks again for the funds it reserved', async () => {
    const bank = await openedBank()
    const holdId = await held(bank, 100_00n)
    await bank.terms('alice', { limit: '0' })
    expect(await end(bank, capture(holdId, '100.00'))).toBe('accepted')
    expect(await amounts(bank)).toEqual(['0.00', '0.00', '0.00'])
    await sound(bank)
  })

  test('is captured by a net debit of that amount on its own account, and not otherwise', async () => {
    const bank = await openedBank()
    await bank.open('bob')
    await bank.fund('bob', '100.00')
    const holdId = await held(bank)
    const wrong: [string, string[]][] = [
      ['60.00', ['debit bob 60.00', 'credit cash 60.00']],
      ['60.00', ['debit alice 59.99', 'credit cash 59.99']],
      ['50.00', ['debit alice 60.00', 'credit cash 60.00']],
      ['50.00', ['debit alice 60.00', 'credit alice 60.00']],
    ]
    for (const [amount, lines] of wrong)
      expect(await end(bank, capture(holdId, amount, { lines }))).toBe('hold_account_mismatch')
    const net = ['debit alice 70.00', 'credit alice 10.00', 'credit cash 60.00']
    expect(await end(bank, capture(holdId, '60.00', { lines: net }))).toBe('accepted')
    await sound(bank)
  })

  test('is no larger than a posting may be, and its captures are not asked again', async () => {
    const bank = await openedBank()
    const postingLimits = [{ currency: 'EUR', perPosting: '60.00' }]
    const limited = { type: 'change_settings', changes: { postingLimits }, reason: 'a test' } as const
    await bank.submit(limited)
    expect(await end(bank, place('alice', 60_01n))).toBe('limit_exceeded')
    const holdId = await held(bank)
    await bank.submit({ ...limited, changes: { postingLimits: [{ currency: 'EUR', perPosting: '30.00' }] } })
    expect(await end(bank, capture(holdId, '40.00', { final: false }))).toBe('accepted')
    await sound(bank)
  })

  test('that names no code is held to what a posting of any code may move', async () => {
    const bank = await openedBank()
    const postingLimits = [{ transactionCode: 'CARD', currency: 'EUR', perPosting: '30.00' }]
    await bank.submit({ type: 'change_settings', changes: { postingLimits }, reason: 'a test' })
    expect(await end(bank, place('alice', 30_01n))).toBe('limit_exceeded')
    const named = (transactionCode: string): Command =>
      ({ ...place('alice', 30_01n), transactionCode }) as Command
    expect(await end(bank, named('CARD'))).toBe('limit_exceeded')
    expect(await end(bank, named('RENT'))).toBe('accepted')
  })

  test('does not let a capture take more from other accounts than a posting may', async () => {
    const bank = await openedBank()
    await bank.open('bob')
    await bank.fund('bob', '100.00')
    const postingLimits = [{ currency: 'EUR', perPosting: '60.00' }]
    await bank.submit({ type: 'change_settings', changes: { postingLimits }, reason: 'a test' })
    const holdId = await held(bank)
    const withBob = (amount: string, sum: string) =>
      capture(holdId, '1.00', { lines: ['debit alice 1.00', `debit bob ${amount}`, `credit cash ${sum}`] })
    expect(await end(bank, withBob('60.01', '61.01'))).toBe('limit_exceeded')
    expect(await end(bank, withBob('60.00', '61.00'))).toBe('accepted')
  })

  test('released gives back what remains', async () => {
    const bank = await openedBank()
    const holdId = await held(bank)
    await bank.submit(capture(holdId, '10.00', { final: false }))
    expect(answerOf(await bank.submit(release(holdId)))).toMatchObject({
      status: 'released',
      captured: '10.00',
      remaining: '0.00',
    })
    expect(await amounts(bank)).toEqual(['90.00', '0.00', '90.00'])
    expect(await end(bank, release(holdId))).toBe('hold_released')
    expect(await end(bank, capture(holdId, '1.00'))).toBe('hold_released')
    expect(await end(bank, extend(holdId))).toBe('hold_released')
    await sound(bank)
  })

  test('past its time is neither captured nor extended, and held until that is recorded', async () => {
    const bank = await openedBank()
    const holdId = await held(bank, 60_00n, inMs(1_000))
    expect(await end(bank, expire(holdId))).toBe('condition_failed')
    await expect
      .poll(() => end(bank, capture(holdId, '1.00', { lines: ['debit alice 2.00', 'credit cash 2.00'] })), {
        timeout: 5_000,
      })
      .toBe('hold_expired')
    expect(await end(bank, extend(holdId, inMs(60_000)))).toBe('hold_expired')
    expect(await amounts(bank)).toEqual(['100.00', '60.00', '40.00'])
    expect(answerOf(await bank.submit(expire(holdId)))).toMatchObject({
      status: 'expired',
      remaining: '0.00',
    })
    expect(await amounts(bank)).toEqual(['100.00', '0.00', '100.00'])
    expect(await end(bank, expire(holdId))).toBe('hold_expired')
    await sound(bank)
  })

  test('that was extended does not expire at its old time', async () => {
    const bank = await openedBank()
    const holdId = await held(bank, 60_00n, inMs(1_500))
    expect(await end(bank, extend(holdId, inMs(60_000)))).toBe('accepted')
    expect(await end(bank, extend(holdId, inMs(-1)))).toBe('hold_expired')
    await new Promise((resolve) => setTimeout(resolve, 1_600))
    expect(await end(bank, expire(holdId))).toBe('condition_failed')
    expect(await end(bank, extend(holdId))).toBe('accepted')
    expect(await end(bank, capture(holdId, '60.00'))).toBe('accepted')
    await sound(bank)
  })

  test('that is not there is not found, and an account that is not there comes first', async () => {
    const bank = await openedBank()
    const nowhere = '01234567-89ab-7def-8123-456789abcdef' as HoldId
    for (const command of [release(nowhere), extend(nowhere), expire(nowhere), capture(nowhere, '1.00')])
      expect(await end(bank, command)).toBe('hold_not_found')
    expect(await end(bank, capture(nowhere, '1.00', { from: 'nobody' }))).toBe('account_not_found')
    expect(await end(bank, place('nobody', 1n))).toBe('account_not_found')
    const yen = { ...place('alice', 1n), currency: 'JPY' as CurrencyCode } as Command
    expect(await end(bank, yen)).toBe('currency_mismatch')
    expect(await end(bank, place('alice', 1n, inMs(-1000)))).toBe('hold_expired')
  })

  test('keeps its account from being closed', async () => {
    const bank = await openedBank()
    const holdId = await held(bank, 100_00n)
    await bank.submit(capture(holdId, '100.00', { final: true }))
    await bank.fund('alice', '1.00')
    const second = await held(bank, 1_00n)
    expect(endOf(await bank.status('alice', 'closed'))).toBe('account_not_empty')
    await bank.submit(release(second))
    await bank.transfer({ from: 'alice', to: 'cash', amount: '1.00' })
    expect(endOf(await bank.status('alice', 'closed'))).toBe('accepted')
    await sound(bank)
  })

  test('has its whole history, in order', async () => {
    const bank = await openedBank()
    const holdId = await held(bank)
    await bank.submit(capture(holdId, '10.00', { final: false }))
    await bank.submit(extend(holdId, inMs(60_000)))
    await bank.submit(release(holdId))
    const history = await bank.rows(
      'select version, change, remaining, entry_no::int from holds.hold_event where hold_id = $1 order by version',
      [holdId],
    )
    expect(history).toEqual([
      { version: 1, change: 'placed', remaining: '6000', entry_no: null },
      { version: 2, change: 'captured', remaining: '5000', entry_no: 2 },
      { version: 3, change: 'extended', remaining: '5000', entry_no: null },
      { version: 4, change: 'released', remaining: '0', entry_no: null },
    ])
  })
})

describe('in one batch', () => {
  test('captures of one hold see each other, and no more is taken than is held', async () => {
    const bank = await openedBank()
    const holdId = await held(bank, 50_00n)
    const outcomes = await bank.batch([
      capture(holdId, '20.00', { final: false }),
      capture(holdId, '40.00', { final: false }),
      capture(holdId, '30.00', { final: false }),
      release(holdId),
    ])
    expect(outcomes.map(endOf)).toEqual(['accepted', 'hold_amount_exceeded', 'accepted', 'hold_captured'])
    await sound(bank)
  })

  test('a unit that fails leaves its holds as they were', async () => {
    const bank = await openedBank()
    const holdId = await held(bank, 50_00n)
    const unit = together(
      capture(holdId, '20.00', { final: false }),
      release(holdId),
      posting(['debit nobody 1.00', 'credit cash 1.00']),
    )
    expect((await bank.batch([unit, alone(capture(holdId, '50.00'))])).map(endOf)).toEqual([
      'linked_failed',
      'linked_failed',
      'account_not_found',
      'accepted',
    ])
    await sound(bank)
  })

  test('holds placed, captured and released under load leave the books in order', async () => {
    const bank = await openedBank()
    await bank.fund('alice', '900.00')
    const work = Array.from({ length: 100 }, async (_, at) => {
      const placed = await bank.submit(place('alice', 5_00n))
      const holdId = holdIdOf(placed)
      const first = await end(bank, capture(holdId, '2.00', { final: false }))
      const second =
        at % 2 === 0 ? await end(bank, capture(holdId, '3.00')) : await end(bank, release(holdId))
      return [first, second]
    })
    expect((await Promise.all(work)).flat()).toEqual(Array(200).fill('accepted'))
    expect(await amounts(bank)).toEqual(['650.00', '0.00', '650.00'])
    await sound(bank)
  })
})

test('a capture sent twice takes once', async () => {
  const bank = await openedBank()
  const holdId = await held(bank)
  const key = newKey()
  const outcomes = await Promise.all(
    [1, 2, 3].map(() => bank.submit(capture(holdId, '10.00', { final: false }), key)),
  )
  expect(outcomes.map(endOf).sort()).toEqual(['accepted', 'accepted, replayed', 'accepted, replayed'])
  expect(await amounts(bank)).toEqual(['90.00', '50.00', '40.00'])
})
