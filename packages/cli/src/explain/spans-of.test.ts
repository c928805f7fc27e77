import { expect, test } from 'vitest'
import { type Step, spansOf } from './spans-of.js'

const sideOf = (fraction: string, posted: string) => ({
  slices: [],
  interest: { fraction, decimal: '' },
  change: { fraction, decimal: '' },
  sum: { exact: { fraction, decimal: '' }, rounded: posted },
  posted,
})

/** A day that brings a third of a cent, unless told otherwise. */
const dayOf = (day: string, more: object = {}): Step =>
  ({
    ...{ kind: 'accrual', bookedOn: day, day, revision: 0, snapshotNo: 1, periodStart: '2027-01-01' },
    ...{ balanceBefore: null, balance: '1.00', dayFraction: '1/365', lateEntryNos: [], entryNo: null },
    credit: sideOf('1/300', '0.00'),
    debit: sideOf('0', '0.00'),
    ...more,
  }) as unknown as Step

const shapeOf = (steps: readonly Step[]) =>
  spansOf(steps).map((span) =>
    span.kind === 'span'
      ? [span.first.day.slice(5), span.last.day.slice(5), span.days, span.posted.credit, ...span.entryNos]
      : span.valueDate,
  )

const ended = { kind: 'capitalisation', valueDate: '2027-02-01' } as Step

test('days that follow one another and accrue the same are one span, with what they posted together', () => {
  const posting = { entryNo: 7, credit: sideOf('1/300', '0.01') }
  expect(
    shapeOf([
      dayOf('2027-01-30', posting),
      dayOf('2027-01-31', { ...posting, entryNo: 9 }),
      ended,
      dayOf('2027-02-01'),
    ]),
  ).toEqual([['01-30', '01-31', 2, 2n, 7, 9], '2027-02-01', ['02-01', '02-01', 1, 0n]])
})

test.each([
  ['another balance', { balance: '2.00' }],
  ['other terms', { snapshotNo: 2 }],
  ['another fraction of a year', { dayFraction: '1/366' }],
  ['another interest, as behind a minimum balance', { credit: sideOf('0', '0.00') }],
  ['a period that has begun', { periodStart: '2027-01-02' }],
  ['a gap', { day: '2027-01-03' }],
])('%s begins a span', (_, more) => {
  expect(shapeOf([dayOf('2027-01-01'), dayOf('2027-01-02', more)])).toHaveLength(2)
})

test('what two runs made up for are two spans, because other lines came late for them', () => {
  const made = { revision: 1, balanceBefore: '0.50' }
  const [one, other] = ['2027-01-05', '2027-01-06'].map((bookedOn) => ({ ...made, bookedOn }))
  const days = [dayOf('2027-01-01', one), dayOf('2027-01-02', one), dayOf('2027-01-03', other)]
  expect(shapeOf(days).map(([, , length]) => length)).toEqual([2, 1])
})
