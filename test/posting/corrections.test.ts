import type { EntryId } from '@plinth/kernel'
import { type CorrectCommand, verifyBooks } from '@plinth/posting'
import { expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, endOf, entryOf, newKey, posting, submissionOf, together } from '../support/commands.js'

const openBank = useBank()

type Entry = ReturnType<typeof entryOf>

/** Alice had 100.00; entry 2 moved 40.00 of it to Bob, who has nothing else. */
async function openedBank(): Promise<{ bank: Bank; entryId: EntryId }> {
  const bank = await openBank({ valueDateDaysBack: 30 })
  for (const accountId of ['alice', 'bob', 'carol']) await bank.open(accountId)
  await bank.fund('alice', '100.00')
  const moved = await bank.submit(posting(['debit alice 40.00', 'credit bob 40.00']))
  return { bank, entryId: entryOf(moved).journalEntryId as EntryId }
}

function correct(
  entryId: EntryId,
  lines: readonly string[],
  more: Partial<CorrectCommand> & { postedOn?: string } = {},
): CorrectCommand {
  const { type: _, ...request } = posting(lines)
  return {
    type: 'correct',
    entryId,
    reason: 'a wrong amount',
    valueDate: undefined,
    posting: request,
    ...more,
  }
}

async function sound(bank: Bank): Promise<void> {
  await bank.expectBooksInOrder()
  const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
}
const posted = (bank: Bank): Promise<string[]> =>
  Promise.all(['alice', 'bob', 'carol'].map(async (id) => (await bank.balance(id)).posted))

test('a correction takes the entry back and posts the right one behind it', async () => {
  const { bank, entryId } = await openedBank()
  const body = answerOf(await bank.submit(correct(entryId, ['debit alice 30.00', 'credit bob 30.00'])))
  expect(body).toMatchObject({
    reversal: { entryNo: 3, kind: 'reversal', reverses: entryId, reason: 'a wrong amount' },
    posting: {
      entryNo: 4,
      kind: 'correction',
      reason: 'a wrong amount',
      lines: [
        { accountId: 'alice', amount: '30.00', balanceAfter: '70.00', accountVersion: 4 },
        { accountId: 'bob', amount: '30.00', balanceAfter: '30.00', accountVersion: 3 },
      ],
    },
  })
  expect(await posted(bank)).toEqual(['70.00', '30.00', '0.00'])
  await sound(bank)
})

test('it needs funds for the difference alone, not for the way in between', async () => {
  const { bank, entryId } = await openedBank()
  await bank.transfer({ from: 'bob', to: 'carol', amount: '35.00' })
  const smaller = correct(entryId, ['debit alice 34.00', 'credit bob 34.00'])
  expect(endOf(await bank.submit(smaller))).toBe('insufficient_funds')
  const enough = correct(entryId, ['debit alice 35.00', 'credit bob 35.00'])
  expect(endOf(await bank.submit(enough))).toBe('accepted')
  expect(await posted(bank)).toEqual(['65.00', '0.00', '35.00'])
  await sound(bank)
})

test('it happens whole or not at all', async () => {
  const { bank, entryId } = await openedBank()
  expect(endOf(await bank.submit(correct(entryId, ['debit alice 1.00', 'credit nobody 1.00'])))).toBe(
    'account_not_found',
  )
  expect(endOf(await bank.submit(correct(entryId, ['debit alice 100.01', 'credit carol 100.01'])))).toBe(
    'insufficient_funds',
  )
  expect(await posted(bank)).toEqual(['60.00', '40.00', '0.00'])
  await sound(bank)
})

test('what is corrected or reversed is not corrected again, and a correction can be corrected itself', async () => {
  const { bank, entryId } = await openedBank()
  const first = answerOf(await bank.submit(correct(entryId, ['debit alice 30.00', 'credit bob 30.00'])))
  expect(endOf(await bank.submit(correct(entryId, ['debit alice 1.00', 'credit bob 1.00'])))).toBe(
    'entry_already_reversed',
  )
  const reversed = (first.reversal as Entry).journalEntryId as EntryId
  expect(endOf(await bank.submit(correct(reversed, ['debit alice 1.00', 'credit bob 1.00'])))).toBe(
    'entry_is_a_reversal',
  )
  const corrected = (first.posting as Entry).journalEntryId as EntryId
  expect(endOf(await bank.submit(correct(corrected, ['debit alice 5.00', 'credit carol 5.00'])))).toBe(
    'accepted',
  )
  expect(await posted(bank)).toEqual(['95.00', '0.00', '5.00'])
  await sound(bank)
})

test('a missing entry is refused behind a missing account', async () => {
  const { bank } = await openedBank()
  const nowhere = '01990000-0000-7000-8000-000000000000' as EntryId
  expect(endOf(await bank.submit(correct(nowhere, ['debit alice 1.00', 'credit bob 1.00'])))).toBe(
    'entry_not_found',
  )
  expect(endOf(await bank.submit(correct(nowhere, ['debit alice 1.00', 'credit nobody 1.00'])))).toBe(
    'account_not_found',
  )
})

test('its two halves have value dates of their own', async () => {
  const { bank, entryId } = await openedBank()
  const { type: _, ...request } = posting(['debit alice 40.00', 'credit bob 40.00'], {
    valueDate: '2026-11-10' as never,
  })
  const command = { ...correct(entryId, []), valueDate: 'original', posting: request } as const
  expect(answerOf(await bank.submit(command))).toMatchObject({
    reversal: { valueDate: '2026-11-20', bookingDate: '2026-11-20' },
    posting: { valueDate: '2026-11-10', bookingDate: '2026-11-20' },
  })
  await sound(bank)
})

test('it replays both entries, byte for byte, and its command is verified with both', async () => {
  const { bank, entryId } = await openedBank()
  const submission = submissionOf(correct(entryId, ['debit alice 30.00', 'credit bob 30.00']), newKey())
  const first = await bank.send(submission)
  const again = await bank.send({ ...submission, ids: { ...submission.ids } })
  expect(endOf(again)).toBe('accepted, replayed')
  expect(JSON.stringify(answerOf(again))).toBe(JSON.stringify(answerOf(first)))
  const events = await bank.rows<{ subject: string; type: string }>(
    'select subject, type from outbox.outbox_event where tenant_id = $1 order by position desc limit 2',
    [bank.tenantId],
  )
  const { reversal, posting: corrected } = answerOf(first) as { reversal: Entry; posting: Entry }
  const type = 'plinth.journal_entry.posted.v1'
  expect(events).toEqual([
    { subject: corrected.journalEntryId, type },
    { subject: reversal.journalEntryId, type },
  ])
  await sound(bank)
})

test('in a batch others see what it left, and a unit that fails leaves nothing of it', async () => {
  const { bank, entryId } = await openedBank()
  const correction = correct(entryId, ['debit alice 30.00', 'credit bob 30.00'])
  const failing = posting(['debit bob 1000.00', 'credit alice 1000.00'])
  const undone = await bank.batch([together(submissionOf(correction), failing)])
  expect(undone.map(endOf)).toEqual(['linked_failed', 'insufficient_funds'])
  const behind = posting(['debit bob 30.00', 'credit carol 30.00'])
  const outcomes = await bank.batch([correction, behind, correction])
  expect(outcomes.map(endOf)).toEqual(['accepted', 'accepted', 'entry_already_reversed'])
  expect(await posted(bank)).toEqual(['70.00', '0.00', '30.00'])
  await sound(bank)
})
