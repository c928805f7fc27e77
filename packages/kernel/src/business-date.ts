import type { Brand } from './ids.js'

/** A calendar date `YYYY-MM-DD` without a time or a zone. Compares as text. */
export type BusinessDate = Brand<string, 'BusinessDate'>

const datePattern = /^\d{4}-\d{2}-\d{2}$/
const dayMs = 86_400_000

/** The date, or undefined if `text` is not a day of the calendar (`2026-02-30`) or not in the form of RFC 3339. */
export function parseBusinessDate(text: string): BusinessDate | undefined {
  // PostgreSQL has no year 0. Date.UTC would take the years before 100 for those after 1900.
  if (!datePattern.test(text) || text.startsWith('0000')) return undefined
  const instant = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(instant) && isoDay(instant) === text ? (text as BusinessDate) : undefined
}

/** The date `days` calendar days later (earlier when negative). */
export function addDays(date: BusinessDate, days: number): BusinessDate {
  return isoDay(Date.parse(`${date}T00:00:00Z`) + days * dayMs) as BusinessDate
}

function isoDay(instantMs: number): string {
  return new Date(instantMs).toISOString().slice(0, 10)
}
