import type { BusinessDate } from './business-date.js'
import type { Brand } from './ids.js'

/**
 * The accounting period of an entry: `YYYY-MM`, the month of its booking date, or `YYYY-13`, in which a year that is over is
 * adjusted and closed. Periods compare as text.
 */
export type Period = Brand<string, 'Period'>

const periodPattern = /^(?!0000)\d{4}-(0[1-9]|1[0-3])$/
export const thirteenthPattern = /^(?!0000)\d{4}-13$/

/** The period, or undefined if `text` is none. */
export const parsePeriod = (text: string): Period | undefined =>
  periodPattern.test(text) ? (text as Period) : undefined

export const periodOf = (bookingDate: BusinessDate): Period => bookingDate.slice(0, 7) as Period

export const yearOf = (dateOrPeriod: BusinessDate | Period): number => Number(dateOrPeriod.slice(0, 4))

/** `2026-13` of 2026. */
export const thirteenthOf = (year: number): Period => `${inFourDigits(year)}-13` as Period

export const isThirteenth = (period: Period): boolean => period.endsWith('-13')

/** The last calendar day of a period: of the thirteenth, as of the twelfth, the last of the year. */
export function lastDayOf(period: Period): BusinessDate {
  const [year, month] = [yearOf(period), Number(period.slice(5))]
  if (month >= 12) return lastDayOfYear(year)
  // Day 0 is the last of the month before. Not by Date.UTC, which takes the years before 100 for those after 1900.
  const day = new Date(`${inFourDigits(year)}-${String(month + 1).padStart(2, '0')}-01T00:00:00Z`)
  day.setUTCDate(0)
  return day.toISOString().slice(0, 10) as BusinessDate
}

export const firstDayOfYear = (year: number): BusinessDate => `${inFourDigits(year)}-01-01` as BusinessDate
export const lastDayOfYear = (year: number): BusinessDate => `${inFourDigits(year)}-12-31` as BusinessDate

const inFourDigits = (year: number): string => String(year).padStart(4, '0')
