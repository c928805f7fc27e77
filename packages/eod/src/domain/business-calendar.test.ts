import type { BusinessDate } from '@plinth/kernel'
import type { BusinessCalendar } from '@plinth/tenancy'
import { describe, expect, test } from 'vitest'
import { isHolidayRegion, nextBusinessDate } from './business-calendar.js'

const bavaria: BusinessCalendar = {
  weekend: ['saturday', 'sunday'],
  holidays: 'DE-BY',
  extra: [],
  working: [],
}
const after = (date: string, calendar: Partial<BusinessCalendar> = {}) =>
  nextBusinessDate({ ...bavaria, ...calendar }, date as BusinessDate)
const days = (...dates: string[]) => dates as BusinessDate[]

test('without a calendar every day is a business day', () => {
  expect(nextBusinessDate(undefined, '2026-12-24' as BusinessDate)).toBe('2026-12-25')
})

// Checked against a printed calendar of Bavaria.
test.each([
  ['a day of the week', '2026-11-18', '2026-11-19'],
  ['a Friday', '2026-11-20', '2026-11-23'],
  ['the end of a month, a Saturday', '2026-10-30', '2026-11-02'],
  ['a public holiday of the country', '2026-04-30', '2026-05-04'],
  ['a public holiday of the state alone', '2026-01-05', '2026-01-07'],
  ['Easter', '2026-04-02', '2026-04-07'],
  ['an afternoon off, which is a business day', '2026-12-23', '2026-12-24'],
  ['Christmas and a weekend', '2026-12-24', '2026-12-28'],
  ['the end of the year', '2026-12-31', '2027-01-04'],
  ['a leap day', '2028-02-28', '2028-02-29'],
  ['the day after a leap day', '2028-02-29', '2028-03-01'],
  ['a year of a hundred without a leap day', '2100-02-26', '2100-03-01'],
  ['the beginning of summer time', '2026-03-27', '2026-03-30'],
  ['the end of summer time', '2026-10-23', '2026-10-26'],
])('behind %s comes the next day on which the bank works', (_, date, next) => {
  expect(after(date)).toBe(next)
})

describe('what the bank adds', () => {
  test('its own days off are none', () => {
    expect(after('2026-11-20', { extra: days('2026-11-23', '2026-11-24') })).toBe('2026-11-25')
  })

  test('a day on which it works is one, though it is a holiday, a weekend and a day off', () => {
    const saturday = days('2026-12-26')
    expect(after('2026-12-24', { extra: saturday, working: saturday })).toBe('2026-12-26')
  })

  test('another weekend, and no holidays', () => {
    const friday: Partial<BusinessCalendar> = { weekend: ['friday'], holidays: undefined }
    expect(after('2026-12-24', friday)).toBe('2026-12-26')
  })
})

// The days on which US summer time begins and ends, a feast of several days, holidays moved to a working day.
test.each([
  ['US', '2026-03-06', '2026-03-09'],
  ['US', '2026-10-30', '2026-11-02'],
  ['US', '2026-07-02', '2026-07-06'],
  ['SA', '2026-03-18', '2026-03-23'],
  ['GB-ENG', '2026-12-24', '2026-12-29'],
  // Half a day off from noon on.
  ['AS', '2026-12-23', '2026-12-24'],
])('the holidays of %s: behind %s comes %s', (holidays, date, next) => {
  expect(after(date, { holidays })).toBe(next)
})

test('a calendar without a business day is no calendar', () => {
  const never: Partial<BusinessCalendar> = {
    weekend: ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'],
  }
  expect(() => after('2026-11-20', never)).toThrow('a calendar has a business day within a year')
})

test.each([
  ['DE', true],
  ['DE-BY', true],
  ['DE-BY-A', true],
  ['XX', false],
  ['DE-XX', false],
  ['DE-BY-XX', false],
  ['de', false],
  ['', false],
  ['constructor', false],
])('the holidays of %s are known: %s', (region, known) => {
  expect(isHolidayRegion(region)).toBe(known)
})
