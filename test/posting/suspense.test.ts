import type { HoldId } from '@plinth/holds'
import type { AccountId, EntryId } from '@plinth/kernel'
import { type Command, type FixedLineRequest, type Outcome, verifyBooks } from '@plinth/posting'
import type { SuspenseItemId } from '@plinth/suspense'
import { expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { alone, answerOf, endOf, entryOf, newKey, posting, special } from '../support/commands.js'

const openBank = useBank()

/** Alice has an account, which is closed; what comes for her goes to `suspense`, which is unlimited. */
async function openedBank(): Promise<Bank> {
  const bank = await openBank({ valueDateDaysBack: 30 })
  for (const accountId of ['alice', 'bob']) await bank.open(accountId)
  await bank.open('suspense', { unlimited: true })
  await bank.status('alice', 'closed')
  return bank
}
const incoming = (to = 'alice', amount = '10.00', more: Parameters<typeof special>[1] = {}): Command =>
  special([`debit cash ${amount}`, `credit ${to} ${amount} else:suspense`], more)

interface Item {
  readonly suspense_item_id: SuspenseItemId
  readonly status: string
  readonly cleared: string
  readonly returned: string
}
async function itemOf(bank: Bank): Promise<Item> {
  const rows = await bank.rows<Item>(
    "select * from suspense.suspense_item where tenant_id = $1 order by status = 'open' desc, opened_at desc",
    [bank.tenantId],
  )
  return rows[0] as Item
}
const standingOf = async (bank: Bank): Promise<string[]> => {
  const { status, cleared, returned } = await itemOf(bank)
  return [status, cleared, returned]
}
const clear = (suspenseItemId: SuspenseItemId, to: string, valueDate?: 'original'): Command => ({
  type: 'clear_suspense_item',
  suspenseItemId,
  accountId: to as AccountId,
  reason: 'his new account',
  valueDate,
})
const reverse = (outcome: Outcome, amount?: string): Command => ({
  type: 'reverse',
  entryId: entryOf(outcome).journalEntryId as EntryId,
  reason: 'sent back',
  valueDate: undefined,
  lines: amount === undefined ? undefined : [1, 2].map((lineNo) => ({ lineNo, amount })),
})
const end = async (bank: Bank, command: Command): Promise<string> => endOf(await bank.submit(command))
async function sound(bank: Bank): Promise<void> {
  await bank.expectBooksInOrder()
  const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
}

test.each<
  [because: string, to: string, standing: Parameters<Bank['status']>[1], blocks?: { credits: boolean }]
>([
  ['account_closed', 'alice', 'closed'],
  ['account_frozen', 'bob', 'frozen'],
  ['account_credits_blocked', 'bob', 'open', { credits: true }],
  ['account_not_found', 'nobody', 'open'],
])('a credit that would be %s goes to its fallback and waits there', async (because, to, status, blocks) => {
  const bank = await openedBank()
  if (to === 'bob') await bank.status('bob', status, blocks)
  const body = answerOf(await bank.submit(incoming(to)))
  expect(body).toMatchObject({
    lines: [
      { accountId: 'cash' },
      { accountId: 'suspense', divertedFrom: to, divertedBecause: because, amount: '10.00' },
    ],
  })
  expect(await itemOf(bank)).toMatchObject({
    status: 'open',
    account_id: 'suspense',
    intended_account_id: to,
    because,
    amount: '1000',
    entry_id: body.journalEntryId,
    line_no: 2,
  })
  await sound(bank)
})

test('where the account takes it, nothing is diverted; a dormant one does', async () => {
  const bank = await openedBank()
  await bank.status('bob', 'dormant')
  const { lines } = entryOf(await bank.submit(incoming('bob')))
  expect(lines.map(({ accountId }) => accountId)).toEqual(['cash', 'bob'])
  expect(await itemOf(bank)).toBeUndefined()
  await sound(bank)
})

test('a wrong currency is refused, and so is a fallback that takes nothing itself', async () => {
  const bank = await openedBank()
  await bank.open('dollars', { currency: 'USD' })
  expect(await end(bank, incoming('dollars'))).toBe('currency_mismatch')
  await bank.status('bob', 'closed')
  expect(await end(bank, special(['debit cash 1.00', 'credit alice 1.00 else:bob']))).toBe('account_closed')
  expect(await end(bank, special(['debit cash 1.00', 'credit alice 1.00 else:nobody']))).toBe(
    'account_not_found',
  )
})

test('a capture is measured by where its lines go, and misses no account for which another takes the line', async () => {
  const bank = await openedBank()
  await bank.fund('bob', '10.00')
  const placed = await bank.submit({
    ...{ type: 'place_hold', accountId: 'bob' as AccountId, amount: 10_00n, currency: 'EUR' as never },
    ...{ expiresAt: undefined, reference: undefined },
  })
  const { holdId } = answerOf(placed) as { holdId: HoldId }
  const capture = (of: HoldId, fallback: string) =>
    end(bank, {
      ...posting([]),
      lines: special(['debit bob 4.00', `credit nobody 4.00 else:${fallback}`]).lines as FixedLineRequest[],
      ...{ type: 'capture_hold', holdId: of, amount: '4.00', final: true },
    })
  expect(await capture(holdId, 'bob')).toBe('hold_account_mismatch')
  expect(await capture('01990000-0000-7000-8000-000000000000' as HoldId, 'suspense')).toBe('hold_not_found')
  expect(await capture('01990000-0000-7000-8000-000000000000' as HoldId, 'nowhere')).toBe('account_not_found')
  expect(await capture(holdId, 'suspense')).toBe('accepted')
  await sound(bank)
})

test('an operator clears it: posted on, with the texts of the payment', async () => {
  const bank = await openedBank()
  const texts = { reference: 'r-1', endToEndId: 'e-1', description: 'salary', metadata: { from: 'ACME' } }
  await bank.submit(incoming('alice', '10.00', { ...texts, valueDate: '2026-11-10' as never }))
  const { suspense_item_id: id } = await itemOf(bank)
  expect(answerOf(await bank.submit(clear(id, 'bob', 'original')))).toMatchObject({
    kind: 'suspense_clearing',
    reason: 'his new account',
    valueDate: '2026-11-10',
    bookingDate: '2026-11-20',
    ...texts,
    lines: [
      { accountId: 'suspense', side: 'debit', amount: '10.00', balanceAfter: '0.00' },
      { accountId: 'bob', side: 'credit', amount: '10.00' },
    ],
  })
  expect(await standingOf(bank)).toEqual(['cleared', '1000', '0'])
  expect(await end(bank, clear(id, 'bob'))).toBe('condition_failed')
  expect(await end(bank, clear(id, 'nobody'))).toBe('account_not_found')
  await sound(bank)
})

test('it cannot be cleared to an account that takes nothing, nor if it is not there', async () => {
  const bank = await openedBank()
  await bank.submit(incoming())
  const { suspense_item_id: id } = await itemOf(bank)
  expect(await end(bank, clear(id, 'alice'))).toBe('account_closed')
  const nowhere = '01990000-0000-7000-8000-000000000000' as SuspenseItemId
  expect(await end(bank, clear(nowhere, 'bob'))).toBe('condition_failed')
  expect(await standingOf(bank)).toEqual(['open', '0', '0'])
  await sound(bank)
})

test('a payment that is sent back takes its item with it, in part or whole', async () => {
  const bank = await openedBank()
  const payment = await bank.submit(incoming())
  expect(await end(bank, reverse(payment, '4.00'))).toBe('accepted')
  expect(await standingOf(bank)).toEqual(['open', '0', '400'])
  expect(await end(bank, reverse(payment, '6.00'))).toBe('accepted')
  expect(await standingOf(bank)).toEqual(['returned', '0', '1000'])
  await sound(bank)
})

test('what was cleared is not sent back from suspense, until its clearing is taken back', async () => {
  const bank = await openedBank()
  const payment = await bank.submit(incoming())
  const { suspense_item_id: id } = await itemOf(bank)
  const clearing = await bank.submit(clear(id, 'bob'))
  expect(await end(bank, reverse(payment))).toBe('condition_failed')
  expect(await end(bank, reverse(clearing, '3.00'))).toBe('accepted')
  expect(await standingOf(bank)).toEqual(['open', '700', '0'])
  expect(await end(bank, reverse(clearing, '7.00'))).toBe('accepted')
  expect(await end(bank, reverse(payment))).toBe('accepted')
  expect(await standingOf(bank)).toEqual(['returned', '0', '1000'])
  await sound(bank)
})

test('of two operators one clears it, in one batch and in two processes', async () => {
  const bank = await openedBank()
  await bank.submit(incoming())
  const first = (await itemOf(bank)).suspense_item_id
  const together = await bank.batch([alone(clear(first, 'bob')), alone(clear(first, 'bob'))])
  expect(together.map(endOf)).toEqual(['accepted', 'condition_failed'])
  const elsewhere = bank.elsewhere()
  for (let round = 0; round < 20; round += 1) {
    await bank.submit(incoming())
    const { suspense_item_id: id } = await itemOf(bank)
    const ends = await Promise.all([bank.submit(clear(id, 'bob')), elsewhere.submit(clear(id, 'cash'))])
    expect(ends.map(endOf).sort()).toEqual(['accepted', 'condition_failed'])
  }
  expect((await bank.balance('suspense')).posted).toBe('0.00')
  await sound(bank)
})

test('a replay answers where it went then, wherever it would go now', async () => {
  const bank = await openedBank()
  const key = newKey()
  const command = incoming('carol')
  await bank.submit(command, key)
  await bank.open('carol')
  const again = await bank.submit(command, key)
  expect(endOf(again)).toBe('accepted, replayed')
  expect(entryOf(again).lines[1]).toMatchObject({ accountId: 'suspense', divertedFrom: 'carol' })
  await sound(bank)
})

test('a batch whose unit fails leaves no item behind', async () => {
  const bank = await openedBank()
  const failing = posting(['debit bob 1.00', 'credit cash 1.00'])
  const outcomes = await bank.batch([
    {
      submissions: [alone(incoming()), alone(failing)].flatMap(({ submissions }) => submissions),
      broken: false,
    },
    alone(incoming('alice', '2.00')),
  ])
  expect(outcomes.map(endOf)).toEqual(['linked_failed', 'insufficient_funds', 'accepted'])
  expect(
    await bank.rows('select amount from suspense.suspense_item where tenant_id = $1', [bank.tenantId]),
  ).toEqual([{ amount: '200' }])
  await sound(bank)
})

test('the database refuses an item that becomes another one, or vanishes', async () => {
  const bank = await openedBank()
  await bank.submit(incoming())
  const change = (sql: string) => bank.rows(sql, [bank.tenantId])
  await expect(
    change('update suspense.suspense_item set amount = 1, version = version + 1 where tenant_id = $1'),
  ).rejects.toThrow('never changes')
  await expect(change('delete from suspense.suspense_item where tenant_id = $1')).rejects.toThrow()
  await expect(change('delete from suspense.suspense_event where tenant_id = $1')).rejects.toThrow()
})

test('value dates before the floor are of a closed period, for postings, reversals and clearings alike', async () => {
  const bank = await openedBank()
  const old = await bank.submit(incoming('alice', '1.00', { valueDate: '2026-11-02' as never }))
  const { suspense_item_id: id } = await itemOf(bank)
  const changes = { valueDateFloor: '2026-11-05' }
  expect(await end(bank, { type: 'change_settings', changes, reason: 'October is closed' })).toBe('accepted')
  const posted = (valueDate: string) =>
    end(bank, posting(['debit cash 1.00', 'credit bob 1.00'], { valueDate: valueDate as never }))
  expect(await posted('2026-11-04')).toBe('period_closed')
  expect(await posted('2026-11-05')).toBe('accepted')
  // Outside the window as well: the closed period comes first.
  expect(await posted('2020-01-01')).toBe('period_closed')
  expect(await end(bank, clear(id, 'bob', 'original'))).toBe('period_closed')
  expect(await end(bank, { ...reverse(old), valueDate: 'original' } as Command)).toBe('period_closed')
  expect(await end(bank, reverse(old))).toBe('accepted')
  await sound(bank)
})
