import type { CurrencyCode, GlCode } from '@plinth/kernel'
import type { DaySums } from '@plinth/ledger'
import { expect, test } from 'vitest'
import { controlTotals } from './control-totals.js'

const place = (glCode: string, currency = 'EUR') => ({
  glCode: glCode as GlCode,
  currency: currency as CurrencyCode,
})
const sums = (glCode: string, amounts: Partial<DaySums>, currency?: string): DaySums => ({
  ...place(glCode, currency),
  ...{ before: 0n, debits: 0n, credits: 0n, lines: 1 },
  ...amounts,
})

test('the totals of a day open with those before it and add the parts', () => {
  const before = [
    { ...place('1100'), closing: 500n },
    { ...place('2100'), closing: -500n },
  ]
  const parts = [
    // What was booked before the day is in its opening already.
    [sums('1100', { debits: 70n, before: 500n }), sums('2100', { credits: 70n, before: -500n })],
    [sums('1100', { credits: 20n }), sums('4100', { debits: 20n })],
  ]
  expect(controlTotals(before, parts)).toEqual([
    { ...place('1100'), opening: 500n, debits: 70n, credits: 20n, closing: 550n, lines: 2 },
    { ...place('2100'), opening: -500n, debits: 0n, credits: 70n, closing: -570n, lines: 1 },
    { ...place('4100'), opening: 0n, debits: 20n, credits: 0n, closing: 20n, lines: 1 },
  ])
})

test('the first totals of all open with what was booked before the day', () => {
  const parts = [[sums('1100', { before: 5n, lines: 0 })], [sums('1100', { before: 7n, debits: 1n })]]
  expect(controlTotals(undefined, parts)).toEqual([
    { ...place('1100'), opening: 12n, debits: 1n, credits: 0n, closing: 13n, lines: 1 },
  ])
})

test('each currency of a GL account has totals of its own, and what did not move is carried on', () => {
  const before = [
    { ...place('1100', 'EUR'), closing: 1n },
    { ...place('1100', 'JPY'), closing: 2n },
  ]
  expect(
    controlTotals(before, []).map(({ currency, opening, closing }) => [currency, opening, closing]),
  ).toEqual([
    ['EUR', 1n, 1n],
    ['JPY', 2n, 2n],
  ])
})
