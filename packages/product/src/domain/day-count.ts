import { type BusinessDate, invariant } from '@plinth/kernel'

/**
 * How days become a fraction of a year: ISDA 2006 Definitions 4.16 (b) ACT/ACT ISDA, (d) ACT/365F, (e) ACT/360, (f) 30/360 and
 * (g) 30E/360.
 */
export const dayCounts = ['ACT/365F', 'ACT/360', 'ACT/ACT-ISDA', '30/360-ISDA', '30E/360'] as const
export type DayCount = (typeof dayCounts)[number]

/**
 * A year in parts of which a day of every convention has a whole number: the least common multiple of 360, 365 and 366. Counted
 * in them no fraction of a year is ever rounded, so it does not matter into which days a period is cut.
 */
export const partsOfYear = 1_603_080

/**
 * The part of a year between two dates, the first included and the last not, in `partsOfYear`. `to` is not before `from`; between
 * dates that differ by less than 5 000 years it is a safe integer.
 */
export function yearParts(
  dayCount: DayCount,
  { from, to }: { from: BusinessDate; to: BusinessDate },
): number {
  invariant(from <= to, 'a fraction of a year does not run backwards', { from, to })
  switch (dayCount) {
    case 'ACT/365F':
      return daysBetween(from, to) * (partsOfYear / 365)
    case 'ACT/360':
      return daysBetween(from, to) * (partsOfYear / 360)
    case 'ACT/ACT-ISDA':
      return actualActual(from, to)
    case '30/360-ISDA':
    case '30E/360':
      return thirties(dayCount, from, to) * (partsOfYear / 360)
  }
}

/**
 * The part of a year that one day accrues: from it to the next. Of the thirties, whose days depend on where one counts from, it
 * is by how much the fraction since the start of the period grows.
 */
export function yearPartsOfDay(
  dayCount: DayCount,
  { periodStart, day, next }: { periodStart: BusinessDate; day: BusinessDate; next: BusinessDate },
): number {
  if (dayCount !== '30/360-ISDA' && dayCount !== '30E/360')
    return yearParts(dayCount, { from: day, to: next })
  const upTo = (to: BusinessDate): number => yearParts(dayCount, { from: periodStart, to })
  return upTo(next) - upTo(day)
}

/** As an auditor writes it: days over the days of a year, `0` for none. Of a single day it always is a whole number of them. */
export function fractionText(parts: number, dayCount: DayCount): string {
  const bases = { 'ACT/365F': [365], 'ACT/360': [360], 'ACT/ACT-ISDA': [365, 366] }[dayCount as string] ?? [
    360,
  ]
  if (parts === 0) return '0'
  const basis = bases.find((each) => parts % (partsOfYear / each) === 0)
  return basis === undefined ? `${parts}/${partsOfYear}` : `${parts / (partsOfYear / basis)}/${basis}`
}

const dayMs = 86_400_000
const startOf = (date: BusinessDate): number => Date.parse(`${date}T00:00:00Z`)
const daysBetween = (from: BusinessDate, to: BusinessDate): number => (startOf(to) - startOf(from)) / dayMs

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

/** The days that fall in a leap year over 366, the others over 365. */
function actualActual(from: BusinessDate, to: BusinessDate): number {
  let parts = 0
  for (let at = from; at < to; ) {
    const year = Number(at.slice(0, 4))
    const newYear = `${String(year + 1).padStart(4, '0')}-01-01` as BusinessDate
    const end = newYear < to ? newYear : to
    parts += daysBetween(at, end) * (partsOfYear / (isLeap(year) ? 366 : 365))
    at = end
  }
  return parts
}

/** Days where every month has thirty. */
function thirties(dayCount: '30/360-ISDA' | '30E/360', from: BusinessDate, to: BusinessDate): number {
  const [year1, month1, day1] = numbersOf(from)
  const [year2, month2, day2] = numbersOf(to)
  const start = Math.min(day1, 30)
  // 4.16 (f): the last day is a 31st unless the first is a 30th or 31st; (g): never.
  const end = dayCount === '30E/360' || start === 30 ? Math.min(day2, 30) : day2
  return (year2 - year1) * 360 + (month2 - month1) * 30 + (end - start)
}

const numbersOf = (date: BusinessDate): [year: number, month: number, day: number] => [
  Number(date.slice(0, 4)),
  Number(date.slice(5, 7)),
  Number(date.slice(8, 10)),
]
