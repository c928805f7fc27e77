import type { IdempotencyKey } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import {
  answerOf,
  endOf,
  entryOf,
  newKey,
  opening,
  posting,
  standing,
  submissionOf,
  transferOf,
} from '../support/commands.js'

const openBank = useBank()

/** Alice has 500.00, Bob has nothing. */
async function openedBank(): Promise<Bank> {
  const bank = await openBank()
  await bank.open('alice')
  await bank.open('bob')
  await bank.fund('alice', '500.00')
  return bank
}

describe('a posting', () => {
  test('moves money, counts lines and carries the balance after each', async () => {
    const bank = await openedBank()
    const entry = entryOf(await bank.post(['debit alice 100.00', 'credit bob 60.00', 'credit bob 40.00']))
    expect(entry).toMatchObject({
      entryNo: 2,
      status: 'posted',
      kind: 'posting',
      bookingDate: '2026-11-20',
      valueDate: '2026-11-20',
      lines: [
        { lineNo: 1, accountId: 'alice', amount: '100.00', balanceAfter: '400.00', accountVersion: 2 },
        { lineNo: 2, accountId: 'bob', amount: '60.00', balanceAfter: '60.00', accountVersion: 1 },
        { lineNo: 3, accountId: 'bob', amount: '40.00', balanceAfter: '100.00', accountVersion: 2 },
      ],
    })
    expect(await bank.balance('alice')).toEqual({
      accountId: 'alice',
      currency: 'EUR',
      posted: '400.00',
      held: '0.00',
      available: '400.00',
      overdraftLimit: '0.00',
      debits: '100.00',
      credits: '500.00',
      version: 2,
      bookingDate: '2026-11-20',
    })
    await bank.expectBooksInOrder()
  })

  test('in several currencies balances in each', async () => {
    const bank = await openedBank()
    await bank.open('kenji', { currency: 'JPY' })
    const lines = ['debit alice 10.00', 'credit cash 10.00', 'debit yen 1600 JPY', 'credit kenji 1600 JPY']
    expect(endOf(await bank.post(lines))).toBe('accepted')
    expect((await bank.balance('kenji')).posted).toBe('1600')
    await bank.expectBooksInOrder()
  })

  test('that does not balance is a fault, records nothing and leaves the others alone', async () => {
    const bank = await openedBank()
    const key = newKey()
    const [wrong, right] = await Promise.all([
      bank.post(['debit alice 10.00', 'credit bob 9.99'], key),
      bank.transfer({ from: 'alice', to: 'bob', amount: '1.00' }),
    ])
    expect(wrong).toMatchObject({ kind: 'failed', error: { name: 'InvariantViolation' } })
    expect(endOf(right)).toBe('accepted')
    expect(await bank.engine.recorded(bank.books, key)).toBeUndefined()
    await bank.expectBooksInOrder()
  })

  test('of a thousand lines is one entry', async () => {
    const bank = await openedBank()
    const credits = Array.from({ length: 999 }, () => 'credit bob 0.01')
    expect(entryOf(await bank.post(['debit alice 9.99', ...credits])).lines).toHaveLength(1000)
    await bank.expectBooksInOrder()
  })

  test('of the largest amounts is exact', async () => {
    const bank = await openedBank()
    const largest = `${'9'.repeat(26)}.99`
    for (let time = 0; time < 3; time += 1) await bank.fund('bob', largest)
    expect((await bank.balance('bob')).posted).toBe('299999999999999999999999999.97')
    await bank.expectBooksInOrder()
  })
})

describe('an idempotency key', () => {
  test('answers the same again, and the money moves once', async () => {
    const bank = await openedBank()
    const key = newKey()
    const transfer = { from: 'alice', to: 'bob', amount: '1.50' }
    const first = await bank.transfer({ ...transfer, key })
    const again = await bank.transfer({ ...transfer, amount: '1.5', key })
    const elsewhere = await bank.elsewhere().transfer({ ...transfer, key })
    expect([first, again, elsewhere].map(endOf)).toEqual([
      'accepted',
      'accepted, replayed',
      'accepted, replayed',
    ])
    expect(JSON.stringify(answerOf(again))).toBe(JSON.stringify(answerOf(first)))
    expect(JSON.stringify(answerOf(elsewhere))).toBe(JSON.stringify(answerOf(first)))
    expect((await bank.balance('bob')).posted).toBe('1.50')
  })

  test('may come back from somebody else, with other correlation ids', async () => {
    const bank = await openedBank()
    const submission = submissionOf(transferOf({ from: 'alice', to: 'bob', amount: '1.00' }))
    const first = await bank.send(submission)
    const context = { subject: 'key:other', roles: [], correlationId: 'another', causationId: 'cause' }
    const again = await bank.send({ ...submission, context })
    expect(endOf(again)).toBe('accepted, replayed')
    expect(answerOf(again)).toEqual(answerOf(first))
  })

  test('with another command is refused, with the place of the first difference, and nothing changes', async () => {
    const bank = await openedBank()
    const key = newKey()
    await bank.transfer({ from: 'alice', to: 'bob', amount: '1.00', key })
    const counts = await bank.counts()
    expect(await bank.transfer({ from: 'alice', to: 'bob', amount: '1.01', key })).toEqual({
      kind: 'key_reused',
      firstDifference: '/lines/0/amount',
    })
    expect(endOf(await bank.submit(opening('carol'), key))).toBe('key_reused')
    expect(await bank.counts()).toEqual(counts)
    expect(endOf(await bank.transfer({ from: 'alice', to: 'bob', amount: '1.00', key }))).toBe(
      'accepted, replayed',
    )
  })

  test('is the tenant’s own', async () => {
    const [north, south] = [await openedBank(), await openedBank()]
    const key = 'the-same' as IdempotencyKey
    expect(endOf(await north.transfer({ from: 'alice', to: 'bob', amount: '1.00', key }))).toBe('accepted')
    expect(endOf(await south.transfer({ from: 'alice', to: 'bob', amount: '2.00', key }))).toBe('accepted')
    expect((await north.balance('bob')).posted).toBe('1.00')
  })

  test.each(['"quoted"', '{}', '{a,b}', '\\', "'; drop table x; --", '%', 'NULL', '~'.repeat(255)])(
    'may be any visible ASCII: %s',
    async (text) => {
      const bank = await openedBank()
      const key = text as IdempotencyKey
      expect(endOf(await bank.transfer({ from: 'alice', to: 'bob', amount: '1.00', key }))).toBe('accepted')
      expect((await bank.engine.recorded(bank.books, key))?.key).toBe(text)
    },
  )
})

describe('a rejection', () => {
  test('is recorded and final for its key, although the same would pass now', async () => {
    const bank = await openedBank()
    const key = newKey()
    const transfer = { from: 'bob', to: 'alice', amount: '10.00', key }
    const first = await bank.transfer(transfer)
    expect(answerOf(first)).toMatchObject({
      code: 'insufficient_funds',
      facts: { available: '0.00', required: '10.00' },
    })
    await bank.fund('bob', '100.00')
    const again = await bank.transfer(transfer)
    expect(endOf(again)).toBe('insufficient_funds, replayed')
    expect(answerOf(again)).toEqual(answerOf(first))
    expect(endOf(await bank.transfer({ ...transfer, key: newKey() }))).toBe('accepted')
    await bank.expectBooksInOrder()
  })

  test('takes no entry number, tells nobody, and is audited', async () => {
    const bank = await openedBank()
    const before = await bank.counts()
    const ends = []
    const numbers = []
    for (const amount of ['1.00', '9999.00', '2.00', '9999.00', '3.00']) {
      const outcome = await bank.transfer({ from: 'alice', to: 'bob', amount })
      ends.push(endOf(outcome))
      if (endOf(outcome) === 'accepted') numbers.push(entryOf(outcome).entryNo)
    }
    expect(ends).toEqual(['accepted', 'insufficient_funds', 'accepted', 'insufficient_funds', 'accepted'])
    expect(numbers).toEqual([2, 3, 4])
    const after = await bank.counts()
    const grown = Object.fromEntries(
      Object.entries(after).map(([table, count]) => [table, count - (before[table] ?? 0)]),
    )
    expect(grown).toMatchObject({
      'posting.command': 5,
      'audit.audit_event': 5,
      'ledger.journal_entry': 3,
      'ledger.posting_line': 6,
      'outbox.outbox_event': 3,
      'account.balance': 0,
      'account.account': 0,
    })
    await bank.expectBooksInOrder()
  })
})

describe('what is recorded of a command', () => {
  test('is read by its key, with the answer its caller was given', async () => {
    const bank = await openedBank()
    const [posted, refused] = [newKey(), newKey()]
    const first = await bank.transfer({ from: 'alice', to: 'bob', amount: '1.00', key: posted })
    const second = await bank.transfer({ from: 'alice', to: 'nobody', amount: '1.00', key: refused })
    expect(await bank.engine.recorded(bank.books, posted)).toMatchObject({
      businessDate: '2026-11-20',
      answer: { outcome: 'accepted', type: 'post', body: answerOf(first) },
    })
    expect(await bank.engine.recorded(bank.books, refused)).toMatchObject({
      answer: { outcome: 'rejected', type: 'post', rejection: answerOf(second) },
    })
    expect(await bank.engine.recorded(bank.books, newKey())).toBeUndefined()
  })

  test('goes with its ids into the entry, the audit trail and the outbox', async () => {
    const bank = await openedBank()
    const submission = submissionOf(posting(['debit alice 1.00', 'credit bob 1.00'], { reference: 'R-1' }))
    const context = {
      subject: 'key:k1',
      roles: ['payments'],
      correlationId: 'corr-1',
      causationId: 'cause-1',
    }
    await bank.send({ ...submission, context })
    const { key, ids } = submission
    const ofTenant = [bank.tenantId]
    expect(
      await bank.rows('select * from audit.audit_event where tenant_id = $1 and idempotency_key = $2', [
        bank.tenantId,
        key,
      ]),
    ).toEqual([
      expect.objectContaining({
        ...{ audit_event_id: ids.auditEventId, subject: 'key:k1', roles: ['payments'], action: 'post' },
        ...{
          object: ids.entryId,
          outcome: 'accepted',
          code: null,
          correlation_id: 'corr-1',
          causation_id: 'cause-1',
        },
      }),
    ])
    expect(
      await bank.rows(
        'select * from outbox.outbox_event where tenant_id = $1 order by position desc limit 1',
        ofTenant,
      ),
    ).toEqual([
      expect.objectContaining({
        ...{
          event_id: ids.eventId,
          type: 'plinth.journal_entry.posted.v1',
          subject: ids.entryId,
          data: null,
        },
        ...{ correlation_id: 'corr-1', causation_id: 'cause-1' },
      }),
    ])
    expect(
      await bank.rows(
        'select * from ledger.journal_entry where tenant_id = $1 order by entry_no desc limit 1',
        ofTenant,
      ),
    ).toEqual([
      expect.objectContaining({
        ...{
          entry_id: ids.entryId,
          reference: 'R-1',
          correlation_id: 'corr-1',
          causation_id: 'cause-1',
          line_count: 2,
        },
      }),
    ])
  })
})

describe('a dry run', () => {
  test('answers what the command would get, and leaves no trace', async () => {
    const bank = await openedBank()
    const key = newKey()
    const transfer = transferOf({ from: 'alice', to: 'bob', amount: '100.00' })
    const traces = async () => [
      await bank.counts(),
      await bank.state('alice'),
      await bank.rows('select * from ledger.journal_head'),
    ]
    const before = await traces()
    const tried = entryOf(await bank.rehearse(transfer, key))
    expect(tried).toMatchObject({
      entryNo: 2,
      lines: [{ balanceAfter: '400.00', accountVersion: 2 }, { balanceAfter: '100.00' }],
    })
    expect(endOf(await bank.rehearse(transferOf({ from: 'bob', to: 'alice', amount: '1.00' })))).toBe(
      'insufficient_funds',
    )
    expect(endOf(await bank.rehearse(opening('carol')))).toBe('accepted')
    expect(endOf(await bank.rehearse(standing('alice', 'frozen')))).toBe('accepted')
    expect(await traces()).toEqual(before)
    expect(await bank.engine.recorded(bank.books, key)).toBeUndefined()
    expect(entryOf(await bank.submit(transfer, key)).lines).toEqual(tried.lines)
    await bank.expectBooksInOrder()
  })

  test('of a known key replays, and of a reused one says so', async () => {
    const bank = await openedBank()
    const key = newKey()
    const first = await bank.transfer({ from: 'alice', to: 'bob', amount: '1.00', key })
    const again = await bank.rehearse(transferOf({ from: 'alice', to: 'bob', amount: '1.00' }), key)
    expect(endOf(again)).toBe('accepted, replayed')
    expect(answerOf(again)).toEqual(answerOf(first))
    expect(endOf(await bank.rehearse(opening('x'), key))).toBe('key_reused')
  })
})
