import {
  type AccountId,
  type BusinessDate,
  type EntryId,
  parseAccountId,
  parseBusinessDate,
  parseEntryId,
} from '@plinth/kernel'
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

/** The id of an entry, or its number. */
export function parseEntry(text: string): EntryId | number {
  const entryId = parseEntryId(text.toLowerCase())
  if (entryId !== undefined) return entryId
  if (!/^[1-9][0-9]{0,14}$/.test(text))
    throw new InvalidArgumentError('Write the id of an entry, a UUID, or its number.')
  return Number(text)
}

/** A whole number from 1. */
export function parseNumber(text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('That is not a number above zero.')
}
