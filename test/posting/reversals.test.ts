import type { BusinessDate, EntryId } from '@plinth/kernel'
import { type Command, verifyBooks } from '@plinth/posting'
import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import { answerOf, endOf, entryOf, posting, together, transferOf } from '../support/commands.js'

const openBank = useBank()

interface Part {
  readonly lineNo: number
  readonly amount: string
}
const reverse = (
  entryId: string,
  { lines, valueDate }: { lines?: Part[]; valueDate?: string } = {},
): Command => ({
  type: 'reverse',
  entryId: entryId as EntryId,
  reason: 'a mistake',
  valueDate: valueDate as BusinessDate | undefined,
  lines,
})
const part = (amount: string): Part[] => [
  { lineNo: 1, amount },
  { lineNo: 2, amount },
]

/** Alice has 100.00; entry 2 moved 40.00 of it to Bob. */
async function openedBank(
  options: Parameters<typeof openBank>[0] = {},
): Promise<{ bank: Bank; entryId: string }> {
  const bank = await openBank(options)
  await bank.open('alice')
  await bank.open('bob')
  await bank.fund('alice', '100.00')
  const moved = await bank.submit(
    posting(['debit alice 40.00', 'credit bob 40.00'], {
      transactionCode: 'RENT',
      reference: 'r-1',
      valueDate: '2026-11-01' as BusinessDate,
    }),
  )
  return { bank, entryId: entryOf(moved).journalEntryId }
}
const end = async (bank: Bank, command: Command): Promise<string> => endOf(await bank.submit(command))
const posted = async (bank: Bank): Promise<unknown[]> => [
  (await bank.balance('alice')).posted,
  (await bank.balance('bob')).posted,
]
async function sound(bank: Bank): Promise<void> {
  await bank.expectBooksInOrder()
  const report = await bank.database.read(bank.tenantId, (tx) => verifyBooks(tx, bank.books))
  expect(report.rules.filter(({ broken }) => broken > 0)).toEqual([])
}

describe('a reversal', () => {
  test('takes an entry back whole, on the other side, booked today', async () => {
    const { bank, entryId } = await openedBank()
    const outcome = await bank.submit(reverse(entryId))
    expect(answerOf(outcome)).toMatchObject({
      kind: 'reversal',
      reverses: entryId,
      reason: 'a mistake',
      transactionCode: 'RENT',
      reference: 'r-1',
      bookingDate: '2026-11-20',
      valueDate: '2026-11-20',
      lines: [
        { accountId: 'alice', side: 'credit', amount: '40.00', reversesLineNo: 1 },
        { accountId: 'bob', side: 'debit', amount: '40.00', reversesLineNo: 2 },
      ],
    })
    expect(await posted(bank)).toEqual(['100.00', '0.00'])
    expect(await end(bank, reverse(entryId))).toBe('entry_already_reversed')
    await sound(bank)
  })

  test('has the value date of the original where that is asked for, however far back', async () => {
    const { bank, entryId } = await openedBank()
    await bank.submit({ type: 'change_settings', changes: { valueDateDaysBack: 0 }, reason: 'x' })
    expect(await end(bank, reverse(entryId, { valueDate: '2026-11-01' }))).toBe('value_date_out_of_window')
    const outcome = await bank.submit(reverse(entryId, { valueDate: 'original' }))
    expect(answerOf(outcome)).toMatchObject({ valueDate: '2026-11-01', bookingDate: '2026-11-20' })
    await sound(bank)
  })

  test('takes back in parts, never more than each line was', async () => {
    const { bank, entryId } = await openedBank()
    expect(await end(bank, reverse(entryId, { lines: part('15.00') }))).toBe('accepted')
    expect(await posted(bank)).toEqual(['75.00', '25.00'])
    expect(await end(bank, reverse(entryId, { lines: part('25.01') }))).toBe('reversal_exceeds_entry')
    expect(await end(bank, reverse(entryId))).toBe('reversal_exceeds_entry')
    expect(await end(bank, reverse(entryId, { lines: part('25.00') }))).toBe('accepted')
    expect(await end(bank, reverse(entryId, { lines: part('0.01') }))).toBe('entry_already_reversed')
    await sound(bank)
  })

  test('of one line named twice counts both', async () => {
    const { bank, entryId } = await openedBank()
    const twice = [...part('15.00'), ...part('25.01')]
    expect(await end(bank, reverse(entryId, { lines: twice }))).toBe('reversal_exceeds_entry')
    expect(await end(bank, reverse(entryId, { lines: [...part('15.00'), ...part('25.00')] }))).toBe(
      'accepted',
    )
    await sound(bank)
  })

  test('of a part that does not balance is not recorded', async () => {
    const { bank, entryId } = await openedBank()
    const lines = [
      { lineNo: 1, amount: '5.00' },
      { lineNo: 2, amount: '4.00' },
    ]
    expect(await end(bank, reverse(entryId, { lines }))).toBe('malformed')
    const [row] = await bank.rows(
      "select count(*)::int as n from posting.command where type = 'reverse' and tenant_id = $1",
      [bank.tenantId],
    )
    expect(row).toEqual({ n: 0 })
  })

  test('of a part that does not balance is no command, whatever was taken back before it', async () => {
    const { bank, entryId } = await openedBank()
    const lines = [{ lineNo: 1, amount: '5.00' }]
    await bank.submit(reverse(entryId, { lines: part('36.00') }))
    expect(await end(bank, reverse(entryId, { lines }))).toBe('malformed')
    await bank.submit(reverse(entryId, { lines: part('4.00') }))
    expect(await end(bank, reverse(entryId, { lines }))).toBe('malformed')
  })

  test('of a part looks at the accounts of that part alone, whatever else speaks against it', async () => {
    const { bank } = await openedBank()
    await bank.open('carol')
    const two = ['debit alice 3.00', 'credit bob 3.00', 'debit alice 2.00', 'credit carol 2.00']
    const { journalEntryId } = entryOf(await bank.post(two))
    await bank.status('carol', 'frozen')
    expect(await end(bank, reverse(journalEntryId, { lines: part('3.01') }))).toBe('reversal_exceeds_entry')
    expect(await end(bank, reverse(journalEntryId, { lines: part('3.00') }))).toBe('accepted')
    expect(await end(bank, reverse(journalEntryId))).toBe('account_frozen')
    await sound(bank)
  })

  test('of a line that is not there, or in decimals the currency has not, exceeds the entry', async () => {
    const { bank, entryId } = await openedBank()
    for (const lines of [[...part('1.00'), { lineNo: 3, amount: '1.00' }], part('1.001')])
      expect(await end(bank, reverse(entryId, { lines }))).toBe('reversal_exceeds_entry')
  })

  test('is not reversed, and what is not there neither', async () => {
    const { bank, entryId } = await openedBank()
    const { journalEntryId } = answerOf(await bank.submit(reverse(entryId))) as { journalEntryId: string }
    expect(await end(bank, reverse(journalEntryId))).toBe('entry_is_a_reversal')
    expect(await end(bank, reverse('01234567-89ab-7def-8123-456789abcdef'))).toBe('entry_not_found')
  })

  test('checks funds as any posting', async () => {
    const { bank, entryId } = await openedBank()
    await bank.transfer({ from: 'bob', to: 'cash', amount: '30.00' })
    expect(await end(bank, reverse(entryId))).toBe('insufficient_funds')
    expect(await end(bank, reverse(entryId, { lines: part('10.00') }))).toBe('accepted')
    await sound(bank)
  })

  test('does not revive the hold that a capture consumed', async () => {
    const { bank } = await openedBank()
    const placed = await bank.submit({
      ...{ type: 'place_hold', accountId: 'alice', amount: 10_00n, currency: 'EUR' },
      expiresAt: undefined,
      reference: undefined,
    } as Command)
    const { holdId } = answerOf(placed)
    const capture = await bank.submit({
      ...posting(['debit alice 10.00', 'credit cash 10.00']),
      type: 'capture_hold',
      holdId,
      amount: '10.00',
      final: true,
    } as Command)
    expect(await end(bank, reverse(entryOf(capture).journalEntryId))).toBe('accepted')
    expect(await bank.balance('alice')).toMatchObject({ posted: '60.00', held: '0.00' })
    const [row] = await bank.rows('select status from holds.account_hold where hold_id = $1', [holdId])
    expect(row).toEqual({ status: 'captured' })
    await sound(bank)
  })

  test('sees in one batch what those before it took back, and a failed unit takes nothing back', async () => {
    const { bank, entryId } = await openedBank()
    const failing = together(reverse(entryId), transferOf({ from: 'alice', to: 'nobody', amount: '1.00' }))
    const outcomes = await bank.batch([
      failing,
      reverse(entryId, { lines: part('30.00') }),
      reverse(entryId, { lines: part('30.00') }),
      reverse(entryId, { lines: part('10.00') }),
    ])
    expect(outcomes.map(endOf)).toEqual([
      'linked_failed',
      'account_not_found',
      'accepted',
      'reversal_exceeds_entry',
      'accepted',
    ])
    await sound(bank)
  })
})

describe('a second person is needed for a reversal', () => {
  test('above what one may take back alone', async () => {
    const settings = { approvals: ['reversals' as const], reversalsAlone: { EUR: '15.00' } }
    const { bank, entryId } = await openedBank(settings)
    expect(await end(bank, reverse(entryId))).toBe('approval_needed')
    expect(await end(bank, reverse(entryId, { lines: part('15.01') }))).toBe('approval_needed')
    expect(await end(bank, reverse(entryId, { lines: part('15.00') }))).toBe('accepted')
  })

  test('of any amount in a currency that is not named', async () => {
    const { bank, entryId } = await openedBank({ approvals: ['reversals'] })
    expect(await end(bank, reverse(entryId, { lines: part('0.01') }))).toBe('approval_needed')
  })
})

describe('the database refuses a reversing line', () => {
  const insert = async (
    bank: Bank,
    { line = 1, side = 'credit', amount = 40_00, account = 'alice' } = {},
  ) => {
    const sql = `with e as (insert into ledger.journal_entry (tenant_id, entry_no, entry_id, kind, transaction_code,
        booking_date, value_date, posted_at, correlation_id, metadata, line_count, rendering, reverses_entry_no, reason)
      values ('${bank.tenantId}', 3, gen_random_uuid(), 'reversal', 'T', '2026-11-20', '2026-11-20', now(), 'c', '{}', 2, 1, 2, 'x'))
      insert into ledger.posting_line (tenant_id, entry_no, line_no, account_id, side, amount, currency, gl_code,
        balance_after, account_version, booking_date, value_date, reverses_entry_no, reverses_line_no)
      values ('${bank.tenantId}', 3, 1, '${account}', '${side}', ${amount}, 'EUR', '2100', 0, ${account === 'alice' ? 3 : 2}, '2026-11-20', '2026-11-20', 2, ${line}),
             ('${bank.tenantId}', 3, 2, 'cash', '${side === 'credit' ? 'debit' : 'credit'}', ${amount}, 'EUR', '1100', 0, 2, '2026-11-20', '2026-11-20', null, null)`
    const head = `update ledger.journal_head set next_entry_no = 4 where tenant_id = '${bank.tenantId}'`
    return await bank
      .rows(`${head}; ${sql}; do $$ begin raise exception 'undone' using errcode = 'P0002'; end $$`)
      .then(
        () => 'committed',
        ({ code }: { code: string }) => code,
      )
  }
  test.each([
    ['that mirrors its line', {}, 'P0002'],
    ['of more than the line', { amount: 40_01 }, '23514'],
    ['on the same side', { side: 'debit' }, '23514'],
    ['on another account', { account: 'bob', side: 'credit' }, '23514'],
    ['of a line that is not there', { line: 3 }, '23514'],
  ])('%s: %s', async (_, change, expected) => {
    const { bank } = await openedBank()
    expect(await insert(bank, change)).toBe(expected)
  })
})
