import { describe, expect, test } from 'vitest'
import { type Bank, useBank } from '../support/bank.js'
import {
  alone,
  answerOf,
  endOf,
  entryOf,
  newGlAccount,
  newTerms,
  opening,
  standing,
  submissionOf,
  together,
  transferOf,
} from '../support/commands.js'

const openBank = useBank()

async function openedBank(): Promise<Bank> {
  const bank = await openBank()
  await bank.open('alice')
  await bank.open('bob')
  await bank.fund('alice', '100.00')
  return bank
}

const pay = (from: string, to: string, amount: string) => transferOf({ from, to, amount })

describe('a batch', () => {
  test('takes effect in order: later commands see what earlier ones did', async () => {
    const bank = await openedBank()
    const outcomes = await bank.batch([
      pay('alice', 'carol', '1.00'),
      newGlAccount('2200', 'liability'),
      opening('carol', { gl: '2200' }),
      pay('alice', 'carol', '30.00'),
      pay('carol', 'bob', '30.01'),
      newTerms('carol', { limit: '0.01', name: 'Carol' }),
      pay('carol', 'bob', '30.01'),
      newTerms('carol', { limit: '0' }),
      pay('carol', 'bob', '0.01'),
      pay('bob', 'carol', '0.01'),
      standing('carol', 'closed'),
      pay('bob', 'carol', '1.00'),
    ])
    expect(outcomes.map(endOf)).toEqual([
      ...[
        'account_not_found',
        'accepted',
        'accepted',
        'accepted',
        'insufficient_funds',
        'accepted',
        'accepted',
      ],
      ...['accepted', 'insufficient_funds', 'accepted', 'accepted', 'account_closed'],
    ])
    expect((await bank.balance('bob')).posted).toBe('30.00')
    expect(await bank.state('carol')).toMatchObject({ status: 'closed', overdraftLimit: 0n, version: 3 })
    expect(
      await bank.rows("select name from account.account where tenant_id = $1 and account_id = 'carol'", [
        bank.tenantId,
      ]),
    ).toEqual([{ name: 'Carol' }])
    await bank.expectBooksInOrder()
  })

  test('numbers its entries densely, rejections in between or not', async () => {
    const bank = await openedBank()
    const outcomes = await bank.batch(
      ['1.00', '999.00', '2.00', '999.00', '3.00'].map((amount) => pay('alice', 'bob', amount)),
    )
    const numbers = outcomes.flatMap((outcome) =>
      endOf(outcome) === 'accepted' ? [entryOf(outcome).entryNo] : [],
    )
    expect(numbers).toEqual([2, 3, 4])
    await bank.expectBooksInOrder()
  })

  test('changes an account’s status back and forth between postings', async () => {
    const bank = await openedBank()
    const outcomes = await bank.batch([
      pay('alice', 'bob', '1.00'),
      standing('alice', 'frozen'),
      pay('alice', 'bob', '1.00'),
      standing('alice', 'open', { debits: true }),
      pay('alice', 'bob', '1.00'),
      pay('bob', 'alice', '0.50'),
      standing('alice', 'open', { debits: false }),
      pay('alice', 'bob', '99.50'),
      standing('alice', 'closed'),
    ])
    expect(outcomes.map(endOf)).toEqual([
      ...[
        'accepted',
        'accepted',
        'account_frozen',
        'accepted',
        'account_debits_blocked',
        'accepted',
        'accepted',
      ],
      ...['accepted', 'accepted'],
    ])
    await bank.expectBooksInOrder()
  })

  test('may draw a limit and lower it below what is drawn; then only credits pass', async () => {
    const bank = await openedBank()
    const outcomes = await bank.batch([
      newTerms('bob', { limit: '50.00' }),
      pay('bob', 'alice', '50.00'),
      newTerms('bob', { limit: '10.00' }),
      pay('alice', 'bob', '5.00'),
      pay('bob', 'alice', '0.01'),
    ])
    expect(outcomes.map(endOf)).toEqual([
      'accepted',
      'accepted',
      'accepted',
      'accepted',
      'insufficient_funds',
    ])
    expect(await bank.balance('bob')).toMatchObject({
      posted: '-45.00',
      available: '-35.00',
      overdraftLimit: '10.00',
    })
    await bank.expectBooksInOrder()
  })

  test('decides a key that comes twice once', async () => {
    const bank = await openedBank()
    const submission = submissionOf(pay('alice', 'bob', '1.00'))
    const unit = { submissions: [submission], broken: false }
    const outcomes = await bank.batch([unit, unit, unit])
    expect(outcomes.map(endOf)).toEqual(['accepted', 'accepted, replayed', 'accepted, replayed'])
    expect(answerOf(outcomes[2] as never)).toEqual(answerOf(outcomes[0] as never))
    expect((await bank.balance('bob')).posted).toBe('1.00')
  })

  test('sent again replays, command by command, and takes what is new', async () => {
    const bank = await openedBank()
    const units = ['1.00', '999.00', '2.00'].map((amount) => alone(pay('alice', 'bob', amount)))
    const first = await bank.batch(units)
    const again = await bank.batch([...units, alone(pay('alice', 'bob', '3.00'))])
    expect(again.map(endOf)).toEqual([
      ...['accepted, replayed', 'insufficient_funds, replayed', 'accepted, replayed', 'accepted'],
    ])
    expect(again.slice(0, 3).map(answerOf)).toEqual(first.map(answerOf))
    expect((await bank.balance('bob')).posted).toBe('6.00')
  })

  test('of more commands than one transaction takes keeps its order', async () => {
    const bank = await openedBank()
    // There and back: each pays with what the one before brought.
    const outcomes = await bank.batch(
      Array.from({ length: 2_400 }, (_, at) =>
        at % 2 === 0 ? pay('alice', 'bob', '100.00') : pay('bob', 'alice', '100.00'),
      ),
    )
    expect(new Set(outcomes.map(endOf))).toEqual(new Set(['accepted']))
    expect(outcomes.map((outcome) => entryOf(outcome).entryNo)).toEqual(outcomes.map((_, at) => at + 2))
    await bank.expectBooksInOrder()
  })

  test('that is empty answers nothing', async () => {
    expect(await (await openedBank()).batch([])).toEqual([])
  })
})

describe('commands that stand or fall together', () => {
  test('all pass', async () => {
    const bank = await openedBank()
    const outcomes = await bank.batch([together(pay('alice', 'bob', '60.00'), pay('bob', 'alice', '60.00'))])
    expect(outcomes.map(endOf)).toEqual(['accepted', 'accepted'])
    await bank.expectBooksInOrder()
  })

  test('all fail: the first failure is recorded, the others leave no trace and may come again', async () => {
    const bank = await openedBank()
    const before = await bank.counts()
    const [first, opens, failing, last] = [
      submissionOf(pay('alice', 'bob', '60.00')),
      submissionOf(opening('carol')),
      submissionOf(pay('alice', 'carol', '60.00')),
      submissionOf(pay('bob', 'alice', '1.00')),
    ]
    const outcomes = await bank.batch([together(first, opens, failing, last)])
    expect(outcomes.map(endOf)).toEqual([
      'linked_failed',
      'linked_failed',
      'insufficient_funds',
      'linked_failed',
    ])
    expect(await bank.counts()).toEqual({
      ...before,
      'posting.command': (before['posting.command'] ?? 0) + 1,
      'audit.audit_event': (before['audit.audit_event'] ?? 0) + 1,
    })
    expect((await bank.balance('alice')).posted).toBe('100.00')
    expect((await bank.batch([together(opens, first)])).map(endOf)).toEqual(['accepted', 'accepted'])
    expect(endOf(await bank.send(failing))).toBe('insufficient_funds, replayed')
    await bank.expectBooksInOrder()
  })

  test('stand beside groups and single commands that do not care', async () => {
    const bank = await openedBank()
    const outcomes = await bank.batch([
      pay('alice', 'bob', '10.00'),
      together(pay('alice', 'bob', '20.00'), pay('alice', 'bob', '500.00')),
      pay('alice', 'bob', '30.00'),
      together(pay('alice', 'bob', '40.00'), newTerms('bob', { limit: '1.00' })),
      together(standing('bob', 'frozen'), pay('alice', 'nobody', '1.00')),
      pay('bob', 'alice', '81.00'),
    ])
    expect(outcomes.map(endOf)).toEqual([
      ...['accepted', 'linked_failed', 'insufficient_funds', 'accepted', 'accepted', 'accepted'],
      ...['linked_failed', 'account_not_found', 'accepted'],
    ])
    expect((await bank.balance('bob')).posted).toBe('-1.00')
    await bank.expectBooksInOrder()
  })

  test('a known key counts by its stored outcome', async () => {
    const bank = await openedBank()
    const [passed, refused] = [
      submissionOf(pay('alice', 'bob', '1.00')),
      submissionOf(pay('alice', 'bob', '500.00')),
    ]
    await bank.send(passed)
    await bank.send(refused)
    await bank.fund('alice', '1000.00')
    const linked = await bank.batch([
      together(passed, submissionOf(pay('alice', 'bob', '2.00'))),
      together(submissionOf(pay('alice', 'bob', '4.00')), refused),
    ])
    expect(linked.map(endOf)).toEqual([
      'accepted, replayed',
      'accepted',
      'linked_failed',
      'insufficient_funds, replayed',
    ])
    expect((await bank.balance('bob')).posted).toBe('3.00')
    await bank.expectBooksInOrder()
  })

  test('a unit with a malformed member replays what is known and tries nothing', async () => {
    const bank = await openedBank()
    const passed = submissionOf(pay('alice', 'bob', '1.00'))
    await bank.send(passed)
    const before = await bank.counts()
    const outcomes = await bank.batch([{ ...together(passed, pay('alice', 'bob', '2.00')), broken: true }])
    expect(outcomes.map(endOf)).toEqual(['accepted, replayed', 'linked_failed'])
    expect(await bank.counts()).toEqual(before)
  })
})
