import { expect, test } from 'vitest'
import type { BusinessDate } from './business-date.js'
import {
  isThirteenth,
  lastDayOf,
  type Period,
  parsePeriod,
  periodOf,
  thirteenthOf,
  yearOf,
} from './period.js'

test.each([
  ['2026-01', true],
  ['2026-12', true],
  ['2026-13', true],
  ['2026-00', false],
  ['2026-14', false],
  ['0000-13', false],
  ['2026-1', false],
  ['2026-011', false],
  ['26-01', false],
])('%s is a period: %s', (text, valid) => expect(parsePeriod(text) !== undefined).toBe(valid))

test.each([
  ['2026-01', '2026-01-31'],
  ['2026-02', '2026-02-28'],
  ['2028-02', '2028-02-29'],
  ['2026-11', '2026-11-30'],
  ['2026-12', '2026-12-31'],
  ['2026-13', '2026-12-31'],
  ['0099-02', '0099-02-28'],
])('%s ends on %s', (period, day) => expect(lastDayOf(period as Period)).toBe(day))

test('the thirteenth period of a year comes behind its months and before the next year', () => {
  expect(['2026-12', thirteenthOf(2026), '2027-01'].toSorted()).toEqual(['2026-12', '2026-13', '2027-01'])
  expect([thirteenthOf(2026), thirteenthOf(7)]).toEqual(['2026-13', '0007-13'])
  expect([isThirteenth('2026-13' as Period), isThirteenth('2026-12' as Period)]).toEqual([true, false])
  expect([periodOf('2026-11-20' as BusinessDate), yearOf('2026-11-20' as BusinessDate)]).toEqual([
    '2026-11',
    2026,
  ])
})
