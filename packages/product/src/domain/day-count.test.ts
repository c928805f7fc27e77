import { addDays, type BusinessDate } from '@plinth/kernel'
import { describe, expect, test } from 'vitest'
import {
  type DayCount,
  dayCounts,
  fractionText,
  partsOfYear,
  yearParts,
  yearPartsOfDay,
} from './day-count.js'

const day = (text: string): BusinessDate => text as BusinessDate
const between = (dayCount: DayCount, from: string, to: string): number =>
  yearParts(dayCount, { from: day(from), to: day(to) })
const daysOf360 = (dayCount: DayCount, from: string, to: string): number =>
  (between(dayCount, from, to) * 360) / partsOfYear

// The worked examples of ISDA's memorandum "EMU and Market Conventions: Recent Developments" (1999), on 10 000 at 10 %: days in
// common and leap years, and the interest it prints.
test.each([
  ['semi-annual', '2003-11-01', '2004-05-01', 61, 121, '497.72'],
  ['short first, first period', '1999-02-01', '1999-07-01', 150, 0, '410.96'],
  ['short first, second period', '1999-07-01', '2000-07-01', 184, 182, '1001.38'],
  ['long first, first period', '2002-08-15', '2003-07-15', 334, 0, '915.07'],
  ['long first, second period', '2003-07-15', '2004-01-15', 170, 14, '504.00'],
  ['short final, one before', '1999-07-30', '2000-01-30', 155, 29, '503.89'],
  ['short final, final', '2000-01-30', '2000-06-30', 0, 152, '415.30'],
])('ACT/ACT ISDA, %s: %s to %s', (_, from, to, common, leap, interest) => {
  const parts = between('ACT/ACT-ISDA', from, to)
  expect(parts).toBe((common * partsOfYear) / 365 + (leap * partsOfYear) / 366)
  // 10 000 at 10 % in cents, rounded half up, in whole numbers.
  const cents = (2n * 100_000n * BigInt(parts) + BigInt(partsOfYear)) / (2n * BigInt(partsOfYear))
  expect(cents).toBe(BigInt(interest.replace('.', '')))
})

// ISDA's own table of the thirties (isda.org, 2008-12-22, "30/360 Day Count Conventions"), as QuantLib's daycounters.cpp has it:
// 4.16 (f) and, where it differs, (g).
const thirties: readonly [from: string, to: string, bond: number, eurobond?: number][] = [
  ['2006-08-20', '2007-02-20', 180],
  ['2007-02-20', '2007-08-20', 180],
  ['2008-02-20', '2008-08-20', 180],
  ['2006-08-31', '2007-02-28', 178],
  ['2007-02-28', '2007-08-31', 183, 182],
  ['2007-08-31', '2008-02-29', 179],
  ['2008-02-29', '2008-08-31', 182, 181],
  ['2008-08-31', '2009-02-28', 178],
  ['2009-02-28', '2009-08-31', 183, 182],
  ['2006-01-31', '2006-02-28', 28],
  ['2006-01-30', '2006-02-28', 28],
  ['2006-02-28', '2006-03-03', 5],
  ['2006-02-14', '2006-02-28', 14],
  ['2006-09-30', '2006-10-31', 30],
  ['2006-10-31', '2006-11-28', 28],
  ['2007-08-31', '2008-02-28', 178],
  ['2008-02-28', '2008-08-28', 180],
  ['2008-02-28', '2008-08-30', 182],
  ['2008-02-28', '2008-08-31', 183, 182],
  ['2007-02-26', '2008-02-28', 362],
  ['2007-02-26', '2008-02-29', 363],
  ['2008-02-29', '2009-02-28', 359],
  ['2008-02-28', '2008-03-30', 32],
  ['2008-02-28', '2008-03-31', 33, 32],
]
test.each(thirties)('the thirties: %s to %s', (from, to, bond, eurobond = bond) => {
  expect([daysOf360('30/360-ISDA', from, to), daysOf360('30E/360', from, to)]).toEqual([bond, eurobond])
})

test.each<[DayCount, string, string, string]>([
  ['ACT/365F', '2028-02-28', '2028-03-01', '2/365'],
  ['ACT/365F', '2028-01-01', '2029-01-01', '366/365'],
  ['ACT/360', '2028-02-28', '2028-03-01', '2/360'],
  ['ACT/360', '2027-01-01', '2028-01-01', '365/360'],
  ['ACT/ACT-ISDA', '2028-01-01', '2029-01-01', '365/365'],
  ['ACT/ACT-ISDA', '2027-12-31', '2028-01-02', `${partsOfYear / 365 + partsOfYear / 366}/${partsOfYear}`],
  ['ACT/ACT-ISDA', '1900-02-28', '1900-03-01', '1/365'],
  ['ACT/ACT-ISDA', '2000-02-28', '2000-03-01', '2/366'],
  ['30E/360', '2027-05-01', '2027-05-01', '0'],
])('%s from %s to %s is %s of a year', (dayCount, from, to, text) => {
  expect(fractionText(between(dayCount, from, to), dayCount)).toBe(text)
})

test('a fraction does not run backwards', () => {
  expect(() => between('ACT/360', '2027-01-02', '2027-01-01')).toThrow('backwards')
})

describe.each(dayCounts)('%s', (dayCount) => {
  // Months that begin on any day, over the ends of months and years, leap and common.
  const starts = [
    '2027-01-01',
    '2027-01-15',
    '2027-01-30',
    '2027-01-31',
    '2027-12-31',
    '2028-01-31',
    '2028-02-29',
  ]

  test.each(starts)(
    'days of a period from %s add up to the period, whole and never below nothing',
    (start) => {
      let sum = 0
      for (let at = day(start), days = 0; days < 500; days += 1, at = addDays(at, 1)) {
        const next = addDays(at, 1)
        const parts = yearPartsOfDay(dayCount, { periodStart: day(start), day: at, next })
        expect(parts).toBeGreaterThanOrEqual(0)
        expect(fractionText(parts, dayCount)).toMatch(/^(0|\d+\/36[056])$/)
        sum += parts
        expect(sum).toBe(between(dayCount, start, next))
      }
    },
  )
})

test('of the thirties a 31st may accrue nothing and the end of February three days', () => {
  const ofDay = (dayCount: DayCount, date: string): string => {
    const next = addDays(day(date), 1)
    const periodStart = day(`${date.slice(0, 8)}01`)
    return fractionText(yearPartsOfDay(dayCount, { periodStart, day: day(date), next }), dayCount)
  }
  const days = ['2027-01-29', '2027-01-30', '2027-01-31', '2027-02-27', '2027-02-28', '2028-02-29']
  expect(days.map((date) => ofDay('30/360-ISDA', date))).toEqual([
    '1/360',
    '1/360',
    '0',
    '1/360',
    '3/360',
    '2/360',
  ])
  expect(days.map((date) => ofDay('30E/360', date))).toEqual([
    '1/360',
    '0',
    '1/360',
    '1/360',
    '3/360',
    '2/360',
  ])
})
