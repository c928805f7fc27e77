import { type AccountId, type BusinessDate, parseAccountId, parseBusinessDate } from '@plinth/kernel'
import { InvalidArgumentError } from 'commander'

/** The id of an account, there or not. */
export function parseId(text: string): AccountId {
  const accountId = parseAccountId(text)
  if (accountId === undefined)
    throw new InvalidArgumentError('An account id has letters, digits and : . _ -, at most 64.')
  return accountId
}

/** A day of the calendar. */
export function parseDate(text: string): BusinessDate {
  const date = parseBusinessDate(text)
  if (date === undefined)
    throw new InvalidArgumentError('A date is a day of the calendar, written YYYY-MM-DD.')
  return date
}

/** A whole number from 1. */
export function parseNumber(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('That is not a number above zero.')
}
