import type { HoldId } from '@plinth/holds'
import type { AccountId, EntryId } from '@plinth/kernel'
import { type Command, verifyBooks } from '@plinth/posting'
import { expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, endOf, entryOf, posting, special } from '../support/commands.js'
import { asAdmin } from '../support/database-admin.js'

const openBank = useBank()

/** Alice has 10.00 and a cheque over 50.00 that is available in three days; the bank is at 2026-11-20. */
async function openedBank(): Promise<{ bank: Bank; entryId: EntryId; holdId: HoldId }> {
  const bank = await openBank()
  await bank.open('alice')
  await bank.fund('alice', '10.00')
  const cheque = await bank.submit(special(['debit cash 50.00', 'credit alice 50.00 from:2026-11-23']))
  return { bank, entryId: entryOf(cheque).journalEntryId as EntryId, holdId: await clearingHold(bank) }
}

async function clearingHold(bank: Bank): Promise<HoldId> {
  const [row] = await bank.rows<{ hold_id: HoldId }>(
    'select hold_id from holds.account_hold where tenant_id = $1 and available_from is not null',
    [bank.tenantId],
  )
  return row?.hold_id as HoldId
}
const amounts = async (bank: Bank): Promise<unknown[]> => {
  const { posted, held, available } = await bank.balance('alice')
  return [posted, held, available]
}
const end = async (bank: Bank, command: Command): Promise<string> => endOf(await bank.submit(command))
const reverse = (entryId: EntryId, amount?: string): Command => ({
  type: 'reverse',
  entryId,
  reason: 'the cheque bounced',
  valueDate: undefined,
  lines: amount === undefined ? undefined : [1, 2].map((lineNo) => ({ lineNo, amount })),
})
/** Moves the business date, as the end of day does. */
const dayOf = (bank: Bank, date: string): Promise<unknown> =>
  asAdmin(bank.adminUrl, (client) =>
    client.query('update ledger.journal_head set business_date = $2 where tenant_id = $1', [
      bank.tenantId,
      date,
    ]),
  )
async function sound(bank: Bank): Promise<void> {
  await bank.expectBooksInOrder()
  const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
}

test('a credit that is available later is posted at once and held until its day', async () => {
  const { bank, entryId, holdId } = await openedBank()
  expect(await amounts(bank)).toEqual(['60.00', '50.00', '10.00'])
  expect(await end(bank, posting(['debit alice 10.01', 'credit cash 10.01']))).toBe('insufficient_funds')
  const body = answerOf(await bank.submit({ type: 'release_hold', holdId }))
  expect(body).toMatchObject({ clears: { journalEntryId: entryId, lineNo: 2, availableFrom: '2026-11-23' } })
  expect(await amounts(bank)).toEqual(['60.00', '0.00', '60.00'])
  await sound(bank)
})

test('it is available when the business date has come, and not before', async () => {
  const { bank, holdId } = await openedBank()
  const early = await bank.submit({ type: 'expire_hold', holdId })
  expect(endOf(early)).toBe('condition_failed')
  await dayOf(bank, '2026-11-23')
  const ended = answerOf(await bank.submit({ type: 'expire_hold', holdId }))
  expect(ended).toMatchObject({ status: 'expired', remaining: '0.00' })
  expect(await amounts(bank)).toEqual(['60.00', '0.00', '60.00'])
  await sound(bank)
})

test('one that is available today already is held by nobody, nor one on an unlimited account', async () => {
  const bank = await openBank()
  await bank.open('alice')
  const lines = ['debit cash 5.00', 'credit alice 5.00 from:2026-11-20']
  expect(answerOf(await bank.submit(special(lines)))).toMatchObject({
    lines: [{}, { availableFrom: '2026-11-20' }],
  })
  await bank.submit(special(['debit alice 1.00', 'credit cash 1.00 from:2027-01-01']))
  expect(await amounts(bank)).toEqual(['4.00', '0.00', '4.00'])
  expect(await clearingHold(bank)).toBeUndefined()
  await sound(bank)
})

test('a clearing hold is neither captured nor extended', async () => {
  const { bank, holdId } = await openedBank()
  const captured = await bank.submit({
    ...posting(['debit alice 1.00', 'credit cash 1.00']),
    ...{ type: 'capture_hold', holdId, amount: '1.00', final: false },
  })
  expect(endOf(captured)).toBe('condition_failed')
  expect(await end(bank, { type: 'extend_hold', holdId, expiresAt: undefined })).toBe('condition_failed')
})

test('a reversal before its day takes the hold with it, in part or whole, and needs no other money', async () => {
  const { bank, entryId, holdId } = await openedBank()
  await bank.transfer({ from: 'alice', to: 'cash', amount: '10.00' })
  expect(await end(bank, reverse(entryId, '20.00'))).toBe('accepted')
  expect(await amounts(bank)).toEqual(['30.00', '30.00', '0.00'])
  expect(await end(bank, reverse(entryId, '30.00'))).toBe('accepted')
  expect(await amounts(bank)).toEqual(['0.00', '0.00', '0.00'])
  const history = await bank.rows<{ change: string }>(
    'select change from holds.hold_event where tenant_id = $1 and hold_id = $2 order by version',
    [bank.tenantId, holdId],
  )
  expect(history.map(({ change }) => change)).toEqual(['placed', 'reduced', 'released'])
  await sound(bank)
})

test('a reversal behind its release is paid like any other', async () => {
  const { bank, entryId, holdId } = await openedBank()
  await bank.submit({ type: 'release_hold', holdId })
  await bank.transfer({ from: 'alice', to: 'cash', amount: '20.00' })
  expect(await end(bank, reverse(entryId))).toBe('insufficient_funds')
  await sound(bank)
})

test('a correction of it moves the hold to the right amount', async () => {
  const { bank, entryId } = await openedBank()
  const { type: _, ...request } = special(['debit cash 5.00', 'credit alice 5.00 from:2026-11-24'])
  const outcome = await bank.submit({
    type: 'correct',
    ...{ entryId, reason: 'misread', valueDate: undefined, posting: request },
  })
  expect(endOf(outcome)).toBe('accepted')
  expect(await amounts(bank)).toEqual(['15.00', '5.00', '10.00'])
  await sound(bank)
})

test('a dormant account takes such a credit, a closed one does not close over it', async () => {
  const { bank, holdId } = await openedBank()
  await bank.status('alice', 'dormant')
  const another = special(['debit cash 1.00', 'credit alice 1.00 from:2026-11-30'])
  expect(await end(bank, another)).toBe('accepted')
  await bank.status('alice', 'open')
  await bank.submit({ type: 'release_hold', holdId })
  await bank.transfer({ from: 'alice', to: 'cash', amount: '60.00' })
  expect(endOf(await bank.status('alice', 'closed'))).toBe('account_not_empty')
  await sound(bank)
})

test('a batch decided on what the one in front will have done knows its clearing holds', async () => {
  const bank = await openBank()
  await bank.open('alice' as AccountId)
  const cheque = special(['debit cash 9.00', 'credit alice 9.00 from:2026-12-01'])
  const outcomes = await Promise.all(
    Array.from({ length: 60 }, (_, at) =>
      bank.submit(at % 2 === 0 ? cheque : posting(['debit alice 1.00', 'credit cash 1.00'])),
    ),
  )
  expect(new Set(outcomes.map(endOf))).toEqual(new Set(['accepted', 'insufficient_funds']))
  expect(await amounts(bank)).toEqual(['270.00', '270.00', '0.00'])
  await sound(bank)
})
