import type { IdempotencyKey } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import {
  alone,
  newGlAccount,
  newKey,
  newTerms,
  opening,
  posting,
  standing,
  submissionOf,
  together,
  transferOf,
} from '../../../../test/support/commands.js'
import { bookOf, writeSteps } from '../../../../test/support/memory-book.js'
import type { Book } from './book.js'
import type { Command, Submission, Unit } from './command.js'
import { type BatchPlan, decideBatch, type Verdict } from './decide-batch.js'
import type { RecordedCommand } from './recorded-command.js'

const key = (text: string) => text as IdempotencyKey
const pay = (from: string, to: string, amount: string): Command => transferOf({ from, to, amount })

/** `accepted` or the code, `replayed …` for a key decided earlier in the batch, `known …` for one decided before it. */
function endOf(verdict: Verdict): string {
  if (verdict.kind === 'known') {
    const { answer } = verdict
    return `known ${answer.outcome === 'accepted' ? 'accepted' : answer.rejection.code}`
  }
  if (verdict.kind !== 'decided') return verdict.kind
  const { decision } = verdict.decided
  return `${verdict.replayed ? 'replayed ' : ''}${decision.kind === 'rejected' ? decision.code : 'accepted'}`
}
const endsOf = (plan: BatchPlan): string[] => plan.verdicts.map(endOf)

/** What an earlier batch recorded for a submission. */
function recorded(
  { key: of, request, command }: Submission,
  code?: 'account_closed',
): [IdempotencyKey, RecordedCommand] {
  const { type } = command
  const rejection = { kind: 'rejected', code: code ?? 'account_closed', detail: '', facts: {} } as const
  const answer =
    code === undefined
      ? ({ outcome: 'accepted', type, body: { stored: true } } as const)
      : ({ outcome: 'rejected', type, rejection, correlationId: 'c' } as const)
  return [of, { key: of, request, businessDate: '2026-11-19' as never, decidedAt: '' as never, answer }]
}

const rich = { alice: { credits: 10_000n, version: 1, rowVersion: 4 }, bob: {}, carol: {} }
const none = new Map<IdempotencyKey, RecordedCommand>()
const run = (units: readonly Unit[], known = none, book: Book = bookOf({ accounts: rich })): BatchPlan =>
  decideBatch(book, units, known)

describe('commands of one batch take effect in order', () => {
  test.each<[string, Command[], string[]]>([
    [
      'money that came in may go out',
      [pay('alice', 'bob', '100.00'), pay('bob', 'carol', '100.00')],
      ['accepted', 'accepted'],
    ],
    [
      'but not before',
      [pay('bob', 'carol', '100.00'), pay('alice', 'bob', '100.00')],
      ['insufficient_funds', 'accepted'],
    ],
    [
      'money is spent once',
      [pay('alice', 'bob', '60.00'), pay('alice', 'carol', '60.00'), pay('alice', 'carol', '40.00')],
      ['accepted', 'insufficient_funds', 'accepted'],
    ],
    [
      'an account opened is posted to',
      [opening('dora'), pay('alice', 'dora', '1.00')],
      ['accepted', 'accepted'],
    ],
    [
      'but not before it is opened',
      [pay('alice', 'dora', '1.00'), opening('dora')],
      ['account_not_found', 'accepted'],
    ],
    ['an account is opened once', [opening('dora'), opening('dora')], ['accepted', 'account_exists']],
    [
      'a GL account takes accounts',
      [newGlAccount('2200', 'liability'), opening('dora', { gl: '2200' })],
      ['accepted', 'accepted'],
    ],
    [
      'a raised limit is drawn on',
      [newTerms('bob', { limit: '50' }), pay('bob', 'carol', '50.00')],
      ['accepted', 'accepted'],
    ],
    [
      'a lowered one is not',
      [newTerms('bob', { limit: '50' }), newTerms('bob', { limit: '0' }), pay('bob', 'carol', '0.01')],
      ['accepted', 'accepted', 'insufficient_funds'],
    ],
    [
      'a limit drawn on may be lowered',
      [
        newTerms('bob', { limit: '50' }),
        pay('bob', 'carol', '50.00'),
        newTerms('bob', { limit: '0' }),
        pay('alice', 'bob', '1.00'),
      ],
      ['accepted', 'accepted', 'accepted', 'accepted'],
    ],
    [
      'a frozen account stands still',
      [
        standing('alice', 'frozen'),
        pay('alice', 'bob', '1.00'),
        standing('alice', 'open'),
        pay('alice', 'bob', '1.00'),
      ],
      ['accepted', 'account_frozen', 'accepted', 'accepted'],
    ],
    [
      'an emptied account is closed',
      [
        standing('alice', 'closed'),
        pay('alice', 'bob', '100.00'),
        standing('alice', 'closed'),
        pay('bob', 'alice', '1.00'),
      ],
      ['account_not_empty', 'accepted', 'accepted', 'account_closed'],
    ],
  ])('%s', (_rule, commands, ends) => {
    const plan = run(commands.map((command) => alone(command)))
    expect(endsOf(plan)).toEqual(ends)
    expect(plan.records).toHaveLength(commands.length)
  })

  test('versions and balances run on from command to command', () => {
    const plan = run([alone(pay('alice', 'bob', '1.00')), alone(pay('alice', 'bob', '2.00'))])
    const lines = plan.records.flatMap(({ decision }) =>
      decision.kind === 'posted' ? decision.entries[0].lines : [],
    )
    expect(lines.map((line) => [line.accountId, line.accountVersion, line.balanceAfter])).toEqual([
      ['alice', 2, 9_900n],
      ['bob', 1, 100n],
      ['alice', 3, 9_700n],
      ['bob', 2, 300n],
    ])
  })
})

describe('a key', () => {
  const first = submissionOf(pay('alice', 'bob', '1.00'), key('k'))
  const unit = (submission: Submission): Unit => ({ submissions: [submission], broken: false })

  test('that comes twice in a batch is decided once and replayed', () => {
    const plan = run([unit(first), unit(submissionOf(pay('alice', 'bob', '1'), key('k')))])
    expect(endsOf(plan)).toEqual(['accepted', 'replayed accepted'])
    expect(plan.records).toHaveLength(1)
  })

  test('that was rejected earlier in the batch stays rejected, though it would pass now', () => {
    const poor = submissionOf(pay('bob', 'carol', '1.00'), key('poor'))
    const plan = run([unit(poor), alone(pay('alice', 'bob', '50.00')), unit(poor)])
    expect(endsOf(plan)).toEqual(['insufficient_funds', 'accepted', 'replayed insufficient_funds'])
  })

  test.each<[string, Command, string]>([
    ['another amount', pay('alice', 'bob', '1.01'), '/lines/0/amount'],
    ['another account', pay('alice', 'carol', '1.00'), '/lines/1/accountId'],
    ['another type', standing('alice', 'frozen'), '/accountId'],
    ['a reference', posting(['debit alice 1.00', 'credit bob 1.00'], { reference: 'r' }), '/reference'],
    [
      'other metadata',
      posting(['debit alice 1.00', 'credit bob 1.00'], { metadata: { 'a/b': '1' } }),
      '/metadata/a~1b',
    ],
  ])('that comes again with %s says where the two differ', (_with, command, pointer) => {
    const other = unit(submissionOf(command, key('k')))
    for (const plan of [run([unit(first), other]), run([other], new Map([recorded(first)]))]) {
      expect(plan.verdicts.at(-1)).toEqual({ kind: 'key_reused', firstDifference: pointer })
    }
  })

  test('that is known is answered as recorded and changes nothing', () => {
    const book = bookOf({ accounts: rich })
    const plan = run([unit(first)], new Map([recorded(first, 'account_closed')]), book)
    expect(endsOf(plan)).toEqual(['known account_closed'])
    expect([plan.records, plan.balanceSteps]).toEqual([[], []])
    expect(book).toEqual(bookOf({ accounts: rich }))
  })
})

describe('commands that stand or fall together', () => {
  const ok = () => pay('alice', 'bob', '1.00')
  const fails = () => pay('carol', 'bob', '1.00')
  const broken = (unit: Unit): Unit => ({ ...unit, broken: true })
  const seen = submissionOf(ok(), key('seen'))
  const refused = submissionOf(fails(), key('refused'))
  const known = new Map([recorded(seen), recorded(refused, 'account_closed')])
  const reused = submissionOf(pay('alice', 'bob', '9.00'), key('seen'))

  test.each<[string, Unit, string[], recordsCount: number]>([
    ['all pass', together(ok(), ok()), ['accepted', 'accepted'], 2],
    [
      'the first fails',
      together(fails(), ok(), ok()),
      ['insufficient_funds', 'linked_failed', 'linked_failed'],
      1,
    ],
    [
      'the last fails',
      together(ok(), ok(), fails()),
      ['linked_failed', 'linked_failed', 'insufficient_funds'],
      1,
    ],
    [
      'two would fail',
      together(ok(), fails(), fails()),
      ['linked_failed', 'insufficient_funds', 'linked_failed'],
      1,
    ],
    ['one is broken', broken(together(ok(), ok())), ['linked_failed', 'linked_failed'], 0],
    ['the only one is left of a broken unit', broken(alone(ok())), ['linked_failed'], 0],
    ['one is known and passed', together(seen, ok()), ['known accepted', 'accepted'], 1],
    [
      'one is known and passed, another fails',
      together(seen, ok(), fails()),
      ['known accepted', 'linked_failed', 'insufficient_funds'],
      1,
    ],
    ['one is known and was refused', together(ok(), refused), ['linked_failed', 'known account_closed'], 0],
    ['one is known in a broken unit', broken(together(seen, ok())), ['known accepted', 'linked_failed'], 0],
    [
      'one is refused in a broken unit',
      broken(together(refused, ok())),
      ['known account_closed', 'linked_failed'],
      0,
    ],
    ['one reuses a key', together(ok(), reused), ['linked_failed', 'key_reused'], 0],
    [
      'a failure would come before a reused key',
      together(fails(), reused),
      ['linked_failed', 'key_reused'],
      0,
    ],
    [
      'one is an order for nobody',
      together(ok(), standing('nobody', 'open')),
      ['linked_failed', 'account_not_found'],
      1,
    ],
  ])('%s', (_how, unit, ends, recordsCount) => {
    const book = bookOf({ accounts: rich })
    const plan = run([unit], known, book)
    expect(endsOf(plan)).toEqual(ends)
    expect(plan.records).toHaveLength(recordsCount)
    if (!ends.includes('accepted')) {
      expect(book).toEqual(bookOf({ accounts: rich }))
      expect(plan.balanceSteps).toEqual([])
    }
  })

  test('the same key twice in a unit is one command', () => {
    const twice = submissionOf(ok(), newKey())
    expect(endsOf(run([together(twice, twice)]))).toEqual(['accepted', 'replayed accepted'])
  })

  test('a key whose unit failed is free again, except the one that failed', () => {
    const [good, bad] = [submissionOf(ok(), newKey()), submissionOf(fails(), newKey())]
    const plan = run([together(good, bad), together(good), together(bad)])
    expect(endsOf(plan)).toEqual([
      'linked_failed',
      'insufficient_funds',
      'accepted',
      'replayed insufficient_funds',
    ])
    expect(plan.records.map(({ submission }) => submission.key)).toEqual([bad.key, good.key])
  })

  test('a key of a failed unit may come back with other content', () => {
    const good = submissionOf(ok(), key('free'))
    const other = submissionOf(pay('alice', 'carol', '7.00'), key('free'))
    expect(endsOf(run([together(good, fails()), together(other)]))).toEqual([
      ...['linked_failed', 'insufficient_funds', 'accepted'],
    ])
  })

  test('a failed unit leaves the book and the plan as if it had never been', () => {
    const before = () => [alone(ok(), key('1')), alone(newTerms('bob', { limit: '3' }), key('2'))]
    const after = () => [alone(ok(), key('3')), alone(opening('dora'), key('4'))]
    const failing = together(
      ...[ok(), newTerms('alice', { limit: '7.00', name: 'A' }), pay('alice', 'bob', '2.00')],
      ...[standing('bob', 'frozen'), opening('dora'), pay('alice', 'dora', '1.00'), opening(undefined)],
      ...[newGlAccount('2200', 'liability'), opening('emil', { gl: '2200' }), fails()],
    )
    const [bookWith, bookWithout] = [bookOf({ accounts: rich }), bookOf({ accounts: rich })]
    const plan = run([...before(), failing, ...after()], none, bookWith)
    const expected = run([...before(), ...after()], none, bookWithout)
    expect(endsOf(plan).slice(2, -2)).toEqual([...Array(9).fill('linked_failed'), 'account_frozen'])
    expect(bookWith).toEqual(bookWithout)
    const { balanceSteps, opened, changedDetails, createdGlAccounts } = plan
    expect({ balanceSteps, opened, changedDetails, createdGlAccounts }).toEqual({
      balanceSteps: expected.balanceSteps,
      opened: expected.opened,
      changedDetails: expected.changedDetails,
      createdGlAccounts: expected.createdGlAccounts,
    })
  })
})

describe('the rows to write', () => {
  const shapeOf = (plan: BatchPlan): string[] =>
    plan.balanceSteps.map((step) =>
      step.kind === 'standing'
        ? `standing ${step.state.accountId}@${step.state.rowVersion}`
        : step.states.map(({ accountId, rowVersion }) => `${accountId}@${rowVersion}`).join(' '),
    )

  test.each<[string, Command[], string[]]>([
    [
      'one a batch for many postings',
      [pay('alice', 'bob', '1.00'), pay('alice', 'bob', '2.00'), pay('bob', 'alice', '1.00')],
      ['alice@4 bob@0'],
    ],
    ['none for a rejection', [pay('bob', 'alice', '1.00')], []],
    [
      'postings before new terms come before them, later ones behind',
      [pay('alice', 'bob', '1.00'), newTerms('alice', { limit: '5' }), pay('alice', 'bob', '1.00')],
      ['alice@4', 'standing alice@5', 'bob@0 alice@6'],
    ],
    [
      'new terms twice are two rows',
      [newTerms('bob', { limit: '1' }), newTerms('bob', { limit: '2' })],
      ['standing bob@0', 'standing bob@1'],
    ],
    [
      'debit, then lower the limit',
      [newTerms('bob', { limit: '50' }), pay('bob', 'carol', '50.00'), newTerms('bob', { limit: '0' })],
      ['standing bob@0', 'bob@1', 'standing bob@2', 'carol@0'],
    ],
    [
      'empty, then close',
      [pay('alice', 'bob', '100.00'), standing('alice', 'closed')],
      ['alice@4', 'standing alice@5', 'bob@0'],
    ],
    [
      'an account just opened starts at 0',
      [opening('dora'), pay('alice', 'dora', '1.00'), standing('dora', 'frozen')],
      ['dora@0', 'standing dora@1', 'alice@4'],
    ],
  ])('%s', (_rule, commands, steps) => {
    const book = bookOf({ accounts: rich })
    const rows = new Map(book.accounts)
    const plan = run(
      commands.map((command) => alone(command)),
      none,
      book,
    )
    expect(shapeOf(plan)).toEqual(steps)
    writeSteps(rows, plan)
    expect(rows).toEqual(book.accounts)
  })
})
