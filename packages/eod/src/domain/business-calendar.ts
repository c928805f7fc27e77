import { createRequire } from 'node:module'
import { addDays, type BusinessDate, invariant } from '@plinth/kernel'
import { type BusinessCalendar, weekdays } from '@plinth/tenancy/domain'
import type Holidays from 'date-holidays'

// The holidays of the world are some megabytes of rules, which a process reads only when it is asked for one of them.
const require = createRequire(import.meta.url)
let loaded: typeof Holidays | undefined
function holidayRules(): typeof Holidays {
  loaded ??= require('date-holidays') as typeof Holidays
  return loaded
}

// No weekend and no run of holidays is as long; a calendar without business days is refused when it is set.
const daysOffMax = 366

/** The first business date after `date`. Without a calendar every day is one. */
export function nextBusinessDate(calendar: BusinessCalendar | undefined, date: BusinessDate): BusinessDate {
  for (let days = 1; days <= daysOffMax; days += 1) {
    const day = addDays(date, days)
    if (isBusinessDay(calendar, day)) return day
  }
  invariant(false, 'a calendar has a business day within a year', { date })
}

/** Days off are weekends, public and bank holidays and the calendar's own, except those on which the bank works. */
export function isBusinessDay(calendar: BusinessCalendar | undefined, date: BusinessDate): boolean {
  if (calendar === undefined || calendar.working.includes(date)) return true
  if (calendar.extra.includes(date) || calendar.weekend.includes(weekdayOf(date))) return false
  const { holidays } = calendar
  return holidays === undefined || !holidaysOf(holidays, Number(date.slice(0, 4))).has(date)
}

/** Whether the rules know the holidays of a country `DE`, of a state `DE-BY` or of a region `DE-BY-A`. */
export function isHolidayRegion(region: string): boolean {
  const [country = '', state, part] = region.split('-')
  const rules = new (holidayRules())()
  if (!Object.hasOwn(rules.getCountries() ?? {}, country)) return false
  if (state !== undefined && !Object.hasOwn(rules.getStates(country) ?? {}, state)) return false
  return part === undefined || Object.hasOwn(rules.getRegions(country, state as string) ?? {}, part)
}

const weekdayOf = (date: BusinessDate): (typeof weekdays)[number] =>
  weekdays[new Date(`${date}T00:00:00Z`).getUTCDay()] as (typeof weekdays)[number]

const known = new Map<string, ReadonlySet<string>>()

/** Worked out once a year and region: the same question has the same answer for as long as the process runs. */
function holidaysOf(region: string, year: number): ReadonlySet<string> {
  const place = `${region} ${year}`
  const found = known.get(place) ?? new Set([year - 1, year].flatMap((each) => daysOffIn(region, each)))
  known.set(place, found)
  return found
}

const dayMs = 86_400_000

/** The days that are off from their midnight on; an afternoon off is a business day. Some begin before the year's end. */
function daysOffIn(region: string, year: number): string[] {
  const [country = '', state = '', part = ''] = region.split('-')
  const rules = new (holidayRules())(country, state, part, { types: ['public', 'bank'] })
  return rules.getHolidays(year).flatMap(({ date, start, end }) => {
    // Text, because the moment at which a day begins hangs on the zone and its summer time.
    const [day = '', time = ''] = date.split(' ')
    if (time !== '00:00:00') return []
    const days = Math.round((end.getTime() - start.getTime()) / dayMs)
    return Array.from({ length: days }, (_, at) => addDays(day as BusinessDate, at))
  })
}
